/**
 * One pattern of one statement instance: gathers what a cause brings, finds the waiting atoms that it advances, and hands
 * the matches on.
 *
 * An event meets the atoms that wait when it arrives; what it starts does not see it (Esper reference §7.5.3). Atoms met
 * together are told in a fixed order: those with more conditions first (so that `x and not y` and `x until y` decide for
 * the special case), else the older first. State: the tree of operators under way, waiting atoms, deadlines. Bound:
 * `EngineLimits.partialMatches`; past it new partial matches are not begun, which is counted and told as `LIMIT_EXCEEDED`.
 */
import { CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { InstanceContext } from '../runtime/instance-context.ts';
import type { EventClass } from '../runtime/event-class.ts';
import type { InstanceHost } from '../runtime/statement.ts';
import type { Tags } from '../evaluation.ts';
import type { AtomNode } from './atom.ts';
import { AtomTable } from './atom-table.ts';
import type { Waiting } from './atom-table.ts';
import { Deadlines } from './deadlines.ts';
import { SharedEvents } from './overlap.ts';
import type { PatternProgram } from './pattern-program.ts';
import type { Parent, State } from './state.ts';

/** A waiting atom that an event can meet. */
export interface Met extends Waiting<Met> {
  readonly atom: AtomNode;
  receive(event: Event): void;
}

/** Takes the matches of one cause, in order; each an event with the tags as properties. */
export interface MatchSink {
  /** `together`: one update; else each match is an update of its own. */
  matched(matches: readonly Event[], together: boolean): void;
  /** Takes the tags of each match as it comes, and no events. @default false */
  readonly takesTags?: boolean | undefined;
  matchedTags?(tags: Tags): void;
}

export class PatternRun implements Parent {
  readonly program: PatternProgram;
  readonly context: InstanceContext;
  readonly deadlines: Deadlines;
  readonly keepsAtoms = false;
  readonly #host: InstanceHost;
  readonly #sink: MatchSink;
  readonly #class: EventClass;
  readonly #tables: readonly AtomTable<Met>[];
  readonly #takesTags: boolean;
  readonly #limit: number;
  #root: State | null = null;
  #order = 0;
  #held = 0;
  #refused = 0;
  /** The bound was met and that has been told; until half of it is free again. */
  #told = false;
  #overflow = false;
  /** Tags have been handed on in this cause. */
  #handedTags = false;
  /** What the present cause has brought: one event for one atom in the usual case, else lists of the same length. */
  #oneEvent: Event | null = null;
  #oneAtom = 0;
  #atoms: number[] = [];
  #events: Event[] = [];
  readonly #hits: Met[] = [];
  #matches: Event[] = [];

  constructor(program: PatternProgram, host: InstanceHost, context: InstanceContext, sink: MatchSink) {
    this.program = program;
    this.context = context;
    this.#host = host;
    this.#sink = sink;
    this.#takesTags = sink.takesTags === true;
    this.#limit = host.partialMatches;
    this.#class = host.classFor(program.eventType);
    this.#tables = program.atoms.map((atom) => new AtomTable<Met>(atom.link, context));
    this.deadlines = new Deadlines(host, program.sites, () => this.#tell());
  }

  get nowMs(): number {
    return this.#host.nowMs;
  }

  /** Partial matches held, and how many were not begun because of the bound. */
  get size(): { readonly held: number; readonly refused: number } {
    return { held: this.#held, refused: this.#refused };
  }

  /** Begins; what is true from the start matches now. */
  start(): void {
    this.#root = this.program.root.create(this, this, 0);
    this.#root.start(this.program.tags.none);
    this.#tell();
  }

  stop(): void {
    this.#root?.quit();
    this.#root = null;
    this.deadlines.stop();
  }

  accept(atom: number, event: Event): void {
    if (this.#oneEvent === null && this.#events.length === 0) {
      this.#oneEvent = event;
      this.#oneAtom = atom;
      return;
    }
    if (this.#oneEvent !== null) {
      this.#events.push(this.#oneEvent);
      this.#atoms.push(this.#oneAtom);
      this.#oneEvent = null;
    }
    this.#events.push(event);
    this.#atoms.push(atom);
  }

  /** Works off what has been accepted. */
  settle(): void {
    const one = this.#oneEvent;
    if (one !== null) {
      this.#oneEvent = null;
      this.#emptyHits();
      this.#tables[this.#oneAtom]?.collect(one, this.#hits);
      if (this.#hits.length > 0) this.#advance(one);
    } else if (this.#events.length > 0) {
      this.#settleAll();
    } else {
      return;
    }
    if (this.#matches.length > 0 || this.#overflow) this.#tell();
    this.#handedTags = false;
  }

  #emptyHits(): void {
    // Not `length = 0`: that would give the array's room back.
    while (this.#hits.length > 0) this.#hits.pop();
  }

  /** One event after the other; an event that several atoms know comes once. */
  #settleAll(): void {
    const events = this.#events;
    const atoms = this.#atoms;
    this.#events = [];
    this.#atoms = [];
    for (const event of new Set(events)) {
      this.#emptyHits();
      events.forEach((each, i) => {
        if (each === event) this.#tables[atoms[i] ?? 0]?.collect(event, this.#hits);
      });
      this.#advance(event);
    }
  }

  /** Hands the event to the atoms that it meets, in turn. */
  #advance(event: Event): void {
    const hits = this.#hits;
    if (hits.length === 1) {
      hits[0]?.receive(event);
      return;
    }
    if (hits.length > 1) {
      if (this.program.consumes) keepConsumers(hits);
      if (hits.length > 1) hits.sort(inTurn);
    }
    let failure: { readonly error: unknown } | null = null;
    for (let i = 0; i < hits.length; i++) {
      try {
        hits[i]?.receive(event);
      } catch (error) {
        // The others go on: what fails is one partial match.
        failure ??= { error };
      }
    }
    if (failure !== null) throw failure.error;
  }

  // -------------------------------------------------------------------------------------------- of the states

  table(atom: number): AtomTable<Met> | undefined {
    return this.#tables[atom];
  }

  nextOrder(): number {
    return this.#order++;
  }

  /** Counts something that is kept. */
  hold(count = 1): void {
    this.#held += count;
    if (this.#told && this.#held < this.#limit / 2) this.#told = false;
  }

  /** False, counted, if nothing more may be begun. */
  admits(): boolean {
    if (this.#held < this.#limit) return true;
    this.#refused++;
    if (!this.#told) {
      this.#told = true;
      this.#overflow = true;
    }
    return false;
  }

  childTrue(tags: Tags, child: State, ended: boolean): void {
    if (child !== this.#root && this.#root !== null) return;
    if (ended) this.#root = null;
    if (this.#takesTags) {
      this.#handedTags = true;
      this.#sink.matchedTags?.(tags);
      return;
    }
    const { domain, seq } = this.#host.causeKey;
    const values = this.program.tags.values(tags);
    this.#matches.push(this.#class.fromValues(values, this.#host.nowMs, domain, seq, this.#matches.length));
  }

  childFalse(child: State): void {
    if (child !== this.#root) return;
    this.#root = null;
    child.quit();
  }

  // -------------------------------------------------------------------------------------------- matches

  #tell(): void {
    if (this.#matches.length > 0) {
      const matches = this.#matches;
      this.#matches = [];
      this.#handOver(matches);
      return;
    }
    const handed = this.#handedTags;
    this.#handedTags = false;
    // The error would take the rows of the cause with it: it waits for a cause without any.
    if (!this.#overflow || handed) return;
    this.#overflow = false;
    throw new CodedError('LIMIT_EXCEEDED', `a pattern has reached its bound of ${this.#limit} partial matches`, {
      position: this.program.position,
      hint: 'what is beyond is not begun: end partial matches with where timer:within, or by a filter',
      data: { bound: this.#limit, refused: this.#refused },
    });
  }

  #handOver(matches: readonly Event[]): void {
    const { suppressOverlapping, discardPartials, tagNames } = this.program;
    if (!suppressOverlapping && !discardPartials) {
      this.#sink.matched(matches, false);
      return;
    }
    if (discardPartials) {
      const shared = new SharedEvents(tagNames);
      for (const match of matches) shared.add(match);
      this.#root?.discard(shared);
    }
    if (!suppressOverlapping || matches.length === 1) {
      this.#sink.matched(matches, true);
      return;
    }
    const seen = new SharedEvents(tagNames);
    this.#sink.matched(
      matches.filter((match) => !seen.add(match)),
      true,
    );
  }
}

function inTurn(a: Met, b: Met): number {
  return a.atom.turn - b.atom.turn || a.order - b.order;
}

/** `@consume`: only atoms of the highest level see the event (Esper reference §7.5.1, filter consumption). */
function keepConsumers(hits: Met[]): void {
  let highest = 0;
  for (const hit of hits) highest = Math.max(highest, hit.atom.consume);
  if (highest === 0) return;
  const kept = hits.filter((hit) => hit.atom.consume === highest);
  while (hits.length > 0) hits.pop();
  for (const hit of kept) hits.push(hit);
}
