/** Static types: widening, comparability, names for messages (Esper reference §9.1, JavaClassHelper's coercion rules). */
import {
  DOUBLE,
  isNumeric,
  type NumericKind,
  OBJECT,
  parseType,
  stringifyType,
  type ValueType,
} from '../model/value.ts';
import type { Catalog } from '../model/event-type.ts';
import { isSubtype } from '../model/event-type.ts';

const INTEGRAL: ReadonlySet<string> = new Set(['int', 'long']);

export function isIntegral(type: ValueType): boolean {
  return INTEGRAL.has(type.kind);
}

/** Kind in which two numbers are added, compared, multiplied: float with a whole number is double. */
export function widen(a: NumericKind, b: NumericKind): NumericKind {
  if (a === b) return a;
  if (a === 'double' || b === 'double' || a === 'float' || b === 'float') return 'double';
  return 'long';
}

const KINDS: Readonly<Record<NumericKind, ValueType>> = {
  int: { kind: 'int' },
  long: { kind: 'long' },
  float: { kind: 'float' },
  double: DOUBLE,
};

export function numericType(kind: NumericKind): ValueType {
  return KINDS[kind];
}

export function sameType(a: ValueType, b: ValueType): boolean {
  if (a.kind === 'array' && b.kind === 'array') return sameType(a.of, b.of);
  if (a.kind === 'event' && b.kind === 'event') return a.typeName === b.typeName;
  if (a.kind === 'struct' && b.kind === 'struct') return stringifyType(a) === stringifyType(b);
  return a.kind === b.kind;
}

/** Type that holds values of both (case, coalesce, arrays); null if there is none. */
export function commonType(a: ValueType, b: ValueType): ValueType | null {
  if (a.kind === 'null') return b;
  if (b.kind === 'null') return a;
  if (isNumeric(a) && isNumeric(b)) return numericType(widen(a.kind, b.kind));
  if (sameType(a, b)) return a;
  if (a.kind === 'struct' && b.kind === 'struct') return commonStruct(a, b);
  if (isStructured(a) && isStructured(b)) return OBJECT;
  if (a.kind === 'object' || b.kind === 'object') return OBJECT;
  return null;
}

type Struct = Extract<ValueType, { kind: 'struct' }>;

function commonStruct(a: Struct, b: Struct): ValueType | null {
  if (a.members.length !== b.members.length) return null;
  const members: { name: string; type: ValueType }[] = [];
  for (const member of a.members) {
    const other = b.members.find((m) => m.name === member.name);
    const type = other === undefined ? null : commonType(member.type, other.type);
    if (type === null) return null;
    members.push({ name: member.name, type });
  }
  return { kind: 'struct', members };
}

function isStructured(type: ValueType): boolean {
  return type.kind === 'map' || type.kind === 'struct' || type.kind === 'event' || type.kind === 'array';
}

/** May `=` and `is` compare them? */
export function areEquatable(a: ValueType, b: ValueType): boolean {
  return commonType(a, b) !== null;
}

/** May `<` compare them: both numbers or both strings (null counts as either)? */
export function areOrdered(a: ValueType, b: ValueType): boolean {
  const numeric = (t: ValueType): boolean => isNumeric(t) || t.kind === 'null';
  const text = (t: ValueType): boolean => t.kind === 'string' || t.kind === 'null';
  return (numeric(a) && numeric(b)) || (text(a) && text(b));
}

const WIDTH: Readonly<Record<NumericKind, number>> = { int: 0, long: 1, float: 2, double: 3 };

/** May a value of `from` be put where `to` is declared (insert into, set)? Numbers only widen. */
export function isAssignable(catalog: Catalog, from: ValueType, to: ValueType): boolean {
  if (from.kind === 'null' || to.kind === 'object') return true;
  if (isNumeric(from) && isNumeric(to)) return WIDTH[from.kind] <= WIDTH[to.kind];
  if (from.kind === 'event' && to.kind === 'event') return isSubtype(catalog, from.typeName, to.typeName);
  if (from.kind === 'array' && to.kind === 'array') return isAssignable(catalog, from.of, to.of);
  if (from.kind === 'struct' || from.kind === 'event')
    return to.kind === 'map' || to.kind === 'event' || sameType(from, to);
  if (from.kind === 'map') return to.kind === 'event' || to.kind === 'map';
  return from.kind === to.kind;
}

/** `a string`, `an int`: for messages. */
export function describeType(type: ValueType): string {
  if (type.kind === 'null') return 'null';
  if (type.kind === 'event') return `an event of ${type.typeName}`;
  if (type.kind === 'period') return 'a time period';
  const text = type.kind === 'struct' ? 'map' : stringifyType(type);
  return /^[aeiou]/.test(text) ? `an ${text}` : `a ${text}`;
}

/** The value type that a text such as `int`, `string[]` or `java.lang.String` names. */
export function namedType(name: string): ValueType {
  return parseType(name.replace(/^java\.(?:lang|util)\./, ''));
}
