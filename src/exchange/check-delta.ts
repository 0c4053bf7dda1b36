/**
 * What a delta of another domain must look like before anything believes it. A breach is a verdict, never an exception:
 * it harms the rows of the domain that sent it and nobody else.
 */
import type { CauseKey } from '../model/cause-key.ts';
import type { Column } from '../model/checked.ts';
import type { Delta, RemovedRow, RowId, RowValues } from '../model/delta.ts';
import type { Event } from '../model/event.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentKind } from '../model/plan.ts';
import { LONG_LIMIT, type MapValue, type Value, type ValueType } from '../model/value.ts';
import { VALUE_DEPTH } from './limits.ts';

/** Why a delta or frame was not taken; the label of `exchange_refused_total`. */
export type Refusal =
  | 'foreign'
  | 'stale-epoch'
  | 'duplicate'
  | 'malformed'
  | 'overflow'
  | 'ahead-of-clock'
  | 'key'
  | 'foreign-cause'
  | 'key-order'
  | 'below-watermark'
  | 'column-count'
  | 'column-type'
  | 'row-shape'
  | 'row-unknown'
  | 'row-repeated'
  | 'rows-limit';

/** Longest path of insert-into routing that a key may carry. */
const PATH_LIMIT = 64;

export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Null when the delta has the shape that a fragment of `kind` with `columns` may send. */
export function refuseDelta(delta: Delta, kind: FragmentKind, columns: readonly Column[]): Refusal | null {
  if (!isKey(delta.key)) return 'key';
  for (const update of delta.updates) {
    for (const row of update.insert) {
      if (kind === 'result' ? row.id !== null : row.id === null || !isRowId(row.id)) return 'row-shape';
      const refusal = refuseValues(row.values, columns);
      if (refusal !== null) return refusal;
    }
    for (const row of update.remove) {
      const refusal = refuseRemoved(row, kind, columns);
      if (refusal !== null) return refusal;
    }
  }
  return null;
}

/** Null unless the delta of a fragment that reads `domain` alone names causes or rows of another. */
export function refuseForeign(delta: Delta, domain: DomainName): Refusal | null {
  if (delta.key.phase === 1 && delta.key.domain !== domain) return 'foreign-cause';
  for (const update of delta.updates) {
    for (const row of update.insert) if (row.id !== null && row.id.domain !== domain) return 'foreign-cause';
  }
  return null;
}

function refuseRemoved(row: RemovedRow, kind: FragmentKind, columns: readonly Column[]): Refusal | null {
  switch (kind) {
    case 'stream':
      return 'row-shape';
    case 'view':
      return 'id' in row && isRowId(row.id) ? null : 'row-shape';
    case 'result':
      return 'id' in row ? 'row-shape' : refuseValues(row.values, columns);
  }
}

function isKey(key: CauseKey): boolean {
  if (!isCount(key.timestampMs) || key.timestampMs > LONG_LIMIT || key.path.length > PATH_LIMIT) return false;
  if (!key.path.every(isCount)) return false;
  if (key.phase === 1) return isCount(key.seq);
  return (key.phase === 0 || key.phase === 2) && key.domain === '' && key.seq === 0;
}

export function isRowId(id: RowId): boolean {
  return isCount(id.seq) && isCount(id.part) && typeof id.domain === 'string';
}

export function refuseValues(values: RowValues, columns: readonly Column[]): Refusal | null {
  if (values.length !== columns.length) return 'column-count';
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    const value = values[i];
    if (column === undefined || value === undefined || !fits(value, column.type, 0)) return 'column-type';
  }
  return null;
}

function fits(value: Value, type: ValueType, depth: number): boolean {
  if (value === null) return true;
  if (depth > VALUE_DEPTH) return false;
  switch (type.kind) {
    case 'null':
    case 'period':
      return false;
    case 'boolean':
      return typeof value === 'boolean';
    // All numbers are one kind at run time; one out of its static range harms nobody but who sent it.
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'object':
      return true;
    case 'map':
    case 'event':
      return isMap(value);
    case 'struct':
      return isMap(value) && type.members.every((m) => fits(memberOf(value, m.name), m.type, depth + 1));
    case 'array':
      return isList(value) && value.every((item) => fits(item, type.of, depth + 1));
  }
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function isMap(value: Value): value is MapValue | Event {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function memberOf(value: MapValue | Event, name: string): Value {
  const found: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : null;
  return isValue(found) ? found : null;
}

/** Members of a decoded map are values by construction; fields of an engine's event object are not all. */
function isValue(value: unknown): value is Value {
  return value !== undefined && typeof value !== 'function';
}
