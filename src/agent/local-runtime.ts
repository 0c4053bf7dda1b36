/**
 * The engine that runs on this agent's stamp clock: local streams, and the fragments that read them.
 *
 * Stamps: on ingestion an event gets `timestampMs`, the wall clock, never going back, and the domain's next number
 * (DESIGN §4). `advanceTime` runs with every stamp, so timers due come before the event.
 */
import { LayeredCatalog } from '../epl/catalog.ts';
import { Engine } from '../engine/engine.ts';
import type { Event } from '../model/event.ts';
import type { EventType } from '../model/event-type.ts';
import { parseStreamName, stringifyStreamName, type DomainName } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import { StreamMeter } from './stream-meter.ts';

interface Appointment {
  readonly startMs: number;
  readonly order: number;
  readonly task: () => void;
}

/** Whether a stamp may be given: not one too far ahead of true time. */
export interface StampGuard {
  admits(stampMs: number): boolean;
  refusal(): Error;
}

export interface LocalRuntimeOptions {
  readonly domain: DomainName;
  /** Where the stamp clock begins; it never goes below. @default the wall clock */
  readonly startMs?: number | undefined;
  /** First ingestion number. @default 1 */
  readonly firstSeq?: number | undefined;
}

export class LocalRuntime {
  readonly domain: DomainName;
  readonly engine: Engine;
  readonly catalog = new LayeredCatalog();
  /** What is measured of the streams of this domain. */
  readonly meter = new StreamMeter();
  readonly #clock: Clock;
  readonly #guard: StampGuard | null;
  #stampMs: number;
  #nextSeq: number;
  #appointments: Appointment[] = [];
  #order = 0;

  constructor(deps: { readonly clock: Clock; readonly guard?: StampGuard | undefined }, options: LocalRuntimeOptions) {
    this.#clock = deps.clock;
    this.#guard = deps.guard ?? null;
    this.domain = options.domain;
    this.#stampMs = options.startMs ?? deps.clock.nowMs();
    this.#nextSeq = options.firstSeq ?? 1;
    this.engine = new Engine({ startMs: this.#stampMs });
  }

  /** The latest stamp given, ms since the epoch. */
  get stampMs(): number {
    return this.#stampMs;
  }

  /** Number of the next event of this domain. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  addType(type: EventType): void {
    this.catalog.addType(type);
    this.engine.addEventType(type);
  }

  /** Takes both types of a metric away; nothing reads them any more. */
  removeMetric(metric: string): void {
    this.meter.forget(metric);
    for (const name of [stringifyStreamName(this.domain, metric), metric]) {
      this.catalog.removeType(name);
      this.engine.removeEventType(name);
    }
  }

  /** Moves the stamp clock to the wall clock and fires what is due; not past what the guard admits. Answers the stamp. */
  tick(): number {
    if (this.admitsEvents()) this.#moveTo(this.#clock.nowMs());
    return this.#stampMs;
  }

  /** False while the clock is too far ahead of true time to stamp anything. */
  admitsEvents(): boolean {
    return this.#guard?.admits(Math.max(this.#stampMs, this.#clock.nowMs())) ?? true;
  }

  /** Stamps one event, numbers it and sends it through the engine. Throws `CLOCK_SKEW` while the guard admits no stamp. */
  ingest(typeName: string, values: Readonly<Record<string, unknown>>): Event {
    this.#stamp();
    const meta = { timestampMs: this.#stampMs, domain: this.domain, seq: this.#nextSeq };
    const event = this.engine.makeEvent(typeName, values, meta);
    this.#nextSeq++;
    this.meter.observe(parseStreamName(typeName).metric, values, this.#clock.monotonicMs());
    this.engine.send(event);
    return event;
  }

  /** Stamps and numbers a control operation of this domain: it takes a place among its events (DESIGN §4). */
  stampControl(): { readonly timestampMs: number; readonly domain: DomainName; readonly seq: number } {
    this.#stamp();
    return { timestampMs: this.#stampMs, domain: this.domain, seq: this.#nextSeq++ };
  }

  /** Runs `task` when the engine's clock stands at `startMs`, before the events of that instant; at once if it is there already. */
  at(startMs: number, task: () => void): void {
    if (startMs <= this.#stampMs) {
      this.engine.advanceTime(this.#stampMs);
      task();
      return;
    }
    this.#appointments.push({ startMs, order: this.#order++, task });
    this.#appointments.sort((a, b) => a.startMs - b.startMs || a.order - b.order);
  }

  #stamp(): void {
    const wallMs = this.#clock.nowMs();
    if (this.#guard?.admits(Math.max(this.#stampMs, wallMs)) === false) throw this.#guard.refusal();
    this.#moveTo(wallMs);
  }

  #moveTo(wallMs: number): void {
    const stamp = Math.max(this.#stampMs, wallMs);
    while (this.#appointments.length > 0 && (this.#appointments[0]?.startMs ?? Infinity) <= stamp) {
      const next = this.#appointments.shift();
      if (next === undefined) break;
      this.#stampMs = Math.max(this.#stampMs, next.startMs);
      this.engine.advanceTime(this.#stampMs);
      next.task();
    }
    this.#stampMs = stamp;
    this.engine.advanceTime(stamp);
  }
}
