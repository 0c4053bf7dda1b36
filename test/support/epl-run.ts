/** A module of EPL over one engine: send, move the clock, look at the listener calls. For unit tests of the engine. */
import { Engine, rowToObject } from '../../src/engine/engine.ts';
import type { CauseInput, Deployment, EngineLimits, StatementOutput } from '../../src/engine/engine.ts';
import { analyzeModule } from '../../src/epl/analyze.ts';
import { LayeredCatalog } from '../../src/epl/catalog.ts';
import { analyzeQuery } from '../../src/epl/analyze-query.ts';
import { parseModule, parseStatement } from '../../src/epl/parse.ts';
import type { CauseKey } from '../../src/model/cause-key.ts';
import { eventKey, stringifyKey } from '../../src/model/cause-key.ts';
import type { Update } from '../../src/model/delta.ts';
import type { EventType } from '../../src/model/event-type.ts';
import { parseType } from '../../src/model/value.ts';

export type Properties = Readonly<Record<string, string>>;

export interface Call {
  readonly statement: string | null;
  readonly key: string;
  readonly timeMs: number;
  readonly insert: readonly Record<string, unknown>[];
  readonly remove: readonly Record<string, unknown>[];
  readonly updates: readonly Update[] | null;
}

export function eventType(name: string, properties: Properties, more: Partial<EventType> = {}): EventType {
  return {
    name,
    supertypes: [],
    properties: Object.entries(properties).map(([property, type]) => ({ name: property, type: parseType(type) })),
    ...more,
  };
}

export class EplRun {
  readonly engine: Engine;
  readonly catalog = new LayeredCatalog();
  #calls: Call[] = [];
  #seq = 0;

  constructor(types: readonly EventType[], startMs = 0, limits: EngineLimits = {}) {
    this.engine = new Engine({ startMs, limits });
    for (const type of types) {
      this.catalog.addType(type);
      this.engine.addEventType(type);
    }
  }

  deploy(epl: string, emit: 'rows' | 'updates' = 'rows'): Deployment {
    const module = analyzeModule(parseModule(epl), this.catalog);
    const deployment = this.engine.deploy(module, { listener: this.#listen, emit });
    this.catalog.addModule(module);
    return deployment;
  }

  readonly #listen = (output: StatementOutput): void => {
    this.#calls.push({
      statement: output.statement,
      key: stringifyKey(output.key),
      timeMs: output.timeMs,
      insert: output.insert.map(rowToObject),
      remove: output.remove.map(rowToObject),
      updates: output.updates,
    });
  };

  /** At the present time unless `timestampMs` says later. */
  send(type: string, values: Readonly<Record<string, unknown>>, timestampMs = this.engine.nowMs, domain = ''): void {
    this.engine.send(this.engine.makeEvent(type, values, { timestampMs, domain, seq: ++this.#seq }));
  }

  process(key: CauseKey, inputs: readonly CauseInput[]): void {
    this.engine.process({ key, inputs });
  }

  /** The calls since the last time. */
  take(): readonly Call[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  /** The same, rows alone: `[insert, remove]` per call. */
  rows(): readonly (readonly [readonly Record<string, unknown>[], readonly Record<string, unknown>[]])[] {
    return this.take().map((call) => [call.insert, call.remove]);
  }

  /** A fire-and-forget query at the present time. */
  query(epl: string): readonly Record<string, unknown>[] {
    const checked = analyzeQuery(parseStatement(epl), this.catalog);
    return this.engine.query(checked, eventKey(this.engine.nowMs, '', ++this.#seq)).rows.map(rowToObject);
  }

  iterate(deployment: Deployment, statement: string): readonly Record<string, unknown>[] {
    return this.engine.iterate(deployment, statement).map(rowToObject);
  }
}

/** Numbers in [0, 1) from a printed seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
