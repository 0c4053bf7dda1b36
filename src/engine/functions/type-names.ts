/** Subtype tests at run time, where there is no catalog: a type names its direct supertypes, and its engine knows those. */
import type { EventType } from '../../model/event-type.ts';

type Lookup = (name: string) => EventType | undefined;

/** How the supertypes of a type are found; an entry lives as long as the type. */
const lookups = new WeakMap<EventType, Lookup>();

/** Called when an engine makes events of `type`. */
export function knowSupertypes(type: EventType, lookup: Lookup): void {
  if (type.supertypes.length > 0) lookups.set(type, lookup);
}

/** True if `type` is `ancestor` or below it, over any number of supertypes. */
export function isSubtypeByName(type: EventType, ancestor: string): boolean {
  if (type.name === ancestor || type.supertypes.includes(ancestor)) return true;
  const lookup = lookups.get(type);
  if (lookup === undefined) return false;
  return type.supertypes.some((name) => {
    const supertype = lookup(name);
    return supertype !== undefined && isSubtypeByName(supertype, ancestor);
  });
}
