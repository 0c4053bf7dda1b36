/**
 * Derived-value views: `#size`, `#uni`, `#linest`, `#correl`, `#weighted_avg` behind a data window (Esper 14.4).
 * Δ: insert = one row of the statistics after the update; remove = the row before (statistics of nothing at first). The
 * size view is silent while the size stays. State: the statistics, the last row.
 */
import type { CheckedExpression, WindowSpec } from '../../model/checked.ts';
import { slotOf } from '../../model/event.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import { compileEventEvaluator } from '../compile/compile.ts';
import type { EventEvaluator } from '../evaluation.ts';
import type { EventClass } from '../runtime/event-class.ts';
import type { UpdateSink, WindowHost } from './data-window.ts';
import { NONE } from './data-window.ts';
import { Moments } from './moments.ts';

export const DERIVED: ReadonlySet<string> = new Set(['size', 'uni', 'linest', 'correl', 'weighted_avg']);

/** Compiled once per statement. */
export interface DerivedProgram {
  readonly name: string;
  readonly x: EventEvaluator | null;
  readonly y: EventEvaluator | null;
  readonly resultType: EventType;
  /** Properties of the result that are those of the last event. */
  readonly further: readonly string[];
  /** Those that groupwin's keys fix: known before the first event. */
  readonly keys: ReadonlySet<string>;
}

/** Number of expressions that are statistics' arguments; the others name further properties. */
const ARGUMENTS: Readonly<Record<string, number>> = { size: 0, uni: 1, linest: 2, correl: 2, weighted_avg: 2 };

export function compileDerived(
  spec: WindowSpec,
  stream: number,
  resultType: EventType,
  groupKeys: readonly CheckedExpression[],
): DerivedProgram {
  const count = ARGUMENTS[spec.name] ?? 0;
  const [x, y] = spec.args.slice(0, count);
  const own = new Set(statisticsOf(spec.name, new Moments(), 0).keys());
  const keys = new Set<string>();
  for (const key of groupKeys) {
    const step = key.kind === 'property' ? key.path[0] : undefined;
    if (step?.kind === 'name') keys.add(step.name);
  }
  return {
    name: spec.name,
    x: x === undefined ? null : compileEventEvaluator(x, stream),
    y: y === undefined ? null : compileEventEvaluator(y, stream),
    resultType,
    further: resultType.properties.map((p) => p.name).filter((name) => !own.has(name)),
    keys,
  };
}

/** Statistics by name of property. */
function statisticsOf(view: string, m: Moments, size: number): Map<string, Value> {
  switch (view) {
    case 'size':
      return new Map([['size', size]]);
    case 'uni':
      return new Map<string, Value>([
        ['datapoints', m.n],
        ['total', m.sumX],
        ['average', m.averageX],
        ['variance', m.varianceX],
        ['stddev', Math.sqrt(m.varianceX)],
        ['stddevpa', m.deviationPopX],
      ]);
    case 'correl':
      return new Map([['correlation', m.correlation]]);
    case 'weighted_avg':
      return new Map([['average', m.sumY === 0 ? Number.NaN : m.sumXY / m.sumY]]);
    default:
      return new Map<string, Value>([
        ['slope', m.slope],
        ['YIntercept', m.intercept],
        ['XAverage', m.averageX],
        ['XStandardDeviationPop', m.deviationPopX],
        ['XStandardDeviationSample', Math.sqrt(m.varianceX)],
        ['XSum', m.sumX],
        ['XVariance', m.varianceX],
        ['YAverage', m.averageY],
        ['YStandardDeviationPop', m.deviationPopY],
        ['YStandardDeviationSample', Math.sqrt(m.varianceY)],
        ['YSum', m.sumY],
        ['YVariance', m.varianceY],
        ['dataPoints', m.n],
        ['n', m.n],
        ['sumX', m.sumX],
        ['sumXSq', m.sumXX],
        ['sumXY', m.sumXY],
        ['sumY', m.sumY],
        ['sumYSq', m.sumYY],
      ]);
  }
}

export class DerivedView implements UpdateSink {
  readonly #program: DerivedProgram;
  readonly #host: WindowHost;
  readonly #sink: UpdateSink;
  readonly #class: EventClass;
  readonly #moments = new Moments();
  #size = 0;
  #lastEvent: Event | null = null;
  #lastRow: Event | null = null;

  constructor(program: DerivedProgram, host: WindowHost, sink: UpdateSink) {
    this.#program = program;
    this.#host = host;
    this.#sink = sink;
    this.#class = host.instance.classFor(program.resultType);
  }

  update(insert: readonly Event[], remove: readonly Event[]): void {
    const sizeBefore = this.#size;
    const before = this.#lastRow ?? this.#row(null, insert[0] ?? null);
    for (const event of insert) this.#count(event, 1);
    for (const event of remove) this.#count(event, -1);
    this.#lastEvent = insert[insert.length - 1] ?? this.#lastEvent;
    if (this.#program.name === 'size' && this.#size === sizeBefore) {
      if (this.#lastRow !== null) this.#lastRow = this.#row(this.#lastEvent, this.#lastEvent);
      return;
    }
    this.#lastRow = this.#row(this.#lastEvent, this.#lastEvent);
    this.#sink.update([this.#lastRow], [before]);
  }

  #count(event: Event, sign: 1 | -1): void {
    this.#size += sign;
    const { x, y } = this.#program;
    if (x === null) return;
    const a = x(event, this.#host.context);
    const b = y === null ? 0 : y(event, this.#host.context);
    if (typeof a !== 'number' || typeof b !== 'number') return;
    if (sign === 1) this.#moments.add(a, b);
    else this.#moments.subtract(a, b);
  }

  /** `last` gives the further properties, `keyed` those that are keys of the group. */
  #row(last: Event | null, keyed: Event | null): Event {
    const statistics = statisticsOf(this.#program.name, this.#moments, this.#size);
    const values = this.#program.resultType.properties.map((p): Value => {
      const own = statistics.get(p.name);
      if (own !== undefined) return own;
      const source = this.#program.keys.has(p.name) ? keyed : last;
      return source === null ? null : (source[slotOf(p.name)] ?? null);
    });
    const { domain, seq } = this.#host.instance.causeKey;
    return this.#class.fromValues(values, this.#host.nowMs, domain, seq, 0);
  }

  /** The present row, for `iterate`. */
  content(): readonly Event[] {
    return this.#lastRow === null ? NONE : [this.#lastRow];
  }
}
