/**
 * Streams that reach the residual as they are: under their own name and type, every event, every column.
 *
 * Needed where the residual looks at more than properties (the type of an event, an event as a value, subtypes with
 * properties of their own) or writes into the same stream (insert into). A stream with subtypes comes as one input per
 * type, each with the events of exactly that type, so that none comes twice and none loses its type.
 */
import type { AstFilterSource } from '../model/ast.ts';
import type { SelectBody, SelectStatement } from '../model/checked.ts';
import { isSubtype, type EventType } from '../model/event-type.ts';
import { walkExpression } from '../model/expression-tree.ts';
import { quoteName } from '../epl/print-names.ts';
import { parseStreamName, stringifyStreamName, type DomainName } from '../model/ids.ts';
import type { FederatedCatalog } from './catalog.ts';
import { usedColumns } from './columns.ts';
import { fragmentText } from './fragment-text.ts';
import type { Planning } from './planning.ts';
import { memberColumns, type UndeclaredReads } from './undeclared.ts';
import { meansStream, walkBody } from './walk.ts';

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
  { catalog, undeclared }: Pick<Planning, 'catalog' | 'undeclared'>,
): readonly WholeInput[] {
  return [type, ...subtypesOf(type.name, catalog)].flatMap((t) => {
    const own: WholeInput[] = [];
    const rest: DomainName[] = [];
    for (const domain of catalog.domainsOf(t.name) ?? []) {
      const name = parseStreamName(t.name).domain === null ? stringifyStreamName(domain, t.name) : t.name;
      const stream = catalog.eventType(name);
      if (stream === undefined) rest.push(domain);
      else own.push({ type: stream, epl: bareText(source, stream, undeclared), domains: [domain] });
    }
    return rest.length === 0
      ? own
      : [...own, { type: t, epl: exactText(source, t, { catalog, undeclared }), domains: rest }];
  });
}

function bareText(source: AstFilterSource, type: EventType, undeclared: UndeclaredReads): string {
  const { domain, metric } = parseStreamName(type.name);
  const nameParts = domain === null ? [metric] : [domain, metric];
  const bare: AstFilterSource = { ...source, typeName: type.name, nameParts, filter: [], contained: [] };
  const { properties } = type;
  return fragmentText({
    source: bare,
    properties,
    columns: [...properties, ...memberColumns(type, undeclared)],
    filter: [],
    windows: [],
    alias: null,
    where: [],
  });
}

function exactText(
  source: AstFilterSource,
  type: EventType,
  { catalog, undeclared }: Pick<Planning, 'catalog' | 'undeclared'>,
): string {
  const text = bareText(source, type, undeclared);
  if (subtypesOf(type.name, catalog).length === 0) return text;
  const names = [type.name, ...(catalog.domainsOf(type.name) ?? []).map((d) => stringifyStreamName(d, type.name))];
  return `${text} as ${quoteName(EVENT)} where typeof(${quoteName(EVENT)}) in (${names.map((n) => `'${n.replaceAll("'", "\\'")}'`).join(', ')})`;
}

const EVENT = 'e';

/** True if the body reads a stream that has to reach the residual under its own name. */
export function readsWhole(body: SelectBody, planning: Planning): boolean {
  return (
    body.streams.some((s) => s.source.kind === 'filter' && isWhole(body, s.index, s.source.eventType, planning)) ||
    body.subqueries.some((sub) => readsWhole(sub, planning))
  );
}

/** True if stream `stream` of `body` has to reach the residual under its own name. */
export function isWhole(
  body: SelectBody,
  stream: number,
  type: EventType,
  { catalog, open, variants }: Pick<Planning, 'catalog' | 'open' | 'variants'>,
): boolean {
  if (open.has(type.name)) return true;
  if (isSelect(body) && body.insertInto !== null) {
    if (variants.has(body.insertInto.typeName) || handsOn(body, stream)) return true;
  }
  return looksAtSubtypes(body, stream, type, catalog);
}

/** True if a column is an event of the stream: the stream that it goes into says of which type. */
function handsOn(body: SelectStatement, stream: number): boolean {
  let hands = false;
  for (const item of body.select) {
    if (item.kind === 'streamWildcard') hands ||= item.stream === stream && item.as !== null;
    if (item.kind !== 'expression') continue;
    walkExpression(item.expression, (e) => {
      if (e.kind === 'event' && meansStream(e.ref, 0, stream)) hands = true;
    });
  }
  return hands;
}

function isSelect(body: SelectBody): body is SelectStatement {
  return 'insertInto' in body;
}

/** True if the body takes events whole of a stream whose subtypes hold more than it declares. */
function looksAtSubtypes(body: SelectBody, stream: number, type: EventType, catalog: FederatedCatalog): boolean {
  return usedColumns(body, stream, type) === type.properties && subtypesAddColumns(type, catalog);
}

/** True if the body asks for the type of an event of the stream: a row under a made-up name would not tell it. */
export function asksForType(body: SelectBody, stream: number): boolean {
  let asks = false;
  walkBody(body, (e, depth) => {
    const operand =
      e.kind === 'instanceof' ? e.operand : e.kind === 'call' && e.name === 'typeof' ? e.args[0] : undefined;
    if (operand?.kind === 'event' && meansStream(operand.ref, depth, stream)) asks = true;
  });
  return asks;
}
