/**
 * Nothing is stuck when all is healed: queries are registered and run, their clocks have passed the end of the load, no
 * receiver waits for deltas or a snapshot, no sender keeps what its consumers have taken, and what was deleted is gone.
 */
import { RENEW_EVERY_MS } from '../../src/agent/query-service.ts';
import { worstEffect } from './policy-effect.ts';
import { runningQuery, type Checker, type SimRun } from '../sim-run.ts';

/** What was numbered so long ago has been acknowledged by now: leases are renewed twice in it, and a renewal may be late. */
const ACKNOWLEDGED_AFTER_MS = 2 * RENEW_EVERY_MS + 2_000;

export class Settled implements Checker {
  readonly name = 'settled';
  /** Looks at the last numbers of fragments, by domain and fragment; the oldest first, none older than needed. */
  readonly #looks: { readonly atMs: number; readonly lastSeqs: ReadonlyMap<string, number> }[] = [];

  sample(run: SimRun): void {
    const { nowMs } = run.world;
    const before = this.#looks.at(-1);
    if (before !== undefined && nowMs - before.atMs < 1_000) return;
    const lastSeqs = new Map<string, number>();
    for (const agent of run.world.agents) {
      if (!agent.alive) continue;
      for (const f of agent.core.host.describe()) lastSeqs.set(`${agent.domain} ${f.fragmentId}`, f.lastSeq);
    }
    this.#looks.push({ atMs: nowMs, lastSeqs });
    while ((this.#looks[1]?.atMs ?? Infinity) <= nowMs - ACKNOWLEDGED_AFTER_MS) this.#looks.shift();
  }

  finish(run: SimRun): readonly string[] {
    const stuck: string[] = [];
    const wanted = new Set<string>();
    for (const query of run.queries) {
      const { spec, endClockMs, id, refusal } = query;
      if (refusal !== null) stuck.push(`${spec.name}: refused: ${refusal}`);
      if (endClockMs !== null || refusal !== null) continue;
      if (spec.untilMs !== null && id === null) continue;
      // It stands, or was never admitted: the checker of policies looks at what it says.
      if (worstEffect(run, query, 'for-good') === 'forbidden') continue;
      const running = runningQuery(run, query);
      if (running === undefined || running.group === null || running.state !== 'running') {
        stuck.push(`${spec.name}: ${id === null ? 'was never registered' : `is ${running?.state ?? 'not back'}`}`);
        continue;
      }
      const { group } = running;
      if (group.clockMs < run.compareUntilMs) {
        const behind = group.coverage().map((c) => `${c.domain} ${c.state} at ${c.watermarkMs}`);
        stuck.push(`${spec.name}: its clock stands at ${group.clockMs}, ${run.compareUntilMs} has passed (${behind})`);
      }
      for (const { domain, state } of group.coverage())
        if (state !== 'live') stuck.push(`${spec.name}: goes on without ${domain}, which is ${state}`);
      for (const { receiver, fragment, fragmentId } of group.members) {
        wanted.add(`${fragment.domain} ${fragmentId} ${running.id}`);
        if (receiver.needsSnapshot || receiver.buffered > 0)
          stuck.push(`${spec.name}/${fragment.name}: waits for ${receiver.needsSnapshot ? 'a snapshot' : 'deltas'}`);
      }
    }
    for (const agent of run.world.agents) {
      if (!agent.alive) continue;
      for (const { fragmentId, retained, lastSeq, queries } of agent.core.host.describe()) {
        const name = `${agent.domain} ${fragmentId}`;
        const recent = lastSeq - (this.#looks[0]?.lastSeqs.get(name) ?? 0);
        // What a query that is gone has not taken is kept until its lease ends.
        const read = queries.every((id) => wanted.has(`${name} ${id}`));
        if (read && retained > recent) stuck.push(`${agent.domain} still keeps ${retained} deltas of ${fragmentId}`);
      }
    }
    return stuck;
  }
}
