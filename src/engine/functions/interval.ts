/**
 * Interval methods after Allen: how [leftStart, leftEnd] lies to [rightStart, rightEnd] (Esper doc 11.4). Thresholds are
 * milliseconds or periods, inclusive. Touching intervals meet; they are neither before nor overlapping.
 */
import { endOf, startOf } from './date-time.ts';
import type { Value } from '../../model/value.ts';
import { periodMs } from './period.ts';
import type { Span } from './period.ts';

/** Start and end of the left and the right side. */
type Relation = (ls: number, le: number, rs: number, re: number, thresholds: readonly number[]) => boolean;

/** `distance` within the thresholds: none: any above 0; one: at least it; two: between them, in either order. */
function within(distance: number, strict: boolean, [a, b]: readonly number[]): boolean {
  if (a === undefined) return strict ? distance > 0 : distance === 0;
  if (b === undefined) return distance >= a;
  return distance >= Math.min(a, b) && distance <= Math.max(a, b);
}

/** Equal up to a threshold. */
function near(distance: number, threshold: number | undefined): boolean {
  return Math.abs(distance) <= (threshold ?? 0);
}

/** Distances of the inner interval's ends to the outer's: both above 0, or within one, two (min, max) or four thresholds. */
function inside(atStart: number, atEnd: number, [a, b, c, d]: readonly number[]): boolean {
  if (a === undefined) return atStart > 0 && atEnd > 0;
  if (b === undefined) return atStart > 0 && atStart <= a && atEnd > 0 && atEnd <= a;
  if (c === undefined || d === undefined) return atStart >= a && atStart <= b && atEnd >= a && atEnd <= b;
  return atStart >= a && atStart <= b && atEnd >= c && atEnd <= d;
}

/** The length of the overlap within at most one, or between two, thresholds. */
function overlapping(strictly: boolean, overlap: number, [a, b]: readonly number[]): boolean {
  if (!strictly) return false;
  if (a === undefined) return true;
  return b === undefined ? overlap >= 0 && overlap <= a : overlap >= a && overlap <= b;
}

const RELATIONS: ReadonlyMap<string, Relation> = new Map<string, Relation>([
  ['before', (_ls, le, rs, _re, t) => within(rs - le, true, t)],
  ['after', (ls, _le, _rs, re, t) => within(ls - re, true, t)],
  ['coincides', (ls, le, rs, re, [a, b]) => near(ls - rs, a) && near(le - re, b ?? a)],
  ['during', (ls, le, rs, re, t) => inside(ls - rs, re - le, t)],
  ['includes', (ls, le, rs, re, t) => inside(rs - ls, le - re, t)],
  ['finishes', (ls, le, rs, re, [a]) => rs < ls && near(le - re, a)],
  ['finishedby', (ls, le, rs, re, [a]) => ls < rs && near(le - re, a)],
  ['meets', (_ls, le, rs, _re, [a]) => near(rs - le, a)],
  ['metby', (ls, _le, _rs, re, [a]) => near(ls - re, a)],
  ['overlaps', (ls, le, rs, re, t) => overlapping(ls < rs && rs < le && le < re, le - rs, t)],
  ['overlappedby', (ls, le, rs, re, t) => overlapping(rs < ls && ls < re && re < le, re - ls, t)],
  ['starts', (ls, le, rs, re, [a]) => near(ls - rs, a) && le < re],
  ['startedby', (ls, le, rs, re, [a]) => near(ls - rs, a) && le > re],
]);

export function isIntervalMethod(name: string): boolean {
  return RELATIONS.has(name);
}

/** Null where a side has no time. */
export function applyInterval(name: string, left: Value, right: Value, thresholds: readonly Span[]): boolean | null {
  const relation = RELATIONS.get(name);
  const ls = startOf(left);
  const le = endOf(left);
  const rs = startOf(right);
  const re = endOf(right);
  if (relation === undefined || ls === null || le === null || rs === null || re === null) return null;
  return relation(
    ls,
    le,
    rs,
    re,
    thresholds.map((t) => periodMs(t, ls)),
  );
}
