/**
 * `explain`: the plan as a tree that a person can read: what runs at the owner, what each of its inputs is fed by and where,
 * what that costs, which plans were weighed against it, and what every domain discloses to whom.
 */
import type { FragmentKind, Plan, PlannedFragment, PlannedInput } from '../model/plan.ts';
import { crossingBytesHz, deltaBytesHz, heartbeatBytesHz } from './cost/plan-bytes.ts';
import { disclosuresOf, type Disclosure } from './disclosure.ts';

/** Domains of one text that are named; of more only the number is told. */
const NAMED_DOMAINS = 8;

export function explainPlan(plan: Plan): string {
  return [...head(plan), ...tree(plan), ...noted(plan), ...weighed(plan), ...disclosed(plan)].join('\n');
}

function head(plan: Plan): readonly string[] {
  const [total, envelopes, heartbeats] = [crossingBytesHz(plan), deltaBytesHz(plan), heartbeatBytesHz(plan)];
  if (plan.fragments.every((f) => f.domain === plan.owner)) return [`plan for ${plan.owner}: nothing crosses a border`];
  const parts = `envelopes ${bytesHz(envelopes)}, heartbeats ${bytesHz(heartbeats)}`;
  return [`plan for ${plan.owner}: about ${bytesHz(total)} across borders (${parts})`];
}

function tree(plan: Plan): readonly string[] {
  const lines = ['', `${plan.owner} evaluates on the ${plan.clock} clock`];
  for (const s of plan.statements) {
    if (s.epl !== null) lines.push(`│ ${s.epl}`);
    else lines.push(`│ ${s.name ?? 'statement'}: rows of \`${s.shippedAs ?? ''}\` as they come`);
  }
  for (const [i, input] of plan.inputs.entries()) {
    const last = i === plan.inputs.length - 1;
    lines.push(`${last ? '└─' : '├─'} \`${input.name}\` ${input.standsFor}: ${KINDS[input.kind]}`);
    for (const line of fragmentLines(plan, input)) lines.push(`${last ? ' ' : '│'}  ${line}`);
  }
  return lines;
}

/** Fragments of one text are told together: a union has one for each domain. */
function fragmentLines(plan: Plan, input: PlannedInput): readonly string[] {
  const own = plan.fragments.filter((f) => input.fragments.includes(f.name));
  const groups = [...Map.groupBy(own, (f) => `${f.kind} ${f.epl}`).values()];
  return groups.flatMap((same, i) => {
    const last = i === groups.length - 1;
    const [first] = same;
    if (first === undefined) return [];
    return [
      `${last ? '└─' : '├─'} ${places(same)}: ${first.epl}`,
      ...details(same, plan).map((line) => `${last ? ' ' : '│'}  ${line}`),
    ];
  });
}

function places(same: readonly PlannedFragment[]): string {
  const names = same.map((f) => f.domain);
  if (names.length <= NAMED_DOMAINS) return `at ${names.join(', ')}`;
  return `at ${names.slice(0, NAMED_DOMAINS).join(', ')} and ${names.length - NAMED_DOMAINS} others`;
}

function details(same: readonly PlannedFragment[], plan: Plan): readonly string[] {
  const lines: string[] = [];
  const [first] = same;
  if (first !== undefined && first.rules.length > 0) lines.push(`by: ${first.rules.join('; ')}`);
  const known = same.flatMap((f) => (f.estimate === undefined ? [] : [f.estimate]));
  if (known.length > 0) {
    const sum = (of: (e: (typeof known)[number]) => number): number => known.reduce((total, e) => total + of(e), 0);
    const rows = [`${rate(sum((e) => e.insertsHz))} rows in`];
    if (sum((e) => e.removesHz) > 0) rows.push(`${rate(sum((e) => e.removesHz))} out`);
    const remote = same.some((f) => f.domain !== plan.owner);
    const size = remote ? `about ${bytesHz(sum((e) => e.bytesHz))}` : 'stays here';
    lines.push(`${size}: ${rows.join(', ')} per second`);
  }
  return lines;
}

function noted(plan: Plan): readonly string[] {
  return plan.notes.length === 0 ? [] : ['', ...plan.notes.map((note) => `note: ${note}`)];
}

function weighed(plan: Plan): readonly string[] {
  const { alternatives = [] } = plan;
  if (alternatives.length === 0 || crossingBytesHz(plan) === 0) return [];
  const rows = [{ title: 'this plan', bytesHz: crossingBytesHz(plan) }, ...alternatives];
  const width = Math.max(...rows.map((r) => bytesHz(r.bytesHz).length));
  return ['', 'weighed', ...rows.map((r) => `  ${bytesHz(r.bytesHz).padStart(width)}  ${r.title}`)];
}

function disclosed(plan: Plan): readonly string[] {
  const all = disclosuresOf(plan);
  if (all.length === 0) return [];
  const groups = [...Map.groupBy(all, (d) => `${d.to} ${d.of} ${d.kind} ${d.columns.join()}`).values()];
  const lines = groups.flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const names = same.map((d) => d.domain);
    const who =
      names.length <= NAMED_DOMAINS
        ? names.join(', ')
        : `${names.slice(0, NAMED_DOMAINS).join(', ')} and ${names.length - NAMED_DOMAINS} others`;
    return [`  ${who} → ${first.to}: ${what(first)}`];
  });
  return ['', 'disclosed', ...lines];
}

function what({ columns, kind, of }: Disclosure): string {
  if (columns.length === 0) return `that an event of ${of} came, no column`;
  return `${columns.join(', ')} of ${of} (${KINDS[kind]})`;
}

const KINDS: Readonly<Record<FragmentKind, string>> = {
  stream: 'events',
  view: 'rows that enter and leave a window',
  result: 'result rows',
};

/** `820 B/s`, `1.4 kB/s`. */
export function bytesHz(value: number): string {
  if (value < 999.5) return `${Math.round(value)} B/s`;
  if (value < 999_500) return `${(value / 1e3).toPrecision(3)} kB/s`;
  return value < 999.5e6 ? `${(value / 1e6).toPrecision(3)} MB/s` : `${(value / 1e9).toPrecision(3)} GB/s`;
}

function rate(value: number): string {
  if (value === 0) return '0';
  return value >= 100 ? String(Math.round(value)) : value >= 0.01 ? String(Number(value.toPrecision(2))) : '< 0.01';
}
