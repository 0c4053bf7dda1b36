/** What each domain tells whom under a plan (DESIGN §5, §7). Pure. */
import type { DomainName } from '../model/ids.ts';
import type { FragmentKind, PlacedResidual, Plan } from '../model/plan.ts';

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
  return told(plan, plan.owner).sort((a, b) => (a.domain < b.domain ? -1 : a.domain > b.domain ? 1 : 0));
}

/** `to`: where what reads the fragments runs. */
function told(below: PlacedResidual, to: DomainName): Disclosure[] {
  return below.fragments.flatMap((f) => {
    const inner = f.placed === undefined ? [] : told(f.placed, f.domain);
    if (f.domain === to) return inner;
    const columns = f.columns.filter((c) => c.name !== '~').map((c) => c.name);
    const of = below.inputs.find((i) => i.fragments.includes(f.name))?.standsFor ?? '';
    return [{ domain: f.domain, to, of, columns, kind: f.kind, epl: f.epl }, ...inner];
  });
}
