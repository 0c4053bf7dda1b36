/**
 * What leaves the fragments of this domain: deltas numbered, packed and sealed for other domains, handed over at once within
 * this agent; heartbeats; what was told to whom goes into the ledger (DESIGN §6, §7).
 *
 * State: fragments with something unsent, deltas of this turn for this very agent. Bound: the senders', and one turn.
 */
import { HeartbeatPace } from '../exchange/heartbeat-pace.ts';
import { HEARTBEAT_MS, SILENT_HEARTBEAT_MS } from '../exchange/limits.ts';
import { envelopeBytes } from '../federation/codec.ts';
import { KEY_BYTES } from '../federation/limits.ts';
import { eventKey, type CauseKey } from '../model/cause-key.ts';
import type { FragmentProgress, Heartbeat, SealKey } from '../model/control.ts';
import type { Delta, DeltaEnvelope } from '../model/delta.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Ledger } from './ledger.ts';
import type { LocalRuntime } from './local-runtime.ts';
import { rowsOf, type RunningFragment } from './running-fragment.ts';

/** Envelopes sealed with one key: random nonces are good for 2^32 (NIST SP 800-38D §8.3). */
const ENVELOPES_PER_KEY = 2 ** 31;

/** Where frames go: topics and streams for other domains, a call for this one. */
export interface FragmentOutlet {
  publish(envelope: DeltaEnvelope, key: SealKey | undefined): void;
  sendHeartbeat(to: DomainName, heartbeat: Heartbeat): void;
  /** A consumer in this very agent. */
  deliver(frame: DeltaEnvelope): void;
  /** All that this turn had for these fragments' consumers here is delivered: what they send later lies behind `bound`. */
  delivered?(fragmentIds: readonly FragmentId[], bound: CauseKey): void;
}

export interface FragmentOutboxDeps {
  readonly runtime: LocalRuntime;
  readonly clock: Clock;
  readonly outlet: FragmentOutlet;
  readonly ledger?: Pick<Ledger, 'record'> | undefined;
  /** Makes the keys of payloads on topics; without it they are not sealed. */
  readonly random?: Random | undefined;
}

export class FragmentOutbox {
  readonly #deps: FragmentOutboxDeps;
  readonly #dirty = new Set<RunningFragment>();
  readonly #own = new Map<RunningFragment, { readonly seq: number; readonly deltas: Delta[] }>();
  #flushLater: Cancel | null = null;

  constructor(deps: FragmentOutboxDeps) {
    this.#deps = deps;
  }

  /** Numbers a delta; it leaves with the next flush. */
  append(running: RunningFragment, delta: Delta): void {
    const seq = running.sender.append(delta);
    this.#dirty.add(running);
    if (!running.leases.has(this.#deps.runtime.domain)) return;
    const own = this.#own.get(running);
    if (own === undefined) this.#own.set(running, { seq, deltas: [delta] });
    else own.deltas.push(delta);
  }

  forget(running: RunningFragment): void {
    this.#dirty.delete(running);
    this.#own.delete(running);
  }

  /** A key of its own for each epoch, never written down: none is used again after a restart. */
  changeKey(running: RunningFragment): void {
    const { random } = this.#deps;
    if (random === undefined) return;
    running.sealed = 0;
    running.newcomersApart = false;
    running.seal = { id: String(++running.keys), key: random.bytes(KEY_BYTES) };
  }

  advance(running: RunningFragment): void {
    if (running.state !== 'active') return;
    if (running.placed !== null) return running.sender.advance(running.placed.clockMs);
    const { stampMs } = this.#deps.runtime;
    const upToMs = running.silence?.watermarkUpTo(stampMs) ?? stampMs;
    running.sender.advance(running.held?.watermarkMs(upToMs) ?? upToMs);
  }

  /** How far a fragment is, and its bounds if they are watched. */
  progressOf(running: RunningFragment): FragmentProgress {
    const silence = running.silence?.progress(this.#deps.runtime.stampMs) ?? null;
    const lacks = running.placed?.lacks();
    return {
      ...running.sender.progress(),
      ...(silence === null ? {} : { silence }),
      ...(lacks === undefined ? {} : { lacks }),
    };
  }

  /**
   * Sends what is waiting; called at the end of each turn (one event, one tick). Within this agent at once; to others at
   * once where the link is idle, packed under load: then the rest goes after the pause that `FlushPolicy` asks for.
   */
  flush(): void {
    this.#deliverOwn();
    const nowMs = this.#deps.clock.monotonicMs();
    let delayMs = Infinity;
    for (const running of this.#dirty) {
      if (!running.policy.due(nowMs, running.sender.pendingBytes)) {
        delayMs = Math.min(delayMs, running.policy.delayMs(nowMs));
        continue;
      }
      this.#dirty.delete(running);
      running.policy.flushed(nowMs);
      this.#publish(running, nowMs);
    }
    if (delayMs === Infinity || this.#flushLater !== null) return;
    this.#flushLater = this.#deps.clock.after(delayMs, () => {
      this.#flushLater = null;
      this.flush();
    });
  }

  /** Publishes at once what these fragments have: their consumer holds causes back (DESIGN §6). */
  flushAtOnce(ids: Iterable<RunningFragment>): void {
    this.#deliverOwn();
    const nowMs = this.#deps.clock.monotonicMs();
    for (const running of ids) {
      if (!this.#dirty.delete(running)) continue;
      running.policy.flushed(nowMs);
      this.#publish(running, nowMs);
    }
  }

  /** All fragments of a cause first, then how far this domain is: the consumer must not take a part for the whole. */
  #deliverOwn(): void {
    if (this.#own.size === 0) return;
    const { outlet, runtime } = this.#deps;
    const delivered: FragmentId[] = [];
    const turn = [...this.#own];
    this.#own.clear();
    for (const [running, { seq, deltas }] of turn) {
      this.advance(running);
      const { id: fragmentId, sender } = running;
      const { epoch, watermarkMs } = sender;
      outlet.deliver({ fragmentId, epoch, seq, keyId: '', watermarkMs, deltas });
      if (running.held === null && running.silence?.silent !== true) delivered.push(fragmentId);
    }
    // The last event's number: the next event may have its stamp, and is not to be taken in parts.
    outlet.delivered?.(delivered, eventKey(runtime.stampMs, runtime.domain, runtime.nextSeq - 1));
  }

  #publish(running: RunningFragment, nowMs: number): void {
    this.advance(running);
    const local = running.leases.has(this.#deps.runtime.domain);
    const remote = running.leases.size > (local ? 1 : 0);
    for (const envelope of running.sender.flush()) {
      if (!remote) continue;
      if (running.sealed++ >= ENVELOPES_PER_KEY) this.changeKey(running);
      this.#deps.outlet.publish(envelope, running.seal);
      this.disclosed(running, running.leases.keys(), rowsOf(envelope.deltas), envelopeBytes(envelope));
      for (const pace of running.paces.values()) pace.enveloped(nowMs);
    }
  }

  /** Writes down what left. */
  disclosed(running: RunningFragment, consumers: Iterable<DomainName>, rows: number, bytes: number): void {
    const { runtime, ledger, clock } = this.#deps;
    if (ledger === undefined) return;
    const { id: fragmentId, admitted } = running;
    const columns = admitted.statement.columns.map((c) => c.name);
    const nowMs = clock.nowMs();
    for (const consumer of consumers) {
      if (consumer === runtime.domain) continue;
      ledger.record({ consumer, fragmentId, epl: admitted.canonical, columns, rows, bytes, nowMs });
    }
  }

  /** How far the fragments are, of those that `from` reads. `waits`: it holds causes back. */
  progress(from: DomainName, asked: readonly RunningFragment[], waits: boolean): Heartbeat {
    const nowMs = this.#deps.clock.monotonicMs();
    const fragments = asked.flatMap((running) => {
      if (!running.leases.has(from) || running.state !== 'active') return [];
      this.advance(running);
      if (waits) paceOf(running, from).asked(nowMs);
      return [this.progressOf(running)];
    });
    return { sentMs: this.#deps.clock.nowMs(), fragments };
  }

  /** Bounds that ceased to hold are told at once. */
  tell(broken: Set<RunningFragment>): void {
    const sentMs = this.#deps.clock.nowMs();
    for (const running of broken) {
      for (const consumer of running.leases.keys())
        this.#deps.outlet.sendHeartbeat(consumer, { sentMs, fragments: [this.progressOf(running)] });
    }
    broken.clear();
  }

  /** One heartbeat per consumer domain with what is due to it; this agent itself is asked by `progress`. */
  heartbeat(all: Iterable<RunningFragment>): void {
    const { clock, outlet, runtime } = this.#deps;
    const nowMs = clock.monotonicMs();
    const perConsumer = new Map<DomainName, FragmentProgress[]>();
    for (const running of all) {
      if (running.state !== 'active') continue;
      for (const consumer of running.leases.keys()) {
        if (consumer === runtime.domain) continue;
        const pace = paceOf(running, consumer);
        if (!pace.due(nowMs, HEARTBEAT_MS)) continue;
        pace.beaten(nowMs, running.silence?.silent === true ? SILENT_HEARTBEAT_MS : undefined);
        this.advance(running);
        const list = perConsumer.get(consumer);
        if (list === undefined) perConsumer.set(consumer, [this.progressOf(running)]);
        else list.push(this.progressOf(running));
      }
    }
    const sentMs = clock.nowMs();
    for (const [consumer, fragments] of perConsumer) outlet.sendHeartbeat(consumer, { sentMs, fragments });
  }
}

function paceOf(running: RunningFragment, consumer: DomainName): HeartbeatPace {
  const known = running.paces.get(consumer);
  if (known !== undefined) return known;
  const pace = new HeartbeatPace();
  running.paces.set(consumer, pace);
  return pace;
}
