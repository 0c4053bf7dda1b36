/** Makes the types that a residual reads and writes known to the engine that runs it. */
import type { Engine } from '../engine/engine.ts';
import type { CheckedModule } from '../model/checked.ts';
import type { Catalog, EventType } from '../model/event-type.ts';
import { parseMemberColumn } from '../model/member-columns.ts';
import type { PlannedInput } from '../model/plan.ts';
import type { ValueType } from '../model/value.ts';
import { changedStreams } from '../planner/plan-query.ts';

type Types = Pick<Catalog, 'eventType'>;

/** The type of an input, so that the residual can be checked and deployed. */
export function addInputType(engine: Engine, input: PlannedInput, catalog: Types): EventType {
  for (const column of input.columns) addNested(engine, column.type, catalog);
  const kind = input.kind === 'view' ? 'view' : 'stream';
  const properties = input.columns.filter((c) => parseMemberColumn(c.name) === null);
  const known = catalog.eventType(input.name) ?? { name: input.name, supertypes: [], properties, kind };
  const memberColumns = input.columns.map((c) => c.name).filter((name) => parseMemberColumn(name) !== null);
  const type = memberColumns.length === 0 ? known : { ...known, memberColumns };
  addSupertypes(engine, type, catalog);
  if (input.kind !== 'result') engine.addEventType(type);
  return type;
}

/** Streams of the federation that the residual inserts into or updates. */
export function addTargets(engine: Engine, module: CheckedModule, catalog: Types): void {
  for (const name of module.statements.flatMap(changedStreams)) {
    const type = module.eventTypes.has(name) ? undefined : catalog.eventType(name);
    if (type === undefined || engine.eventType(type.name) !== undefined) continue;
    addSupertypes(engine, type, catalog);
    engine.addEventType(type);
  }
}

function addSupertypes(engine: Engine, type: EventType, catalog: Types): void {
  for (const name of type.supertypes) {
    const supertype = catalog.eventType(name);
    if (supertype === undefined || engine.eventType(name) !== undefined) continue;
    addSupertypes(engine, supertype, catalog);
    engine.addEventType(supertype);
  }
}

/** Types of events within events: rows carry them as maps, the engine makes events of them again. */
function addNested(engine: Engine, type: ValueType, catalog: Types): void {
  if (type.kind === 'array') addNested(engine, type.of, catalog);
  if (type.kind !== 'event' || engine.eventType(type.typeName) !== undefined) return;
  const nested = catalog.eventType(type.typeName);
  if (nested === undefined) return;
  engine.addEventType(nested);
  for (const property of nested.properties) addNested(engine, property.type, catalog);
}
