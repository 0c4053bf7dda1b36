/**
 * Streams that reach the residual as they are: under their own name and type, every event, every column.
 *
 * Needed where the residual looks at more than properties (the type of an event, an event as a value, subtypes with
 * properties of their own) or writes into the same stream (insert into). A stream with subtypes comes as one input per
 * type, each with the events of exactly that type, so that none comes twice and none loses its type.
 */
import type { AstFilterSource } from '../model/ast.ts';
import { isSubtype, type EventType } from '../model/event-type.ts';
import { quoteName } from '../epl/print-names.ts';
import { parseStreamName, stringifyStreamName, type DomainName } from '../model/ids.ts';
import type { FederatedCatalog } from './catalog.ts';
import { fragmentText } from './fragment-text.ts';

export interface WholeInput {
  readonly type: EventType;
  readonly epl: string;
  readonly domains: readonly DomainName[];
}

/** Subtypes of a union that are streams of the federation themselves; not the per-domain names of the same stream. */
export function subtypesOf(typeName: string, catalog: FederatedCatalog): readonly EventType[] {
  const found: EventType[] = [];
  for (const name of catalog.eventTypeNames()) {
    if (name === typeName || parseStreamName(name).domain !== null || catalog.domainsOf(name) === null) continue;
    const type = catalog.eventType(name);
    if (type !== undefined && isSubtype(catalog, name, typeName)) found.push(type);
  }
  return found;
}

/** Streams above and below `typeName`, itself included: an event of one may be an event of the others. */
export function familyOf(typeName: string, catalog: FederatedCatalog): readonly string[] {
  const family = new Set([typeName, ...subtypesOf(typeName, catalog).map((t) => t.name)]);
  for (const name of catalog.eventTypeNames()) if (isSubtype(catalog, typeName, name)) family.add(name);
  return [...family];
}

/** True if an event of a subtype holds more than the stream itself declares. */
export function subtypesAddColumns(type: EventType, catalog: FederatedCatalog): boolean {
  return subtypesOf(type.name, catalog).some((t) => t.properties.length > type.properties.length);
}

/** One input per type of the stream's family and, where they have types of their own, per domain; each exact. */
export function wholeInputs(
  source: AstFilterSource,
  type: EventType,
  catalog: FederatedCatalog,
): readonly WholeInput[] {
  return [type, ...subtypesOf(type.name, catalog)].flatMap((t) => {
    const own: WholeInput[] = [];
    const rest: DomainName[] = [];
    for (const domain of catalog.domainsOf(t.name) ?? []) {
      const name = parseStreamName(t.name).domain === null ? stringifyStreamName(domain, t.name) : t.name;
      const stream = catalog.eventType(name);
      if (stream === undefined) rest.push(domain);
      else own.push({ type: stream, epl: bareText(source, stream), domains: [domain] });
    }
    return rest.length === 0 ? own : [...own, { type: t, epl: exactText(source, t, catalog), domains: rest }];
  });
}

function bareText(source: AstFilterSource, type: EventType): string {
  const { domain, metric } = parseStreamName(type.name);
  const nameParts = domain === null ? [metric] : [domain, metric];
  const bare: AstFilterSource = { ...source, typeName: type.name, nameParts, filter: [], contained: [] };
  const { properties } = type;
  return fragmentText({
    source: bare,
    properties,
    columns: properties,
    filter: [],
    windows: [],
    alias: null,
    where: [],
  });
}

function exactText(source: AstFilterSource, type: EventType, catalog: FederatedCatalog): string {
  const text = bareText(source, type);
  if (subtypesOf(type.name, catalog).length === 0) return text;
  const names = [type.name, ...(catalog.domainsOf(type.name) ?? []).map((d) => stringifyStreamName(d, type.name))];
  return `${text} as ${quoteName(EVENT)} where typeof(${quoteName(EVENT)}) in (${names.map((n) => `'${n.replaceAll("'", "\\'")}'`).join(', ')})`;
}

const EVENT = 'e';
