/** What the levels of a context have in common: a level's state stands in one partition of the level above it. */
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { ConditionPlace } from './condition-run.ts';
import type { ContextSlot } from './context-program.ts';
import type { Opening, Partition } from './partition.ts';

/** The state of one level under one partition of the level above. */
export interface LevelState {
  /** Opens what is open from the beginning. */
  start(): void;
  /** An event on one of the level's slots. */
  meet(slot: ContextSlot, event: Event): void;
  /** The nodes that an event of item `item` belongs to; -1: the level does not divide such events. */
  nodesFor(event: Event, item: number): Iterable<LevelNode>;
  /** The only node for an event of item `item`, where there is one at most: without a list. `item` is not -1. */
  nodeFor?(event: Event, item: number): LevelNode | null;
  /** All nodes, in order of opening. */
  nodes(): Iterable<LevelNode>;
  /** Closes everything, without a beginning anew. */
  stop(): void;
}

/** One partition of a level: a partition of the context at the last level, else the place of the next level. */
export interface LevelNode {
  /** Level properties: `key1`, `label`, `startTime`, the events that began it. */
  readonly properties: Event;
  readonly partition: Partition | null;
  readonly next: LevelState | null;
  /** Expressions that end it read its properties here. */
  readonly context: InstanceContext;
}

/** What a level asks of the manager. */
export interface LevelPlace extends ConditionPlace {
  /** Expressions that begin partitions: they see the levels above. */
  readonly context: InstanceContext;
  /** `values` by name of property; those that are not named are null. */
  open(values: ReadonlyMap<string, Value>, opening: Opening): LevelNode;
  close(node: LevelNode): void;
}
