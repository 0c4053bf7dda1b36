/** State within its bounds at all times: deltas held by receivers, deltas kept by senders for replay. */
import { BUFFER_DELTAS, RETAIN_DELTAS } from '../../src/exchange/limits.ts';
import { runningQuery, type Checker, type SimRun } from '../sim-run.ts';

export class Bounds implements Checker {
  readonly name = 'bounds';
  readonly #violations = new Set<string>();
  mostBuffered = 0;
  mostRetained = 0;

  sample(run: SimRun): void {
    for (const query of run.queries) {
      for (const { receiver, fragment } of runningQuery(run, query)?.group?.members ?? []) {
        this.mostBuffered = Math.max(this.mostBuffered, receiver.buffered);
        if (receiver.buffered > BUFFER_DELTAS)
          this.#violations.add(`${query.spec.name}/${fragment.name} holds ${receiver.buffered} deltas`);
      }
    }
    for (const agent of run.world.agents) {
      if (!agent.alive) continue;
      for (const { fragmentId, retained } of agent.core.host.describe()) {
        this.mostRetained = Math.max(this.mostRetained, retained);
        if (retained > RETAIN_DELTAS) this.#violations.add(`${agent.domain} keeps ${retained} deltas of ${fragmentId}`);
      }
    }
  }

  finish(): readonly string[] {
    return [...this.#violations];
  }
}
