/**
 * `output first` of a grouped statement: every group opens an interval of its own with its own output (Esper appendix A).
 * State: per group the count or time of its interval. Bound: the groups ever put out.
 */
import type { EventRow } from '../evaluation.ts';
import type { Key } from '../functions/values.ts';
import { Outcome } from '../result/outcome.ts';
import { durationOf } from '../runtime/parameters.ts';
import { nextOccurrence, readCrontab } from './crontab.ts';
import type { OutputDeps, OutputProgram } from './limited-output.ts';
import { readLimit } from './output-condition.ts';
import { putOut } from './output-stage.ts';

interface GroupInterval {
  inserted: number;
  removed: number;
  /** May put out the next row. */
  open: boolean;
  /** End of the interval, ms. */
  untilMs: number;
}

export class FirstPerGroup {
  readonly #program: OutputProgram;
  readonly #deps: OutputDeps;
  readonly #groups = new Map<Key, GroupInterval>();

  constructor(program: OutputProgram, deps: OutputDeps) {
    this.#program = program;
    this.#deps = deps;
  }

  take(insert: readonly EventRow[], remove: readonly EventRow[]): void {
    const outcome = new Outcome();
    this.#deps.resultSet.processFirst?.(insert, remove, this.#poll, outcome);
    if (!outcome.empty) putOut(outcome, this.#deps.finish, this.#deps.deliver);
  }

  readonly #poll = (key: Key, inserted: number, removed: number): boolean => {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { inserted: 0, removed: 0, open: true, untilMs: -Infinity };
      this.#groups.set(key, group);
    }
    const { rate } = this.#program.spec;
    const { host, context } = this.#deps;
    switch (rate?.kind) {
      case 'events':
        return pollCount(group, inserted, removed, readLimit(rate.count, host));
      case 'time':
        if (host.nowMs < group.untilMs) return false;
        group.untilMs = durationOf(rate.period, context).after(host.nowMs);
        return true;
      case 'crontab':
        if (host.nowMs < group.untilMs) return false;
        group.untilMs = nextOccurrence(readCrontab(rate.fields, context), host.nowMs) ?? Infinity;
        return true;
      case 'when':
        return this.#program.when?.condition([], context) ?? false;
      default:
        return true;
    }
  };
}

function pollCount(group: GroupInterval, inserted: number, removed: number, count: number): boolean {
  if (group.open) {
    group.open = false;
    return true;
  }
  group.inserted += inserted;
  group.removed += removed;
  if (group.inserted < count && group.removed < count) return false;
  group.inserted = 0;
  group.removed = 0;
  return true;
}
