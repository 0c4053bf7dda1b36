/** What a placed residual says of its inputs ↔ wire (proto/exchange.proto). */
import type { DomainLack } from '../model/delta.ts';
import { count, list, Malformed, name } from './decoded.ts';
import { NAME_UNITS, READERS } from './limits.ts';
import { wire, type WireLack } from './wire/wire.ts';

export function toWireLack({ domain, state, completeFromMs }: DomainLack): WireLack {
  return { domain, state: toWireState(state), completeFromMs };
}

/** Absent for none. Throws `Malformed`: for decoders only. */
export function lacksOf(lacks: readonly WireLack[] | null | undefined): readonly DomainLack[] | undefined {
  if (lacks === null || lacks === undefined || lacks.length === 0) return undefined;
  return list(lacks, 'lacks', READERS).map((l) => ({
    domain: name(l.domain, 'domain', NAME_UNITS),
    state: fromWireState(l.state),
    completeFromMs: count(l.completeFromMs, 'complete_from_ms'),
  }));
}

function toWireState(state: DomainLack['state']): NonNullable<WireLack['state']> {
  switch (state) {
    case 'live':
      return wire.LackState.LIVE;
    case 'stale':
      return wire.LackState.STALE;
    case 'refilling':
      return wire.LackState.REFILLING;
  }
}

function fromWireState(state: WireLack['state']): DomainLack['state'] {
  switch (state ?? wire.LackState.LIVE) {
    case wire.LackState.LIVE:
      return 'live';
    case wire.LackState.STALE:
      return 'stale';
    case wire.LackState.REFILLING:
      return 'refilling';
    default:
      throw new Malformed('an unknown state of a domain');
  }
}
