/** A small federation and short ways to a plan. */
import { CatalogOfDomains } from '../../../src/agent/federated-catalog.ts';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { LayeredCatalog } from '../../../src/epl/catalog.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import type { CatalogMetric } from '../../../src/model/control.ts';
import type { EventType } from '../../../src/model/event-type.ts';
import type { Plan, PlannedFragment } from '../../../src/model/plan.ts';
import { parseType } from '../../../src/model/value.ts';
import type { FederatedCatalog } from '../../../src/planner/catalog.ts';
import { planQuery } from '../../../src/planner/plan-query.ts';
import type { PlanOptions } from '../../../src/planner/planning.ts';
import { ALL_RULES, type RuleName } from '../../../src/planner/rules/rule-names.ts';

/** Residuals stay at the owner: tests of other rules look at what is sent there. */
export const AT_OWNER: ReadonlySet<RuleName> = new Set([...ALL_RULES].filter((r) => r !== 'place-residual'));

export function metric(name: string, properties: Readonly<Record<string, string>>): CatalogMetric {
  return {
    name,
    description: '',
    units: {},
    properties: Object.entries(properties).map(([p, type]) => ({ name: p, type: parseType(type) })),
  };
}

const MEM = metric('Mem', { host: 'string', util: 'double', used: 'long' });
const CPU = metric('Cpu', { host: 'string', load: 'double', cores: 'int' });

/** `Mem` at renci, tacc and uky, `Cpu` at renci and tacc, `Disk` at uky. */
const OFFERS = [
  { domain: 'tacc', version: 1, metrics: [MEM, CPU] },
  { domain: 'renci', version: 1, metrics: [MEM, CPU] },
  { domain: 'uky', version: 1, metrics: [MEM, metric('Disk', { host: 'string', free: 'long' })] },
];

export const FEDERATION: FederatedCatalog = new CatalogOfDomains(OFFERS);

/** The same, and nobody enters or leaves a union. */
export const FIXED_FEDERATION: FederatedCatalog = new CatalogOfDomains(OFFERS, { unionsFixed: true });

export function plan(epl: string, options: Partial<PlanOptions> = {}, catalog: FederatedCatalog = FEDERATION): Plan {
  const layered = new LayeredCatalog(catalog);
  const ast = parseModule(epl);
  const module = analyzeModule(ast, layered);
  const view: FederatedCatalog = {
    eventType: (name) => layered.eventType(name) ?? module.eventTypes.get(name),
    eventTypeNames: () => layered.eventTypeNames(),
    variable: (name) => layered.variable(name),
    domainsOf: (name) => (module.eventTypes.has(name) ? null : catalog.domainsOf(name)),
    unionsFixed: catalog.unionsFixed,
    aggregateOnly: (name) => catalog.aggregateOnly?.(name) ?? [],
  };
  const declarations = ast.statements.flatMap((s) => (s.kind === 'createExpression' ? [s.declaration] : []));
  return planQuery(module, view, { owner: 'client', declarations, rules: AT_OWNER, ...options });
}

/** `domain: text` of every fragment, in order. */
export function fragments(p: Plan): readonly string[] {
  return p.fragments.map((f) => `${f.domain} ${f.kind}: ${f.epl}`);
}

/** The only fragment of a plan. */
export function soleFragment(p: Plan): PlannedFragment {
  const [only, ...more] = p.fragments;
  if (only === undefined || more.length > 0) throw new Error(`expected one fragment, there are ${p.fragments.length}`);
  return only;
}

/** Texts of the residual. */
export function residual(p: Plan): readonly (string | null)[] {
  return p.statements.map((s) => s.epl);
}

/** A catalog whose types may have subtypes, which metrics have not. */
export function typedCatalog(
  types: readonly EventType[],
  offers: Readonly<Record<string, readonly string[]>>,
): FederatedCatalog {
  const byName = new Map(types.map((t) => [t.name, t]));
  return {
    eventType: (name) => byName.get(name),
    eventTypeNames: () => byName.keys(),
    variable: () => undefined,
    domainsOf: (name) => offers[name] ?? null,
  };
}
