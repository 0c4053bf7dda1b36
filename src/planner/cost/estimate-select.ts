/**
 * What a whole select over streams of one domain sends as results: joins, aggregation, output clauses. Pure.
 *
 * Joins: a row of stream i meets the rows that the windows of the others hold, in the part that the join condition lets
 * through (1 / the greater number of keys for an equality), rows and conditions taken as independent.
 */
import type {
  CheckedExpression,
  CheckedStream,
  Column,
  SelectBody,
  SelectItem,
  SelectStatement,
} from '../../model/checked.ts';
import type { DomainName } from '../../model/ids.ts';
import type { FragmentEstimate } from '../../model/plan.ts';
import { columnBytes, figuresOfType, rateOf } from './estimate-reference.ts';
import { distinctOf, selectivityOf, type FiguresOf } from './selectivity.ts';
import { estimateBytes } from './sizes.ts';
import { DEFAULT_SELECTIVITY, defaultBytes, type Statistics } from './statistics.ts';
import { secondsOf, windowFigures, type WindowFigures } from './window-figures.ts';

export interface JoinRates {
  /** Causes that change the join's rows. */
  readonly deltasHz: number;
  readonly insertsHz: number;
  readonly removesHz: number;
}

/** A join of some streams of a statement. */
export interface JoinShape {
  readonly streams: readonly CheckedStream[];
  /** Conjuncts, or the two sides of an equality. */
  readonly conditions: readonly (readonly CheckedExpression[])[];
  readonly columns: readonly (Column & { readonly stream: number; readonly property: string })[];
}

/** Rows that enter and leave a join that runs at `domain`. */
export function estimateJoin(shape: JoinShape, domain: DomainName, statistics: Statistics): FragmentEstimate {
  const known = new Map(
    shape.streams.map((s) => [
      s.index,
      s.source.kind === 'filter' ? figuresOfType(s.source.eventType, domain, statistics) : null,
    ]),
  );
  const figures: FiguresOf = (stream) => known.get(stream) ?? null;
  const where = shape.conditions.flatMap((c) => (c.length === 1 ? c : []));
  const on = shape.conditions.flatMap(([left, right]) =>
    left === undefined || right === undefined ? [] : [{ left, right }],
  );
  const joins = [{ kind: 'inner', right: 0, on } as const];
  const valueBytes = shape.columns.reduce(
    (sum, c) => sum + (figures(c.stream)?.columnBytes?.[c.property] ?? defaultBytes(c.type)),
    0,
  );
  const rates = joinRates({ streams: shape.streams, joins, where }, figures);
  return estimateBytes({ ...rates, valueBytes: Math.max(valueBytes, 5), removesByValue: false });
}

type JoinBody = Pick<SelectBody, 'streams' | 'joins' | 'where'>;

/** Rows that a join of streams of one domain makes and takes back; for one stream those of its windows. */
export function joinRates(body: JoinBody, figures: FiguresOf): JoinRates {
  const windows = body.streams.map((s): WindowFigures => {
    if (s.source.kind !== 'filter') return { rows: 0, insertsHz: 1, removesHz: 0 };
    const rateHz = rateOf(figures(s.index)) * selectivityOf(s.source.filter, figures);
    return windowFigures(s.windows, rateHz, figures);
  });
  const on = body.joins.flatMap((j) =>
    j.on.map((p) => 1 / Math.max(distinctOf(p.left, figures), distinctOf(p.right, figures))),
  );
  const passing = on.reduce((product, s) => product * s, selectivityOf(body.where, figures));
  let deltasHz = 0;
  let insertsHz = 0;
  let removesHz = 0;
  for (const [i, w] of windows.entries()) {
    const met = windows.reduce((product, o, j) => (j === i ? product : product * o.rows), passing);
    const meets = Math.min(1, met);
    insertsHz += w.insertsHz * met;
    removesHz += w.removesHz * met;
    // Where each row displaces another, both changes are one cause; elsewhere a timer's.
    deltasHz += (w.insertsHz + (w.removesHz > 0 ? w.removesHz * (1 - meets) : 0)) * meets;
  }
  return { deltasHz, insertsHz, removesHz };
}

/** Result rows of a statement. `home`: the domain of each stream. */
export function estimateStatement(
  statement: SelectStatement,
  home: (stream: number) => DomainName,
  statistics: Statistics,
): FragmentEstimate {
  const known = statement.streams.map((s) =>
    s.source.kind === 'filter' ? figuresOfType(s.source.eventType, home(s.index), statistics) : null,
  );
  const figures: FiguresOf = (stream) => known[stream] ?? null;
  const rates = outputRates(statement, joinRates(statement, figures), figures);
  const valueBytes = statement.select.reduce((sum, item) => sum + itemBytes(item, statement, figures), 0);
  return estimateBytes({ ...rates, valueBytes, removesByValue: true });
}

function outputRates(statement: SelectStatement, rows: JoinRates, figures: FiguresOf): JoinRates {
  const having = statement.having === null ? 1 : DEFAULT_SELECTIVITY.other;
  const keys = statement.groupBy.reduce((n, e) => n * distinctOf(e, figures), 1);
  const aggregated = statement.aggregates.length > 0 || statement.groupBy.length > 0;
  const batched = statement.streams.some((s) => s.windows.some((w) => w.name.endsWith('batch')));
  let { deltasHz, insertsHz } = rows;
  let removesHz = statement.selector === 'istream' ? 0 : rows.removesHz;
  if (statement.selector === 'rstream') [insertsHz, removesHz] = [rows.removesHz, 0];
  if (batched) deltasHz = Math.min(deltasHz, batchesHz(statement, figures));
  if (aggregated && !isRowPerEvent(statement)) {
    // One row per group that a cause touches, for rows that leave as well.
    const causesHz = rows.deltasHz;
    deltasHz = batched ? deltasHz : causesHz;
    insertsHz = batched ? deltasHz * keys : causesHz;
    removesHz = statement.selector === 'irstream' ? insertsHz : 0;
  }
  const every = periodOf(statement);
  if (every !== null) {
    deltasHz = Math.min(deltasHz, 1 / every);
    const thinned = statement.output?.selector;
    if (thinned === 'last' || thinned === 'first' || thinned === 'snapshot' || aggregated) {
      insertsHz = Math.min(insertsHz, keys / every);
      removesHz = Math.min(removesHz, keys / every);
    }
  }
  return { deltasHz: deltasHz * having, insertsHz: insertsHz * having, removesHz: removesHz * having };
}

/** True if the select clause has columns that are not grouped: then every row that comes makes a row. */
function isRowPerEvent(statement: SelectStatement): boolean {
  if (statement.select.some((i) => i.kind !== 'expression')) return true;
  const grouped = new Set(statement.groupBy.filter((e) => e.kind === 'property').map(propertyKey));
  return statement.select.some(
    (i) => i.kind === 'expression' && i.expression.kind === 'property' && !grouped.has(propertyKey(i.expression)),
  );
}

function propertyKey(e: CheckedExpression): string {
  return e.kind === 'property'
    ? `${e.ref.stream}/${e.path.map((s) => (s.kind === 'name' ? s.name : '')).join('.')}`
    : '';
}

/** Batches per second of the windows that hand out whole batches. */
function batchesHz(statement: SelectStatement, figures: FiguresOf): number {
  let hz = 0;
  for (const s of statement.streams) {
    for (const w of s.windows) {
      if (w.name === 'time_batch') hz += 1 / Math.max(1e-3, secondsOf(w.args[0]));
      else if (w.name === 'length_batch') {
        const rows = Math.max(1, windowFigures([w], 1, figures).rows);
        hz += rateOf(figures(s.index)) / rows;
      } else if (w.name.endsWith('batch')) hz += 1;
    }
  }
  return hz;
}

function periodOf(statement: SelectStatement): number | null {
  const rate = statement.output?.rate;
  return rate?.kind === 'time' ? Math.max(1e-3, secondsOf(rate.period)) : null;
}

function itemBytes(item: SelectItem, statement: SelectStatement, figures: FiguresOf): number {
  if (item.kind === 'expression') {
    const { expression: e } = item;
    const [first] = e.kind === 'property' ? e.path : [];
    const known =
      e.kind === 'property' && first?.kind === 'name' ? figures(e.ref.stream)?.columnBytes?.[first.name] : undefined;
    return known ?? defaultBytes(e.type);
  }
  const streams =
    item.kind === 'wildcard' ? statement.streams : statement.streams.filter((s) => s.index === item.stream);
  return streams.reduce((sum, s) => sum + columnBytes(s.eventType.properties, figures(s.index)), 0);
}
