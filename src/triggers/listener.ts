/**
 * Trigger listeners: what of a query's output is published (DESIGN §8).
 *
 * A declarative specification comes from the client with the registration and is checked against the query's columns.
 * Now: which columns, as they are or reduced over the inserted rows of one trigger, on every match. Edges, holds and
 * intervals will be further `mode`s with state on the query's clock: hence a listener is an object that takes triggers.
 */
import type { Column } from '../model/checked.ts';
import { CodedError } from '../model/errors.ts';
import type { Trigger, TriggerRow } from '../model/trigger.ts';
import { DOUBLE, isNumeric, LONG, type Value, type ValueType } from '../model/value.ts';

export interface TriggerListener {
  /** Columns of what `take` answers. */
  readonly columns: readonly Column[];
  /** What to publish of a trigger; null for nothing. Deterministic: replay yields the same. */
  take(trigger: Trigger): Trigger | null;
}

export const REDUCTIONS = ['last', 'first', 'max', 'min', 'avg', 'sum', 'count'] as const;
export type Reduction = (typeof REDUCTIONS)[number];

/** The checked form of the option `listener` of `registerQuery`. */
export interface ListenerSpec {
  /** @default all columns; with `reduce`, the reduced ones */
  readonly publish?: readonly string[] | undefined;
  /** One row instead of all inserted ones; a published column without a reduction takes its last value. Removed rows are left out. */
  readonly reduce?: Readonly<Record<string, Reduction>> | undefined;
  /** @default 'every' */
  readonly mode?: 'every' | undefined;
}

const KNOWN_KEYS = ['publish', 'reduce', 'mode'];
/** Modes of the design that do not run yet. */
const LATER_KEYS = ['hold', 'minInterval', 'batch', 'to'];

/** Checks what a client sent. Throws `UNKNOWN_OPTION`, `INVALID_OPTION`, `NOT_SUPPORTED`. */
export function parseListenerSpec(input: unknown): ListenerSpec {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid('listener', 'is not a struct', 'write it as {publish: ["column"], reduce: {column: "avg"}}');
  }
  const fields = new Map<string, unknown>(Object.entries(input));
  for (const key of fields.keys()) {
    if (LATER_KEYS.includes(key)) throw new CodedError('NOT_SUPPORTED', `listener.${key} is not there yet`);
    if (!KNOWN_KEYS.includes(key)) {
      throw new CodedError('UNKNOWN_OPTION', `unknown member '${key}' of listener`, {
        hint: `known are ${KNOWN_KEYS.join(', ')}`,
      });
    }
  }
  const publish = parsePublish(fields.get('publish'));
  const reduce = parseReduce(fields.get('reduce'));
  const mode = fields.get('mode') ?? 'every';
  if (mode === 'edge' || mode === 'onChange')
    throw new CodedError('NOT_SUPPORTED', `listener.mode '${mode}' is not there yet`);
  if (mode !== 'every') throw invalid('listener.mode', `is ${JSON.stringify(mode)}`, `use 'every'`);
  return { ...(publish === null ? {} : { publish }), ...(reduce === null ? {} : { reduce }), mode: 'every' };
}

function parsePublish(input: unknown): readonly string[] | null {
  if (input === undefined) return null;
  const names: readonly unknown[] = Array.isArray(input) ? input : [];
  const texts = names.filter((name) => typeof name === 'string');
  if (texts.length === 0 || texts.length !== names.length || new Set(texts).size !== texts.length) {
    throw invalid('listener.publish', 'is not a list of distinct names of columns', 'write it as ["a", "b"]');
  }
  return texts;
}

function parseReduce(input: unknown): Readonly<Record<string, Reduction>> | null {
  if (input === undefined) return null;
  const entries: readonly (readonly [string, unknown])[] =
    typeof input === 'object' && input !== null && !Array.isArray(input) ? Object.entries(input) : [];
  if (entries.length === 0) throw invalid('listener.reduce', 'is not a struct', 'write it as {column: "avg"}');
  return Object.fromEntries(
    entries.map(([column, how]) => {
      const reduction = REDUCTIONS.find((r) => r === how);
      if (reduction === undefined)
        throw invalid(`listener.reduce.${column}`, `is ${JSON.stringify(how)}`, `use one of ${REDUCTIONS.join(', ')}`);
      return [column, reduction];
    }),
  );
}

/** Makes the listener of a query with these output columns. Throws `INVALID_OPTION` for a column that is not there. */
export function createListener(spec: ListenerSpec, columns: readonly Column[]): TriggerListener {
  const { publish, reduce } = spec;
  const names = publish ?? (reduce === undefined ? columns.map((c) => c.name) : Object.keys(reduce));
  for (const name of Object.keys(reduce ?? {})) {
    if (!names.includes(name))
      throw invalid(`listener.reduce.${name}`, 'is not among listener.publish', 'publish it too');
  }
  const picked = names.map((name) =>
    pickColumn(columns, name, reduce?.[name] ?? (reduce === undefined ? null : 'last')),
  );
  const outColumns = picked.map((p) => ({ name: p.name, type: p.type }));
  const isWhole = reduce === undefined && publish === undefined;
  return {
    columns: isWhole ? columns : outColumns,
    take: (trigger) => {
      if (isWhole) return trigger;
      if (reduce !== undefined) return reduceTrigger(trigger, outColumns, picked);
      const project = (row: TriggerRow): TriggerRow => picked.map((p) => row[p.index] ?? null);
      return {
        ...trigger,
        columns: outColumns,
        insert: trigger.insert.map(project),
        remove: trigger.remove.map(project),
      };
    },
  };
}

interface PickedColumn {
  readonly name: string;
  readonly index: number;
  readonly type: ValueType;
  readonly reduction: Reduction | null;
}

function pickColumn(columns: readonly Column[], name: string, reduction: Reduction | null): PickedColumn {
  const index = columns.findIndex((c) => c.name === name);
  const column = columns[index];
  if (column === undefined) {
    throw invalid(
      'listener',
      `names the column '${name}', which the query does not have`,
      `it has ${columns.map((c) => c.name).join(', ')}`,
    );
  }
  if ((reduction === 'avg' || reduction === 'sum') && !isNumeric(column.type)) {
    throw invalid(
      `listener.reduce.${name}`,
      `needs numbers, '${name}' is ${column.type.kind}`,
      'use last, first or count',
    );
  }
  if ((reduction === 'max' || reduction === 'min') && !isNumeric(column.type) && column.type.kind !== 'string') {
    throw invalid(
      `listener.reduce.${name}`,
      `needs numbers or strings, '${name}' is ${column.type.kind}`,
      'use last, first or count',
    );
  }
  return { name, index, type: reducedType(column.type, reduction), reduction };
}

function reducedType(type: ValueType, reduction: Reduction | null): ValueType {
  if (reduction === 'count') return LONG;
  return reduction === 'avg' ? DOUBLE : type;
}

function reduceTrigger(trigger: Trigger, columns: readonly Column[], picked: readonly PickedColumn[]): Trigger | null {
  if (trigger.insert.length === 0) return null;
  const row = picked.map((p) =>
    reduceValues(
      trigger.insert.map((r) => r[p.index] ?? null),
      p.reduction ?? 'last',
    ),
  );
  return { ...trigger, columns, insert: [row], remove: [] };
}

/** As EPL's aggregates: null values do not take part; without any other the result is null, for count 0. */
function reduceValues(values: readonly Value[], reduction: Reduction): Value {
  const present = values.filter((value) => value !== null);
  const numbers = present.filter((value) => typeof value === 'number');
  switch (reduction) {
    case 'first':
      return values[0] ?? null;
    case 'last':
      return values.at(-1) ?? null;
    case 'count':
      return present.length;
    case 'sum':
      return numbers.length === 0 ? null : numbers.reduce((a, b) => a + b, 0);
    case 'avg':
      return numbers.length === 0 ? null : numbers.reduce((a, b) => a + b, 0) / numbers.length;
    case 'max':
      return extreme(present, 1);
    case 'min':
      return extreme(present, -1);
  }
}

function extreme(values: readonly Value[], sign: 1 | -1): Value {
  let best: string | number | null = null;
  for (const value of values) {
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    if (best === null || (sign === 1 ? value > best : value < best)) best = value;
  }
  return best;
}

function invalid(option: string, why: string, hint: string): CodedError {
  return new CodedError('INVALID_OPTION', `${option} ${why}`, { hint });
}
