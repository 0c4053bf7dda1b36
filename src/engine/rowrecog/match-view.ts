/**
 * match_recognize behind the data windows of a stream: rows go in, rows of measures come out.
 * Δ: insert = a row per match; nothing is removed. Rows that leave their window end what began with them; where they leave
 * out of order, what remains is run through anew. State: the matcher's; one timer for `interval`.
 */
import { CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import type { EventClass } from '../runtime/event-class.ts';
import type { Duration } from '../runtime/duration.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { Timer } from '../runtime/timer-queue.ts';
import type { DataWindow, UpdateSink, WindowHost } from '../window/data-window.ts';
import { NONE } from '../window/data-window.ts';
import { EventRing } from '../window/event-ring.ts';
import { arraysOf, Matcher } from './matcher.ts';
import type { Match } from './partial-match.ts';
import type { RowProgram } from './row-program.ts';

export class MatchView implements UpdateSink {
  readonly #program: RowProgram;
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #context: InstanceContext;
  readonly #arrays: EventClass;
  readonly #results: EventClass;
  readonly #matcher: Matcher;
  /** Rows of the window in order of arrival; null where rows never leave. */
  readonly #present: EventRing | null;
  readonly #interval: Duration | null;
  readonly #timer: Timer | null;
  #window: DataWindow | null = null;

  constructor(program: RowProgram, host: WindowHost, sink: UpdateSink, windowed: boolean) {
    this.#program = program;
    this.#host = host;
    this.#sink = sink;
    this.#context = host.instance.newContext();
    this.#arrays = host.instance.classFor(program.matchType);
    this.#results = host.instance.classFor(program.resultType);
    const interval = program.interval?.(host) ?? null;
    this.#interval = interval;
    this.#timer = interval === null ? null : host.timer(this);
    this.#present = windowed ? new EventRing() : null;
    this.#matcher = new Matcher(program, this.#context, this.#arrays, {
      windowed,
      holds: interval !== null,
      dueOf: interval === null ? null : (ms) => interval.after(ms),
    });
  }

  /** The windows before: they answer what is present. */
  follow(window: DataWindow): void {
    this.#window = window;
  }

  update(insert: readonly Event[], remove: readonly Event[]): void {
    if (this.#present !== null && remove.length > 0) this.#remove(this.#present, insert, remove);
    let matches: Match[] | null = null;
    for (const event of insert) {
      this.#present?.push(event);
      const found = this.#matcher.step(event, this.#host.nowMs);
      if (found.length > 0) (matches ??= []).push(...found);
    }
    this.#arm();
    this.#tell(matches ?? []);
  }

  updateOne(insert: Event, remove: Event | null): void {
    if (remove !== null && this.#present !== null) this.#remove(this.#present, [insert], [remove]);
    this.#present?.push(insert);
    const matches = this.#matcher.step(insert, this.#host.nowMs);
    if (this.#interval !== null) this.#arm();
    this.#tell(matches);
  }

  /** The interval of a start is over. */
  fire(nowMs: number): void {
    const matches = this.#matcher.takeDue(nowMs);
    this.#arm();
    this.#tell(matches);
  }

  #arm(): void {
    if (this.#timer === null) return;
    const due = this.#matcher.nextDue();
    if (due === Infinity) this.#host.disarm(this.#timer);
    else this.#host.arm(this.#timer, due);
  }

  #remove(present: EventRing, insert: readonly Event[], remove: readonly Event[]): void {
    let ordered = true;
    for (const event of remove) {
      if (present.fromOldest(0) === event) present.shift();
      else ordered = false;
    }
    if (ordered) {
      for (const event of remove) this.#matcher.remove(event);
      return;
    }
    present.remove(remove);
    const arriving = new Set(insert);
    this.#matcher.clear();
    for (const event of present) if (!arriving.has(event)) this.#matcher.step(event, this.#host.nowMs);
  }

  #tell(matches: readonly Match[]): void {
    const bound = this.#matcher.exceeded;
    if (matches.length > 0)
      this.#sink.update(
        matches.map((m, part) => this.#resultOf(m, part)),
        NONE,
      );
    else if (bound !== null) {
      throw new CodedError('LIMIT_EXCEEDED', `match_recognize has reached its bound of ${bound}`, {
        hint: 'what is beyond is not matched: partition the rows, or close the pattern sooner',
        data: { bound },
      });
    }
  }

  #resultOf(match: Match, part: number): Event {
    const { domain, seq } = this.#host.instance.causeKey;
    return this.#results.fromValues(this.#measure(match), this.#host.nowMs, domain, seq, part);
  }

  #measure(match: Match): Value[] {
    const { aggregates, measures, measuresArrays } = this.#program;
    const row: (Event | null)[] = [null, ...match.singles];
    if (aggregates.length > 0) this.#context.aggregates = this.#aggregate(match, row.length);
    const like = match.taken?.event ?? match.singles.find((e) => e !== null);
    if (measuresArrays && like !== undefined && like !== null) {
      row[0] = arraysOf(match.taken, this.#program, this.#arrays, like);
    }
    return measures(row, this.#context);
  }

  #aggregate(match: Match, width: number): readonly Value[] {
    return this.#program.aggregates.map(({ make, variable }) => {
      const accumulator = make();
      const row = Array.from<Event | null>({ length: width }).fill(null);
      const enter = (event: Event): void => {
        row[1 + variable] = event;
        accumulator.enter(row, this.#context);
      };
      const single = match.singles[variable] ?? null;
      if (single !== null) enter(single);
      const rows: Event[] = [];
      for (let link = match.taken; link !== null; link = link.before)
        if (link.variable === variable) rows.push(link.event);
      for (const event of rows.toReversed()) enter(event);
      return accumulator.value();
    });
  }

  /** For `iterate`: the matches within the window's rows; of each start the most preferred, however long. */
  content(): Iterable<Event> {
    if (this.#present === null || this.#window === null) return NONE;
    const matcher = new Matcher(this.#program, this.#context, this.#arrays, {
      windowed: true,
      holds: true,
      dueOf: null,
    });
    for (const event of this.#window.content()) matcher.step(event, this.#host.nowMs);
    return matcher.flush().map((m, part) => this.#resultOf(m, part));
  }

  stop(): void {
    if (this.#timer !== null) this.#host.disarm(this.#timer);
  }
}
