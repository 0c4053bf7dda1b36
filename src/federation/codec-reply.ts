/** Replies of the control plane ↔ bytes (proto/control.proto). */
import type {
  CatalogMetric,
  CatalogReply,
  ColumnFigures,
  MetricFigures,
  ControlReply,
  DomainCatalog,
  SealKey,
  SnapshotReply,
} from '../model/control.ts';
import type { InsertedRow } from '../model/delta.ts';
import { CodedError, ERROR_NUMBERS, unreachable, type ErrorCode, type Position } from '../model/errors.ts';
import { columnsOf, fragmentIdOf } from './codec-control.ts';
import { fromWireId, toWireId } from './codec-delta.ts';
import { fromWireHeartbeat, toWireHeartbeat } from './codec-heartbeat.ts';
import { fromWireSilenceReply, toWireSilenceReply } from './codec-silence.ts';
import { toWireColumn } from './codec-type.ts';
import { fromWireValue, toWireValue } from './codec-value.ts';
import { fromWireEnvelope, toWireEnvelope } from './codec.ts';
import { count, decodeWith, list, Malformed, name, positive, present, text, type Decoded } from './decoded.ts';
import {
  COLUMNS,
  DELTAS,
  FIGURES,
  FRAGMENTS,
  KEY_BYTES,
  METRICS,
  NAME_UNITS,
  REPLY_BYTES,
  SNAPSHOT_ROWS,
  TEXT_UNITS,
} from './limits.ts';
import { wire, type DecodedReply, type WireReply, type WireRow } from './wire/wire.ts';

export type ReplyFrame =
  | { readonly kind: 'reply'; readonly reply: ControlReply }
  | { readonly kind: 'failure'; readonly error: CodedError };

export function encodeReply(reply: ControlReply): Uint8Array {
  return wire.Reply.encode(toWireReply(reply)).finish();
}

/** Only code, message, hint and position travel: data and causes may name what is not the peer's to know. */
export function encodeFailure(error: CodedError): Uint8Array {
  const { code, message, hint, position } = error;
  const cut = (t: string): string => t.slice(0, NAME_UNITS);
  const failure = { code, message: cut(message), hint: cut(hint ?? '') };
  return wire.Reply.encode({ failure: position === undefined ? failure : { ...failure, position } }).finish();
}

/** Never throws. */
export function decodeReply(bytes: Uint8Array): Decoded<ReplyFrame> {
  return decodeWith(bytes, REPLY_BYTES, (b): ReplyFrame => {
    const frame: DecodedReply = wire.Reply.decode(b);
    if (!frame.failure) return { kind: 'reply', reply: fromWireReply(frame) };
    const hint = text(frame.failure.hint, 'hint', TEXT_UNITS);
    const message = text(frame.failure.message, 'message', TEXT_UNITS);
    const code = codeOf(frame.failure.code ?? '');
    const options = { hint: hint === '' ? undefined : hint, position: positionOf(frame.failure.position) };
    return { kind: 'failure', error: new CodedError(code, message, options) };
  });
}

function positionOf(position: NonNullable<WireReply['failure']>['position']): Position | undefined {
  if (!position) return undefined;
  return {
    offset: count(position.offset, 'offset'),
    length: count(position.length, 'length'),
    line: positive(position.line, 'line'),
    column: positive(position.column, 'column'),
  };
}

/** A code that this version does not know becomes `PROTOCOL`. */
function codeOf(code: string): ErrorCode {
  return isErrorCode(code) ? code : 'PROTOCOL';
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_NUMBERS, code);
}

function toWireReply(reply: ControlReply): WireReply {
  switch (reply.kind) {
    case 'prepared': {
      const { fragmentId, epoch, stampMs, columns, seal } = reply;
      const prepared = { fragmentId, epoch, stampMs, columns: columns.map(toWireColumn) };
      return { prepared: seal === undefined ? prepared : { ...prepared, seal: toWireSeal(seal) } };
    }
    case 'committed':
      return { committed: { epoch: reply.epoch, lastSeq: reply.lastSeq } };
    case 'key':
      return { key: { epoch: reply.epoch, seal: toWireSeal(reply.seal) } };
    case 'done':
      return { done: {} };
    case 'renewed':
      return { renewed: { unknown: [...reply.unknown] } };
    case 'replayed':
      return { replayed: { envelopes: reply.envelopes.map(toWireEnvelope) } };
    case 'snapshot':
      return { snapshot: toWireSnapshot(reply) };
    case 'progress':
      return { progress: toWireHeartbeat(reply.heartbeat) };
    case 'silence':
      return { silence: toWireSilenceReply(reply) };
    case 'catalog':
      return { catalog: toWireCatalogReply(reply) };
    default:
      return unreachable(reply);
  }
}

function fromWireReply(frame: WireReply): ControlReply {
  if (frame.prepared) {
    const { seal } = frame.prepared;
    return {
      kind: 'prepared',
      ...(seal ? { seal: sealOf(seal) } : {}),
      fragmentId: fragmentIdOf(frame.prepared.fragmentId),
      epoch: positive(frame.prepared.epoch, 'epoch'),
      stampMs: count(frame.prepared.stampMs, 'stamp'),
      columns: columnsOf(frame.prepared.columns),
    };
  }
  if (frame.committed) {
    const { epoch, lastSeq } = frame.committed;
    return { kind: 'committed', epoch: positive(epoch, 'epoch'), lastSeq: count(lastSeq, 'last_seq') };
  }
  if (frame.key) {
    const seal = sealOf(present(frame.key.seal, 'key'));
    return { kind: 'key', epoch: positive(frame.key.epoch, 'epoch'), seal };
  }
  if (frame.done) return { kind: 'done' };
  if (frame.renewed) {
    return { kind: 'renewed', unknown: list(frame.renewed.unknown, 'fragments', FRAGMENTS).map(fragmentIdOf) };
  }
  if (frame.replayed) {
    return { kind: 'replayed', envelopes: list(frame.replayed.envelopes, 'envelopes', DELTAS).map(fromWireEnvelope) };
  }
  if (frame.snapshot) return snapshotOf(frame.snapshot);
  if (frame.progress) return { kind: 'progress', heartbeat: fromWireHeartbeat(frame.progress) };
  if (frame.silence) return fromWireSilenceReply(frame.silence);
  if (frame.catalog) return { kind: 'catalog', catalog: catalogOf(frame.catalog), ...figuresOf(frame.catalog) };
  throw new Malformed('a reply of unknown kind');
}

function toWireSeal(seal: SealKey): NonNullable<NonNullable<WireReply['key']>['seal']> {
  return { keyId: seal.id, key: seal.key };
}

function sealOf(seal: NonNullable<NonNullable<WireReply['key']>['seal']>): SealKey {
  const key = seal.key ?? new Uint8Array(0);
  if (key.length !== KEY_BYTES) throw new Malformed(`a key of ${key.length} bytes`);
  // A copy: the rest of the reply is not kept alive.
  return { id: name(seal.keyId, 'key id', NAME_UNITS), key: Uint8Array.from(key) };
}

function toWireSnapshot(reply: SnapshotReply): NonNullable<WireReply['snapshot']> {
  const { epoch, seq, watermarkMs } = reply;
  const domain = reply.rows[0]?.id?.domain ?? '';
  let from = 0;
  const rows = reply.rows.map((row): WireRow => {
    const result: WireRow = row.id === null ? {} : toWireId(row.id, domain, from);
    if (row.id !== null) from = row.id.seq;
    result.values = row.values.map(toWireValue);
    return result;
  });
  return { epoch, seq, watermarkMs, domain, rows };
}

function snapshotOf(snapshot: NonNullable<WireReply['snapshot']>): SnapshotReply {
  const domain = text(snapshot.domain, 'domain', NAME_UNITS);
  let from = 0;
  const rows = list(snapshot.rows, 'rows', SNAPSHOT_ROWS).map((row): InsertedRow => {
    const id = fromWireId(row, domain, from);
    if (id !== null) from = id.seq;
    return { id, values: list(row.values, 'values', COLUMNS).map((v) => fromWireValue(v)) };
  });
  return {
    kind: 'snapshot',
    epoch: positive(snapshot.epoch, 'epoch'),
    seq: count(snapshot.seq, 'seq'),
    watermarkMs: count(snapshot.watermarkMs, 'watermark'),
    rows,
  };
}

function toWireCatalogReply({ catalog, figures = [] }: CatalogReply): NonNullable<WireReply['catalog']> {
  const told = figures.map((f) => ({ metric: f.metric, rateHz: f.rateHz, columns: f.columns.map((c) => ({ ...c })) }));
  return { ...(catalog === null ? { changed: false } : toWireCatalog(catalog)), figures: told };
}

/** Figures that make no sense are left out: they only make plans dearer. */
function figuresOf(reply: NonNullable<WireReply['catalog']>): Pick<CatalogReply, 'figures'> {
  const figures = list(reply.figures, 'figures', FIGURES).flatMap((f): readonly MetricFigures[] => {
    const rateHz = f.rateHz ?? 0;
    if (!Number.isFinite(rateHz) || rateHz < 0) return [];
    const columns = list(f.columns, 'columns', COLUMNS).map((c): ColumnFigures => {
      return {
        name: name(c.name, 'column', NAME_UNITS),
        bytes: count(c.bytes, 'bytes'),
        distinct: count(c.distinct, 'distinct'),
      };
    });
    return [{ metric: name(f.metric, 'metric', NAME_UNITS), rateHz, columns }];
  });
  return figures.length === 0 ? {} : { figures };
}

function toWireCatalog(catalog: DomainCatalog): NonNullable<WireReply['catalog']> {
  return {
    changed: true,
    domain: catalog.domain,
    version: catalog.version,
    metrics: catalog.metrics.map((metric) => ({
      name: metric.name,
      description: metric.description,
      properties: metric.properties.map(toWireColumn),
      units: Object.entries(metric.units).map(([property, unit]) => ({ property, unit })),
      ...(metric.aggregateOnly === true ? { aggregateOnly: true } : {}),
    })),
  };
}

function catalogOf(reply: NonNullable<WireReply['catalog']>): DomainCatalog | null {
  if (reply.changed !== true) return null;
  const metrics = list(reply.metrics, 'metrics', METRICS).map((metric): CatalogMetric => {
    const units: Record<string, string> = Object.create(null);
    for (const unit of list(metric.units, 'units', COLUMNS)) {
      units[name(unit.property, 'property', NAME_UNITS)] = text(unit.unit, 'unit', NAME_UNITS);
    }
    return {
      name: name(metric.name, 'metric', NAME_UNITS),
      description: text(metric.description, 'description', TEXT_UNITS),
      properties: columnsOf(metric.properties),
      units,
      ...(metric.aggregateOnly === true ? { aggregateOnly: true } : {}),
    };
  });
  return { domain: name(reply.domain, 'domain', NAME_UNITS), version: count(reply.version, 'version'), metrics };
}
