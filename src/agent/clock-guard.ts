/**
 * Keeps this domain's stamps within `maxSkew` of true time (DESIGN §4): beyond it nothing is ingested, the stamp clock stands
 * still, which others see as silence, and the agent says so. True time is the median of the peers' clocks and our own.
 */
import { CLOCK_BEAT_MS, CLOCK_PEERS, MAX_SKEW_MS } from '../exchange/limits.ts';
import { SkewWatch } from '../exchange/skew-watch.ts';
import type { Heartbeat } from '../model/control.ts';
import { CodedError } from '../model/errors.ts';
import type { DomainName } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { ExchangeTransport } from '../ports/transport.ts';

export interface ClockGuardDeps {
  readonly transport: Pick<ExchangeTransport, 'self' | 'members' | 'connected' | 'sendHeartbeat'>;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
}

export interface ClockGuardOptions {
  /** @default 2_000 */
  readonly maxSkewMs?: number | undefined;
  /** False where whoever drives the agent sets its clock. @default true */
  readonly enforce?: boolean | undefined;
}

export class ClockGuard {
  readonly #deps: ClockGuardDeps;
  readonly #maxSkewMs: number;
  readonly #enforce: boolean;
  readonly #watch = new SkewWatch();
  /** Estimate of true time less the monotonic clock, made with each tick; null while too few peers are known. */
  #bestOffsetMs: number | null = null;
  #saidMs = -Infinity;
  #flagged = false;

  constructor(deps: ClockGuardDeps, options: ClockGuardOptions = {}) {
    this.#deps = deps;
    this.#maxSkewMs = options.maxSkewMs ?? MAX_SKEW_MS;
    this.#enforce = options.enforce ?? true;
  }

  /** True while this domain's own clock is too far ahead: it ingests nothing. */
  get flagged(): boolean {
    return this.#flagged;
  }

  heard(domain: DomainName, sentMs: number): void {
    this.#watch.heard(domain, sentMs, this.#deps.clock.monotonicMs());
  }

  /** How far a peer's clock is ahead of ours, ms; null when it was not heard of late. */
  aheadMs(domain: DomainName): number | null {
    const { clock } = this.#deps;
    return this.#watch.aheadMs(domain, clock.nowMs(), clock.monotonicMs());
  }

  /** How far `stampMs` is ahead of true time as it is best known, ms; 0 while too few peers are known. */
  ownAheadMs(stampMs: number = this.#deps.clock.nowMs()): number {
    return this.#bestOffsetMs === null ? 0 : Math.round(stampMs - this.#bestOffsetMs - this.#deps.clock.monotonicMs());
  }

  /** Whether `stampMs` may be given now. */
  admits(stampMs: number): boolean {
    if (!this.#enforce) return true;
    const aheadMs = this.ownAheadMs(stampMs);
    const flagged = aheadMs > this.#maxSkewMs;
    if (flagged !== this.#flagged) {
      this.#flagged = flagged;
      const { counters, log } = this.#deps;
      if (flagged) counters.add('clock_ahead_total');
      if (flagged)
        log.error('the clock is ahead of the peers: nothing is ingested', { aheadMs, limitMs: this.#maxSkewMs });
      else log.info('the clock agrees with the peers again', { aheadMs });
    }
    return !flagged;
  }

  /** What an ingestion is refused with. */
  refusal(): CodedError {
    this.#deps.counters.add('events_refused_total', 1, { reason: 'clock' });
    const aheadMs = this.ownAheadMs();
    return new CodedError('CLOCK_SKEW', `the clock of domain '${this.#deps.transport.self}' is ${aheadMs} ms ahead`, {
      hint: `nothing is ingested until it is within ${this.#maxSkewMs} ms of its peers: set the clock`,
      data: { aheadMs, limitMs: this.#maxSkewMs },
    });
  }

  /** With every beat: judges anew, and now and then says to peers what the clock is. */
  tick(): void {
    const { clock, transport } = this.#deps;
    const nowMs = clock.monotonicMs();
    this.#bestOffsetMs = this.#watch.bestOffsetMs(clock.nowMs(), nowMs);
    if (!this.#enforce || nowMs - this.#saidMs < CLOCK_BEAT_MS) return;
    this.#saidMs = nowMs;
    const heartbeat: Heartbeat = { sentMs: clock.nowMs(), fragments: [] };
    for (const peer of nextPeers(transport.self, transport.members()))
      if (transport.connected(peer)) transport.sendHeartbeat(peer, heartbeat);
  }
}

/** The members that come after `self` in the order of names, around the ring: everybody is told by as many. */
function nextPeers(self: DomainName, members: readonly DomainName[]): readonly DomainName[] {
  const sorted = [...members].sort();
  const after = sorted.findIndex((m) => m > self);
  const from = after < 0 ? 0 : after;
  return [...sorted.slice(from), ...sorted.slice(0, from)].slice(0, CLOCK_PEERS);
}
