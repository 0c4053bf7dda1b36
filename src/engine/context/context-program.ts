/** A checked context, compiled: the slots that its levels listen on, keys, conditions. Nothing mutable. */
import type { CheckedContext, ContextCondition, ContextDefinition, ContextItem } from '../../model/checked-context.ts';
import type { CheckedExpression, CheckedStream } from '../../model/checked.ts';
import { unreachable } from '../../model/errors.ts';
import type { EventType } from '../../model/event-type.ts';
import type { EventKey, EventValues } from '../compile/compile.ts';
import { compileEventEvaluators, compileEventKey, compileEventPredicate, compileResidual } from '../compile/compile.ts';
import type { EventPredicate, Residual } from '../evaluation.ts';
import { chooseKey } from '../filter/filter-index.ts';
import { holds } from '../runtime/expressions.ts';
import type { StreamSlot } from '../runtime/statement.ts';
import type { StreamProgram } from '../runtime/stream-input.ts';
import { compileStream } from '../runtime/stream-input.ts';

/** Events of one type that a level divides. */
export interface ItemProgram {
  readonly typeName: string;
  readonly alias: string | null;
  /** Null: no filter. */
  readonly admits: EventPredicate | null;
  readonly key: EventKey;
  readonly values: EventValues;
}

export type ConditionProgram =
  | {
      readonly kind: 'filter';
      readonly typeName: string;
      /** What reads the partition that is to end; null where nothing does. */
      readonly admits: EventPredicate | null;
      readonly alias: string | null;
    }
  | {
      readonly kind: 'pattern';
      readonly stream: StreamProgram;
      readonly alias: string | null;
      readonly inclusive: boolean;
    }
  | { readonly kind: 'crontab'; readonly fields: readonly CheckedExpression[] }
  | { readonly kind: 'after'; readonly period: CheckedExpression }
  | { readonly kind: 'now'; readonly and: ConditionProgram | null };

export type LevelProgram =
  | {
      readonly kind: 'keyed';
      readonly items: readonly ItemProgram[];
      readonly initiated: readonly ConditionProgram[];
      readonly terminated: ConditionProgram | null;
    }
  | {
      readonly kind: 'category';
      readonly item: ItemProgram;
      readonly groups: readonly { readonly label: string; readonly holds: EventPredicate }[];
    }
  | {
      readonly kind: 'hash';
      readonly items: readonly (ItemProgram & { readonly hash: 'consistent_hash_crc32' | 'hash_code' })[];
      readonly granularity: number;
      readonly preallocate: boolean;
    }
  | { readonly kind: 'startEnd'; readonly start: ConditionProgram; readonly end: ConditionProgram | null }
  | {
      readonly kind: 'initiated';
      readonly distinct: EventKey | null;
      readonly start: ConditionProgram;
      readonly end: ConditionProgram | null;
    };

/** What a slot of the context is for. Slots that end come before those that begin: one event may do both. */
export type SlotRole = 'end' | 'start' | 'item';

export interface ContextSlot {
  readonly level: number;
  readonly role: SlotRole;
  /** Which item or condition of the role. */
  readonly at: number;
  /** Which atom, where the condition is a pattern; else 0. */
  readonly atom: number;
  readonly typeName: string;
  /** Which item of its level divides events of the slot; -1 for none. */
  readonly item: number;
  /** Of an atom: what is tested before it is told; null for nothing. */
  readonly admits: EventPredicate | null;
}

export interface ContextProgram {
  readonly name: string;
  readonly propertyType: EventType;
  readonly levels: readonly {
    readonly name: string;
    readonly propertyType: EventType;
    readonly program: LevelProgram;
  }[];
  readonly slots: readonly ContextSlot[];
  readonly streams: readonly StreamSlot[];
  /** Which item of each level divides events of a type; -1 where none does and all partitions see them. */
  itemsOf(typeName: string): readonly number[];
  /** True if events of `typeName` are events of `ancestor` as well. */
  isOf(typeName: string, ancestor: string): boolean;
}

/** `typeOf` finds declared types by name. */
export function compileContext(context: CheckedContext, typeOf: (name: string) => EventType): ContextProgram {
  const slots: ContextSlot[] = [];
  const streams: StreamSlot[] = [];
  const levels = context.levels.map(({ name, definition, propertyType }, level) => {
    const program = compileLevel(definition);
    for (const { role, at, atom, stream } of slotsOfLevel(definition, program)) {
      const { typeName, key, residual, admits } = stream;
      slots.push({ level, role, at, atom, typeName, item: itemOf(program, typeName, typeOf), admits });
      streams.push({ slot: streams.length, typeName, key, residual });
    }
    return { name, propertyType, program };
  });
  const routes = new Map<string, readonly number[]>();
  return {
    name: context.name,
    propertyType: context.propertyType,
    levels,
    slots,
    streams,
    isOf: (typeName, ancestor) => isOf(typeName, ancestor, typeOf),
    itemsOf: (typeName) => {
      let found = routes.get(typeName);
      if (found === undefined) {
        found = levels.map(({ program }) => itemOf(program, typeName, typeOf));
        routes.set(typeName, found);
      }
      return found;
    },
  };
}

function itemOf(program: LevelProgram, typeName: string, typeOf: (name: string) => EventType): number {
  switch (program.kind) {
    case 'keyed':
    case 'hash':
      return program.items.findIndex((i) => isOf(typeName, i.typeName, typeOf));
    case 'category':
      return isOf(typeName, program.item.typeName, typeOf) ? 0 : -1;
    default:
      return -1;
  }
}

function isOf(typeName: string, ancestor: string, typeOf: (name: string) => EventType): boolean {
  return typeName === ancestor || typeOf(typeName).supertypes.some((s) => isOf(s, ancestor, typeOf));
}

function compileLevel(definition: ContextDefinition): LevelProgram {
  switch (definition.kind) {
    case 'partition':
      return {
        kind: 'keyed',
        items: definition.items.map(compileItem),
        initiated: definition.initiated.map(compileCondition),
        terminated: definition.terminated === null ? null : compileCondition(definition.terminated),
      };
    case 'category':
      return {
        kind: 'category',
        item: compileItem({ stream: definition.stream, alias: null, keys: [] }),
        groups: definition.groups.map((g) => ({ label: g.label, holds: compileEventPredicate([g.condition]) })),
      };
    case 'hash':
      return {
        kind: 'hash',
        items: definition.items.map((i) => ({ ...compileItem({ ...i, alias: null }), hash: i.hash })),
        granularity: definition.granularity,
        preallocate: definition.preallocate,
      };
    case 'startEnd':
    case 'initiated': {
      const start = compileCondition(definition.start);
      const end = definition.end === null ? null : compileCondition(definition.end);
      if (definition.kind === 'startEnd') return { kind: 'startEnd', start, end };
      const distinct = definition.distinct.length === 0 ? null : compileEventKey(definition.distinct);
      return { kind: 'initiated', distinct, start, end };
    }
    default:
      return unreachable(definition);
  }
}

function filterOf({ source }: CheckedStream): readonly CheckedExpression[] {
  return source.kind === 'filter' ? source.filter : [];
}

function compileItem({ stream, alias, keys }: ContextItem): ItemProgram {
  const filter = filterOf(stream);
  return {
    typeName: stream.source.eventType.name,
    alias,
    admits: filter.length === 0 ? null : compileEventPredicate(filter),
    key: compileEventKey(keys),
    values: compileEventEvaluators(keys),
  };
}

function compileCondition(condition: ContextCondition): ConditionProgram {
  switch (condition.kind) {
    case 'filter': {
      const own = filterOf(condition.stream).filter((e) => holds(e, 'contextProperty'));
      return {
        kind: 'filter',
        typeName: condition.stream.source.eventType.name,
        admits: own.length === 0 ? null : compileEventPredicate(own),
        alias: condition.alias,
      };
    }
    case 'pattern': {
      const { alias, inclusive } = condition;
      return { kind: 'pattern', stream: compileStream(condition.stream, -1), alias, inclusive };
    }
    case 'now':
      return { kind: 'now', and: condition.and === null ? null : compileCondition(condition.and) };
    case 'crontab':
    case 'after':
      return condition;
    default:
      return unreachable(condition);
  }
}

/** What is left of a filter, as a predicate of its own. */
export function testOf(residual: Residual | null): EventPredicate | null {
  return residual === null ? null : (event, context) => residual.test(event, context, residual);
}

// ---------------------------------------------------------------------------------------------- slots

interface LevelSlot {
  readonly role: SlotRole;
  readonly at: number;
  readonly atom: number;
  readonly stream: Omit<StreamSlot, 'slot'> & { readonly admits: EventPredicate | null };
}

function slotsOfLevel(definition: ContextDefinition, program: LevelProgram): readonly LevelSlot[] {
  switch (definition.kind) {
    case 'partition': {
      if (program.kind !== 'keyed') return [];
      return [
        ...conditionSlots('end', 0, definition.terminated, program.terminated),
        ...definition.initiated.flatMap((c, i) => conditionSlots('start', i, c, program.initiated[i] ?? null)),
        ...(definition.initiated.length > 0 ? [] : itemSlots(definition.items.map((i) => i.stream))),
      ];
    }
    case 'hash':
      return itemSlots(definition.items.map((i) => i.stream));
    case 'category':
      return [];
    case 'startEnd':
    case 'initiated': {
      if (program.kind !== 'startEnd' && program.kind !== 'initiated') return [];
      return [
        ...conditionSlots('end', 0, definition.end, program.end),
        ...conditionSlots('start', 0, definition.start, program.start),
      ];
    }
    default:
      return unreachable(definition);
  }
}

function itemSlots(streams: readonly CheckedStream[]): readonly LevelSlot[] {
  return streams.map((s, at) => ({ role: 'item', at, atom: 0, stream: plainSlot(s) }));
}

/** What reads no partition is left to the filter index. */
function plainSlot(stream: CheckedStream): LevelSlot['stream'] {
  const plain = filterOf(stream).filter((e) => !holds(e, 'contextProperty'));
  const { key, residual } = chooseKey(plain);
  return {
    typeName: stream.source.eventType.name,
    key,
    residual: residual.length === 0 ? null : compileResidual(residual),
    admits: null,
  };
}

function conditionSlots(
  role: SlotRole,
  at: number,
  condition: ContextCondition | null,
  program: ConditionProgram | null,
): readonly LevelSlot[] {
  if (condition?.kind === 'filter') return [{ role, at, atom: 0, stream: plainSlot(condition.stream) }];
  if (condition?.kind === 'now' && program?.kind === 'now') return conditionSlots(role, at, condition.and, program.and);
  if (program?.kind !== 'pattern') return [];
  // The atoms' filters may read the partition: they are tested in it.
  return (program.stream.pattern?.slots ?? []).map(({ typeName, key, residual }, atom) => ({
    role,
    at,
    atom,
    stream: { typeName, key, residual: null, admits: testOf(residual) },
  }));
}
