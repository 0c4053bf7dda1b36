/**
 * The inputs of one clock group, merged into the one order of causes (DESIGN §4).
 *
 * Every input names a lower bound of all keys it may still send: its first pending delta, else (W, 1, least domain whose
 * causes it carries), because all below W and all phase-0 deltas of W are in, or its last key if that is later. The least of these bounds is at the top of a heap.
 * If it is a pending delta, no input can send anything before it: its cause is released, with every delta of the same
 * key. Else the clock may go to that bound's W. This is DESIGN's rule (W > T if e ≤ d, W ≥ T if e > d) in one comparison.
 *
 * An input that is silent can be marked stale (`continue`): its bound no longer counts. When it is heard again its deltas
 * are collected; once its watermark is within `REJOIN_LAG_MS` of the clock its bound counts again, so the clock waits for
 * it, and when it has passed the clock a view's collected deltas up to there become one delta marked `gap` and those of
 * other kinds are dropped and counted; later ones follow in order.
 *
 * Control operations of the owner (a variable that is set) wait in a queue of their own: each has its key when it is
 * given and none comes unannounced, so an empty queue holds nobody back.
 *
 * State: deltas that wait for other inputs. `pending` against PENDING_CAUSES tells the host when to stop taking from
 * receivers; nothing is dropped here for want of room. Cost: O(log K) per delta and per watermark, K inputs.
 */
import { compareKeys, eventKey, sameKey, timerKey, type CauseKey } from '../model/cause-key.ts';
import type { CheckedQuery } from '../model/checked-store.ts';
import type { Delta } from '../model/delta.ts';
import { assert } from '../model/errors.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentKind } from '../model/plan.ts';
import type { CoverageState } from '../model/trigger.ts';
import type { Value } from '../model/value.ts';
import type { Counters } from '../ports/counters.ts';
import { Deque } from './deque.ts';
import { InputHeap, type HeapMember } from './input-heap.ts';
import { PENDING_CAUSES, REJOIN_LAG_MS } from './limits.ts';
import { netDeltas } from './net-deltas.ts';

export interface InputOptions {
  /** Fragment id, or any name for an input of the owner itself. Unique in the group. */
  readonly fragmentId: string;
  readonly domain: DomainName;
  readonly kind: FragmentKind;
  /** Nothing below it will come: S, or the instant at which the domain joins. */
  readonly watermarkMs: number;
  /** Since when nothing of it is missing. @default watermarkMs */
  readonly completeFromMs?: number | undefined;
  /** The least domain whose causes it may carry; '' when unknown. @default domain */
  readonly leastDomain?: DomainName | undefined;
}

export interface CauseInput {
  readonly fragmentId: string;
  readonly delta: Delta;
}

/** A control operation of the query's owner: a cause of phase 1, named by the owner's domain (DESIGN §4). */
export type ControlCause =
  | { readonly kind: 'setVariable'; readonly variable: string; readonly value: Value }
  /** A fire-and-forget query; `id` tells its asker. */
  | { readonly kind: 'query'; readonly query: CheckedQuery; readonly id: number };

/**
 * `advance`: all timers due up to and including `toMs` may fire. `cause`: everything that one cause does, and the
 * statement's own timers of that instant with it if its phase is 0 or 2.
 */
export type MergedStep =
  | { readonly kind: 'advance'; readonly toMs: number }
  | { readonly kind: 'cause'; readonly key: CauseKey; readonly inputs: readonly CauseInput[]; readonly gap: boolean }
  | { readonly kind: 'control'; readonly key: CauseKey; readonly control: ControlCause };

export interface DomainCoverage {
  readonly domain: DomainName;
  readonly watermarkMs: number;
  readonly state: CoverageState;
  /** Since when nothing is missing: S, or the key of its last gap. */
  readonly completeFromMs: number;
}

/** live: counts. stale: does not. collecting: heard again, far behind. catchingUp: the clock waits for it. */
type InputState = 'live' | 'stale' | 'collecting' | 'catchingUp';

interface Input extends HeapMember {
  readonly fragmentId: string;
  readonly domain: DomainName;
  readonly leastDomain: DomainName;
  /** Place in the order of {@link MergedInputs.add}. */
  readonly order: number;
  readonly kind: FragmentKind;
  readonly queue: Deque<Delta>;
  /** Deltas since it was heard again, oldest first; some at or before the last released key. */
  readonly late: Deque<Delta>;
  /** The last key released from it, or what {@link MergedInputs.bound} told: whatever it sends is later. */
  leastKey: CauseKey;
  state: InputState;
  watermarkMs: number;
  completeFromMs: number;
  /** Its deltas from here on do not belong to the query. */
  endMs: number;
}

interface ControlQueue extends HeapMember {
  readonly kind: 'control';
  readonly queue: Deque<{ readonly key: CauseKey; readonly control: ControlCause }>;
}

const START: CauseKey = timerKey(-1);

export class MergedInputs {
  readonly #counters: Counters;
  readonly #inputs = new Map<string, Input>();
  readonly #controls: ControlQueue = { kind: 'control', queue: new Deque(), nextKey: START, bound: false, place: -1 };
  readonly #heap = new InputHeap<Input | ControlQueue>();
  #gaps: CauseInput[] = [];
  #clockMs: number;
  /** The greatest key that can have been acted on: the last cause, or the timers of the clock's instant. */
  #released: CauseKey;
  #pending = 0;
  #added = 0;
  #driftMs = -1;
  #barrierMs = -1;

  /** `startMs`: S of the query; the clock stands just before it. */
  constructor(deps: { readonly counters: Counters }, startMs: number) {
    this.#counters = deps.counters;
    this.#clockMs = startMs - 1;
    this.#released = startMs > 0 ? timerKey(startMs - 1) : START;
  }

  /** The time that the last step led to. */
  get clockMs(): number {
    return this.#clockMs;
  }

  /** The greatest key released so far. */
  get releasedKey(): CauseKey {
    return this.#released;
  }

  /** Deltas that wait for other inputs. */
  get pending(): number {
    return this.#pending;
  }

  /** True when the host should stop taking from receivers until steps have been drained. */
  get full(): boolean {
    return this.#pending >= PENDING_CAUSES;
  }

  /** Inputs are added in an order that does not depend on chance: the parts of one cause come out in it. */
  add(options: InputOptions): void {
    assert(!this.#inputs.has(options.fragmentId), 'an input is added once');
    const leastDomain = options.leastDomain ?? options.domain;
    const input: Input = {
      fragmentId: options.fragmentId,
      domain: options.domain,
      leastDomain,
      order: this.#added++,
      kind: options.kind,
      queue: new Deque(),
      late: new Deque(),
      state: 'live',
      watermarkMs: options.watermarkMs,
      completeFromMs: options.completeFromMs ?? options.watermarkMs,
      endMs: Infinity,
      nextKey: boundOf(options.watermarkMs, leastDomain),
      bound: true,
      leastKey: START,
      place: -1,
    };
    this.#inputs.set(options.fragmentId, input);
    this.#heap.set(input);
  }

  /**
   * Deltas of the input from `endMs` on are not taken; once it is known to have given all before, and that was released, it
   * is out ({@link has}). A second call may name an earlier end.
   */
  end(fragmentId: string, endMs: number): void {
    const input = this.#inputs.get(fragmentId);
    if (input === undefined) return;
    input.endMs = Math.min(input.endMs, endMs);
    this.#place(input);
  }

  /** Takes an input out; what it had pending is gone. */
  remove(fragmentId: string): void {
    const input = this.#inputs.get(fragmentId);
    if (input === undefined) return;
    this.#pending -= input.queue.length + input.late.length;
    this.#heap.delete(input);
    this.#inputs.delete(fragmentId);
  }

  has(fragmentId: string): boolean {
    return this.#inputs.has(fragmentId);
  }

  /**
   * Takes the next delta of an input, in key order within it. A delta of a live input at or before what was released
   * already is dropped and counted (false), unless it is marked `gap`: that one is released next, under the last key.
   */
  offer(fragmentId: string, delta: Delta): boolean {
    const input = this.#inputs.get(fragmentId);
    if (input === undefined || delta.key.timestampMs >= input.endMs) return false;
    const past = compareKeys(delta.key, this.#released) <= 0;
    if (input.state === 'stale' && (past || input.late.length > 0)) this.#setState(input, 'collecting');
    // What lies before a jump was not seen, and what is handed out until it is released must say so.
    if (delta.gap === true) input.completeFromMs = Math.max(input.completeFromMs, delta.key.timestampMs);
    if (input.state === 'collecting' || input.state === 'catchingUp') {
      input.late.push(delta);
      this.#pending++;
      return true;
    }
    if (past) {
      if (delta.gap === true) {
        this.#gaps.push({ fragmentId, delta });
        return true;
      }
      this.#counters.add('exchange_late_deltas_total', 1, { domain: input.domain });
      return false;
    }
    this.#enqueue(input, delta);
    return true;
  }

  /**
   * Takes a control operation of the owner. Its key is the least at or after (`stampMs`, `domain`, `seq`) that lies
   * behind all that was released and all earlier control operations; it is answered. `seq` is the owner's next ingestion
   * number and no other cause has it.
   */
  control(control: ControlCause, stampMs: number, domain: DomainName, seq: number): CauseKey {
    const last = this.#controls.queue.at(this.#controls.queue.length - 1)?.key ?? this.#released;
    const floor = compareKeys(last, this.#released) > 0 ? last : this.#released;
    const earliest = eventKey(Math.max(stampMs, this.#clockMs, floor.timestampMs), domain, seq);
    const key = compareKeys(earliest, floor) > 0 ? earliest : { ...earliest, timestampMs: earliest.timestampMs + 1 };
    this.#controls.queue.push({ key, control });
    this.#pending++;
    this.#placeControls();
    return key;
  }

  /** Control operations that wait for inputs, in order. */
  get waitingControls(): readonly ControlCause[] {
    const { queue } = this.#controls;
    return Array.from({ length: queue.length }, (_, i) => queue.at(i)?.control).filter((c) => c !== undefined);
  }

  #placeControls(): void {
    const head = this.#controls.queue.at(0);
    if (head === undefined) return this.#heap.delete(this.#controls);
    this.#controls.nextKey = head.key;
    this.#heap.set(this.#controls);
  }

  /** The watermark of an input, to be called after its deltas were offered. Lower ones are ignored. */
  advance(fragmentId: string, watermarkMs: number): void {
    const input = this.#inputs.get(fragmentId);
    if (input === undefined || watermarkMs <= input.watermarkMs) return;
    input.watermarkMs = watermarkMs;
    if (input.state !== 'live') this.#rejoin(input);
    else if (input.queue.length === 0) this.#place(input);
  }

  /**
   * An input of the owner's own domain: all that it sends from now on lies behind `bound`, which says more than a
   * watermark can. To be called after its deltas were offered. Counts for live inputs.
   */
  bound(fragmentId: string, bound: CauseKey): void {
    const input = this.#inputs.get(fragmentId);
    if (input === undefined || compareKeys(bound, input.leastKey) <= 0) return;
    input.leastKey = bound;
    if (input.state === 'live' && input.queue.length === 0) this.#place(input);
  }

  /** All inputs of `domain` are silent: go on without them (`continue`). What they sent so far stays in order. */
  markStale(domain: DomainName): void {
    for (const input of this.#inputs.values()) {
      if (input.domain === domain) this.#setState(input, 'stale');
    }
  }

  /** Lets the clock run while every input is stale (else it does nothing): `toMs` is the owner's own stamp clock. */
  drift(toMs: number): void {
    for (const input of this.#inputs.values()) if (input.state === 'live' || input.state === 'catchingUp') return;
    this.#driftMs = Math.max(this.#driftMs, toMs);
  }

  /**
   * The caller knows that no input holds a cause up to and including `toMs` back: what is pending up to there need not
   * wait for a watermark beyond it, until this is called again (-1 ends it). Only whoever drives all domains can know
   * that (replay of scenarios).
   */
  barrier(toMs: number): void {
    this.#barrierMs = toMs;
  }

  /** True when the next step is a jump over something not seen. */
  get jumping(): boolean {
    return this.#gaps.length > 0;
  }

  /** The least key that waits for an input; null when nothing waits. O(K). */
  heldKey(): CauseKey | null {
    return this.#leastPending()?.nextKey ?? null;
  }

  /** The next step, or null when it must wait for an input. */
  next(): MergedStep | null {
    if (this.#gaps.length > 0) return this.#releaseGaps();
    const top = this.#heap.top();
    if (top === undefined) return this.#advanceTo(this.#driftMs);
    if (top.bound) return this.#advanceTo(top.nextKey.timestampMs) ?? this.#nextWithinBarrier();
    return this.#stepTo(top.nextKey);
  }

  #nextWithinBarrier(): MergedStep | null {
    if (this.#barrierMs < 0) return null;
    const least = this.#leastPending();
    return least === undefined || least.nextKey.timestampMs > this.#barrierMs ? null : this.#stepTo(least.nextKey);
  }

  #leastPending(): Input | ControlQueue | undefined {
    if (this.#pending === 0) return undefined;
    let least: Input | ControlQueue | undefined = this.#controls.queue.length > 0 ? this.#controls : undefined;
    for (const input of this.#inputs.values()) {
      if (input.queue.length === 0) continue;
      if (least === undefined || compareKeys(input.nextKey, least.nextKey) < 0) least = input;
    }
    return least;
  }

  #stepTo(key: CauseKey): MergedStep {
    // Timers before the cause are causes of their own; those of its instant belong to it when its phase is 0.
    const advance = this.#advanceTo(key.phase === 0 ? key.timestampMs - 1 : key.timestampMs);
    if (advance !== null) return advance;
    return this.#release(key);
  }

  coverage(): readonly DomainCoverage[] {
    const byDomain = new Map<DomainName, DomainCoverage>();
    for (const input of this.#inputs.values()) {
      const seen = byDomain.get(input.domain);
      const state = coverageState(input.state);
      byDomain.set(input.domain, {
        domain: input.domain,
        watermarkMs: Math.min(seen?.watermarkMs ?? Infinity, input.watermarkMs),
        state: seen === undefined || seen.state === 'live' ? state : seen.state,
        completeFromMs: Math.max(seen?.completeFromMs ?? 0, input.completeFromMs),
      });
    }
    return [...byDomain.values()];
  }

  /** Domains of which a cause of `untilMs` may still come: all that the clock waits for before it can pass it. O(K). */
  behind(untilMs: number): ReadonlySet<DomainName> {
    const domains = new Set<DomainName>();
    for (const input of this.#inputs.values())
      if (input.place >= 0 && input.bound && input.watermarkMs < untilMs) domains.add(input.domain);
    return domains;
  }

  /** The domain whose silence holds the clock now; null when a cause is ready or nothing is waited for. */
  waitsFor(): DomainName | null {
    const top = this.#heap.top();
    return top === undefined || top.kind === 'control' || !top.bound ? null : top.domain;
  }

  #advanceTo(toMs: number): MergedStep | null {
    if (toMs <= this.#clockMs) return null;
    this.#clockMs = toMs;
    const timers = timerKey(toMs);
    if (compareKeys(timers, this.#released) > 0) this.#released = timers;
    return { kind: 'advance', toMs };
  }

  #release(key: CauseKey): MergedStep {
    const parts: { readonly order: number; readonly input: CauseInput }[] = [];
    let gap = false;
    for (let top = this.#leastAt(key); top !== undefined; top = this.#leastAt(key)) {
      if (top.kind === 'control') return this.#releaseControl(top);
      const delta = top.queue.shift();
      assert(delta !== undefined, 'an input with a pending key has its delta');
      this.#pending--;
      if (compareKeys(key, top.leastKey) > 0) top.leastKey = key;
      if (delta.gap === true) {
        gap = true;
        top.completeFromMs = Math.max(top.completeFromMs, key.timestampMs);
      }
      parts.push({ order: top.order, input: { fragmentId: top.fragmentId, delta } });
      this.#place(top);
    }
    // The way in which they came must not be seen: parts of a cause stand in the order in which inputs were added.
    if (parts.length > 1) parts.sort((a, b) => a.order - b.order);
    const inputs = parts.map((part) => part.input);
    this.#clockMs = Math.max(this.#clockMs, key.timestampMs);
    this.#released = key;
    return { kind: 'cause', key, inputs, gap };
  }

  #releaseControl(queue: ControlQueue): MergedStep {
    const head = queue.queue.shift();
    assert(head !== undefined, 'a queue with a pending key has its control operation');
    this.#pending--;
    this.#placeControls();
    this.#clockMs = Math.max(this.#clockMs, head.key.timestampMs);
    this.#released = head.key;
    return { kind: 'control', ...head };
  }

  /** An input whose next delta is of `key`: at the top of the heap, or behind bounds that a barrier overrules. */
  #leastAt(key: CauseKey): Input | ControlQueue | undefined {
    const top = this.#heap.top();
    const overruled = top !== undefined && top.bound && key.timestampMs <= this.#barrierMs;
    const least = overruled ? this.#leastPending() : top;
    // Among equal keys pending deltas lie before bounds: below a bound there are none left of this key.
    return least !== undefined && !least.bound && sameKey(least.nextKey, key) ? least : undefined;
  }

  /** Deltas that jump to the present come under the last key: keys never fall. */
  #releaseGaps(): MergedStep {
    const orderOf = ({ fragmentId }: CauseInput): number => this.#inputs.get(fragmentId)?.order ?? 0;
    const inputs = this.#gaps.toSorted((a, b) => orderOf(a) - orderOf(b));
    this.#gaps = [];
    const key = this.#released;
    for (const { fragmentId } of inputs) {
      const input = this.#inputs.get(fragmentId);
      if (input !== undefined) input.completeFromMs = Math.max(input.completeFromMs, key.timestampMs);
    }
    return { kind: 'cause', key, inputs: inputs.map((i) => ({ ...i, delta: { ...i.delta, key } })), gap: true };
  }

  #enqueue(input: Input, delta: Delta): void {
    input.queue.push(delta);
    this.#pending++;
    if (input.queue.length === 1) this.#place(input);
  }

  /** Puts the input where its next key belongs; out of the heap when it has nothing pending and does not count. */
  #place(input: Input): void {
    const head = input.queue.at(0);
    input.bound = head === undefined;
    if (head === undefined && input.late.length === 0 && input.watermarkMs >= input.endMs) {
      this.#heap.delete(input);
      this.#inputs.delete(input.fragmentId);
      return;
    }
    if (head !== undefined) input.nextKey = head.key;
    else if (input.state === 'live' || input.state === 'catchingUp') {
      const bound = boundOf(input.watermarkMs, input.leastDomain);
      input.nextKey = compareKeys(bound, input.leastKey) > 0 ? bound : input.leastKey;
    } else {
      this.#heap.delete(input);
      return;
    }
    this.#heap.set(input);
  }

  #setState(input: Input, state: InputState): void {
    input.state = state;
    this.#place(input);
  }

  /** An input that was silent has got further: see whether it counts again. */
  #rejoin(input: Input): void {
    const passed =
      input.watermarkMs >= this.#clockMs &&
      compareKeys(boundOf(input.watermarkMs, input.leastDomain), this.#released) > 0;
    if (!passed) {
      this.#setState(input, input.watermarkMs >= this.#clockMs - REJOIN_LAG_MS ? 'catchingUp' : 'collecting');
      return;
    }
    input.state = 'live';
    const past: Delta[] = [];
    for (const delta of input.late.drain()) {
      this.#pending--;
      if (compareKeys(delta.key, this.#released) <= 0) past.push(delta);
      else this.#enqueue(input, delta);
    }
    this.#place(input);
    if (past.length === 0) return;
    const isView = input.kind === 'view';
    if (!isView) this.#counters.add('exchange_unseen_deltas_total', past.length, { domain: input.domain });
    this.#gaps.push({ fragmentId: input.fragmentId, delta: netDeltas(this.#released, isView ? past : []) });
  }
}

function boundOf(watermarkMs: number, leastDomain: DomainName): CauseKey {
  return { timestampMs: watermarkMs, phase: 1, domain: leastDomain, seq: 0, path: [] };
}

function coverageState(state: InputState): CoverageState {
  switch (state) {
    case 'live':
      return 'live';
    case 'stale':
      return 'stale';
    case 'collecting':
    case 'catchingUp':
      return 'refilling';
  }
}
