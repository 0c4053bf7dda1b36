/**
 * The one law (DESIGN §1): what a query handed out is what one engine says that is fed what the sources logged, in the order
 * of cause keys, events before S left out.
 *
 * Compared are listener calls: statement, key of the cause (without its path) and rows, inserted and removed, as multisets
 * with numbers to 1e-6; calls of one statement and cause in their order. From S up to where the run had settled, or to the
 * instant before the one at which the query was deleted.
 *
 * - `wait`, no agent that the query depends on crashed, and no policy that bears on it changed: all calls, both ways. No trigger may say that anything is missing.
 * - else: every call of the one engine outside the flagged stretches must have been handed out; every trigger outside
 *   them, and every trigger that vouches for itself (all domains live, no gap, complete for longer than the longest
 *   window), must be one of the engine's. A stretch is flagged from the last look at a coverage without fault until the
 *   query's clock has passed the end of the fault, or what was complete again by the memory of the query (gap-watch.ts).
 */
import { stringifyKey } from '../../src/model/cause-key.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import { runningQuery, type Checker, type HandedTrigger, type QueryRun, type SimRun } from '../sim-run.ts';
import { worstEffect } from './policy-effect.ts';
import { GapWatch } from './gap-watch.ts';
import { askOracle, checkQuery, streamsRead, type Said } from './oracle.ts';
import { sameRowSets } from './same-rows.ts';

/** Differences told per query: the first is what matters. */
const MAX_TOLD = 2;

export class SameAsOneEngine implements Checker {
  readonly name = 'same-as-one-engine';
  readonly #watches = new Map<QueryRun, GapWatch>();
  /** Listener calls compared, and those left to flagged stretches. */
  compared = 0;
  flagged = 0;

  constructor(run: SimRun) {
    for (const query of run.queries) this.#watches.set(query, new GapWatch(query.spec));
  }

  sample(run: SimRun): void {
    for (const query of run.queries) {
      const running = runningQuery(run, query);
      if (running === undefined || running.group === null) continue;
      this.#watches.get(query)?.look(running.group.clockMs, running.group.coverage(), running.startMs);
    }
  }

  onTrigger(query: QueryRun, { trigger }: HandedTrigger): void {
    if (query.id === null) return;
    this.#watches.get(query)?.look(trigger.eventTimeMs, trigger.coverage, query.startMs);
  }

  finish(run: SimRun): readonly string[] {
    return run.queries.flatMap((query) => {
      if (query.id === null) return [];
      const differences = this.#compare(run, query);
      return differences.slice(0, MAX_TOLD).map((d) => `${query.spec.name}: ${d}`);
    });
  }

  #compare(run: SimRun, query: QueryRun): readonly string[] {
    const watch = this.#watches.get(query);
    if (watch === undefined) return [];
    const untilMs = lastComparedMs(run, query);
    const expected = groupCalls(askOracle(run.world, query, untilMs));
    const handed = query.triggers.filter((h) => h.trigger.eventTimeMs <= untilMs).map((h) => h.trigger);
    const actual = groupCalls(handed.map(saidBy));
    const exact = query.spec.onSilence === 'wait' && !disturbed(run, query);
    const differences: string[] = [];
    if (exact && !watch.none) differences.push(`a gap in 'wait' mode: ${printStretches(watch)}`);
    for (const [key, calls] of expected) {
      const timeMs = calls[0]?.timeMs ?? 0;
      if (!exact && !watch.clean(timeMs)) {
        this.flagged += calls.length;
        continue;
      }
      this.compared += calls.length;
      const difference = compareCalls(calls, actual.get(key) ?? []);
      if (difference !== null) differences.push(`${key}: ${difference}${exact ? '' : printStretches(watch)}`);
    }
    for (const [key, calls] of groupTriggers(handed)) {
      const [first] = calls;
      if (first === undefined || expected.has(key)) continue;
      const vouched = watch.vouchesFor(first.eventTimeMs, first.coverage, first.gap);
      if (exact || vouched || watch.clean(first.eventTimeMs))
        differences.push(`${key}: one engine says nothing here, handed out was ${print(saidBy(first))}`);
    }
    if (!exact) differences.push(...unflagged(handed, expected, watch));
    return differences;
  }
}

/** Triggers that vouch for themselves within a flagged stretch and are not what the one engine said. */
function unflagged(
  handed: readonly Trigger[],
  expected: ReadonlyMap<string, readonly Said[]>,
  watch: GapWatch,
): readonly string[] {
  const differences: string[] = [];
  for (const [key, calls] of groupTriggers(handed)) {
    const wanted = expected.get(key);
    const [first] = calls;
    if (first === undefined || wanted === undefined || watch.clean(first.eventTimeMs)) continue;
    if (!watch.vouchesFor(first.eventTimeMs, first.coverage, first.gap)) continue;
    const difference = compareCalls(wanted, calls.map(saidBy));
    if (difference !== null) differences.push(`${key}: ${difference}, and nothing flags it`);
  }
  return differences;
}

/** The end of what is compared: before it was deleted, or stood because a stream was closed to it for good. */
function lastComparedMs(run: SimRun, query: QueryRun): number {
  if (query.endClockMs !== null) return query.endClockMs - 1;
  if (worstEffect(run, query, 'for-good') !== 'forbidden') return run.compareUntilMs;
  return Math.min(run.compareUntilMs, (runningQuery(run, query)?.group?.clockMs ?? 0) - 1);
}

/** What it reads was lost for a time, or is another thing now: fragments began anew, with a gap. */
function disturbed(run: SimRun, query: QueryRun): boolean {
  return dependsOnCrash(run, query) || worstEffect(run, query, 'ever') !== 'none';
}

/** Its owner or a domain that it reads went down: exactness across restarts is not promised yet. */
function dependsOnCrash(run: SimRun, query: QueryRun): boolean {
  const streams = [...streamsRead(run.world, checkQuery(run.world, query.canonical))];
  return run.scenario.faults.some(
    (f) => f.kind === 'crash' && (f.domain === query.spec.owner || streams.some((s) => s.startsWith(`${f.domain}.`))),
  );
}

function saidBy(trigger: Trigger): Said {
  const { statement, key, eventTimeMs, insert, remove } = trigger;
  return { statement, key, timeMs: eventTimeMs, insert, remove };
}

function nameOf(statement: string, key: Trigger['key']): string {
  return `${statement} at ${stringifyKey({ ...key, path: [] })}`;
}

function groupCalls(calls: readonly Said[]): Map<string, Said[]> {
  return Map.groupBy(calls, (c) => nameOf(c.statement, c.key));
}

function groupTriggers(triggers: readonly Trigger[]): Map<string, Trigger[]> {
  return Map.groupBy(triggers, (t) => nameOf(t.statement, t.key));
}

function compareCalls(expected: readonly Said[], actual: readonly Said[]): string | null {
  for (const [i, want] of expected.entries()) {
    const got = actual[i];
    if (got === undefined) return `not handed out: ${print(want)}`;
    if (!sameRowSets(want.insert, got.insert) || !sameRowSets(want.remove, got.remove))
      return `one engine says ${print(want)}, handed out was ${print(got)}`;
  }
  const extra = actual[expected.length];
  return extra === undefined ? null : `handed out once more: ${print(extra)}`;
}

function print({ insert, remove }: Said): string {
  const removed = remove.length === 0 ? '' : ` less ${JSON.stringify(remove)}`;
  return `${JSON.stringify(insert)}${removed}`.slice(0, 300);
}

function printStretches(watch: GapWatch): string {
  return ` (flagged: ${watch.stretches.map((s) => `${s.fromMs}..${s.toMs}`).join(', ')})`;
}
