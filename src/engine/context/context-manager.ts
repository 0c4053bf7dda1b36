/**
 * A context at work: `create context` as a statement of the engine. It stands before the statements of the context in
 * order of deployment, so that an event opens and closes partitions before they see it.
 * State: the levels' partitions, and who has a part in them.
 */
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import { assert, unreachable } from '../../model/errors.ts';
import type { Value, ValueType } from '../../model/value.ts';
import type { EventClass } from '../runtime/event-class.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import type { InstanceHost, StatementInstance, Told } from '../runtime/statement.ts';
import { Variables } from '../runtime/variables.ts';
import type { ConditionRun } from './condition-run.ts';
import type { ContextProgram, LevelProgram } from './context-program.ts';
import { CategoryLevel, HashLevel, KeyedLevel } from './divided-levels.ts';
import type { LevelNode, LevelPlace, LevelState } from './level.ts';
import type { Member, Opening, PartitionFacts } from './partition.ts';
import { Partition } from './partition.ts';
import { InitiatedLevel, StartEndLevel } from './timed-levels.ts';

/** A variable that each partition has for itself. */
export interface PartitionVariable {
  readonly name: string;
  readonly type: ValueType;
  readonly constant: boolean;
  /** Read when the partition opens. */
  readonly initial: (context: InstanceContext) => Value;
}

export class ContextManager implements StatementInstance {
  readonly context: InstanceContext;
  readonly program: ContextProgram;
  readonly #host: InstanceHost;
  readonly #classes: readonly EventClass[];
  readonly #whole: EventClass;
  readonly #members = new Set<Member>();
  readonly #variables: PartitionVariable[] = [];
  readonly #partitions = new Set<Partition>();
  #root: LevelState;
  readonly #unsettled = new Set<ConditionRun>();
  /** Ids per level: they count up over the life of the context. */
  #ids: number[] = [];

  constructor(program: ContextProgram, host: InstanceHost) {
    this.program = program;
    this.#host = host;
    this.context = host.newContext();
    this.#classes = program.levels.map((l) => host.classFor(l.propertyType));
    this.#whole = host.classFor(program.propertyType);
    this.#root = this.#newRoot();
  }

  // -------------------------------------------------------------------------------------------- statements

  #newRoot(): LevelState {
    this.#ids = this.program.levels.map(() => 0);
    return this.#levelAt(0, []);
  }

  /**
   * The member is told of the partitions that are open, and of all that open and close from now on. The first one starts
   * the context: without statements it is at rest.
   */
  join(member: Member): void {
    if (this.#members.size === 0) this.#root.start();
    this.#members.add(member);
    for (const partition of this.#partitions) member.open(partition);
  }

  leave(member: Member): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return;
    this.#root.stop();
    this.#root = this.#newRoot();
  }

  addVariable(variable: PartitionVariable): void {
    this.#variables.push(variable);
    for (const partition of this.#partitions) this.#addTo(partition, variable);
  }

  removeVariable(name: string): void {
    const at = this.#variables.findIndex((v) => v.name === name);
    if (at >= 0) this.#variables.splice(at, 1);
    for (const partition of this.#partitions) partition.variables.remove(name);
  }

  /** In order of opening. */
  partitions(): Iterable<Partition> {
    return this.#partitions;
  }

  /** The partitions that an event belongs to; `items`: which item of each level divides its type. */
  *partitionsFor(event: Event, items: readonly number[]): Iterable<Partition> {
    yield* this.#below(this.#root, 0, event, items);
  }

  /** True where {@link partitionFor} answers for events of these items. */
  isSingle(items: readonly number[]): boolean {
    return this.program.levels.length === 1 && this.#root.nodeFor !== undefined && (items[0] ?? -1) >= 0;
  }

  /** The only partition that the event belongs to; null for none. */
  partitionFor(event: Event, items: readonly number[]): Partition | null {
    return this.#root.nodeFor?.(event, items[0] ?? -1)?.partition ?? null;
  }

  *#below(state: LevelState, level: number, event: Event, items: readonly number[]): Iterable<Partition> {
    for (const node of state.nodesFor(event, items[level] ?? -1)) {
      if (node.partition !== null) yield node.partition;
      else if (node.next !== null) yield* this.#below(node.next, level + 1, event, items);
    }
  }

  // -------------------------------------------------------------------------------------------- levels

  #levelAt(level: number, above: readonly Event[]): LevelState {
    const program = this.program.levels[level]?.program;
    assert(program !== undefined, 'a context has as many levels as its definition');
    const context = this.#host.newContext();
    if (level > 0) context.partition = factsOf(this.#propertiesOf(above, 0));
    const place: LevelPlace = {
      host: this.#host,
      later: (run) => this.#unsettled.add(run),
      context,
      open: (values, opening) => this.#open(level, above, values, opening),
      close: (node) => this.#close(node),
    };
    return makeLevel(program, place);
  }

  #open(level: number, above: readonly Event[], values: ReadonlyMap<string, Value>, opening: Opening): LevelNode {
    const id = this.#ids[level] ?? 0;
    this.#ids[level] = id + 1;
    const type = this.program.levels[level]?.propertyType;
    const own = this.#classes[level];
    assert(type !== undefined && own !== undefined, 'a context has as many levels as its definition');
    const named = new Map<string, Value>([['name', this.program.levels[level]?.name ?? ''], ['id', id], ...values]);
    const properties = this.#eventOf(own, type, named);
    const path = [...above, properties];
    const context = this.#host.newContext();
    const last = level === this.program.levels.length - 1;
    const whole = this.#propertiesOf(path, id);
    if (!last) {
      context.partition = factsOf(whole);
      const next = this.#levelAt(level + 1, path);
      next.start();
      return { properties, partition: null, next, context };
    }
    const partition = new Partition(id, whole, new Variables(), opening);
    context.partition = partition;
    this.#partitions.add(partition);
    for (const variable of this.#variables) this.#addTo(partition, variable);
    for (const member of this.#members) member.open(partition);
    return { properties, partition, next: null, context };
  }

  #addTo(partition: Partition, { name, type, constant, initial }: PartitionVariable): void {
    const context = this.#host.newContext();
    context.partition = partition;
    partition.variables.add(name, type, constant, initial(context));
  }

  /** `context` as its expressions see it, with the levels of `path` filled in. */
  #propertiesOf(path: readonly Event[], id: number): Event {
    const [only] = path;
    if (this.program.levels.length === 1 && only !== undefined) return only;
    const values = new Map<string, Value>([
      ['name', this.program.name],
      ['id', id],
    ]);
    path.forEach((event, i) => values.set(this.program.levels[i]?.name ?? '', event));
    return this.#eventOf(this.#whole, this.program.propertyType, values);
  }

  #eventOf(eventClass: EventClass, type: EventType, values: ReadonlyMap<string, Value>): Event {
    const list = type.properties.map((p) => values.get(p.name) ?? null);
    return eventClass.fromValues(list, this.#host.nowMs, '', 0, 0);
  }

  #close(node: LevelNode): void {
    node.next?.stop();
    const { partition } = node;
    if (partition === null) return;
    partition.live = false;
    this.#partitions.delete(partition);
    for (const member of this.#members) member.close(partition);
  }

  // -------------------------------------------------------------------------------------------- the engine's calls

  accept(slot: number, events: readonly Event[]): void {
    for (const event of events) this.acceptOne(slot, event);
  }

  acceptOne(at: number, event: Event): void {
    const slot = this.program.slots[at];
    if (slot === undefined || this.#members.size === 0) return;
    if (slot.level === 0) {
      this.#root.meet(slot, event);
      return;
    }
    const items = this.program.itemsOf(slot.typeName);
    for (const state of this.#statesAt(slot.level, this.#root, 0, event, items)) {
      state.meet(slot, event);
    }
  }

  *#statesAt(
    wanted: number,
    state: LevelState,
    level: number,
    event: Event,
    items: readonly number[],
  ): Iterable<LevelState> {
    if (level === wanted) {
      yield state;
      return;
    }
    for (const { next } of state.nodesFor(event, items[level] ?? -1)) {
      if (next !== null) yield* this.#statesAt(wanted, next, level + 1, event, items);
    }
  }

  acceptUpdates(): void {}

  /** Patterns have met all of a cause before they work it off. */
  evaluate(): void {
    if (this.#unsettled.size === 0) return;
    const runs = [...this.#unsettled];
    this.#unsettled.clear();
    for (const run of runs) run.settle();
  }
  finish(): Told | null {
    return null;
  }
  iterate(): readonly OutputRow[] {
    return [];
  }
  stop(): void {
    this.#root.stop();
  }
}

/** What a level that is not the last gives to expressions: its properties alone. */
function factsOf(properties: Event): PartitionFacts {
  return { properties, variables: new Variables(), stores: new Map() };
}

function makeLevel(program: LevelProgram, place: LevelPlace): LevelState {
  switch (program.kind) {
    case 'keyed':
      return new KeyedLevel(program, place);
    case 'category':
      return new CategoryLevel(program, place);
    case 'hash':
      return new HashLevel(program, place);
    case 'startEnd':
      return new StartEndLevel(program, place);
    case 'initiated':
      return new InitiatedLevel(program, place);
    default:
      return unreachable(program);
  }
}
