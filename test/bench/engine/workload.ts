/** What a workload of the engine bench is, and the engine it runs on. */
import { Engine, rowToObject } from '../../../src/engine/engine.ts';
import type { OutputRow, StatementOutput } from '../../../src/engine/engine.ts';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { LayeredCatalog } from '../../../src/epl/catalog.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import type { Event } from '../../../src/model/event.ts';
import type { EventType } from '../../../src/model/event-type.ts';

/** What a side put out so far: compared between the engine and the hand-written loop. */
export interface Outcome {
  readonly outputs: number;
  /** The last row; columns by name. */
  readonly last: Readonly<Record<string, unknown>> | Event;
}

export interface Workload {
  readonly id: string;
  readonly what: string;
  /** Events per CPU second that Esper 9 does, and that are aimed at; null where only ours is reported. */
  readonly esper: number | null;
  readonly aim: number | null;
  readonly types: readonly EventType[];
  /** Modules, deployed one by one. */
  readonly epl: readonly string[];
  /** Events that are sent before the clock starts: full windows. @default 0 */
  readonly fill?: number | undefined;
  /** Events per round. */
  readonly perRound: number;
  /** The clock moves on by 1 ms every so many events; without, it stands. */
  readonly perMs?: number | undefined;
  /** How many different events there are; they are sent over and over. No window of a join may hold one twice. */
  readonly pool: number;
  /** Makes the i-th event of the pool; seeded. */
  source(): (i: number) => Event;
  /** The same by plain code: called with each event, hands rows to `sink`. */
  hand(sink: Sink): (event: Event, nowMs: number) => void;
}

/** Takes the rows of a hand-written loop: counts them and keeps the last one. */
export class Sink {
  outputs = 0;
  last: Readonly<Record<string, unknown>> | Event = {};
  take(row: Readonly<Record<string, unknown>> | Event): void {
    this.outputs++;
    this.last = row;
  }
  outcome(): Outcome {
    return { outputs: this.outputs, last: this.last };
  }
}

/** An engine with its types, and a listener that counts the rows of all statements. */
export class BenchEngine {
  readonly engine = new Engine({ startMs: 0 });
  readonly #catalog = new LayeredCatalog();
  #outputs = 0;
  #last: OutputRow | null = null;

  constructor(types: readonly EventType[]) {
    for (const type of types) {
      this.#catalog.addType(type);
      this.engine.addEventType(type);
    }
  }

  /** The whole way of a registration: text to running statement; without `heard` its rows do not count. */
  deploy(epl: string, heard = true): void {
    const module = analyzeModule(parseModule(epl), this.#catalog);
    this.engine.deploy(module, { listener: heard ? this.#listen : () => {} });
    for (const type of module.eventTypes.values()) this.#catalog.addType(type);
  }

  readonly #listen = ({ insert }: StatementOutput): void => {
    this.#outputs += insert.length;
    this.#last = insert[insert.length - 1] ?? this.#last;
  };

  outcome(): Outcome {
    return { outputs: this.#outputs, last: this.#last === null ? {} : rowToObject(this.#last) };
  }
}

/** Makes events as ingestion does, numbered from 1. */
export class EventMaker {
  readonly #engine = new Engine({ startMs: 0 });
  #made = 0;

  constructor(types: readonly EventType[]) {
    for (const type of types) this.#engine.addEventType(type);
  }

  make(type: string, values: Readonly<Record<string, unknown>>, timestampMs: number): Event {
    return this.#engine.makeEvent(type, values, { timestampMs, domain: 'bench', seq: ++this.#made });
  }
}

/** `h0`, `h1`, …: each name one string however many events bear it, as a parser that knows its sources yields them. */
export function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

export function pick(of: readonly string[], random: () => number): string {
  return of[Math.floor(random() * of.length)] ?? '';
}

/** A property that is a number in every event of the bench. */
export function num(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
