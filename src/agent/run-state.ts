/** What one run of the agent must not share with another: its epoch and event numbers; and the secret that all runs share. */
import type { Random } from '../ports/random.ts';
import type { StateStore } from '../ports/store.ts';

/** Event numbers of one run: far above what a run can ingest, so that no number is ever given twice. */
const SEQS_PER_RUN = 2 ** 34;

export interface RunState {
  /** Counts the runs of this agent, from 1. */
  readonly epoch: number;
  /** Key of the fragment ids, 32 bytes; never leaves this domain. */
  readonly secret: Uint8Array;
  readonly firstSeq: number;
}

/** Counts this run, durably, before anything is numbered in it. */
export function readRun(store: StateStore, random: Random): RunState {
  const runs = store.collection('agent');
  return store.transaction(() => {
    const epoch = Number(runs.get('epoch') ?? 0) + 1;
    runs.put('epoch', epoch);
    const known = runs.get('secret');
    const secret = typeof known === 'string' ? Buffer.from(known, 'base64') : Buffer.from(random.bytes(32));
    if (known === undefined) runs.put('secret', secret.toString('base64'));
    return { epoch, secret, firstSeq: (epoch - 1) * SEQS_PER_RUN + 1 };
  });
}
