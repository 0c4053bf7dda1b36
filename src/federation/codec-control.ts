/** Requests of the control plane ↔ bytes (proto/control.proto). */
import type { Column } from '../model/checked.ts';
import type { ControlRequest, ResidualRequest } from '../model/control.ts';
import { unreachable } from '../model/errors.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentKind } from '../model/plan.ts';
import { fromWireSilence, toWireSilence } from './codec-silence.ts';
import { fromWireColumn, toWireColumn } from './codec-type.ts';
import { count, decodeWith, list, Malformed, name, positive, present, type Decoded } from './decoded.ts';
import { COLUMNS, EPL_UNITS, FRAGMENTS, NAME_UNITS, READERS, REQUEST_BYTES, RESIDUAL_INPUTS } from './limits.ts';
import {
  wire,
  type DecodedRequest,
  type WireFragmentKind,
  type WireHello,
  type WireRequest,
  type WireResidual,
} from './wire/wire.ts';

/** The version of the contract that this code speaks. */
export const WIRE_VERSION = 1;

/** Who speaks: the first thing on every stream. */
export interface Hello {
  readonly domain: DomainName;
}

export interface RequestFrame {
  readonly hello: Hello;
  readonly request: ControlRequest;
}

export function encodeRequest(self: DomainName, request: ControlRequest): Uint8Array {
  return wire.Request.encode({ ...toWireRequest(request), hello: toWireHello(self) }).finish();
}

/** Never throws. */
export function decodeRequest(bytes: Uint8Array): Decoded<RequestFrame> {
  return decodeWith(bytes, REQUEST_BYTES, (b) => {
    const frame: DecodedRequest = wire.Request.decode(b);
    return { hello: fromWireHello(frame.hello), request: fromWireRequest(frame) };
  });
}

export function toWireHello(domain: DomainName): WireHello {
  return { versionMin: WIRE_VERSION, versionMax: WIRE_VERSION, domain };
}

export function fromWireHello(wireHello: WireHello | null | undefined): Hello {
  const hello = present(wireHello, 'hello');
  const min = count(hello.versionMin, 'version_min');
  const max = count(hello.versionMax, 'version_max');
  if (min > WIRE_VERSION || max < WIRE_VERSION) throw new Malformed(`versions ${min} to ${max}, not ${WIRE_VERSION}`);
  return { domain: name(hello.domain, 'domain', NAME_UNITS) };
}

function toWireRequest(request: ControlRequest): WireRequest {
  switch (request.kind) {
    case 'prepare': {
      const { queryId, consumer, name: planned, fragmentKind, epl, columns, readers, residual } = request;
      return {
        prepare: {
          queryId,
          consumer,
          name: planned,
          kind: toWireKind(fragmentKind),
          epl,
          columns: columns.map(toWireColumn),
          readers: [...readers],
          ...(residual === undefined ? {} : { residual: toWireResidual(residual) }),
        },
      };
    }
    case 'commit':
      return {
        commit: { queryId: request.queryId, fragmentId: request.fragmentId, startMs: request.startMs },
      };
    case 'cancel':
      return { cancel: { queryId: request.queryId, fragmentId: request.fragmentId } };
    case 'renew':
      return {
        renew: {
          queryId: request.queryId,
          fragmentIds: [...request.fragmentIds],
          acknowledged: request.acknowledged.map(({ provedMs, ...a }) => ({ ...a, ...(provedMs ? { provedMs } : {}) })),
        },
      };
    case 'replay': {
      const { fragmentId, epoch, fromSeq, toSeq } = request;
      return { replay: { fragmentId, epoch, fromSeq, toSeq } };
    }
    case 'snapshot':
      return { snapshot: { fragmentId: request.fragmentId, fromMs: request.fromMs ?? 0 } };
    case 'progress':
      return { progress: { fragmentIds: [...request.fragmentIds], untilMs: request.untilMs } };
    case 'key':
      return { key: { fragmentId: request.fragmentId } };
    case 'silence':
      return { silence: toWireSilence(request) };
    case 'catalog':
      return { catalog: { knownVersion: request.knownVersion } };
    default:
      return unreachable(request);
  }
}

function fromWireRequest(frame: WireRequest): ControlRequest {
  if (frame.prepare) return prepareOf(frame.prepare);
  if (frame.commit) {
    return { kind: 'commit', ...namesOf(frame.commit), startMs: count(frame.commit.startMs, 'start') };
  }
  if (frame.cancel) return { kind: 'cancel', ...namesOf(frame.cancel) };
  if (frame.renew) {
    return {
      kind: 'renew',
      queryId: name(frame.renew.queryId, 'query id', NAME_UNITS),
      fragmentIds: list(frame.renew.fragmentIds, 'fragments', FRAGMENTS).map(fragmentIdOf),
      acknowledged: list(frame.renew.acknowledged, 'acknowledgements', FRAGMENTS).map((a) => ({
        fragmentId: fragmentIdOf(a.fragmentId),
        epoch: positive(a.epoch, 'epoch'),
        seq: count(a.seq, 'seq'),
        ...(a.provedMs ? { provedMs: count(a.provedMs, 'proved_ms') } : {}),
      })),
    };
  }
  if (frame.replay) {
    return {
      kind: 'replay',
      fragmentId: fragmentIdOf(frame.replay.fragmentId),
      epoch: positive(frame.replay.epoch, 'epoch'),
      fromSeq: positive(frame.replay.fromSeq, 'from_seq'),
      toSeq: positive(frame.replay.toSeq, 'to_seq'),
    };
  }
  if (frame.snapshot) {
    const fromMs = count(frame.snapshot.fromMs, 'from_ms');
    return { kind: 'snapshot', fragmentId: fragmentIdOf(frame.snapshot.fragmentId), ...(fromMs > 0 ? { fromMs } : {}) };
  }
  if (frame.progress) {
    const fragmentIds = list(frame.progress.fragmentIds, 'fragments', FRAGMENTS).map(fragmentIdOf);
    return { kind: 'progress', fragmentIds, untilMs: count(frame.progress.untilMs, 'until_ms') };
  }
  if (frame.key) return { kind: 'key', fragmentId: fragmentIdOf(frame.key.fragmentId) };
  if (frame.silence) return fromWireSilence(frame.silence);
  if (frame.catalog) return { kind: 'catalog', knownVersion: count(frame.catalog.knownVersion, 'known_version') };
  throw new Malformed('a request of unknown kind');
}

function prepareOf(prepare: NonNullable<WireRequest['prepare']>): ControlRequest {
  return {
    kind: 'prepare',
    queryId: name(prepare.queryId, 'query id', NAME_UNITS),
    consumer: name(prepare.consumer, 'consumer', NAME_UNITS),
    name: name(prepare.name, 'name', NAME_UNITS),
    fragmentKind: fromWireKind(prepare.kind),
    epl: name(prepare.epl, 'epl', EPL_UNITS),
    columns: columnsOf(prepare.columns),
    readers: list(prepare.readers, 'readers', READERS).map((r) => name(r, 'reader', NAME_UNITS)),
    ...(prepare.residual ? { residual: residualOf(prepare.residual) } : {}),
  };
}

function toWireResidual({ inputs, waits }: ResidualRequest): WireResidual {
  return {
    inputs: inputs.map(({ name: input, kind, standsFor, columns, fragments }) => ({
      name: input,
      kind: toWireKind(kind),
      standsFor,
      columns: columns.map(toWireColumn),
      fragments: fragments.map((f) => ({ ...f })),
    })),
    waits,
  };
}

function residualOf({ inputs, waits }: WireResidual): ResidualRequest {
  return {
    inputs: list(inputs, 'inputs', RESIDUAL_INPUTS).map((i) => ({
      name: name(i.name, 'input', NAME_UNITS),
      kind: fromWireKind(i.kind),
      standsFor: name(i.standsFor, 'stands_for', NAME_UNITS),
      columns: columnsOf(i.columns),
      fragments: list(i.fragments, 'fragments', FRAGMENTS).map((f) => ({
        name: name(f.name, 'name', NAME_UNITS),
        domain: name(f.domain, 'domain', NAME_UNITS),
        epl: name(f.epl, 'epl', EPL_UNITS),
      })),
    })),
    waits: waits === true,
  };
}

export function columnsOf(columns: readonly Parameters<typeof fromWireColumn>[0][] | null | undefined): Column[] {
  return list(columns, 'columns', COLUMNS).map(fromWireColumn);
}

export function fragmentIdOf(fragmentId: string | null | undefined): string {
  return name(fragmentId, 'fragment id', NAME_UNITS);
}

function namesOf(frame: {
  readonly queryId?: string | null | undefined;
  readonly fragmentId?: string | null | undefined;
}): { readonly queryId: string; readonly fragmentId: string } {
  return { queryId: name(frame.queryId, 'query id', NAME_UNITS), fragmentId: fragmentIdOf(frame.fragmentId) };
}

function toWireKind(kind: FragmentKind): WireFragmentKind {
  switch (kind) {
    case 'stream':
      return wire.FragmentKind.STREAM;
    case 'view':
      return wire.FragmentKind.VIEW;
    case 'result':
      return wire.FragmentKind.RESULT;
  }
}

function fromWireKind(kind: WireFragmentKind | null | undefined): FragmentKind {
  switch (kind ?? wire.FragmentKind.STREAM) {
    case wire.FragmentKind.STREAM:
      return 'stream';
    case wire.FragmentKind.VIEW:
      return 'view';
    case wire.FragmentKind.RESULT:
      return 'result';
    default:
      throw new Malformed('an unknown kind of fragment');
  }
}
