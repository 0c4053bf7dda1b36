/**
 * Deltas ↔ wire payload. Compact: times and row ids count from what stands before them, the domain that nearly all of
 * them share is written once (proto/exchange.proto).
 */
import { eventKey, timerKey, type CauseKey } from '../model/cause-key.ts';
import type { Delta, InsertedRow, RemovedRow, RowId, Update } from '../model/delta.ts';
import { count, list, Malformed, text } from './decoded.ts';
import { lacksOf, toWireLack } from './codec-lack.ts';
import { fromWireValue, toWireValue } from './codec-value.ts';
import { COLUMNS, DELTAS, NAME_UNITS, PATH_STEPS } from './limits.ts';
import { wire, type DecodedPayload, type WireDelta, type WireRow, type WireUpdate } from './wire/wire.ts';

/** What the next delta and row count from. */
interface Running {
  readonly domain: string;
  ms: number;
  /** seq of the last event cause. */
  seq: number;
  /** seq of the last removed row. */
  removed: number;
}

export function encodePayload(deltas: readonly Delta[]): Uint8Array {
  const running: Running = {
    domain: commonDomain(deltas),
    ms: deltas[0]?.key.timestampMs ?? 0,
    seq: firstSeq(deltas),
    removed: firstSeq(deltas),
  };
  const { domain, ms: baseMs, seq: baseSeq } = running;
  return wire.Payload.encode({ domain, baseMs, baseSeq, deltas: deltas.map((d) => toWireDelta(d, running)) }).finish();
}

/** Throws {@link Malformed} and what protobufjs throws. */
export function decodePayload(bytes: Uint8Array): Delta[] {
  const payload: DecodedPayload = wire.Payload.decode(bytes);
  const seq = count(payload.baseSeq, 'base_seq');
  const domain = text(payload.domain, 'domain', NAME_UNITS);
  const running: Running = { domain, ms: count(payload.baseMs, 'base_ms'), seq, removed: seq };
  return list(payload.deltas, 'deltas', DELTAS).map((d) => fromWireDelta(d, running));
}

function toWireDelta(delta: Delta, running: Running): WireDelta {
  const { key } = delta;
  const result: WireDelta = { ms: key.timestampMs - running.ms };
  running.ms = key.timestampMs;
  switch (key.phase) {
    case 0:
      result.phase = wire.Phase.TIMERS_BEFORE;
      break;
    case 2:
      result.phase = wire.Phase.TIMERS_AFTER;
      break;
    case 1:
      if (key.domain !== running.domain) result.domain = key.domain;
      result.seq = key.seq - running.seq;
      running.seq = key.seq;
  }
  if (key.path.length > 0) result.path = [...key.path];
  if (delta.gap === true) result.gap = true;
  if (delta.lacks !== undefined) result.lacks = delta.lacks.map(toWireLack);
  result.updates = delta.updates.map((u) => toWireUpdate(u, running));
  return result;
}

function fromWireDelta(delta: WireDelta, running: Running): Delta {
  running.ms = count(running.ms + (delta.ms ?? 0), 'timestamp');
  const key = withPath(keyOf(delta, running), list(delta.path, 'path steps', PATH_STEPS));
  const updates = (delta.updates ?? []).map((u) => fromWireUpdate(u, running));
  const lacks = lacksOf(delta.lacks);
  return { key, updates, ...(delta.gap === true ? { gap: true } : {}), ...(lacks === undefined ? {} : { lacks }) };
}

function keyOf(delta: WireDelta, running: Running): CauseKey {
  switch (delta.phase ?? wire.Phase.EVENT) {
    case wire.Phase.TIMERS_BEFORE:
      return timerKey(running.ms, 0);
    case wire.Phase.TIMERS_AFTER:
      return timerKey(running.ms, 2);
    case wire.Phase.EVENT:
      running.seq = count(running.seq + (delta.seq ?? 0), 'seq of a cause');
      return eventKey(running.ms, text(delta.domain ?? running.domain, 'domain', NAME_UNITS), running.seq);
    default:
      throw new Malformed('an unknown phase');
  }
}

function withPath(key: CauseKey, path: readonly number[]): CauseKey {
  return path.length === 0 ? key : { ...key, path: [...path] };
}

function toWireUpdate(update: Update, running: Running): WireUpdate {
  const result: WireUpdate = {};
  if (update.insert.length > 0) result.insert = update.insert.map((row) => toWireInsert(row, running));
  if (update.remove.length > 0) {
    result.remove = update.remove.map((row) => {
      if (!('id' in row)) return { values: row.values.map(toWireValue) };
      const wireRow = toWireId(row.id, running.domain, running.removed);
      running.removed = row.id.seq;
      return wireRow;
    });
  }
  return result;
}

function toWireInsert(row: InsertedRow, running: Running): WireRow {
  const result: WireRow = row.id === null ? {} : toWireId(row.id, running.domain, running.seq);
  result.values = row.values.map(toWireValue);
  return result;
}

function fromWireUpdate(update: WireUpdate, running: Running): Update {
  return {
    insert: (update.insert ?? []).map((row): InsertedRow => {
      const values = list(row.values, 'values', COLUMNS).map((v) => fromWireValue(v));
      return { id: fromWireId(row, running.domain, running.seq), values };
    }),
    remove: (update.remove ?? []).map((row): RemovedRow => {
      const id = fromWireId(row, running.domain, running.removed);
      if (id === null) return { values: list(row.values, 'values', COLUMNS).map((v) => fromWireValue(v)) };
      running.removed = id.seq;
      return { id };
    }),
  };
}

/** The id of a row relative to the payload's domain and the number it counts from. */
export function toWireId(id: RowId, domain: string, from: number): WireRow {
  const result: WireRow = { seq: id.seq - from };
  if (id.domain !== domain) result.domain = id.domain;
  if (id.part !== 0) result.part = id.part;
  return result;
}

/** Null for a row without id. */
export function fromWireId(row: WireRow, domain: string, from: number): RowId | null {
  if (row.seq === null || row.seq === undefined) return null;
  return {
    domain: text(row.domain ?? domain, 'domain', NAME_UNITS),
    seq: count(from + row.seq, 'seq of a row'),
    part: count(row.part, 'part'),
  };
}

function commonDomain(deltas: readonly Delta[]): string {
  for (const delta of deltas) {
    if (delta.key.phase === 1) return delta.key.domain;
    const domain = domainOfRows(delta);
    if (domain !== null) return domain;
  }
  return '';
}

function domainOfRows(delta: Delta): string | null {
  for (const update of delta.updates) {
    for (const row of update.insert) if (row.id !== null) return row.id.domain;
    for (const row of update.remove) if ('id' in row) return row.id.domain;
  }
  return null;
}

/** The first event's or removed row's number: small differences from there on. */
function firstSeq(deltas: readonly Delta[]): number {
  for (const delta of deltas) {
    if (delta.key.phase === 1) return delta.key.seq;
    for (const update of delta.updates) for (const row of update.remove) if ('id' in row) return row.id.seq;
  }
  return 0;
}
