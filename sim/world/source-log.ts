/**
 * What was measured, written at the sources as each event gets its stamp and number: the input of the oracle (DESIGN §10).
 * It knows nothing of what became of the events afterwards.
 */
import { compareKeys, eventKey, stringifyKey, type CauseKey } from '../../src/model/cause-key.ts';
import type { Value } from '../../src/model/value.ts';

export interface LoggedEvent {
  readonly key: CauseKey;
  /** The stream, such as `renci.MemUtil`. */
  readonly stream: string;
  readonly values: Readonly<Record<string, Value>>;
  /** Virtual true time of the ingestion, ms since the world began. */
  readonly trueMs: number;
}

export class SourceLog {
  readonly #events: LoggedEvent[] = [];
  readonly #byKey = new Map<string, LoggedEvent>();
  readonly #byNumber = new Map<string, LoggedEvent>();
  #sorted = true;
  #byStream: Map<string, LoggedEvent[]> | null = null;

  get length(): number {
    return this.#events.length;
  }

  write(
    event: { readonly timestampMs: number; readonly domain: string; readonly seq: number },
    stream: string,
    values: Readonly<Record<string, Value>>,
    trueMs: number,
  ): void {
    const key = eventKey(event.timestampMs, event.domain, event.seq);
    const logged = { key, stream, values, trueMs };
    this.#events.push(logged);
    this.#byKey.set(stringifyKey(key), logged);
    this.#byNumber.set(`${event.domain} ${event.seq}`, logged);
    this.#sorted = false;
    this.#byStream = null;
  }

  /** In the order of cause keys. */
  get events(): readonly LoggedEvent[] {
    if (!this.#sorted) this.#events.sort((a, b) => compareKeys(a.key, b.key));
    this.#sorted = true;
    return this.#events;
  }

  /** Those of some streams, in the order of cause keys. */
  eventsOf(streams: ReadonlySet<string>): readonly LoggedEvent[] {
    this.#byStream ??= Map.groupBy(this.events, (e) => e.stream);
    return [...streams].flatMap((s) => this.#byStream?.get(s) ?? []).sort((a, b) => compareKeys(a.key, b.key));
  }

  /** The event that a domain gave this number. */
  numbered(domain: string, seq: number): LoggedEvent | undefined {
    return this.#byNumber.get(`${domain} ${seq}`);
  }

  /** The event that a cause began with; undefined for timers. */
  of(key: CauseKey): LoggedEvent | undefined {
    return key.phase === 1 ? this.#byKey.get(stringifyKey({ ...key, path: [] })) : undefined;
  }
}
