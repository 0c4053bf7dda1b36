/** A partition of a context: what it knows of itself, and its own variables. */
import { CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { Store } from '../store/store.ts';
import type { VariableListener, Variables } from '../runtime/variables.ts';

/** What expressions of a statement in a context can read besides events. */
export interface PartitionFacts {
  /** The properties of `context`. */
  readonly properties: Event;
  /** Variables that were created in the context: each partition has its own. */
  readonly variables: Variables;
  /** Named windows and tables that were created in the context. */
  readonly stores: ReadonlyMap<string, Store>;
}

/** Who has a part in every partition: a statement of the context. */
export interface Member {
  open(partition: Partition): void;
  /** The last outputs of the partition's part are told with the present cause. */
  close(partition: Partition): void;
}

/** What statements of a partition see of the events that opened it. */
export interface Opening {
  /** The present event, where it is not seen within. */
  readonly unseen: Event | null;
  readonly earlier: readonly Event[];
}

/** The usual one: the present event, if there is one, is seen. */
export const SEEN: Opening = { unseen: null, earlier: [] };

export class Partition implements PartitionFacts {
  /** Counts up over the life of the context. */
  readonly id: number;
  readonly properties: Event;
  readonly variables: Variables;
  readonly stores = new Map<string, Store>();
  readonly #opening: Opening;
  live = true;

  constructor(id: number, properties: Event, variables: Variables, opening: Opening) {
    this.id = id;
    this.properties = properties;
    this.variables = variables;
    this.#opening = opening;
  }

  /** False for the event that opened it, where it is not seen within. */
  sees(event: Event): boolean {
    return event !== this.#opening.unseen;
  }

  /** Earlier events that are seen within as well, oldest first: those of an `@inclusive` pattern. */
  get earlier(): readonly Event[] {
    return this.#opening.earlier;
  }

  listen(name: string, listener: VariableListener): () => void {
    return this.variables.listen(name, listener);
  }

  set(name: string, value: Value): void {
    if (this.variables.isConstant(name)) {
      throw new CodedError('INVALID_STATEMENT', `variable '${name}' is constant`);
    }
    this.variables.set(name, value);
  }
}
