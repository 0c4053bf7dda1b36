/** What the host of fragments needs of the agent around it. */
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { ExportPolicies } from './export-policies.ts';
import type { FragmentOutlet } from './fragment-outbox.ts';
import type { Ledger } from './ledger.ts';
import type { LocalRuntime } from './local-runtime.ts';

export interface FragmentHostDeps {
  readonly runtime: LocalRuntime;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly outlet: FragmentOutlet;
  /** What this domain lets out. Without any every member reads everything. */
  readonly policies?: ExportPolicies | undefined;
  /** Where it is written down what left this domain. */
  readonly ledger?: Pick<Ledger, 'record' | 'close'> | undefined;
  /** Makes the keys of payloads on topics; without it they are not sealed. */
  readonly random?: Random | undefined;
}

export interface FragmentHostOptions {
  /** Greater than that of any earlier run of this agent. */
  readonly epoch: number;
  /** Key of the fragment ids; known to this domain alone. */
  readonly secret: Uint8Array;
  /** Starts may fall on the present instant: whoever drives the agent guarantees that nothing is under way. @default false */
  readonly barrierStarts?: boolean | undefined;
}
