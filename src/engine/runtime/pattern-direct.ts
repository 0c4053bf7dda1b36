/**
 * Selects over a pattern without window, aggregation and further clauses: rows are made of the tags of each match, without
 * an event for the match between them. Δ as {@link SelectInstance}; state: that of the pattern.
 */
import type { CheckedExpression, SelectStatement } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { compileTagsConjunction, compileTagsRow } from '../compile/compile-pattern.ts';
import type { TagsRow } from '../compile/compile-pattern.ts';
import type { EvaluationContext, Tags } from '../evaluation.ts';
import type { MatchSink } from '../pattern/pattern-run.ts';
import { PatternRun } from '../pattern/pattern-run.ts';
import type { PatternProgram } from '../pattern/pattern-program.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import type { InstanceHost, StatementInstance, Told } from './statement.ts';
import type { StreamProgram } from './stream-input.ts';

interface Parts {
  readonly pattern: PatternProgram;
  readonly where: ((tags: Tags, context: EvaluationContext) => boolean) | null;
  readonly row: TagsRow;
}

/** Makes the instances of a plain statement; null if it is not of the kind. */
export function compileDirectPattern(
  statement: SelectStatement,
  streams: readonly StreamProgram[],
): ((host: InstanceHost) => StatementInstance) | null {
  const pattern = streams[0]?.pattern ?? null;
  const { aggregates, groupBy, having, where, columns } = statement;
  if (pattern === null || pattern.suppressOverlapping || pattern.discardPartials) return null;
  if (statement.streams[0]?.windows.length !== 0) return null;
  if (aggregates.length > 0 || groupBy.length > 0 || having !== null) return null;
  const expressions: CheckedExpression[] = [];
  for (const item of statement.select) {
    if (item.kind !== 'expression') return null;
    expressions.push(item.expression);
  }
  const parts: Parts = {
    pattern,
    where: where.length === 0 ? null : compileTagsConjunction(where),
    row: compileTagsRow(expressions, columns),
  };
  return (host) => new DirectPattern(parts, host);
}

const NO_ROWS: readonly OutputRow[] = [];

class DirectPattern implements StatementInstance, MatchSink {
  readonly context: InstanceContext;
  readonly takesTags = true;
  readonly #parts: Parts;
  readonly #run: PatternRun;
  #rows: OutputRow[] | null = null;

  constructor(parts: Parts, host: InstanceHost) {
    this.#parts = parts;
    this.context = host.newContext();
    this.#run = new PatternRun(parts.pattern, host, this.context, this);
    this.#run.start();
    // Nobody listens yet.
    this.#rows = null;
  }

  matchedTags(tags: Tags): void {
    const { where, row } = this.#parts;
    if (where !== null && !where(tags, this.context)) return;
    const made = row(tags, this.context);
    if (this.#rows === null) this.#rows = [made];
    else this.#rows.push(made);
  }

  matched(): void {}

  accept(slot: number, events: readonly Event[]): void {
    for (const event of events) this.#run.accept(slot, event);
  }
  acceptOne(slot: number, event: Event): void {
    this.#run.accept(slot, event);
  }
  acceptUpdates(): void {}

  evaluate(): void {
    this.#run.settle();
  }

  conclude(): Told | null {
    this.#run.settle();
    return this.finish();
  }

  finish(): Told | null {
    const rows = this.#rows;
    if (rows === null) return null;
    this.#rows = null;
    return { insert: rows, remove: NO_ROWS, updates: null };
  }

  iterate(): readonly OutputRow[] {
    return NO_ROWS;
  }

  stop(): void {
    this.#run.stop();
  }
}
