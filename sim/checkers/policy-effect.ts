/** What a change of an export policy means for a query, judged from their texts alone. */
import type { SimFault, SimPolicy } from '../scenarios/scenario.ts';
import type { QueryRun, SimRun } from '../sim-run.ts';
import { checkQuery, streamsRead } from './oracle.ts';

export type PolicyFault = Extract<SimFault, { readonly kind: 'policy' }>;

/** `rows`: it goes on over the rows that may leave. */
export type PolicyEffect = 'none' | 'rows' | 'forbidden';

export function policyFaults(run: SimRun): readonly PolicyFault[] {
  return run.scenario.faults.filter((f) => f.kind === 'policy');
}

export function effectOn(run: SimRun, { spec }: QueryRun, { domain, policy }: PolicyFault): PolicyEffect {
  if (spec.owner === domain) return 'none';
  if (!streamsRead(run.world, checkQuery(run.world, spec.epl)).has(`${domain}.${policy.metric}`)) return 'none';
  if (forbids(run, policy, spec.owner, spec.epl)) return 'forbidden';
  return policy.rows === null ? 'none' : 'rows';
}

/**
 * Whether a text over the rule's metric may not run for `reader`. Withheld columns are told by name: no other metric has
 * them; `select *` means all.
 */
export function forbids(run: SimRun, policy: SimPolicy, reader: string, epl: string): boolean {
  const { metric, readers, columns } = policy;
  if (readers !== '*' && !readers.includes(reader)) return true;
  if (columns === '*') return false;
  const all = Object.keys(run.scenario.metrics.find((m) => m.name === metric)?.properties ?? {});
  const words = new Set(epl.match(/\w+/g));
  const everything = new RegExp(`select \\* from (\\w+\\.)?${metric}\\b`).test(epl);
  return all.some((c) => !columns.includes(c) && (everything || words.has(c)));
}

/** The worst that the policies of a run do to a query, at any time or for good. */
export function worstEffect(run: SimRun, query: QueryRun, which: 'ever' | 'for-good'): PolicyEffect {
  const effects = policyFaults(run)
    .filter((f) => which === 'ever' || f.forMs === Infinity)
    .map((f) => effectOn(run, query, f));
  return effects.includes('forbidden') ? 'forbidden' : effects.includes('rows') ? 'rows' : 'none';
}
