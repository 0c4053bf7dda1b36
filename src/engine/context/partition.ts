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

export class Partition implements PartitionFacts {
  /** Counts up over the life of the context. */
  readonly id: number;
  readonly properties: Event;
  readonly variables: Variables;
  readonly stores = new Map<string, Store>();
  /** The event that opened it without being seen within; null for none. */
  readonly unseen: Event | null;
  live = true;

  constructor(id: number, properties: Event, variables: Variables, unseen: Event | null) {
    this.id = id;
    this.properties = properties;
    this.variables = variables;
    this.unseen = unseen;
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
