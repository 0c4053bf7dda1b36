/**
 * Rule "silent having" (DESIGN §5): domains keep their events back while they hold local bounds that together prove the
 * having condition false for every group. The residual is the statement as it is.
 *
 * Fragment text: the stream with its data window and used columns as `select irstream`, marked `@Silent`, with the
 * statement's own `group by` and `having`. It is plain EPL; the domain that runs it evaluates the window without those two
 * clauses, sends what enters (a stream fragment) and watches the levels of model/silence.ts by group. Which bounds, since
 * when and until when is agreed at run time (exchange/silence-sender.ts, silence-receiver.ts).
 *
 * Safe when:
 * - one stream, of several domains, with no window, `#time` or `#keepall`: a domain's window is its part of the union's;
 * - at least one conjunct of having compares one sum, avg, count, min or max of a numeric column (or `count(*)`) with a
 *   constant by <, <=, >, >=: that one proved false is enough, whatever the others say;
 * - everything else that the statement keeps is a function of the multiset of rows in the window: then the residual may be given those
 *   just before an instant and go on from there as if it had seen all;
 * - filter and where depend on the event's own properties alone, so that they run at the domain.
 * Unsafe when: an output clause, rollup, prev, prior; distinct, ever, first, last, window, sorted aggregates, in having and in
 * select (their value may depend on what has gone, or on the order of coming); a window that does not distribute; subqueries, variables,
 * contexts; `insert into` (the residual's rows of before the instant would be seen); a statement that is iterated; other
 * statements in the module (they share its clock, which stands while it is silent); keys of groups that are doubles (their
 * zeros and NaN are told apart by rules of their own) or no plain columns.
 *
 * Worth it where the condition is seldom near: an event that was kept back crosses later at most once, and if it has left
 * the window by then never. So it costs no more than no silence but the agreement itself, which backs off.
 */
import type { CheckedExpression, SelectStatement } from '../../model/checked.ts';
import type { FragmentEstimate } from '../../model/plan.ts';
import type { SilentAtom, SilentCondition } from '../../model/silence.ts';
import { isNumeric } from '../../model/value.ts';
import { walkBody } from '../walk.ts';

/** Functions of the multiset of rows that are in the window. */
const OF_MULTISET: ReadonlySet<string> = new Set(['sum', 'avg', 'count', 'min', 'max', 'stddev', 'avedev', 'median']);

const DISTRIBUTING: ReadonlySet<string> = new Set(['time', 'keepall']);

/** Types whose values are equal exactly if they look equal. */
const KEY_KINDS: ReadonlySet<string> = new Set(['string', 'boolean', 'int', 'long']);

/** Part of the events that are assumed to cross: the condition is near so seldom. */
const LOUD_PART = 0.05;

/** Of what is estimated for a fragment that is never silent. */
export function silentEstimate({ deltasHz, insertsHz, removesHz, bytesHz }: FragmentEstimate): FragmentEstimate {
  const part = (x: number): number => x * LOUD_PART;
  return {
    deltasHz: part(deltasHz),
    insertsHz: part(insertsHz),
    removesHz: part(removesHz),
    bytesHz: part(bytesHz),
  };
}

/** What of the statement's having domains can watch, by the fragment's columns; null where the rule is unsafe. */
export function silentCondition(statement: SelectStatement, columns: readonly string[]): SilentCondition | null {
  if (!isSafe(statement) || statement.having === null) return null;
  const atoms = conjunctsOf(statement.having).flatMap((c) => atomOf(c, statement, columns) ?? []);
  const groupBy = statement.groupBy.map((e) => (KEY_KINDS.has(e.type.kind) ? columnOf(e, columns) : null));
  if (atoms.length === 0 || groupBy.includes(null)) return null;
  return { atoms, groupBy: groupBy.flatMap((c) => c ?? []) };
}

function isSafe(statement: SelectStatement): boolean {
  const [stream, ...others] = statement.streams;
  if (stream === undefined || others.length > 0 || stream.source.kind !== 'filter') return false;
  if (stream.source.contained.length > 0 || stream.unidirectional || stream.windows.length > 1) return false;
  if (!stream.windows.every((w) => DISTRIBUTING.has(w.name) && w.args.every(isConstant))) return false;
  if (statement.output !== null || statement.insertInto !== null || statement.groupingSets !== null) return false;
  if (statement.subqueries.length > 0 || statement.limit?.count.kind === 'variable') return false;
  if (statement.limit?.offset?.kind === 'variable') return false;
  const plain = statement.aggregates.every(
    (a) => OF_MULTISET.has(a.name) && !a.distinct && a.filter === null && a.groupBy === null,
  );
  return plain && !readsMore(statement);
}

/** Things whose value does not follow from the rows in the window, or is the owner's. */
function readsMore(statement: SelectStatement): boolean {
  let found = false;
  walkBody(statement, (e) => {
    if (e.kind === 'prev' || e.kind === 'prior' || e.kind === 'variable' || e.kind === 'contextProperty') found = true;
    if (e.kind === 'subquery' || e.kind === 'grouping') found = true;
  });
  return found;
}

function isConstant(e: CheckedExpression): boolean {
  if (e.kind === 'period') return e.parts.every((p) => isConstant(p.amount));
  return e.kind === 'literal';
}

function conjunctsOf(e: CheckedExpression): readonly CheckedExpression[] {
  return e.kind === 'logical' && e.op === 'and' ? e.operands.flatMap(conjunctsOf) : [e];
}

const FLIPPED = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' } as const;

function atomOf(e: CheckedExpression, statement: SelectStatement, columns: readonly string[]): SilentAtom | null {
  if (e.kind !== 'compare' || !(e.op === '>' || e.op === '>=' || e.op === '<' || e.op === '<=')) return null;
  const right = numberOf(e.right);
  if (right !== null) return aggregateAtom(e.left, e.op, right, statement, columns);
  const left = numberOf(e.left);
  return left === null ? null : aggregateAtom(e.right, FLIPPED[e.op], left, statement, columns);
}

function aggregateAtom(
  e: CheckedExpression,
  op: SilentAtom['op'],
  value: number,
  statement: SelectStatement,
  columns: readonly string[],
): SilentAtom | null {
  const spec = e.kind === 'aggregate' ? statement.aggregates[e.index] : undefined;
  if (spec === undefined) return null;
  const { name: aggregate } = spec;
  if (aggregate !== 'sum' && aggregate !== 'avg' && aggregate !== 'count' && aggregate !== 'min' && aggregate !== 'max')
    return null;
  const [argument, ...more] = spec.args;
  if (argument === undefined)
    return aggregate === 'count' ? { aggregate, column: null, op, value, wraps: false } : null;
  const column = columnOf(argument, columns);
  if (column === null || more.length > 0 || !isNumeric(argument.type)) return null;
  return { aggregate, column, op, value, wraps: aggregate === 'sum' && spec.type.kind === 'int' };
}

function columnOf(e: CheckedExpression, columns: readonly string[]): number | null {
  const [first, ...more] = e.kind === 'property' && e.ref.level === 0 && e.ref.tag === null ? e.path : [];
  if (first?.kind !== 'name' || first.dynamic || more.length > 0) return null;
  const found = columns.indexOf(first.name);
  return found < 0 ? null : found;
}

function numberOf(e: CheckedExpression): number | null {
  if (e.kind === 'negate') {
    const operand = numberOf(e.operand);
    return operand === null ? null : -operand;
  }
  return e.kind === 'literal' && typeof e.value === 'number' && Number.isFinite(e.value) ? e.value : null;
}
