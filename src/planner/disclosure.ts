/** What each domain tells whom under a plan (DESIGN §5, §7). Pure. */
import type { DomainName } from '../model/ids.ts';
import type { FragmentKind, Plan, PlannedFragment } from '../model/plan.ts';

export interface Disclosure {
  readonly domain: DomainName;
  readonly to: DomainName;
  /** Stream or statement in the query's text. */
  readonly of: string;
  /** Empty where only the fact is told that an event came. */
  readonly columns: readonly string[];
  readonly kind: FragmentKind;
  /** The text that runs there: its conditions say which rows. */
  readonly epl: string;
}

/** One per fragment that crosses a border, by domain. */
export function disclosuresOf(plan: Plan): readonly Disclosure[] {
  const crossing = plan.fragments.filter((f) => f.domain !== plan.owner);
  return [...crossing]
    .sort((a, b) => (a.domain < b.domain ? -1 : a.domain > b.domain ? 1 : 0))
    .map((f) => ({
      domain: f.domain,
      to: plan.owner,
      of: inputOf(plan, f)?.standsFor ?? '',
      columns: f.columns.filter((c) => c.name !== '~').map((c) => c.name),
      kind: f.kind,
      epl: f.epl,
    }));
}

function inputOf(plan: Plan, fragment: PlannedFragment): Plan['inputs'][number] | undefined {
  return plan.inputs.find((i) => i.fragments.includes(fragment.name));
}
