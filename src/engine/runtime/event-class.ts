/**
 * Events of one hidden class per shape (ENGINE rule 3): a generated constructor assigns all fields in one fixed order.
 *
 * The shape is the list of property names, not the type: events of `renci.MemUtil` and of `MemUtil` are of one class, so
 * that an expression compiled for the union stays monomorphic.
 */
import { assert, CodedError } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { RowId } from '../../model/delta.ts';
import type { EventType } from '../../model/event-type.ts';
import { parseMemberColumn, type MemberColumn } from '../../model/member-columns.ts';
import type { MapValue, Value, ValueType } from '../../model/value.ts';
import { quote } from '../compile/quote.ts';
import { ABSENT } from '../functions/members.ts';
import { knowSupertypes } from '../functions/type-names.ts';
import { isEvent, isList } from '../functions/values.ts';

export interface EventMeta {
  readonly timestampMs: number;
  readonly domain: string;
  readonly seq: number;
  /** @default 0 */
  readonly part?: number | undefined;
}

type Construct = (
  type: EventType,
  timestampMs: number,
  domain: string,
  seq: number,
  part: number,
  extra: Readonly<Record<string, Value>> | null,
  values: readonly Value[],
) => Event;

/** Looks up the class of a nested type. */
export type ClassOf = (typeName: string) => EventClass | undefined;

function isConstruct(candidate: unknown): candidate is Construct {
  return typeof candidate === 'function';
}

/** Shapes kept; a shape is some 300 bytes. Past it the memo starts anew: only sharing between later types is lost. */
const CACHED_SHAPES = 10_000;
const shapes = new Map<string, Construct>();

function constructOf(properties: readonly string[]): Construct {
  const key = JSON.stringify(properties);
  const known = shapes.get(key);
  if (known !== undefined) return known;
  const fields = properties.map((name, i) => `this[${quote(slotOf(name))}]=v[${i}];`).join('');
  const source = `'use strict';class E{constructor(y,t,d,s,p,x,v){this.type=y;this.timestampMs=t;this.domain=d;this.seq=s;this.part=p;this.extra=x;${fields}}}
return (y,t,d,s,p,x,v)=>new E(y,t,d,s,p,x,v);`;
  // oxlint-disable-next-line no-new-func, no-implied-eval -- names enter through quote() alone
  const made: unknown = new Function(source)();
  assert(isConstruct(made), 'the generated source returns a function');
  if (shapes.size >= CACHED_SHAPES) shapes.clear();
  shapes.set(key, made);
  return made;
}

/** Combinations of absent properties remembered per type; there are few in practice, and past it each event has its own. */
const CACHED_ABSENT = 64;

function withAbsent(extra: Record<string, Value>, absent: readonly string[]): Record<string, Value> {
  return Object.defineProperty(extra, ABSENT, { value: absent, enumerable: false });
}

/** Makes the events of one type. */
export class EventClass {
  readonly type: EventType;
  /** Position of each property in the values that {@link EventClass.fromValues} takes. */
  readonly positions: ReadonlyMap<string, number>;
  readonly #construct: Construct;
  readonly #names: readonly string[];
  readonly #types: readonly ValueType[];
  readonly #classOf: ClassOf;
  /** True if properties are events: rows carry those as maps. */
  readonly #nests: boolean;
  readonly #memberColumns: readonly MemberColumn[];
  readonly #absent = new Map<string, Readonly<Record<string, Value>>>();

  constructor(type: EventType, classOf: ClassOf) {
    this.type = type;
    this.#names = type.properties.map((p) => p.name);
    this.#types = type.properties.map((p) => p.type);
    this.positions = new Map(this.#names.map((name, i) => [name, i]));
    this.#construct = constructOf(this.#names);
    this.#classOf = classOf;
    this.#memberColumns = (type.memberColumns ?? []).flatMap((name) => parseMemberColumn(name) ?? []);
    this.#nests = this.#types.some(holdsEvents);
    knowSupertypes(type, (name) => classOf(name)?.type);
  }

  /** `values` in the order of the type's properties. */
  fromValues(
    values: readonly Value[],
    timestampMs: number,
    domain: string,
    seq: number,
    part: number,
    extra: Readonly<Record<string, Value>> | null = null,
  ): Event {
    return this.#construct(this.type, timestampMs, domain, seq, part, extra, values);
  }

  /** A row that came over a border: events within it are maps there and become events again. */
  fromRow(values: readonly Value[], timestampMs: number, { domain, seq, part }: RowId): Event {
    const meta = { timestampMs, domain, seq, part };
    const own = this.#nests ? this.#types.map((type, i) => this.#revived(values[i] ?? null, type, meta)) : values;
    return this.#construct(this.type, timestampMs, domain, seq, part, this.#membersOf(values), own);
  }

  /** Of the columns behind the properties: undeclared members, and the names of declared ones that the event lacked. */
  #membersOf(values: readonly Value[]): Readonly<Record<string, Value>> | null {
    if (this.#memberColumns.length === 0) return null;
    let extra: Record<string, Value> | null = null;
    let absent: string[] | null = null;
    for (const [i, { kind, member }] of this.#memberColumns.entries()) {
      const value = values[this.#names.length + i] ?? null;
      const declared = this.positions.has(member);
      if (kind === 'presence' && declared) {
        if (value === false) (absent ??= []).push(member);
        continue;
      }
      if (value === null || (value === false && kind === 'presence')) continue;
      extra ??= emptyMap();
      if (kind === 'member') extra[member] = value;
      else extra[member] ??= null;
    }
    return absent === null ? extra : this.#lacking(absent, extra);
  }

  #revived(value: Value, type: ValueType, meta: EventMeta): Value {
    if (!holdsEvents(type) || isEvent(value)) return value;
    if (type.kind === 'array' && isList(value)) return value.map((item) => this.#revived(item, type.of, meta));
    return this.#convert(value, type, meta);
  }

  /** From a plain object: absent members become null, undeclared ones go to `extra`, nested typed values become events. */
  fromObject(source: Readonly<Record<string, unknown>>, meta: EventMeta): Event {
    const values: Value[] = [];
    let absent: string[] | null = null;
    for (let i = 0; i < this.#names.length; i++) {
      const type = this.#types[i];
      const raw = source[this.#names[i] ?? ''];
      if (raw === undefined) (absent ??= []).push(this.#names[i] ?? '');
      values.push(raw === undefined || raw === null || type === undefined ? null : this.#convert(raw, type, meta));
    }
    let extra: Record<string, Value> | null = null;
    for (const name of Object.keys(source)) {
      if (this.positions.has(name)) continue;
      extra ??= emptyMap();
      extra[name] = toValue(source[name]);
    }
    if (absent !== null) extra = this.#lacking(absent, extra);
    return this.#construct(this.type, meta.timestampMs, meta.domain, meta.seq, meta.part ?? 0, extra, values);
  }

  /** `extra` with the names of absent properties; events that lack the same and have no more share one object. */
  #lacking(absent: readonly string[], extra: Record<string, Value> | null): Readonly<Record<string, Value>> {
    if (extra !== null) return withAbsent(extra, absent);
    const key = absent.join('\u0000');
    const known = this.#absent.get(key);
    if (known !== undefined) return known;
    const made = withAbsent(emptyMap(), absent);
    if (this.#absent.size < CACHED_ABSENT) this.#absent.set(key, made);
    return made;
  }

  #convert(raw: unknown, type: ValueType, meta: EventMeta): Value {
    if (raw === null || raw === undefined) return null;
    switch (type.kind) {
      case 'array':
        return Array.isArray(raw) ? raw.map((item: unknown) => this.#convert(item, type.of, meta)) : null;
      case 'event': {
        const nested = this.#classOf(type.typeName);
        if (nested === undefined) {
          throw new CodedError(
            'INVALID_METRIC',
            `type ${type.typeName} of a property of ${this.type.name} is not known`,
          );
        }
        return isRecord(raw) ? nested.fromObject(raw, meta) : null;
      }
      case 'float':
        return typeof raw === 'number' ? Math.fround(raw) : toValue(raw);
      case 'int':
      case 'long':
      case 'double':
        return raw === 'NaN'
          ? Number.NaN
          : raw === 'Infinity'
            ? Infinity
            : raw === '-Infinity'
              ? -Infinity
              : toValue(raw);
      default:
        return toValue(raw);
    }
  }
}

function holdsEvents(type: ValueType): boolean {
  return type.kind === 'event' || (type.kind === 'array' && holdsEvents(type.of));
}

export function isRecord(candidate: unknown): candidate is Readonly<Record<string, unknown>> {
  return typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate);
}

function emptyMap(): Record<string, Value> {
  const made: unknown = Object.create(null);
  assert(isMap(made), 'an object without prototype is a map');
  return made;
}

function isMap(candidate: unknown): candidate is Record<string, Value> {
  return isRecord(candidate);
}

/** Deepest nesting of untyped values. */
const MAX_DEPTH = 64;

/** Untyped data as a value: objects become maps without prototype, `undefined` becomes null. */
export function toValue(raw: unknown, depth = 0): Value {
  switch (typeof raw) {
    case 'string':
    case 'number':
    case 'boolean':
      return raw;
    case 'bigint':
      return Number(raw);
    case 'object': {
      if (raw === null) return null;
      if (depth > MAX_DEPTH) throw new CodedError('INVALID_EVENT', `a value is nested deeper than ${MAX_DEPTH} levels`);
      if (Array.isArray(raw)) return raw.map((item: unknown) => toValue(item, depth + 1));
      if (!isRecord(raw)) return null;
      const map = emptyMap();
      for (const name of Object.keys(raw)) map[name] = toValue(raw[name], depth + 1);
      return map;
    }
    default:
      return null;
  }
}

/** A map value with the given members. */
export function mapOf(names: readonly string[], values: readonly Value[]): MapValue {
  const map = emptyMap();
  names.forEach((name, i) => {
    map[name] = values[i] ?? null;
  });
  return map;
}
