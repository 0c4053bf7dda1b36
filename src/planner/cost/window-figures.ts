/** How many rows data windows hold, let in and let go, in the long run. Pure. */
import type { CheckedExpression, WindowSpec } from '../../model/checked.ts';
import { DEFAULT_DISTINCT, HORIZON_S } from './statistics.ts';
import { distinctOf, type FiguresOf } from './selectivity.ts';

export interface WindowFigures {
  /** Rows held. */
  readonly rows: number;
  /** Rows that enter and that leave, per second. */
  readonly insertsHz: number;
  readonly removesHz: number;
}

/** Length assumed where the parameter is no constant. */
const UNKNOWN_LENGTH = 100;
const UNKNOWN_SECONDS = 60;

/** Part of the rows that get into a window that keeps the best (sort, rank). */
const BEST_PART = 0.2;

/** `rateHz`: rows that reach the windows. Windows one behind another: each takes what the one before it holds. */
export function windowFigures(windows: readonly WindowSpec[], rateHz: number, figures: FiguresOf): WindowFigures {
  if (windows.length === 0) return { rows: 0, insertsHz: rateHz, removesHz: 0 };
  let groups = 1;
  let least: WindowFigures | null = null;
  for (const w of windows) {
    if (w.name === 'groupwin') {
      groups = distinctAll(w.args, figures);
      continue;
    }
    const own = ofWindow(w, rateHz, groups, figures);
    if (least === null || own.rows < least.rows) least = own;
  }
  return least ?? { rows: rateHz * HORIZON_S, insertsHz: rateHz, removesHz: 0 };
}

function ofWindow(w: WindowSpec, rateHz: number, groups: number, figures: FiguresOf): WindowFigures {
  const flowing = (rows: number): WindowFigures => ({ rows, insertsHz: rateHz, removesHz: rateHz });
  const filledOnce = (rows: number): WindowFigures => ({ rows, insertsHz: rows / HORIZON_S, removesHz: 0 });
  switch (w.name) {
    case 'length':
    case 'length_batch':
      return flowing(groups * lengthOf(w.args[0]));
    case 'lastevent':
      return flowing(groups);
    case 'unique':
      return flowing(groups * distinctAll(w.args, figures));
    case 'firstunique':
      return filledOnce(groups * distinctAll(w.args, figures));
    case 'firstlength':
      return filledOnce(groups * lengthOf(w.args[0]));
    case 'firstevent':
      return filledOnce(groups);
    case 'firsttime':
      return filledOnce(rateHz * secondsOf(w.args[0]));
    case 'keepall':
      return { rows: rateHz * HORIZON_S, insertsHz: rateHz, removesHz: 0 };
    case 'sort':
    case 'rank': {
      const length = lengthOf(w.args.find((a) => a.kind === 'literal' && typeof a.value === 'number'));
      return { rows: groups * length, insertsHz: rateHz * BEST_PART, removesHz: rateHz * BEST_PART };
    }
    case 'time':
    case 'time_batch':
      return flowing(rateHz * secondsOf(w.args[0]));
    case 'time_length_batch':
    case 'ext_timed':
    case 'ext_timed_batch':
    case 'time_order':
      return flowing(rateHz * secondsOf(w.args.find((a) => a.kind === 'period') ?? w.args[1]));
    default:
      return flowing(rateHz * UNKNOWN_SECONDS);
  }
}

function distinctAll(args: readonly CheckedExpression[], figures: FiguresOf): number {
  const keys = args.filter((a) => a.kind !== 'literal');
  return keys.length === 0 ? DEFAULT_DISTINCT : keys.reduce((n, a) => n * distinctOf(a, figures), 1);
}

function lengthOf(arg: CheckedExpression | undefined): number {
  return arg?.kind === 'literal' && typeof arg.value === 'number' ? Math.max(0, arg.value) : UNKNOWN_LENGTH;
}

const SECONDS = {
  year: 31_536_000,
  month: 2_592_000,
  week: 604_800,
  day: 86_400,
  hour: 3_600,
  minute: 60,
  second: 1,
  millisecond: 1e-3,
  microsecond: 1e-6,
} as const;

/** Length of a constant period, s; a bare number means seconds (Esper, "Specifying Time Periods"). */
export function secondsOf(arg: CheckedExpression | undefined): number {
  if (arg?.kind === 'literal' && typeof arg.value === 'number') return arg.value;
  if (arg?.kind !== 'period') return UNKNOWN_SECONDS;
  let seconds = 0;
  for (const { unit, amount } of arg.parts) {
    if (amount.kind !== 'literal' || typeof amount.value !== 'number') return UNKNOWN_SECONDS;
    seconds += amount.value * SECONDS[unit];
  }
  return seconds;
}
