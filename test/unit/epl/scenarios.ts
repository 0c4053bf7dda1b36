/** Texts of the golden scenarios and catalogs of their types. */
import { readdirSync, readFileSync } from 'node:fs';
import { catalogOf, type LayeredCatalog } from '../../../src/epl/catalog.ts';
import type { EventType, Property } from '../../../src/model/event-type.ts';
import { parseType, STRING } from '../../../src/model/value.ts';

export interface Scenario {
  readonly name: string;
  readonly types?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly inherits?: Readonly<Record<string, string | readonly string[]>>;
  readonly domains?: Readonly<Record<string, readonly string[]>>;
  readonly epl: string;
  readonly steps: readonly {
    readonly t?: number;
    readonly send?: string;
    readonly event?: Readonly<Record<string, unknown>>;
    readonly domain?: string;
    readonly deploy?: string;
    readonly query?: string;
  }[];
  readonly expect: { readonly ok: boolean; readonly error?: string };
}

const ROOT = new URL('../../conformance/scenarios/', import.meta.url);

export function scenarios(): readonly Scenario[] {
  return readdirSync(ROOT).flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, ROOT)).map((file) => {
      const scenario: Scenario = JSON.parse(readFileSync(new URL(`${folder}/${file}`, ROOT), 'utf8'));
      return scenario;
    }),
  );
}

/** Every EPL text: modules, deployments, queries. */
export function textsOf(scenario: Scenario): readonly string[] {
  return [scenario.epl, ...scenario.steps.flatMap((s) => [s.deploy, s.query])].filter((t) => t !== undefined);
}

export function catalogFor(scenario: Scenario): LayeredCatalog {
  const catalog = catalogOf([]);
  const offered = new Set(Object.values(scenario.domains ?? {}).flat());
  const add = (name: string): EventType => {
    const known = catalog.eventType(name);
    if (known !== undefined) return known;
    const supertypes = [scenario.inherits?.[name] ?? []].flat();
    const properties = new Map<string, Property>();
    for (const parent of supertypes) for (const p of add(parent).properties) properties.set(p.name, p);
    for (const [key, type] of Object.entries(scenario.types?.[name] ?? {})) {
      properties.set(key, { name: key, type: parseType(type) });
    }
    if (offered.has(name)) properties.set('domain', { name: 'domain', type: STRING });
    const type: EventType = { name, supertypes, properties: [...properties.values()] };
    catalog.addType(type);
    return type;
  };
  for (const name of Object.keys(scenario.types ?? {})) add(name);
  for (const [domain, names] of Object.entries(scenario.domains ?? {})) {
    for (const name of names) {
      catalog.addType({ name: `${domain}.${name}`, supertypes: [name], properties: add(name).properties });
    }
  }
  return catalog;
}
