/**
 * Levels with a beginning and an end: one partition at a time (start … end), or one for each beginning, side by side
 * (initiated … terminated) (Esper reference §4.5-§4.6). Bound: {@link MAX_OVERLAPPING} partitions.
 */
import { CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { Key } from '../functions/values.ts';
import type { Fired } from './condition-run.ts';
import { ConditionRun } from './condition-run.ts';
import type { ConditionProgram, ContextSlot, LevelProgram } from './context-program.ts';
import type { LevelNode, LevelPlace, LevelState } from './level.ts';
import { SEEN } from './partition.ts';

/** Most partitions of one overlapping level: each event of its statements may be tried on all. */
export const MAX_OVERLAPPING = 100_000;

type Program<K extends LevelProgram['kind']> = LevelProgram & { readonly kind: K };

/** The properties that the beginning gives a partition; `end` is told when it will be over. */
function valuesOf(start: ConditionProgram, what: Fired, nowMs: number, endMs: number | null): Map<string, Value> {
  const values = new Map<string, Value>([
    ['startTime', nowMs],
    ['endTime', endMs],
  ]);
  const condition = start.kind === 'now' && start.and !== null ? start.and : start;
  if (condition.kind === 'filter' && condition.alias !== null) values.set(condition.alias, what.event);
  if (condition.kind !== 'pattern' || what.match === null) return values;
  if (condition.alias !== null) values.set(condition.alias, what.match);
  for (const { name } of what.match.type.properties) values.set(name, what.match[`$${name}`] ?? null);
  return values;
}

/** `start … end …`: nothing while it has not begun; a beginning within is ignored. */
export class StartEndLevel implements LevelState {
  readonly #program: Program<'startEnd'>;
  readonly #place: LevelPlace;
  #node: LevelNode | null = null;
  #start: ConditionRun | null = null;
  #end: ConditionRun | null = null;
  #stopped = false;

  constructor(program: Program<'startEnd'>, place: LevelPlace) {
    this.#program = program;
    this.#place = place;
  }

  start(): void {
    if (this.#isWithin()) this.#begin({ event: null, match: null, opening: SEEN });
    else this.#await();
  }

  /** Between a point of the one crontab and one of the other it is open from the beginning. */
  #isWithin(): boolean {
    const { start, end } = this.#program;
    if (start.kind !== 'crontab' || end?.kind !== 'crontab') return false;
    const { context } = this.#place;
    const begins = new ConditionRun(start, this.#place, context, () => {});
    const ends = new ConditionRun(end, this.#place, context, () => {});
    const within = (ends.due() ?? Infinity) < (begins.due() ?? Infinity);
    begins.stop();
    ends.stop();
    return within;
  }

  #await(): void {
    this.#start?.stop();
    this.#start = new ConditionRun(this.#program.start, this.#place, this.#place.context, (what) => this.#begin(what));
    this.#start.start();
  }

  #begin(what: Fired): void {
    if (this.#node !== null || this.#stopped) return;
    this.#start?.stop();
    this.#start = null;
    const { start, end } = this.#program;
    const { host } = this.#place;
    const values = valuesOf(start, what, host.nowMs, endOf(end, this.#place));
    this.#node = this.#place.open(values, what.opening);
    if (end === null) return;
    this.#end = new ConditionRun(end, this.#place, this.#node.context, () => this.#finish());
    this.#end.start();
  }

  #finish(): void {
    this.#close();
    if (!this.#stopped) this.#await();
  }

  #close(): void {
    const node = this.#node;
    this.#node = null;
    this.#end?.stop();
    this.#end = null;
    if (node !== null) this.#place.close(node);
  }

  meet(slot: ContextSlot, event: Event): void {
    if (slot.role === 'end') this.#end?.meet(slot, event);
    else this.#start?.meet(slot, event);
  }

  nodesFor(): Iterable<LevelNode> {
    return this.nodes();
  }

  nodes(): readonly LevelNode[] {
    return this.#node === null ? [] : [this.#node];
  }

  stop(): void {
    this.#stopped = true;
    this.#start?.stop();
    this.#start = null;
    this.#close();
  }
}

function endOf(end: ConditionProgram | null, place: LevelPlace): number | null {
  if (end === null || (end.kind !== 'after' && end.kind !== 'crontab')) return null;
  const run = new ConditionRun(end, place, place.context, () => {});
  const due = run.due();
  run.stop();
  return due;
}

interface Overlapping {
  readonly node: LevelNode;
  readonly key: Key;
  end: ConditionRun | null;
}

/** `initiated by … terminated by …`. With distinct, one at a time for each key. */
export class InitiatedLevel implements LevelState {
  readonly #program: Program<'initiated'>;
  readonly #place: LevelPlace;
  readonly #open = new Set<Overlapping>();
  readonly #keys = new Set<Key>();
  readonly #start: ConditionRun;
  #stopped = false;

  constructor(program: Program<'initiated'>, place: LevelPlace) {
    this.#program = program;
    this.#place = place;
    this.#start = new ConditionRun(program.start, place, place.context, (what) => this.#begin(what));
  }

  start(): void {
    this.#start.start();
  }

  #begin(what: Fired): void {
    const { distinct, start, end } = this.#program;
    const { host, context } = this.#place;
    const source = what.match ?? what.event;
    const key = distinct === null || source === null ? null : distinct(source, context);
    if (distinct !== null && this.#keys.has(key)) return;
    if (this.#open.size >= MAX_OVERLAPPING) {
      throw new CodedError('LIMIT_EXCEEDED', `a context has at most ${MAX_OVERLAPPING} overlapping partitions`, {
        hint: 'have them end sooner, or initiate by distinct(…)',
      });
    }
    const values = valuesOf(start, what, host.nowMs, endOf(end, this.#place));
    const node = this.#place.open(values, what.opening);
    const opened: Overlapping = { node, key, end: null };
    this.#open.add(opened);
    if (distinct !== null) this.#keys.add(key);
    if (end === null) return;
    opened.end = new ConditionRun(end, this.#place, node.context, () => this.#close(opened));
    opened.end.start();
  }

  #close(opened: Overlapping): void {
    if (!this.#open.delete(opened)) return;
    this.#keys.delete(opened.key);
    opened.end?.stop();
    this.#place.close(opened.node);
  }

  meet(slot: ContextSlot, event: Event): void {
    if (slot.role !== 'end') {
      if (!this.#stopped) this.#start.meet(slot, event);
      return;
    }
    for (const { end } of this.#open) end?.meet(slot, event);
  }

  nodesFor(): Iterable<LevelNode> {
    return this.nodes();
  }

  *nodes(): Iterable<LevelNode> {
    for (const { node } of this.#open) yield node;
  }

  stop(): void {
    this.#stopped = true;
    this.#start.stop();
    for (const opened of this.#open) this.#close(opened);
  }
}
