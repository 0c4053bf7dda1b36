/** `cast(x, type)` and `instanceof` (Esper doc "The cast function"). A cast that cannot be done by type gives null. */
import { isSubtypeByName } from './type-names.ts';
import { CodedError } from '../../model/errors.ts';
import type { NumericKind, Value, ValueType } from '../../model/value.ts';
import { textOf } from './text.ts';
import { isEvent, isList, isMap } from './values.ts';

const INT_MIN = -0x8000_0000;
const INT_MAX = 0x7fff_ffff;

/** A number in another numeric kind, as Java's narrowing: doubles are cut towards zero and clamped, longs lose high bits. */
export function convertNumber(n: number, from: ValueType['kind'], to: NumericKind): number {
  switch (to) {
    case 'double':
      return n;
    case 'float':
      return Math.fround(n);
    case 'long':
      return Number.isNaN(n) ? 0 : Math.trunc(n) + 0;
    case 'int':
      if (from === 'long') return Number.isSafeInteger(n) ? n | 0 : 0;
      return Number.isNaN(n) ? 0 : Math.min(INT_MAX, Math.max(INT_MIN, Math.trunc(n))) + 0;
  }
}

/** @throws CodedError EVALUATION where Java's parser would throw. */
export function parseNumber(text: string, to: NumericKind): number {
  const trimmed = text.trim();
  const wellFormed =
    to === 'int' || to === 'long'
      ? /^[+-]?\d+[lL]?$/u.test(trimmed)
      : /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$|^[+-]?(?:NaN|Infinity)$/u.test(trimmed);
  const n = wellFormed ? Number(trimmed.replace(/(?<!Infinit)[lLdDfF]$/u, '')) : Number.NaN;
  const fits = to !== 'int' || (n >= INT_MIN && n <= INT_MAX);
  if (!wellFormed || !fits) throw new CodedError('EVALUATION', `cannot cast '${text}' to ${to}`);
  return to === 'float' ? Math.fround(n) : n;
}

/** Casts a value that is not null; `from` is its static type. */
export function castTo(value: Value, from: ValueType['kind'], to: ValueType): Value {
  switch (to.kind) {
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      if (typeof value === 'number') return convertNumber(value, from, to.kind);
      // a string of static type Object is not parsed (conformance expressions/mapped-02)
      return typeof value === 'string' && from === 'string' ? parseNumber(value, to.kind) : null;
    case 'string':
      return textOf(value, from);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return typeof value === 'string' && from === 'string' ? value.toLowerCase() === 'true' : null;
    case 'event':
      return isEvent(value) && isSubtypeByName(value.type, to.typeName) ? value : null;
    case 'array':
      return isList(value) ? value : null;
    case 'map':
    case 'struct':
      return isMap(value) || isEvent(value) ? value : null;
    case 'null':
      return null;
    case 'object':
    case 'period':
      return value;
  }
}

/** `instanceof`: `type` as written. Numbers of unknown kind count as int if they are whole and fit, else long, else double. */
export function isInstance(value: Value, from: ValueType, type: string): boolean {
  if (value === null) return false;
  const simple = type.slice(type.lastIndexOf('.') + 1);
  const name = simple.toLowerCase();
  switch (typeof value) {
    case 'string':
      return name === 'string' || name === 'charsequence' || name === 'object' || name === 'comparable';
    case 'boolean':
      return name === 'boolean' || name === 'bool' || name === 'object';
    case 'number': {
      if (name === 'number' || name === 'object') return true;
      const kind = from.kind === 'object' ? numberKind(value) : from.kind;
      return name === kind || (kind === 'int' && name === 'integer');
    }
    default:
      break;
  }
  if (isEvent(value)) return name === 'object' || isSubtypeByName(value.type, type);
  if (isMap(value)) return name === 'map' || name === 'object';
  return name === 'object' || name === 'collection' || name.endsWith('[]');
}

export function numberKind(n: number): NumericKind {
  if (!Number.isInteger(n)) return 'double';
  return (n | 0) === n ? 'int' : 'long';
}
