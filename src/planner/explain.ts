/**
 * `explain`: the plan as a tree that a person can read: what runs at the owner, what each of its inputs is fed by and where,
 * what that costs, which plans were weighed against it, and what every domain discloses to whom.
 */
import type {
  FragmentEstimate,
  FragmentKind,
  MeasuredPlan,
  PlacedResidual,
  Plan,
  PlannedFragment,
  PlannedInput,
} from '../model/plan.ts';
import type { DomainName } from '../model/ids.ts';
import { crossingBytesHz, deltaBytesHz, heartbeatBytesHz } from './cost/plan-bytes.ts';
import { disclosuresOf, type Disclosure } from './disclosure.ts';

/** Domains of one text that are named; of more only the number is told. */
const NAMED_DOMAINS = 8;

/** `measured`: what the running plan really sends, told beside the estimates. */
export function explainPlan(plan: Plan, measured: MeasuredPlan | null = null): string {
  const found = measuredLines(plan, measured);
  return [...head(plan), ...found, ...tree(plan, measured), ...noted(plan), ...weighed(plan), ...disclosed(plan)].join(
    '\n',
  );
}

/** Totals of a running plan. */
function measuredLines(plan: Plan, measured: MeasuredPlan | null): readonly string[] {
  if (measured === null) return [];
  const crossing = new Set(plan.fragments.filter((f) => f.domain !== plan.owner).map((f) => f.name));
  const sent = measured.fragments.filter((f) => crossing.has(f.name));
  const lines: string[] = [];
  if (sent.length > 0) {
    const seconds = Math.round(Math.max(...sent.map((f) => f.seconds)));
    lines.push(`measured over ${seconds} s: envelopes ${bytesHz(sent.reduce((sum, f) => sum + f.bytesHz, 0))}`);
  }
  const { latencyMs } = measured;
  if (latencyMs !== null) {
    const { p50, p99, count } = latencyMs;
    lines.push(`event to trigger: half within ${p50} ms, 99 % within ${p99} ms (latest ${count})`);
  }
  return lines;
}

function head(plan: Plan): readonly string[] {
  const [total, envelopes, heartbeats] = [crossingBytesHz(plan), deltaBytesHz(plan), heartbeatBytesHz(plan)];
  if (plan.fragments.every((f) => f.domain === plan.owner)) return [`plan for ${plan.owner}: nothing crosses a border`];
  const parts = `envelopes ${bytesHz(envelopes)}, heartbeats ${bytesHz(heartbeats)}`;
  return [`plan for ${plan.owner}: about ${bytesHz(total)} across borders (${parts})`];
}

function tree(plan: Plan, measured: MeasuredPlan | null): readonly string[] {
  const lines = ['', `${plan.owner} evaluates on the ${plan.clock} clock`];
  for (const s of plan.statements) {
    if (s.epl !== null) lines.push(`│ ${s.epl}`);
    else lines.push(`│ ${s.name ?? 'statement'}: rows of \`${s.shippedAs ?? ''}\` as they come`);
  }
  return [...lines, ...inputLines(plan, plan.owner, measured)];
}

/** `reader`: where what reads the inputs runs. */
function inputLines(below: PlacedResidual, reader: DomainName, measured: MeasuredPlan | null): readonly string[] {
  return below.inputs.flatMap((input, i) => {
    const last = i === below.inputs.length - 1;
    return [
      `${last ? '└─' : '├─'} \`${input.name}\` ${input.standsFor}: ${KINDS[input.kind]}`,
      ...fragmentLines(below, input, reader, measured).map((line) => `${last ? ' ' : '│'}  ${line}`),
    ];
  });
}

/** Fragments of one text are told together: a union has one for each domain. */
function fragmentLines(
  below: PlacedResidual,
  input: PlannedInput,
  reader: DomainName,
  measured: MeasuredPlan | null,
): readonly string[] {
  const own = below.fragments.filter((f) => input.fragments.includes(f.name));
  const groups = [...Map.groupBy(own, (f) => `${f.kind} ${f.epl}`).values()];
  return groups.flatMap((same, i) => {
    const last = i === groups.length - 1;
    const [first] = same;
    if (first === undefined) return [];
    return [
      `${last ? '└─' : '├─'} ${places(same)}: ${first.epl}`,
      ...details(same, reader, measured).map((line) => `${last ? ' ' : '│'}  ${line}`),
      ...(first.placed === undefined ? [] : inputLines(first.placed, first.domain, null)).map(
        (line) => `${last ? ' ' : '│'}  ${line}`,
      ),
    ];
  });
}

function places(same: readonly PlannedFragment[]): string {
  const names = same.map((f) => f.domain);
  if (names.length <= NAMED_DOMAINS) return `at ${names.join(', ')}`;
  return `at ${names.slice(0, NAMED_DOMAINS).join(', ')} and ${names.length - NAMED_DOMAINS} others`;
}

function details(
  same: readonly PlannedFragment[],
  reader: DomainName,
  measured: MeasuredPlan | null,
): readonly string[] {
  const lines: string[] = [];
  const [first] = same;
  if (first !== undefined && first.rules.length > 0) lines.push(`by: ${first.rules.join('; ')}`);
  const remote = same.some((f) => f.domain !== reader);
  const estimates = same.flatMap((f) => f.estimate ?? []);
  if (estimates.length > 0) lines.push(`${remote ? 'about ' : ''}${ratesOf(estimates, remote)}`);
  const names = new Set(same.map((f) => f.name));
  const found = measured?.fragments.filter((f) => names.has(f.name)) ?? [];
  if (found.length > 0) lines.push(`measured ${ratesOf(found, remote)}`);
  return lines;
}

function noted(plan: Plan): readonly string[] {
  return plan.notes.length === 0 ? [] : ['', ...plan.notes.map((note) => `note: ${note}`)];
}

function ratesOf(all: readonly FragmentEstimate[], remote: boolean): string {
  const sum = (of: (e: FragmentEstimate) => number): number => all.reduce((total, e) => total + of(e), 0);
  const rows = [`${rate(sum((e) => e.insertsHz))} rows in`];
  if (sum((e) => e.removesHz) > 0) rows.push(`${rate(sum((e) => e.removesHz))} out`);
  const size = remote ? bytesHz(sum((e) => e.bytesHz)) : 'stays here';
  return `${size}: ${rows.join(', ')} per second`;
}

function weighed(plan: Plan): readonly string[] {
  const { alternatives = [] } = plan;
  if (alternatives.length === 0 || crossingBytesHz(plan) === 0) return [];
  const rows = [{ title: 'this plan', bytesHz: crossingBytesHz(plan) }, ...alternatives];
  const width = Math.max(...rows.map((r) => bytesHz(r.bytesHz).length));
  return ['', 'weighed', ...rows.map((r) => `  ${bytesHz(r.bytesHz).padStart(width)}  ${r.title}`)];
}

function disclosed(plan: Plan): readonly string[] {
  const all = disclosuresOf(plan);
  if (all.length === 0) return [];
  const groups = [...Map.groupBy(all, (d) => `${d.to} ${d.of} ${d.kind} ${d.columns.join()}`).values()];
  const lines = groups.flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const names = same.map((d) => d.domain);
    const who =
      names.length <= NAMED_DOMAINS
        ? names.join(', ')
        : `${names.slice(0, NAMED_DOMAINS).join(', ')} and ${names.length - NAMED_DOMAINS} others`;
    return [`  ${who} → ${first.to}: ${what(first)}`];
  });
  return ['', 'disclosed', ...lines];
}

function what({ columns, kind, of }: Disclosure): string {
  if (columns.length === 0) return `that an event of ${of} came, no column`;
  return `${columns.join(', ')} of ${of} (${KINDS[kind]})`;
}

const KINDS: Readonly<Record<FragmentKind, string>> = {
  stream: 'events',
  view: 'rows that enter and leave a window',
  result: 'result rows',
};

/** `820 B/s`, `1.4 kB/s`. */
export function bytesHz(value: number): string {
  if (value < 999.5) return `${Math.round(value)} B/s`;
  if (value < 999_500) return `${(value / 1e3).toPrecision(3)} kB/s`;
  return value < 999.5e6 ? `${(value / 1e6).toPrecision(3)} MB/s` : `${(value / 1e9).toPrecision(3)} GB/s`;
}

function rate(value: number): string {
  if (value === 0) return '0';
  return value >= 100 ? String(Math.round(value)) : value >= 0.01 ? String(Number(value.toPrecision(2))) : '< 0.01';
}
