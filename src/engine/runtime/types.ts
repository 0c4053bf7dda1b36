/** The event types an engine knows: classes by name, subtypes, and the catalog view of them. */
import { CodedError } from '../../model/errors.ts';
import type { EventType } from '../../model/event-type.ts';
import { EventClass } from './event-class.ts';

/** Types per engine: each costs some 2 kB; a registry of this size is a mistake. */
export const MAX_EVENT_TYPES = 100_000;

export class EventTypes {
  readonly #classes = new Map<string, EventClass>();

  /** Adds or replaces a type; its supertypes need not be known yet. */
  add(type: EventType): EventClass {
    if (this.#classes.size >= MAX_EVENT_TYPES) {
      throw new CodedError('LIMIT_EXCEEDED', `more than ${MAX_EVENT_TYPES} event types`);
    }
    const made = new EventClass(type, (name) => this.#classes.get(name));
    this.#classes.set(type.name, made);
    return made;
  }

  remove(name: string): void {
    this.#classes.delete(name);
  }

  has(name: string): boolean {
    return this.#classes.has(name);
  }

  find(name: string): EventClass | undefined {
    return this.#classes.get(name);
  }

  /** Throws `UNKNOWN_STREAM`. */
  get(name: string): EventClass {
    const found = this.#classes.get(name);
    if (found === undefined) throw new CodedError('UNKNOWN_STREAM', `no event type is named '${name}'`);
    return found;
  }

  names(): Iterable<string> {
    return this.#classes.keys();
  }

  /** The type's own name and those of all its supertypes, each once. */
  lineage(name: string, into: Set<string> = new Set()): ReadonlySet<string> {
    if (into.has(name)) return into;
    into.add(name);
    for (const supertype of this.#classes.get(name)?.type.supertypes ?? []) this.lineage(supertype, into);
    return into;
  }
}
