/**
 * Estimates of encoded sizes, never below what federation/codec writes (a property test holds them to it): packing and
 * bounds need them here, where the encoding is unknown.
 */
import type { CauseKey } from '../model/cause-key.ts';
import type { Delta, InsertedRow, RemovedRow } from '../model/delta.ts';
import type { Event } from '../model/event.ts';
import type { MapValue, Value } from '../model/value.ts';

/** Fields of an envelope around its deltas, with room for the seal. */
export const ENVELOPE_OVERHEAD_BYTES = 320;
const DELTA_OVERHEAD_BYTES = 16;
const KEY_BYTES = 40;
const PATH_STEP_BYTES = 10;
const UPDATE_OVERHEAD_BYTES = 8;
const ROW_OVERHEAD_BYTES = 8;
/** Of a lack, without the domain's name: state, time, tags and lengths. */
const LACK_BYTES = 18;
const ROW_ID_BYTES = 32;
const VALUE_BYTES = 14;
/** UTF-8 takes at most three bytes per UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** Upper estimate, in bytes, of the delta's part of an envelope. */
export function estimateDeltaBytes(delta: Delta): number {
  let bytes = DELTA_OVERHEAD_BYTES + estimateKeyBytes(delta.key);
  for (const update of delta.updates) {
    bytes += UPDATE_OVERHEAD_BYTES;
    for (const row of update.insert) bytes += estimateRowBytes(row);
    for (const row of update.remove) bytes += estimateRemovedBytes(row);
  }
  for (const { domain } of delta.lacks ?? []) bytes += LACK_BYTES + textBytes(domain);
  return bytes;
}

export function estimateRowBytes(row: InsertedRow): number {
  const id = row.id === null ? 0 : ROW_ID_BYTES + textBytes(row.id.domain);
  return ROW_OVERHEAD_BYTES + id + estimateValuesBytes(row.values);
}

function estimateRemovedBytes(row: RemovedRow): number {
  if ('id' in row) return ROW_OVERHEAD_BYTES + ROW_ID_BYTES + textBytes(row.id.domain);
  return ROW_OVERHEAD_BYTES + estimateValuesBytes(row.values);
}

function estimateKeyBytes(key: CauseKey): number {
  return KEY_BYTES + textBytes(key.domain) + key.path.length * PATH_STEP_BYTES;
}

function estimateValuesBytes(values: readonly Value[]): number {
  let bytes = 0;
  for (const value of values) bytes += estimateValueBytes(value);
  return bytes;
}

function estimateValueBytes(value: Value): number {
  if (typeof value === 'string') return VALUE_BYTES + textBytes(value);
  if (value === null || typeof value !== 'object') return VALUE_BYTES;
  if (isList(value)) return VALUE_BYTES + estimateValuesBytes(value);
  let bytes = VALUE_BYTES;
  for (const [member, inner] of Object.entries(value)) {
    bytes += VALUE_BYTES + textBytes(member) + estimateValueBytes(inner);
  }
  return bytes;
}

function isList(value: readonly Value[] | MapValue | Event): value is readonly Value[] {
  return Array.isArray(value);
}

function textBytes(text: string): number {
  return text.length * BYTES_PER_UNIT + 2;
}
