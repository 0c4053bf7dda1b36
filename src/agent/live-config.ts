/**
 * The configuration file of a running agent: members and policies take effect when the file changes, without a restart. Other
 * keys wait for one, and the log says so. A file that cannot be read or is wrong changes nothing; that is said and counted.
 */
import { statSync } from 'node:fs';
import { CodedError, toCodedError } from '../model/errors.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import { loadConfig } from './config.ts';
import type { AgentConfig } from './config-schema.ts';

/** One `stat` a second: an operator who removed a member does not wait longer. */
export const LOOK_EVERY_MS = 1_000;

/** Keys that take effect while the agent runs. */
const LIVE: ReadonlySet<string> = new Set(['members', 'policies']);

export interface LiveConfigDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  /** Takes members and policies of the new configuration. */
  readonly apply: (config: AgentConfig) => void;
}

export class LiveConfig {
  readonly #deps: LiveConfigDeps;
  readonly #file: string;
  #config: AgentConfig;
  #stamp: string;
  #timer: Cancel | null = null;

  constructor(deps: LiveConfigDeps, options: { readonly file: string; readonly config: AgentConfig }) {
    this.#deps = deps;
    this.#file = options.file;
    this.#config = options.config;
    this.#stamp = stampOf(options.file);
  }

  start(): void {
    this.#timer = this.#deps.clock.after(LOOK_EVERY_MS, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.();
    this.#timer = null;
  }

  /** Reads the file now. Answers the keys that changed; throws `CONFIG_UNREADABLE`, `CONFIG_INVALID`. */
  reload(): readonly string[] {
    this.#stamp = stampOf(this.#file);
    const next = loadConfig(this.#file);
    const before = new Map<string, unknown>(Object.entries(this.#config));
    const changed = Object.entries(next)
      .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before.get(key)))
      .map(([key]) => key);
    if (changed.includes('domain')) {
      throw new CodedError('CONFIG_INVALID', 'the domain of a running agent cannot change', {
        hint: 'stop the agent, and start the other domain over a folder of its own',
      });
    }
    if (changed.some((key) => LIVE.has(key))) this.#deps.apply(next);
    this.#config = next;
    const waiting = changed.filter((key) => !LIVE.has(key));
    if (changed.length > 0) this.#deps.log.info('configuration taken', { changed: changed.join(', ') });
    if (waiting.length > 0) this.#deps.log.warn('changed keys wait for a restart', { keys: waiting.join(', ') });
    return changed;
  }

  #look(): void {
    if (stampOf(this.#file) === this.#stamp) return;
    try {
      this.reload();
    } catch (error) {
      const { code, message } = toCodedError(error);
      this.#deps.counters.add('config_refused_total', 1, { code });
      this.#deps.log.error('the changed configuration is not taken; the one before stays', { code, message });
    }
  }
}

/** Changes when the file does. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}
