/** The only place that knows all data windows: from the window clauses of a stream to a recipe for its chain. */
import type { CheckedExpression, CheckedStream, WindowSpec } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import { compileEventEvaluator, compileEventKey } from '../compile/compile.ts';
import { MatchView } from '../rowrecog/match-view.ts';
import { compileRows } from '../rowrecog/row-program.ts';
import type { Duration } from '../runtime/duration.ts';
import { constantOf, durationOf, numberOf } from '../runtime/parameters.ts';
import { BatchIntersectionWindow } from './batch-intersection.ts';
import type { DataWindow, WindowHost, WindowRecipe, UpdateSink } from './data-window.ts';
import { compileDerived, DERIVED, DerivedView } from './derived.ts';
import type { DerivedRows } from './derived-chain.ts';
import { DerivedChain } from './derived-chain.ts';
import { ExprBatchWindow } from './expr-batch.ts';
import { ExprWindow } from './expr.ts';
import { compileCondition } from './expression-access.ts';
import { ExtTimedBatchWindow } from './ext-timed-batch.ts';
import { ExtTimedWindow } from './ext-timed.ts';
import { FirstLengthWindow } from './first-events.ts';
import { FirstTimeWindow } from './first-time.ts';
import { GroupWindow } from './group-window.ts';
import { IntersectionWindow } from './intersection.ts';
import { KeepAllWindow } from './keep-all.ts';
import { LastEventWindow } from './last-event.ts';
import { LengthBatchWindow } from './length-batch.ts';
import { LengthWindow } from './length.ts';
import { NoWindow } from './no-window.ts';
import { RankWindow } from './rank.ts';
import type { SortKey } from './sort.ts';
import { SortWindow } from './sort.ts';
import { TimeAccumWindow } from './time-accum.ts';
import type { BatchFlags } from './time-batch.ts';
import { TimeBatchWindow } from './time-batch.ts';
import { TimeLengthBatchWindow } from './time-length-batch.ts';
import { TimeOrderWindow } from './time-order.ts';
import { TimeWindow } from './time.ts';
import { UnionWindow } from './union.ts';
import { FirstUniqueWindow, UniqueWindow } from './unique.ts';

/** Windows whose posts are batches: an intersection with one of them is a batch itself. */
const BATCHES: ReadonlySet<string> = new Set([
  'length_batch',
  'time_batch',
  'time_length_batch',
  'ext_timed_batch',
  'expr_batch',
]);

/** Windows from which no row ever leaves. */
const GROWING: ReadonlySet<string> = new Set(['keepall', 'firstevent', 'firstlength', 'firsttime', 'firstunique']);

/** False if rows of the stream never leave: extreme values then need no history. */
export function rowsLeave(stream: CheckedStream): boolean {
  return stream.windows.some((w) => !GROWING.has(w.name) && w.name !== 'groupwin');
}

/** True if the stream's windows hold a batch back before they post it. */
export function postsBatches(stream: CheckedStream): boolean {
  return stream.windows.some((w) => BATCHES.has(w.name));
}

export function compileWindows(stream: CheckedStream): WindowRecipe {
  const rows = stream.windows.at(-1)?.rows;
  if (rows === undefined) return compileViews(stream);
  const before = stream.windows.slice(0, -1);
  const chain = compileViews({ ...stream, windows: before });
  const program = compileRows(rows, stream.index);
  return (host, sink) => {
    const view = new MatchView(program, host, sink, before.length > 0);
    const window = chain(host, view);
    view.follow(window);
    return new DerivedChain(window, view);
  };
}

/** What makes rows of the rows of a named window. */
export interface TailView extends UpdateSink, DerivedRows {
  /** The window before it: it answers what is present. */
  follow?(window: DataWindow): void;
}

/** match_recognize or a derived-value view straight behind a named window; null where there is neither. */
export function compileTail(stream: CheckedStream): ((host: WindowHost, sink: UpdateSink) => TailView) | null {
  const [only, more] = stream.windows;
  if (only === undefined || more !== undefined) return null;
  if (only.rows !== undefined) {
    const program = compileRows(only.rows, stream.index);
    return (host, sink) => new MatchView(program, host, sink, true);
  }
  if (!DERIVED.has(only.name)) return null;
  const program = compileDerived(only, stream.index, stream.eventType, []);
  return (host, sink) => new DerivedView(program, host, sink);
}

function compileViews(stream: CheckedStream): WindowRecipe {
  const { windows, index } = stream;
  const [first] = windows;
  if (first === undefined) return (_host, sink) => new NoWindow(sink);
  if (first.name === 'groupwin') {
    const key = compileEventKey(first.args, index);
    const inner = compileChain(windows.slice(1), stream, first.args);
    return (host, sink) => new GroupWindow(host, () => sink, key, inner);
  }
  return compileChain(windows, stream, []);
}

function compileChain(
  all: readonly WindowSpec[],
  stream: CheckedStream,
  groupKeys: readonly CheckedExpression[],
): WindowRecipe {
  const data = compileDataWindows(
    all.filter((w) => w.name !== 'merge' && !DERIVED.has(w.name)),
    stream,
  );
  const [derived, another] = all.filter((w) => DERIVED.has(w.name));
  if (derived === undefined) return data;
  if (another !== undefined) {
    throw new CodedError('NOT_SUPPORTED', 'several derived-value views of one stream are not supported', {
      position: another.position,
    });
  }
  const program = compileDerived(derived, stream.index, stream.eventType, groupKeys);
  return (host, sink) => {
    const view = new DerivedView(program, host, sink);
    return new DerivedChain(data(host, view), view);
  };
}

function compileDataWindows(windows: readonly WindowSpec[], stream: CheckedStream): WindowRecipe {
  const recipes = windows.map((w) => compileWindow(w, stream.index));
  const [only] = recipes;
  if (only === undefined) return (_host, sink) => new NoWindow(sink);
  if (recipes.length === 1) return only;
  if (stream.retain === 'union') return (host, sink) => new UnionWindow(host, sink, recipes);
  const batch = windows.findIndex((w) => BATCHES.has(w.name));
  if (batch >= 0) return (host, sink) => new BatchIntersectionWindow(host, sink, recipes, batch);
  return (host, sink) => new IntersectionWindow(host, sink, recipes);
}

/** What a plain window of one parameter is told when it is made; see {@link compileWindows}. */
export function sizeOf(spec: WindowSpec): (host: WindowHost) => number | Duration | null {
  const args = new Arguments(spec);
  switch (spec.name) {
    case 'length':
      return args.number(0);
    case 'time':
      return args.duration(0);
    default:
      return () => null;
  }
}

/** Arguments of one window by position, with errors that say which window lacks what. */
class Arguments {
  readonly #spec: WindowSpec;
  constructor(spec: WindowSpec) {
    this.#spec = spec;
  }
  get all(): readonly CheckedExpression[] {
    return this.#spec.args;
  }
  at(i: number): CheckedExpression {
    const arg = this.#spec.args[i];
    if (arg !== undefined) return arg;
    throw new CodedError('WRONG_ARGUMENTS', `the window ${this.#spec.name} lacks its parameter ${i + 1}`, {
      position: this.#spec.position,
    });
  }
  number(i: number): (host: WindowHost) => number {
    const arg = this.at(i);
    return (host) => numberOf(arg, host.context);
  }
  duration(i: number): (host: WindowHost) => Duration {
    const arg = this.at(i);
    return (host) => durationOf(arg, host.context);
  }
  /** Flags among the parameters behind the required ones: `'FORCE_UPDATE, START_EAGER'`. */
  flags(from: number): (host: WindowHost) => BatchFlags {
    const rest = this.all.slice(from).filter((a) => a.type.kind === 'string');
    return (host) => {
      const words = rest.flatMap((a) =>
        String(constantOf(a, host.context))
          .split(',')
          .map((w) => w.trim().toUpperCase()),
      );
      return { forceUpdate: words.includes('FORCE_UPDATE'), startEager: words.includes('START_EAGER') };
    };
  }
  /** The reference point among the parameters behind the required ones. */
  reference(from: number): (host: WindowHost) => number | null {
    const arg = this.all.slice(from).find((a) => a.type.kind !== 'string');
    return (host) => (arg === undefined ? null : numberOf(arg, host.context));
  }
}

/** A descending key is marked by its syntax alone: the expression is the key's. */
function sortKeys(args: readonly CheckedExpression[], stream: number): readonly SortKey[] {
  return args.map((arg) => ({
    evaluate: compileEventEvaluator(arg, stream),
    descending: arg.ast.kind === 'sortKey' && arg.ast.descending,
  }));
}

function compileWindow(spec: WindowSpec, stream: number): WindowRecipe {
  const args = new Arguments(spec);
  switch (spec.name) {
    case 'length': {
      const n = args.number(0);
      return (host, sink) => new LengthWindow(sink, n(host));
    }
    case 'time': {
      const d = args.duration(0);
      return (host, sink) => new TimeWindow(host, sink, d(host));
    }
    case 'keepall':
      return (_host, sink) => new KeepAllWindow(sink);
    case 'lastevent':
      return (_host, sink) => new LastEventWindow(sink);
    case 'firstevent':
      return (_host, sink) => new FirstLengthWindow(sink, 1);
    case 'firstlength': {
      const n = args.number(0);
      return (host, sink) => new FirstLengthWindow(sink, n(host));
    }
    case 'firsttime': {
      const d = args.duration(0);
      return (host, sink) => new FirstTimeWindow(host, sink, d(host));
    }
    case 'unique': {
      const key = compileEventKey(args.all, stream);
      return (host, sink) => new UniqueWindow(host, sink, key);
    }
    case 'firstunique': {
      const key = compileEventKey(args.all, stream);
      return (host, sink) => new FirstUniqueWindow(host, sink, key);
    }
    default:
      return compileOrdered(spec, args, stream);
  }
}

function compileOrdered(spec: WindowSpec, args: Arguments, stream: number): WindowRecipe {
  switch (spec.name) {
    case 'sort': {
      const n = args.number(0);
      const keys = sortKeys(args.all.slice(1), stream);
      return (host, sink) => new SortWindow(host, sink, n(host), keys);
    }
    case 'rank':
      return compileRank(args, stream);
    case 'time_order': {
      const timestamp = compileEventEvaluator(args.at(0), stream);
      const d = args.duration(1);
      return (host, sink) => new TimeOrderWindow(host, sink, timestamp, d(host));
    }
    case 'timetolive': {
      const timestamp = compileEventEvaluator(args.at(0), stream);
      return (host, sink) => new TimeOrderWindow(host, sink, timestamp, NOW);
    }
    case 'ext_timed': {
      const timestamp = compileEventEvaluator(args.at(0), stream);
      const d = args.duration(1);
      return (host, sink) => new ExtTimedWindow(host, sink, timestamp, d(host));
    }
    case 'time_accum': {
      const d = args.duration(0);
      return (host, sink) => new TimeAccumWindow(host, sink, d(host));
    }
    default:
      return compileBatch(spec, args, stream);
  }
}

const NOW: Duration = { after: (ms) => ms, before: (ms) => ms, gridAfter: (ms) => ms };

/** `rank(unique…, n, keys…)`: the size is the first parameter that reads no event. */
function compileRank(args: Arguments, stream: number): WindowRecipe {
  const at = args.all.findIndex((a) => a.kind === 'literal' || a.kind === 'variable');
  const unique = compileEventKey(args.all.slice(0, at), stream);
  const n = args.number(at);
  const keys = sortKeys(args.all.slice(at + 1), stream);
  return (host, sink) => new RankWindow(host, sink, unique, n(host), keys);
}

function compileBatch(spec: WindowSpec, args: Arguments, stream: number): WindowRecipe {
  switch (spec.name) {
    case 'length_batch': {
      const n = args.number(0);
      return (host, sink) => new LengthBatchWindow(sink, n(host));
    }
    case 'time_batch': {
      const d = args.duration(0);
      const reference = args.reference(1);
      const flags = args.flags(1);
      return (host, sink) => new TimeBatchWindow(host, sink, d(host), reference(host), flags(host));
    }
    case 'time_length_batch': {
      const d = args.duration(0);
      const n = args.number(1);
      const flags = args.flags(2);
      return (host, sink) => new TimeLengthBatchWindow(host, sink, d(host), n(host), flags(host));
    }
    case 'ext_timed_batch': {
      const timestamp = compileEventEvaluator(args.at(0), stream);
      const d = args.duration(1);
      const reference = args.reference(2);
      return (host, sink) => new ExtTimedBatchWindow(host, sink, timestamp, d(host), reference(host));
    }
    case 'expr': {
      const program = compileCondition(spec, stream);
      return (host, sink) => new ExprWindow(host, sink, program);
    }
    case 'expr_batch': {
      const program = compileCondition(spec, stream);
      const [, include] = spec.args;
      return (host, sink) =>
        new ExprBatchWindow(host, sink, program, include === undefined || constantOf(include, host.context) !== false);
    }
    default:
      throw new CodedError('NOT_SUPPORTED', `the window '${spec.name}' is not supported yet`, {
        position: spec.position,
      });
  }
}
