/** The streams of an on-statement: the one that triggers it and those of its subqueries, which hold an event first. */
import type { CheckedStream, CheckedSubquery } from '../../model/checked.ts';
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import { compileSubquery, streamsOfSubquery } from '../subquery/subquery-program.ts';
import type { SubqueryProgram } from '../subquery/subquery-program.ts';
import { SubqueryState } from '../subquery/subquery-state.ts';
import type { UpdateSink } from '../window/data-window.ts';
import type { InstanceContext } from './instance-context.ts';
import type { InstanceHost, StreamSlot, ViewSlot } from './statement.ts';
import type { PatternRun } from '../pattern/pattern-run.ts';
import type { Feed, StreamProgram } from './stream-input.ts';
import { compileStream, feedsOf, slotsOf, StreamInput } from './stream-input.ts';
import { windowHost } from './window-host.ts';

export interface TriggerProgram {
  readonly trigger: StreamProgram;
  readonly subqueries: readonly SubqueryProgram[];
  readonly streams: readonly StreamSlot[];
  readonly views: readonly ViewSlot[];
  readonly consumers: readonly ViewSlot[];
}

/** `heard`: false for statements that the trigger's events reach in another way (`update istream`). */
export function compileTrigger(
  stream: CheckedStream,
  checked: readonly CheckedSubquery[],
  heard = true,
): TriggerProgram {
  const trigger = compileStream(stream, -1);
  const subqueries = checked.map(compileSubquery);
  const inner = subqueries.flatMap(streamsOfSubquery);
  return { trigger, subqueries, ...slotsOf(heard ? [...inner, trigger] : inner) };
}

export class TriggerStreams implements UpdateSink {
  readonly #inputs: readonly StreamInput[];
  readonly #feeds: readonly Feed[];
  readonly #pattern: PatternRun | null;
  #events: Event[] = [];

  constructor(program: TriggerProgram, host: InstanceHost, context: InstanceContext) {
    const subqueries = program.subqueries.map((s) => new SubqueryState(s, host));
    context.subqueries = subqueries;
    const trigger = new StreamInput(program.trigger, host, windowHost(host, context), this);
    this.#inputs = [...subqueries.flatMap((s) => [...s.inputs()]), trigger];
    this.#feeds = feedsOf(this.#inputs);
    this.#pattern = trigger.pattern;
    this.#pattern?.start();
    this.#events = [];
  }

  update(insert: readonly Event[]): void {
    for (const event of insert) this.#events.push(event);
  }

  accept(slot: number, events: readonly Event[]): void {
    this.#feeds[slot]?.accept(events);
  }

  acceptUpdates(slot: number, updates: readonly Update[]): void {
    this.#feeds[slot]?.acceptUpdates(updates);
  }

  acceptChange(slot: number, insert: readonly Event[], remove: readonly Event[]): void {
    this.#feeds[slot]?.acceptChange(insert, remove);
  }

  /** The triggering events since the last time. */
  take(): readonly Event[] {
    this.#pattern?.settle();
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  stop(): void {
    for (const input of this.#inputs) input.stop();
  }
}
