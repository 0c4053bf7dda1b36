/**
 * Bounds of a silent having: from what the domains report, local bounds whose conjunction proves the condition false for
 * every group, also for groups that nobody has seen yet (DESIGN §5). Pure.
 *
 * For levels that add up the bounds of a group are its levels with an equal share of what is left up to the total; a group
 * that is not listed has `others` in each domain, which times the number of domains stays below the total too. Sums of
 * bounds are kept a thousandth of the slack away from the total, which is far more than their rounding.
 */
import type { RowValues } from '../model/delta.ts';
import type { SilentAtom, SilentBounds, SilentCondition, SilentReport } from '../model/silence.ts';
import { groupName } from '../model/silence.ts';
import { combines, emptyLevel, isStrict, totalOf } from './silence-levels.ts';

/** Groups of all domains together for which bounds are made; with more a query stays as it is. */
export const SILENT_GROUPS = 1024;

/** Slack less than this part of the magnitudes is not worth a bound (and would be lost in their rounding). */
const LEAST_ROOM = 2 ** -16;

/** Part of the slack that is given away. */
const GIVEN = 0.999;

/** Part of the total that groups which nobody has listed may use up, all domains together. */
const FOR_OTHERS = 0.5;

/** Sums of ints are exact below it. */
const INT_LIMIT = 2 ** 31 - 1;

interface Group {
  readonly key: RowValues;
  /** Of each domain, by its place; null where the group has no rows. */
  readonly levels: readonly (readonly number[] | null)[];
}

interface Choice {
  /** Least slack of any group, relative to its magnitudes. */
  readonly room: number;
  readonly bounds: readonly SilentBounds[];
}

/** Bounds for each domain, in the order of `reports`; null when no atom can be proved false now. */
export function allocateBounds(
  condition: SilentCondition,
  reports: readonly SilentReport[],
): readonly SilentBounds[] | null {
  const groups = groupsOf(condition, reports);
  if (groups.length > SILENT_GROUPS) return null;
  let best: Choice | null = null;
  for (const [index, atom] of condition.atoms.entries()) {
    const choice = allocateAtom(atom, index, groups, reports.length, condition.groupBy.length > 0);
    if (choice !== null && (best === null || choice.room > best.room)) best = choice;
  }
  return best?.bounds ?? null;
}

function groupsOf(condition: SilentCondition, reports: readonly SilentReport[]): readonly Group[] {
  const found = new Map<string, { key: RowValues; levels: (readonly number[] | null)[] }>();
  const none = (): null[] => reports.map(() => null);
  if (condition.groupBy.length === 0) found.set(groupName([]), { key: [], levels: none() });
  for (const [domain, report] of reports.entries()) {
    for (const { key, levels } of report.groups) {
      const name = groupName(key);
      let group = found.get(name);
      if (group === undefined) found.set(name, (group = { key, levels: none() }));
      group.levels[domain] = levels;
    }
  }
  return [...found.values()];
}

function allocateAtom(
  atom: SilentAtom,
  index: number,
  groups: readonly Group[],
  domains: number,
  grouped: boolean,
): Choice | null {
  const total = totalOf(atom);
  const sums = combines(atom) === 'sum';
  const others = !sums ? total : total < 0 ? null : (total * FOR_OTHERS) / domains;
  const listed: { key: RowValues; bound: number }[][] = Array.from({ length: domains }, () => []);
  let room = Infinity;
  for (const group of groups) {
    const levels = group.levels.map((l) => (l === null ? null : (l[index] ?? Infinity)));
    const shares = sums ? addUp(levels, total, others, grouped) : singles(atom, levels, total, grouped);
    if (shares === null) return null;
    room = Math.min(room, shares.room);
    for (const [domain, bound] of shares.bounds.entries())
      if (bound !== null) listed[domain]?.push({ key: group.key, bound });
  }
  const mass = atom.wraps ? INT_LIMIT / domains : Infinity;
  return { room, bounds: listed.map((list) => ({ atom: index, others, groups: list, mass })) };
}

interface Shares {
  readonly room: number;
  /** Null: the group is not listed in that domain. */
  readonly bounds: readonly (number | null)[];
}

/** Where the group has rows it is listed, if what unlisted domains may use up leaves room; else everywhere. */
function addUp(
  levels: readonly (number | null)[],
  total: number,
  others: number | null,
  grouped: boolean,
): Shares | null {
  const present = levels.filter((l) => l !== null).length;
  const unlisted = grouped && others !== null ? (levels.length - present) * others : 0;
  const few = grouped ? share(levels, total - unlisted, present) : null;
  if (few !== null) return few;
  if (grouped && others === null) return null;
  return share(
    levels.map((l) => l ?? 0),
    total,
    levels.length,
  );
}

function share(levels: readonly (number | null)[], total: number, among: number): Shares | null {
  let sum = 0;
  let magnitude = Math.abs(total);
  for (const level of levels) {
    sum += level ?? 0;
    magnitude += Math.abs(level ?? 0);
  }
  const slack = total - sum;
  // Not a number and infinities fail here too.
  if (!(slack > 0 && slack > LEAST_ROOM * magnitude)) return null;
  const each = (slack * GIVEN) / among;
  return { room: slack / magnitude, bounds: levels.map((l) => (l === null ? null : l + each)) };
}

/** max and min: all domains stay below the total; or, if one is enough, the one that is furthest below stands for all. */
function singles(atom: SilentAtom, levels: readonly (number | null)[], total: number, grouped: boolean): Shares | null {
  const below = (level: number): boolean => (isStrict(atom) ? level < total : level <= total);
  const present = levels.filter((l) => l !== null);
  const room = (level: number): number =>
    level === -Infinity ? 1 : (total - level) / (Math.abs(total) + Math.abs(level) + Number.MIN_VALUE);
  const unlisted = levels.map(() => null);
  if (combines(atom) === 'all' || (grouped && present.every(below))) {
    if (!present.every(below)) return null;
    return { room: Math.min(1, ...present.map(room)), bounds: unlisted };
  }
  const least = Math.min(...levels.map((l) => l ?? emptyLevel(atom)));
  if (!below(least)) return null;
  const witness = levels.indexOf(least);
  return { room: room(least), bounds: levels.map((_, domain) => (domain === witness ? total : Infinity)) };
}
