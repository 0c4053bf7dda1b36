/**
 * Ids of events seen already, per client and metric, so that a client that repeats a call does no harm.
 *
 * State: the last `perKey` ids of each client and metric, at most {@link MAX_IDS} in all, where those go first that were
 * used longest ago. It is in memory alone: after a restart of the agent, whose windows are empty then, an id counts as new.
 */

/** Ids held in all: some tens of megabytes. */
export const MAX_IDS = 500_000;

export class SeenIds {
  readonly #perKey: number;
  readonly #ids = new Map<string, Set<string>>();
  #total = 0;

  constructor(perKey: number) {
    this.#perKey = perKey;
  }

  has(client: string, metric: string, id: string): boolean {
    return this.#ids.get(keyOf(client, metric))?.has(id) === true;
  }

  add(client: string, metric: string, id: string): void {
    const key = keyOf(client, metric);
    const ids = this.#ids.get(key) ?? new Set();
    this.#ids.delete(key);
    this.#ids.set(key, ids);
    if (!ids.has(id)) this.#total++;
    ids.add(id);
    if (ids.size > this.#perKey) this.#dropOldest(ids);
    for (const [other, old] of this.#ids) {
      if (this.#total <= MAX_IDS) break;
      this.#ids.delete(other);
      this.#total -= old.size;
    }
  }

  #dropOldest(ids: Set<string>): void {
    for (const oldest of ids) {
      ids.delete(oldest);
      this.#total--;
      return;
    }
  }
}

function keyOf(client: string, metric: string): string {
  return JSON.stringify([client, metric]);
}
