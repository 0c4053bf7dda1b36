/** Subtype tests at run time, where there is no catalog: by the names that a type carries. */
import type { EventType } from '../../model/event-type.ts';

/** True if `type` is `ancestor` or names it as a direct supertype. */
export function isSubtypeByName(type: EventType, ancestor: string): boolean {
  return type.name === ancestor || type.supertypes.includes(ancestor);
}
