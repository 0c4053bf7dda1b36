/**
 * How the filter of an atom is answered: conjuncts on the event alone by the engine's filter index; equalities with tags by
 * hash, one bound on a tag's number by a heap, the rest one by one (atom-table.ts).
 *
 * A side of an equality or bound that goes into the table is read when the atom starts to wait: it may look at tags and
 * constants alone, not at variables, subqueries or the clock.
 */
import type { CheckedExpression, CompareOp } from '../../model/checked.ts';
import type { PatternAtom } from '../../model/checked-pattern.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import { isNumeric } from '../../model/value.ts';
import { compileResidual } from '../compile/compile.ts';
import type { KeyPart } from '../compile/compile-pattern.ts';
import {
  compileAtomPredicate,
  compileEventBound,
  compileEventSideKey,
  compileTagBound,
  compileTagSideKey,
} from '../compile/compile-pattern.ts';
import type { Residual } from '../evaluation.ts';
import { chooseKey } from '../filter/filter-index.ts';
import type { IndexKey } from '../filter/filter-index.ts';
import type { AtomLink } from './atom-table.ts';

/** Number of the tags among the streams of a filter; the event is stream 0. */
const TAGS = 1;

export interface AtomFilter {
  /** For the engine's filter index. */
  readonly key: IndexKey | null;
  readonly residual: Residual | null;
  readonly link: AtomLink;
}

interface Reads {
  readonly event: boolean;
  readonly tags: boolean;
  /** Something that changes while the atom waits. */
  readonly volatile: boolean;
}

function readsOf(e: CheckedExpression): Reads {
  let event = false;
  let tags = false;
  let volatile = false;
  walkExpression(e, (x) => {
    if ((x.kind === 'property' || x.kind === 'event') && x.ref.level === 0) {
      if (x.ref.stream === TAGS) tags = true;
      else event = true;
    }
    if (x.kind === 'variable' || x.kind === 'subquery') volatile = true;
    if (x.kind === 'call' && x.name === 'current_timestamp') volatile = true;
  });
  return { event, tags, volatile };
}

/** A comparison with the event on the left and the tags on the right. */
interface Sides {
  readonly op: CompareOp;
  readonly event: CheckedExpression;
  readonly tags: CheckedExpression;
}

const MIRRORED: Readonly<Partial<Record<CompareOp, CompareOp>>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function sidesOf(e: CheckedExpression): Sides | null {
  if (e.kind !== 'compare') return null;
  const left = readsOf(e.left);
  const right = readsOf(e.right);
  if (isEventSide(left) && isTagSide(right)) return { op: e.op, event: e.left, tags: e.right };
  if (isTagSide(left) && isEventSide(right)) return { op: MIRRORED[e.op] ?? e.op, event: e.right, tags: e.left };
  return null;
}

function isEventSide({ event, tags }: Reads): boolean {
  return event && !tags;
}

function isTagSide({ event, tags, volatile }: Reads): boolean {
  return tags && !event && !volatile;
}

/** Both sides of one scalar kind: their keys are comparable. */
function isHashed({ op, event, tags }: Sides): boolean {
  if (op !== '=' && op !== 'is') return false;
  if (isNumeric(event.type)) return isNumeric(tags.type);
  return event.type.kind === tags.type.kind && (event.type.kind === 'string' || event.type.kind === 'boolean');
}

function isBound({ op, event, tags }: Sides): boolean {
  return MIRRORED[op] !== undefined && isNumeric(event.type) && isNumeric(tags.type);
}

/** NaN is a key but equals nothing. */
function mayBeNaN({ event }: Sides): boolean {
  return event.type.kind === 'double' || event.type.kind === 'float';
}

export function compileAtomFilter(atom: PatternAtom): AtomFilter {
  const own: CheckedExpression[] = [];
  const keys: Sides[] = [];
  let bound: Sides | null = null;
  const rest: CheckedExpression[] = [];
  for (const conjunct of atom.source.filter) {
    const sides = sidesOf(conjunct);
    if (!readsOf(conjunct).tags && !holdsSubquery(conjunct)) own.push(conjunct);
    else if (sides !== null && isHashed(sides)) {
      keys.push(sides);
      if (mayBeNaN(sides)) rest.push(conjunct);
    } else if (sides !== null && bound === null && isBound(sides)) bound = sides;
    else rest.push(conjunct);
  }
  const { key, residual } = chooseKey(own);
  return {
    key,
    residual: residual.length === 0 ? null : compileResidual(residual),
    link: linkOf(keys, bound, rest),
  };
}

/** A subquery may look at tags: it is asked with them. */
function holdsSubquery(e: CheckedExpression): boolean {
  let found = false;
  walkExpression(e, (x) => {
    if (x.kind === 'subquery') found = true;
  });
  return found;
}

function linkOf(keys: readonly Sides[], bound: Sides | null, rest: readonly CheckedExpression[]): AtomLink {
  const parts = (side: 'event' | 'tags'): KeyPart[] => keys.map((k) => ({ expression: k[side], nulls: k.op === 'is' }));
  return {
    key:
      keys.length === 0
        ? null
        : { ofEvent: compileEventSideKey(parts('event')), ofTags: compileTagSideKey(parts('tags')) },
    bound:
      bound === null
        ? null
        : {
            ofEvent: compileEventBound(bound.event),
            ofTags: compileTagBound(bound.tags),
            sign: bound.op === '>' || bound.op === '>=' ? 1 : -1,
            inclusive: bound.op === '>=' || bound.op === '<=',
          },
    residual: rest.length === 0 ? null : compileAtomPredicate(rest),
  };
}

/**
 * What the engine's index of Esper sees of a filter: properties with their operators. Atoms whose conditions hold those of
 * another as well are told before it (conformance patterns/not-same-event-03).
 */
function signatureOf(atom: PatternAtom): ReadonlySet<string> {
  const parts = new Set<string>();
  atom.source.filter.forEach((conjunct, i) => {
    const side = conjunct.kind === 'compare' ? propertySide(conjunct.left, conjunct.right, conjunct.op) : null;
    parts.add(side ?? `#${i}`);
  });
  return parts;
}

function propertySide(left: CheckedExpression, right: CheckedExpression, op: CompareOp): string | null {
  const name = (e: CheckedExpression): string | null =>
    e.kind === 'property' && e.ref.level === 0 && e.ref.stream !== TAGS
      ? e.path.map((p) => ('name' in p ? p.name : '')).join('.')
      : null;
  const own = name(left) ?? name(right);
  if (own === null) return null;
  return `${own} ${name(left) === null ? (MIRRORED[op] ?? op) : op}`;
}

/** By atom: 0 for those told first. */
export function turnsOf(atoms: readonly PatternAtom[]): readonly number[] {
  const signatures = atoms.map(signatureOf);
  const turns = atoms.map(() => 0);
  const bySize = atoms.map((_, i) => i).sort((a, b) => (signatures[b]?.size ?? 0) - (signatures[a]?.size ?? 0));
  for (const i of bySize) {
    for (const j of bySize) {
      const [mine, other] = [signatures[i], signatures[j]];
      if (mine === undefined || other === undefined || other.size <= mine.size || !isSubset(mine, other)) continue;
      turns[i] = Math.max(turns[i] ?? 0, (turns[j] ?? 0) + 1);
    }
  }
  return turns;
}

function isSubset(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const each of a) if (!b.has(each)) return false;
  return true;
}
