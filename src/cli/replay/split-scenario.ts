/** A scenario as a federation sees it: which types live at which domain, and where each event is ingested. */
import { analyzeModule } from '../../epl/analyze.ts';
import { LayeredCatalog } from '../../epl/catalog.ts';
import { parseModule } from '../../epl/parse.ts';
import { printModule } from '../../epl/print.ts';
import { compareDomains } from '../../model/cause-key.ts';
import { isSubtype, type EventType } from '../../model/event-type.ts';
import { parseStreamName, stringifyStreamName, type DomainName } from '../../model/ids.ts';
import type { FederatedCatalog } from '../../planner/catalog.ts';
import { scenarioTypes, type Scenario, type ScenarioRow, type ScenarioStep } from './scenario.ts';

/** Where all streams live in a scenario without domains. */
export const SOLE_DOMAIN = 'site';

export interface FederatedScenario {
  /** The module without the schemas whose events are sent: those are streams of a domain. */
  readonly epl: string;
  readonly domains: ReadonlyMap<DomainName, readonly EventType[]>;
  readonly catalog: FederatedCatalog;
  route(
    typeName: string,
    step: ScenarioStep,
  ): { readonly domain: DomainName; readonly stream: string; readonly values: ScenarioRow };
}

export function splitScenario(scenario: Scenario): FederatedScenario {
  const catalog = new LayeredCatalog();
  for (const type of scenarioTypes(scenario)) catalog.addType(type);
  const epl = takeSentSchemas(scenario, catalog);
  const offers = scenario.domains ?? {};
  const types = [...catalog.ownTypes().values()];
  const offered = new Set(Object.values(offers).flat());
  const names = Object.keys(offers).sort(compareDomains);
  const domainsOf = (typeName: string): readonly DomainName[] | null => {
    if (catalog.eventType(typeName) === undefined) return null;
    const { domain } = parseStreamName(typeName);
    if (domain !== null) return names.includes(domain) ? [domain] : null;
    const found = names.filter((d) => offers[d]?.some((t) => isSubtype(catalog, t, typeName)));
    return found.length > 0 ? found : [SOLE_DOMAIN];
  };
  const domains = new Map<DomainName, readonly EventType[]>();
  for (const domain of names) {
    domains.set(
      domain,
      types.filter((t) => {
        const { domain: owner } = parseStreamName(t.name);
        return owner === null || owner === domain;
      }),
    );
  }
  const homeless = types.some((t) => parseStreamName(t.name).domain === null && !offered.has(t.name));
  if (names.length === 0 || homeless)
    domains.set(
      SOLE_DOMAIN,
      types.filter((t) => parseStreamName(t.name).domain === null),
    );
  return {
    epl,
    domains,
    catalog: {
      eventType: (name) => catalog.eventType(name),
      eventTypeNames: () => catalog.eventTypeNames(),
      variable: () => undefined,
      domainsOf,
      unionsFixed: true,
    },
    route: (typeName, step) => {
      const { domain } = step;
      const values = step.event ?? {};
      if (scenario.domains === null || domain === undefined) return { domain: SOLE_DOMAIN, stream: typeName, values };
      const stream = stringifyStreamName(domain, typeName);
      return {
        domain,
        stream: catalog.eventType(stream) === undefined ? typeName : stream,
        values: { ...values, domain },
      };
    },
  };
}

/**
 * Types that the module declares and the scenario sends become streams of the federation; their `create schema` leaves the
 * module. With them go the schemas they build on.
 */
function takeSentSchemas(scenario: Scenario, catalog: LayeredCatalog): string {
  const sent = new Set(scenario.steps.flatMap((s) => (s.send === undefined ? [] : [s.send])));
  const module = parseModule(scenario.epl);
  const declared = module.statements.filter((s) => s.kind === 'createSchema');
  if (!declared.some((s) => sent.has(s.typeName))) return scenario.epl;
  const taken = declared.filter((s) => !s.variant);
  const checked = analyzeModule({ ...module, statements: taken }, catalog);
  for (const type of checked.eventTypes.values()) catalog.addType(type);
  const rest = module.statements.filter((s) => !taken.some((t) => t === s));
  return printModule({ ...module, statements: rest });
}
