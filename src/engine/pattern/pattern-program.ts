/** From a checked pattern to its program: the operators as nodes, atoms with their filters, and the class of its tags. */
import type { CheckedPattern, PatternSource } from '../../model/checked-pattern.ts';
import type { CheckedExpression } from '../../model/checked.ts';
import type { Position } from '../../model/errors.ts';
import { assert, CodedError, unreachable } from '../../model/errors.ts';
import { slotOf } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { Value } from '../../model/value.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import type { TagsClass } from '../compile/compile-pattern.ts';
import {
  compileTagsClass,
  compileTagsEvaluator,
  compileTagsKey,
  compileTagsConjunction,
  compileTagsSpan,
} from '../compile/compile-pattern.ts';
import type { EvaluationContext, Residual, Tags } from '../evaluation.ts';
import type { IndexKey } from '../filter/filter-index.ts';
import { crontabOf } from '../output/crontab.ts';
import type { Crontab } from '../output/crontab.ts';
import { AtomNode } from './atom.ts';
import { AtomWithinNode } from './atom-within.ts';
import { compileAtomFilter, turnsOf } from './atom-link.ts';
import { EveryDistinctNode, EveryNode } from './every.ts';
import { FollowedByNode } from './followed-by.ts';
import { WhileNode, WithinNode } from './guard.ts';
import { AndNode, NotNode, OrNode } from './logic.ts';
import { atOf, intervalOf, ObserverNode, scheduleOf } from './observer.ts';
import type { PatternRun } from './pattern-run.ts';
import { RepeatNode } from './repeat.ts';
import type { ScheduleSpec } from './schedule.ts';
import { parseIsoDate, parseIsoSchedule, Schedule } from './schedule.ts';
import type { TagsSpan } from './span.ts';
import { spanOf } from './span.ts';
import type { PatternNode } from './state.ts';

/** An atom as the engine's filter index serves it: a slot of the statement. */
export interface AtomSlot {
  readonly typeName: string;
  readonly key: IndexKey | null;
  readonly residual: Residual | null;
}

export interface PatternProgram {
  readonly root: PatternNode;
  readonly atoms: readonly AtomNode[];
  readonly slots: readonly AtomSlot[];
  /** True if an atom has `@consume`. */
  readonly consumes: boolean;
  /** Number of guards and observers that wait. */
  readonly sites: number;
  readonly tags: TagsClass;
  readonly tagNames: readonly string[];
  readonly eventType: EventType;
  readonly suppressOverlapping: boolean;
  readonly discardPartials: boolean;
  readonly position: Position;
}

export function compilePattern(source: PatternSource): PatternProgram {
  const tagNames = source.eventType.properties.map((p) => p.name);
  const turns = turnsOf(source.atoms);
  const slots: AtomSlot[] = [];
  const atoms = source.atoms.map((atom) => {
    const { key, residual, link } = compileAtomFilter(atom);
    slots.push({ typeName: atom.source.eventType.name, key, residual });
    const tag = atom.tag === null ? -1 : tagNames.indexOf(atom.tag);
    return new AtomNode(atom.index, tag, link, atom.consume, turns[atom.index] ?? 0);
  });
  const compiler = new PatternCompiler(atoms, tagNames, source.position);
  const root = compiler.node(source.pattern);
  return {
    root,
    atoms,
    slots,
    consumes: source.atoms.some((a) => a.consume > 0),
    sites: compiler.sites,
    tags: compileTagsClass(tagNames),
    tagNames,
    eventType: source.eventType,
    suppressOverlapping: source.suppressOverlapping,
    discardPartials: source.discardPartials,
    position: source.position,
  };
}

class PatternCompiler {
  readonly #atoms: readonly AtomNode[];
  readonly #tagNames: readonly string[];
  readonly #position: Position;
  sites = 0;

  constructor(atoms: readonly AtomNode[], tagNames: readonly string[], position: Position) {
    this.#atoms = atoms;
    this.#tagNames = tagNames;
    this.#position = position;
  }

  node(p: CheckedPattern): PatternNode {
    switch (p.kind) {
      case 'atom': {
        const atom = this.#atoms[p.index];
        assert(atom !== undefined, 'an atom has the number that the analysis gave it');
        return atom;
      }
      case 'followedBy': {
        const operands = [p.first, ...p.next.map((n) => n.pattern)].map((o) => this.node(o));
        return new FollowedByNode(operands, [null, ...p.next.map((n) => valueOf(n.max))]);
      }
      case 'and':
        return new AndNode(p.operands.map((o) => this.node(o)));
      case 'or':
        return new OrNode(p.operands.map((o) => this.node(o)));
      case 'not':
        return new NotNode(this.node(p.operand));
      case 'every':
        return new EveryNode(this.node(p.operand));
      case 'everyDistinct': {
        const keyOf = compileTagsKey(p.keys);
        const expiry = p.expiry === null ? null : periodOf(p.expiry);
        return new EveryDistinctNode(this.node(p.operand), (tags, run) => keyOf(tags, run.context), expiry);
      }
      case 'repeat':
        return this.#repeat(p);
      case 'within':
        return this.#within(p);
      case 'while':
        return new WhileNode(this.node(p.operand), compileTagsConjunction([p.condition]));
      case 'interval':
        return new ObserverNode(this.sites++, intervalOf(periodOf(p.period)));
      case 'at':
        return new ObserverNode(this.sites++, atOf(readerOf(p.fields)));
      case 'schedule': {
        const read = compileSchedule(p);
        const begin = (tags: Tags, run: PatternRun): Schedule => new Schedule(read(tags, run), run.nowMs);
        return new ObserverNode(this.sites++, scheduleOf(begin));
      }
      default:
        return unreachable(p);
    }
  }

  #within(p: CheckedPattern & { readonly kind: 'within' }): PatternNode {
    const operand = this.node(p.operand);
    const site = this.sites++;
    const period = periodOf(p.period);
    if (operand instanceof AtomNode && p.max === null) return new AtomWithinNode(operand, site, period);
    return new WithinNode(operand, site, period, valueOf(p.max));
  }

  #repeat(p: CheckedPattern & { readonly kind: 'repeat' }): PatternNode {
    const low = valueOf(p.low);
    return new RepeatNode({
      operand: this.node(p.operand),
      until: p.until === null ? null : this.node(p.until),
      low,
      high: p.exact ? low : valueOf(p.high),
      tags: p.tags.map((tag) => ({ place: this.#tagNames.indexOf(tag), slot: slotOf(tag) })),
      position: this.#position,
    });
  }
}

type TagsValue = (tags: Tags, context: EvaluationContext) => Value;

function valueOf(e: CheckedExpression | null): TagsValue | null {
  return e === null ? null : compileTagsEvaluator(e);
}

function periodOf(e: CheckedExpression): TagsSpan {
  return { evaluate: compileTagsSpan(e), position: e.ast.position };
}

/** Fields that are constants are read once. */
function readerOf(fields: readonly CheckedExpression[]): (tags: Tags, run: PatternRun) => Crontab {
  let constant = true;
  for (const field of fields) {
    walkExpression(field, (e) => {
      if (e.kind !== 'literal' && e.kind !== 'call') constant = false;
    });
  }
  let read: Crontab | null = null;
  return (tags, run) => {
    if (read !== null) return read;
    const crontab = crontabOf(fields, (e) =>
      e.kind === 'literal' ? e.value : compileTagsEvaluator(e)(tags, run.context),
    );
    if (constant) read = crontab;
    return crontab;
  };
}

function compileSchedule(p: CheckedPattern & { readonly kind: 'schedule' }): (t: Tags, r: PatternRun) => ScheduleSpec {
  const iso = valueOf(p.iso);
  const date = valueOf(p.date);
  const repetitions = valueOf(p.repetitions);
  const period = p.period === null ? null : periodOf(p.period);
  return (tags, run) => {
    if (iso !== null) return parseIsoSchedule(textOf(iso(tags, run.context), p.iso));
    const when = date?.(tags, run.context) ?? null;
    const times = repetitions?.(tags, run.context) ?? null;
    return {
      dateMs: when === null ? null : typeof when === 'number' ? when : parseIsoDate(textOf(when, p.date)),
      period: period === null ? null : spanOf(period, tags, run),
      repetitions: typeof times === 'number' && times >= 0 ? times : null,
    };
  };
}

function textOf(value: Value, e: CheckedExpression | null): string {
  if (typeof value === 'string') return value;
  throw new CodedError('EVALUATION', 'timer:schedule was given no text', { position: e?.ast.position });
}
