/** The real clock and randomness, and a log and counters that remember, for tests against real servers. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src/ports/clock.ts';
import type { Counters } from '../../src/ports/counters.ts';
import type { Log, LogFields } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';

export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => Math.round(performance.now()),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

export const realRandom: Random = {
  bytes: (length) => randomBytes(length),
  next: () => randomBytes(4).readUInt32BE() / 2 ** 32,
};

export interface LogEntry {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
  readonly fields: LogFields;
}

export class MemoryLog implements Log {
  readonly entries: LogEntry[];
  readonly #fields: LogFields;

  constructor(entries: LogEntry[] = [], fields: LogFields = {}) {
    this.entries = entries;
    this.#fields = fields;
  }

  error(message: string, fields: LogFields = {}): void {
    this.#add('error', message, fields);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#add('warn', message, fields);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#add('info', message, fields);
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#add('debug', message, fields);
  }

  child(fields: LogFields): Log {
    return new MemoryLog(this.entries, { ...this.#fields, ...fields });
  }

  #add(level: LogEntry['level'], message: string, fields: LogFields): void {
    this.entries.push({ level, message, fields: { ...this.#fields, ...fields } });
  }
}

export class MemoryCounters implements Counters {
  readonly values = new Map<string, number>();

  add(name: string, by = 1): void {
    this.values.set(name, this.of(name) + by);
  }

  of(name: string): number {
    return this.values.get(name) ?? 0;
  }
}

/** Looks at `condition` until it holds; fails after `deadlineMs` with `what`. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 15_000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
