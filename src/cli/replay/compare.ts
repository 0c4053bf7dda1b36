/** Comparing what happened with what Esper answered, by the rules of the conformance README ("Comparing" 1-9). */
import type { ScenarioOutput, ScenarioRow } from './scenario.ts';

const RELATIVE = 1e-6;
const ABSOLUTE = 1e-9;

/** What the comparison has to know of a statement. */
export interface StatementTraits {
  /** Columns of its `order by` that it selects, in order: their sequence must agree (rule 2). */
  readonly orderedBy: readonly string[];
  /** Calls of one instant may come in any order: groups of a groupwin over batches (rule 8). */
  readonly callsUnordered: boolean;
}

/** Null when both agree, else a sentence that says where they differ first. `traits` by name of statement. */
export function compareOutputs(
  expected: readonly ScenarioOutput[],
  actual: readonly ScenarioOutput[],
  traits: ReadonlyMap<string, StatementTraits>,
): string | null {
  const expectedErrors = errorSteps(expected);
  const actualErrors = errorSteps(actual);
  for (const step of expectedErrors) if (!actualErrors.has(step)) return `step ${step}: expected a run-time error`;
  for (const step of actualErrors) {
    if (!expectedErrors.has(step)) return `step ${step}: ${actual.find((o) => o.step === step)?.error ?? 'error'}`;
  }
  const relevant = (outputs: readonly ScenarioOutput[]): readonly ScenarioOutput[] =>
    outputs.filter((o) => o.error === undefined && !expectedErrors.has(o.step) && !isEmptyCall(o));
  const before = byStatement(relevant(expected));
  const after = byStatement(relevant(actual));
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const found = compareSequence(before.get(name) ?? [], after.get(name) ?? [], traits.get(name));
    if (found !== null) return name === '' ? found : `${name}: ${found}`;
  }
  return null;
}

function errorSteps(outputs: readonly ScenarioOutput[]): ReadonlySet<number> {
  return new Set(outputs.filter((o) => o.error !== undefined).map((o) => o.step));
}

function isEmptyCall(o: ScenarioOutput): boolean {
  return o.iterate === undefined && o.query === undefined && (o.new ?? []).length === 0 && (o.old ?? []).length === 0;
}

function byStatement(outputs: readonly ScenarioOutput[]): Map<string, ScenarioOutput[]> {
  const groups = new Map<string, ScenarioOutput[]>();
  for (const output of outputs) {
    const name = output.statement ?? '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [output]);
    else group.push(output);
  }
  return groups;
}

function compareSequence(
  expected: readonly ScenarioOutput[],
  actual: readonly ScenarioOutput[],
  traits: StatementTraits | undefined,
): string | null {
  const rest = [...actual];
  for (const want of expected) {
    const first = rest[0];
    if (first === undefined) return `step ${want.step}: missing ${show(want)}`;
    const difference = compareCall(want, first, traits);
    if (difference === null) {
      rest.shift();
      continue;
    }
    const other =
      traits?.callsUnordered === true
        ? rest.findIndex((o) => o.step === want.step && compareCall(want, o, traits) === null)
        : -1;
    if (other < 0) return difference;
    rest.splice(other, 1);
  }
  const extra = rest[0];
  return extra === undefined ? null : `step ${extra.step}: unexpected ${show(extra)}`;
}

function compareCall(want: ScenarioOutput, got: ScenarioOutput, traits: StatementTraits | undefined): string | null {
  if (want.step !== got.step)
    return `expected at step ${want.step}: ${show(want)}; got at step ${got.step}: ${show(got)}`;
  for (const part of ['new', 'old', 'iterate', 'query'] as const) {
    const wanted = want[part];
    const gotten = got[part];
    if ((wanted === undefined) !== (gotten === undefined) && (part === 'iterate' || part === 'query')) {
      return `step ${want.step}: expected ${show(want)}; got ${show(got)}`;
    }
    if (!sameRows(wanted ?? [], gotten ?? [], part === 'query' ? [] : (traits?.orderedBy ?? []))) {
      return `step ${want.step} ${part}: expected ${JSON.stringify(wanted ?? [])}; got ${printRows(gotten ?? [])}`;
    }
  }
  return null;
}

function show(o: ScenarioOutput): string {
  const { step: _, statement: __, ...rest } = o;
  return JSON.stringify(rest, numbersAsText);
}

function printRows(list: readonly ScenarioRow[]): string {
  return JSON.stringify(list, numbersAsText);
}

/** NaN and Infinity as the strings of the scenario files (rule 3). */
export function numbersAsText(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** Multisets, and where the statement orders, the same sequence of the ordering columns. */
export function sameRows(
  expected: readonly ScenarioRow[],
  actual: readonly ScenarioRow[],
  orderedBy: readonly string[],
): boolean {
  if (expected.length !== actual.length) return false;
  const rest = [...actual];
  for (const want of expected) {
    const at = rest.findIndex((got) => sameRow(want, got));
    if (at < 0) return false;
    rest.splice(at, 1);
  }
  return expected.every((want, i) => orderedBy.every((column) => sameValue(want[column], actual[i]?.[column])));
}

/** Columns must be the same set (rule 5). */
function sameRow(want: ScenarioRow, got: ScenarioRow): boolean {
  const names = Object.keys(want);
  if (names.length !== Object.keys(got).length) return false;
  return names.every((name) => name in got && sameValue(want[name], got[name]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Infinity;
  return value === '-Infinity' ? -Infinity : null;
}

/** Nested: an absent member equals null, arrays in order, maps by key. */
export function sameValue(want: unknown, got: unknown): boolean {
  const a = want ?? null;
  const b = got ?? null;
  if (a === b) return true;
  const x = asNumber(a);
  const y = asNumber(b);
  if (x !== null && y !== null) {
    // equal infinities have no distance
    if (x === y) return true;
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y);
    const distance = Math.abs(x - y);
    return distance <= ABSOLUTE || distance <= RELATIVE * Math.max(Math.abs(x), Math.abs(y));
  }
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => sameValue(a[name], b[name]));
}
