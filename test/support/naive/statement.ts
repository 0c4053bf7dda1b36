/**
 * Naive reference of `select`: statements as plain data, their text, and what Esper answers per cause, computed anew from
 * window contents before and after it (Esper reference §3.7: the categories; §5.6 having; §5.12 joins).
 */
import { contentOf, duesOf, windowText, type NaiveEvent, type NaiveWindow } from './windows.ts';

export type Scalar = number | string | null;
/** One event per stream; null where an outer join pads. */
export type Row = readonly (NaiveEvent | null)[];

export interface Ref {
  readonly stream: number;
  readonly name: 'host' | 'k' | 'v';
}

export type Predicate =
  | {
      readonly kind: 'compare';
      readonly ref: Ref;
      readonly op: '>' | '<=' | '=' | '!=';
      readonly value: number | string;
    }
  | { readonly kind: 'null'; readonly ref: Ref; readonly not: boolean }
  | { readonly kind: 'and' | 'or'; readonly left: Predicate; readonly right: Predicate }
  | { readonly kind: 'not'; readonly of: Predicate };

export type AggregateName =
  | 'count(*)'
  | 'count'
  | 'count distinct'
  | 'sum'
  | 'sum distinct'
  | 'avg'
  | 'min'
  | 'max'
  | 'median'
  | 'stddev'
  | 'avedev'
  | 'first'
  | 'last'
  | 'maxever'
  | 'countever';

export interface Aggregate {
  readonly kind: 'aggregate';
  readonly name: AggregateName;
  readonly ref: Ref;
}

export type Item = Aggregate | { readonly kind: 'column'; readonly ref: Ref };

export interface NaiveStream {
  readonly type: string;
  readonly filter: Predicate | null;
  readonly window: NaiveWindow;
}

export interface NaiveStatement {
  readonly streams: readonly NaiveStream[];
  /** How two streams join: `on a.host = b.host`; `theta` without a condition. */
  readonly join: 'equi' | 'theta' | 'left' | 'full';
  readonly where: Predicate | null;
  readonly items: readonly Item[];
  readonly groupBy: Ref | null;
  readonly having: { readonly aggregate: Aggregate; readonly op: '>' | '<='; readonly value: number } | null;
  readonly irstream: boolean;
}

const ALIASES = ['a', 'b'];

export function refText(ref: Ref): string {
  return `${ALIASES[ref.stream]}.${ref.name}`;
}

export function predicateText(p: Predicate): string {
  switch (p.kind) {
    case 'compare':
      return `${refText(p.ref)} ${p.op} ${typeof p.value === 'string' ? `'${p.value}'` : p.value}`;
    case 'null':
      return `${refText(p.ref)} is ${p.not ? 'not ' : ''}null`;
    case 'not':
      return `not (${predicateText(p.of)})`;
    default:
      return `(${predicateText(p.left)} ${p.kind} ${predicateText(p.right)})`;
  }
}

function aggregateText({ name, ref }: Aggregate): string {
  if (name === 'count(*)') return name;
  const [fn, distinct] = name.split(' ');
  return `${fn}(${distinct === undefined ? '' : 'distinct '}${refText(ref)})`;
}

export function statementText(s: NaiveStatement): string {
  const streams = s.streams.map((stream, i) => {
    const filter = stream.filter === null ? '' : `(${predicateText(stream.filter).replaceAll(`${ALIASES[i]}.`, '')})`;
    const text = windowText(stream.window);
    const retain = text.endsWith(' retain-union') ? ' retain-union' : '';
    return `${stream.type}${filter}${text.slice(0, text.length - retain.length)} as ${ALIASES[i]}${retain}`;
  });
  const outer = s.join === 'left' ? ' left outer join ' : ' full outer join ';
  const from =
    s.join === 'left' || s.join === 'full' ? `${streams.join(outer)} on a.host = b.host` : streams.join(', ');
  const conjuncts = [
    ...(s.streams.length === 2 && s.join === 'equi' ? ['a.host = b.host'] : []),
    ...(s.where === null ? [] : [predicateText(s.where)]),
  ];
  return [
    `@name('s') select ${s.irstream ? 'irstream ' : ''}${s.items.map((item, i) => `${item.kind === 'column' ? refText(item.ref) : aggregateText(item)} as c${i}`).join(', ')}`,
    `from ${from}`,
    ...(conjuncts.length === 0 ? [] : [`where ${conjuncts.join(' and ')}`]),
    ...(s.groupBy === null ? [] : [`group by ${refText(s.groupBy)}`]),
    ...(s.having === null ? [] : [`having ${aggregateText(s.having.aggregate)} ${s.having.op} ${s.having.value}`]),
  ].join(' ');
}

function valueOf(ref: Ref, row: Row): Scalar {
  return row[ref.stream]?.[ref.name] ?? null;
}

/** Three-valued. */
function test(p: Predicate, row: Row): boolean | null {
  switch (p.kind) {
    case 'null':
      return (valueOf(p.ref, row) === null) !== p.not;
    case 'not': {
      const value = test(p.of, row);
      return value === null ? null : !value;
    }
    case 'compare':
      return compare(valueOf(p.ref, row), p.op, p.value);
    default: {
      const both = [test(p.left, row), test(p.right, row)];
      const decides = p.kind === 'or';
      if (both.includes(decides)) return decides;
      return both.includes(null) ? null : !decides;
    }
  }
}

function compare(left: Scalar, op: '>' | '<=' | '=' | '!=', right: number | string): boolean | null {
  if (left === null) return null;
  if (op === '=') return left === right;
  if (op === '!=') return left !== right;
  return op === '>' ? left > right : left <= right;
}

function passes(p: Predicate | null, row: Row): boolean {
  return p === null || test(p, row) === true;
}

const sumOf = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

/** Value of an aggregation over rows in order of arrival; `ever` are all rows that have entered. */
function aggregateOf({ name, ref }: Aggregate, rows: readonly Row[], ever: readonly Row[]): Scalar {
  const all = rows.map((row) => valueOf(ref, row));
  const present = all.filter((x) => x !== null);
  const numbers = present.filter((x) => typeof x === 'number');
  const mean = sumOf(numbers) / numbers.length;
  switch (name) {
    case 'count(*)':
      return rows.length;
    case 'count':
      return present.length;
    case 'count distinct':
      return new Set(present).size;
    case 'sum':
      return numbers.length === 0 ? null : sumOf(numbers);
    case 'sum distinct':
      return numbers.length === 0 ? null : sumOf([...new Set(numbers)]);
    case 'avg':
      return numbers.length === 0 ? null : mean;
    case 'min':
      return numbers.length === 0 ? null : Math.min(...numbers);
    case 'max':
      return numbers.length === 0 ? null : Math.max(...numbers);
    case 'median': {
      const sorted = numbers.toSorted((a, b) => a - b);
      const upper = sorted[Math.floor(sorted.length / 2)] ?? null;
      const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? null;
      return upper === null || lower === null ? null : (upper + lower) / 2;
    }
    case 'stddev':
      return numbers.length < 2 ? null : Math.sqrt(sumOf(numbers.map((x) => (x - mean) ** 2)) / (numbers.length - 1));
    case 'avedev':
      return numbers.length === 0 ? null : sumOf(numbers.map((x) => Math.abs(x - mean))) / numbers.length;
    case 'first':
      return all[0] ?? null;
    case 'last':
      return all.at(-1) ?? null;
    case 'countever':
      return ever.filter((row) => valueOf(ref, row) !== null).length;
    case 'maxever': {
      const seen = ever.map((row) => valueOf(ref, row)).filter((x) => typeof x === 'number');
      return seen.length === 0 ? null : Math.max(...seen);
    }
  }
}

export interface NaiveCall {
  readonly insert: readonly Readonly<Record<string, Scalar>>[];
  readonly remove: readonly Readonly<Record<string, Scalar>>[];
}

interface Change {
  readonly insert: readonly Row[];
  readonly remove: readonly Row[];
}

export class NaiveRun {
  readonly #statement: NaiveStatement;
  #history: readonly NaiveEvent[] = [];
  #now = 0;
  /** Rows behind `where` that have entered so far. */
  readonly #ever: Row[] = [];

  constructor(statement: NaiveStatement) {
    this.#statement = statement;
  }

  /** The listener calls that have any rows, in order. */
  advance(to: number): readonly NaiveCall[] {
    const calls: NaiveCall[] = [];
    const dues = this.#statement.streams.flatMap((s, i) => duesOf(s.window, this.#arrivals(i), this.#now, to));
    for (const due of [...new Set(dues)].sort((a, b) => a - b)) {
      const before = this.#contents();
      this.#now = due;
      calls.push(...this.#react(before, null));
    }
    this.#now = to;
    return calls;
  }

  send(event: NaiveEvent): readonly NaiveCall[] {
    const calls = [...this.advance(event.t)];
    const before = this.#contents();
    this.#history = [...this.#history, event];
    calls.push(...this.#react(before, event));
    return calls;
  }

  /** What iterating the statement gives; for windows that are no batch, and inner joins. */
  iterate(): readonly Readonly<Record<string, Scalar>>[] {
    const { items, groupBy, having } = this.#statement;
    const rows = this.#visible(this.#contents());
    const aggregated = this.#aggregated();
    if (aggregated && groupBy === null && items.every((i) => i.kind === 'aggregate')) {
      return this.#holds(rows, rows) ? [this.#row(null, rows)] : [];
    }
    const groups = new Map<Scalar, Row[]>();
    const key = (row: Row): Scalar => (groupBy === null ? null : valueOf(groupBy, row));
    for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
    const members = (row: Row): readonly Row[] => groups.get(key(row)) ?? [];
    const shown = this.#perGroup() ? rows.filter((row) => members(row)[0] === row) : rows;
    return shown
      .filter((row) => having === null || this.#holds(members(row), rows))
      .map((row) => this.#row(row, members(row)));
  }

  #arrivals(stream: number): readonly NaiveEvent[] {
    const spec = this.#statement.streams[stream];
    if (spec === undefined) return [];
    const at = (e: NaiveEvent): Row => (stream === 0 ? [e] : [null, e]);
    return this.#history.filter((e) => e.type === spec.type && passes(spec.filter, at(e)));
  }

  #contents(): readonly (readonly NaiveEvent[])[] {
    return this.#statement.streams.map((s, i) => contentOf(s.window, this.#arrivals(i), this.#now));
  }

  /** Rows behind `where` that the contents make. */
  #visible(contents: readonly (readonly NaiveEvent[])[]): readonly Row[] {
    const [left = [], right] = contents;
    const rows: Row[] = right === undefined ? left.map((e) => [e]) : this.#pairs(left, right, left, right);
    return rows.filter((row) => passes(this.#statement.where, row));
  }

  /** Joined rows of `lefts` with `right` and of `rights` with `left`, each once. */
  #pairs(
    lefts: readonly NaiveEvent[],
    right: readonly NaiveEvent[],
    left: readonly NaiveEvent[],
    rights: readonly NaiveEvent[],
  ): Row[] {
    const { join } = this.#statement;
    const outer = join === 'left' || join === 'full';
    const meet = (a: NaiveEvent, b: NaiveEvent): boolean =>
      join === 'theta' || (a.host === b.host && (outer || a.host !== null));
    const rows = new Map<string, Row>();
    const add = (a: NaiveEvent | null, b: NaiveEvent | null): void => void rows.set(`${a?.id}/${b?.id}`, [a, b]);
    for (const a of lefts) {
      const partners = right.filter((b) => meet(a, b));
      for (const b of partners) add(a, b);
      if (partners.length === 0 && outer) add(a, null);
    }
    for (const b of rights) {
      const partners = left.filter((a) => meet(a, b));
      for (const a of partners) add(a, b);
      if (partners.length === 0 && join === 'full') add(null, b);
    }
    return [...rows.values()];
  }

  #react(before: readonly (readonly NaiveEvent[])[], arrival: NaiveEvent | null): readonly NaiveCall[] {
    const { streams, where } = this.#statement;
    const after = this.#contents();
    const changes = streams.map((s, i) => {
      const [old = [], now = []] = [before[i], after[i]];
      const insert = now.filter((e) => !old.includes(e));
      const enters = s.window.kind === 'sort' && arrival !== null && this.#arrivals(i).at(-1) === arrival;
      if (enters && !insert.includes(arrival)) insert.push(arrival);
      const remove = [...old, ...insert].filter((e, n, all) => !now.includes(e) && all.indexOf(e) === n);
      return { insert, remove };
    });
    const [left, right] = changes;
    if (left === undefined) return [];
    const rows: Change =
      right === undefined
        ? { insert: left.insert.map((e) => [e]), remove: left.remove.map((e) => [e]) }
        : {
            insert: this.#pairs(left.insert, after[1] ?? [], after[0] ?? [], right.insert),
            remove: this.#pairs(left.remove, before[1] ?? [], before[0] ?? [], right.remove),
          };
    const change: Change = {
      insert: rows.insert.filter((row) => passes(where, row)),
      remove: rows.remove.filter((row) => passes(where, row)),
    };
    if (change.insert.length === 0 && change.remove.length === 0) return [];
    const everBefore = [...this.#ever];
    this.#ever.push(...change.insert);
    const call = this.#result(change, this.#visible(before), this.#visible(after), everBefore);
    return call.insert.length === 0 && call.remove.length === 0 ? [] : [call];
  }

  #aggregated(): boolean {
    return this.#statement.having !== null || this.#statement.items.some((i) => i.kind === 'aggregate');
  }

  /** Every selected column is the group key: one row per group, else one per event. */
  #perGroup(): boolean {
    const { groupBy, items } = this.#statement;
    return (
      groupBy !== null &&
      items.every((i) => i.kind === 'aggregate' || (i.ref.name === groupBy.name && i.ref.stream === groupBy.stream))
    );
  }

  #result(change: Change, before: readonly Row[], after: readonly Row[], everBefore: readonly Row[]): NaiveCall {
    const { items, groupBy, irstream } = this.#statement;
    const only = (rows: NaiveCall): NaiveCall => (irstream ? rows : { insert: rows.insert, remove: [] });
    if (!this.#aggregated()) {
      return only({
        insert: change.insert.map((row) => this.#row(row, [])),
        remove: change.remove.map((row) => this.#row(row, [])),
      });
    }
    if (groupBy === null && items.every((i) => i.kind === 'aggregate')) {
      return only({
        insert: this.#holds(after, this.#ever) ? [this.#row(null, after)] : [],
        remove: this.#holds(before, everBefore) ? [this.#row(null, before, everBefore)] : [],
      });
    }
    const key = (row: Row): Scalar => (groupBy === null ? null : valueOf(groupBy, row));
    const inGroup = (rows: readonly Row[], row: Row): readonly Row[] => rows.filter((r) => key(r) === key(row));
    if (!this.#perGroup()) {
      const shown = (rows: readonly Row[]): NaiveCall['insert'] =>
        rows
          .filter((row) => this.#holds(inGroup(after, row), this.#ever))
          .map((row) => this.#row(row, inGroup(after, row)));
      return only({ insert: shown(change.insert), remove: shown(change.remove) });
    }
    const touched = new Map([...change.insert, ...change.remove].map((row) => [key(row), row]));
    const perGroup = (rows: readonly Row[]): NaiveCall['insert'] =>
      [...touched.values()]
        .filter((row) => this.#holds(inGroup(rows, row), []))
        .map((row) => this.#row(row, inGroup(rows, row)));
    return only({ insert: perGroup(after), remove: perGroup(before) });
  }

  #holds(rows: readonly Row[], ever: readonly Row[]): boolean {
    const { having } = this.#statement;
    return having === null || compare(aggregateOf(having.aggregate, rows, ever), having.op, having.value) === true;
  }

  #row(row: Row | null, group: readonly Row[], ever: readonly Row[] = this.#ever): Readonly<Record<string, Scalar>> {
    return Object.fromEntries(
      this.#statement.items.map((item, i) => [
        `c${i}`,
        item.kind === 'aggregate' ? aggregateOf(item, group, ever) : row === null ? null : valueOf(item.ref, row),
      ]),
    );
  }
}
