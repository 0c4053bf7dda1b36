/** `explain`: the plan as text that a person can read, and as data. */
import type { Plan, PlannedFragment } from '../model/plan.ts';

/** Lines: what runs where, what crosses which border, and what every domain discloses to whom. */
export function explainPlan(plan: Plan): string {
  const lines: string[] = [`owner ${plan.owner}, on the ${plan.clock} clock`];
  for (const s of plan.statements) {
    const title = s.name === null ? 'statement' : `statement ${s.name}`;
    if (s.epl !== null) lines.push(`├─ ${title} at ${plan.owner}:`, `│    ${s.epl}`);
    else lines.push(`├─ ${title} runs whole at ${domainsOf(plan, s.shippedAs)}; only its rows travel`);
  }
  for (const input of plan.inputs) {
    lines.push(`├─ input \`${input.name}\` stands for ${input.standsFor} (${KINDS[input.kind]})`);
    for (const f of plan.fragments.filter((x) => input.fragments.includes(x.name))) {
      lines.push(`│    ${f.name} at ${f.domain}: ${f.epl}`);
      if (f.rules.length > 0) lines.push(`│      by: ${f.rules.join('; ')}`);
    }
  }
  const crossing = plan.fragments.filter((f) => f.domain !== plan.owner);
  if (crossing.length === 0) lines.push('└─ nothing crosses a border');
  for (const [i, f] of crossing.entries()) {
    lines.push(`${i === crossing.length - 1 ? '└─' : '├─'} ${f.domain} discloses to ${plan.owner}: ${disclosed(f)}`);
  }
  return lines.join('\n');
}

const KINDS = { stream: 'events', view: 'rows that enter and leave a window', result: 'result rows' } as const;

function disclosed(f: PlannedFragment): string {
  const columns = f.columns.filter((c) => c.name !== '~').map((c) => c.name);
  return columns.length === 0 ? 'that an event came, no column' : `${columns.join(', ')} (${KINDS[f.kind]})`;
}

function domainsOf(plan: Plan, input: string | null): string {
  const names = plan.inputs.find((i) => i.name === input)?.fragments ?? [];
  return plan.fragments
    .filter((f) => names.includes(f.name))
    .map((f) => f.domain)
    .join(', ');
}
