/**
 * One measured value against its property's declared type: what may come in over XML-RPC, from items and from sources.
 *
 * Numbers are also taken from their decimal text, since clients differ in what they can send for a long; dates are taken
 * for longs (ms since the epoch). Integers beyond 2^53, numbers beyond the type's range, NaN and infinities are
 * `VALUE_OUT_OF_RANGE`; everything else that does not fit is `INVALID_EVENT`. Null fits every type.
 */
import { CodedError, unreachable } from '../model/errors.ts';
import { LONG_LIMIT, stringifyType, type MapValue, type Value, type ValueType } from '../model/value.ts';

/** Longest string of an event in UTF-16 units: events are measurements, and one must fit into a frame. */
export const MAX_STRING_LENGTH = 65_536;
/** Most elements of an array and members of a map. */
export const MAX_ELEMENTS = 10_000;
/** Arrays and maps within maps. */
export const MAX_NESTING = 16;

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** `where` names the value for the caller: `events[3].memutil`. */
export function checkValue(value: unknown, type: ValueType, where: string): Value {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'string':
      return checkText(value, where);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      throw misfit(value, type, where);
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return checkNumber(value, type, where);
    case 'array':
      if (!Array.isArray(value)) throw misfit(value, type, where);
      if (value.length > MAX_ELEMENTS) throw tooMany(value.length, where);
      return value.map((element: unknown, i) => checkValue(element, type.of, `${where}[${i}]`));
    case 'map':
      if (!isRecord(value)) throw misfit(value, type, where);
      return checkMap(value, where, 1);
    case 'null':
    case 'object':
    case 'struct':
    case 'event':
    case 'period':
      throw misfit(value, type, where);
    default:
      return unreachable(type);
  }
}

function checkText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw misfit(value, { kind: 'string' }, where);
  if (value.length > MAX_STRING_LENGTH) {
    throw new CodedError('INVALID_EVENT', `${where} has ${value.length} characters`, {
      hint: `at most ${MAX_STRING_LENGTH}`,
    });
  }
  if (!value.isWellFormed()) throw new CodedError('INVALID_EVENT', `${where} holds half a surrogate pair`);
  return value;
}

function checkNumber(value: unknown, type: ValueType, where: string): number {
  const number = toNumber(value, type, where);
  if (!Number.isFinite(number)) throw outOfRange(value, type, where);
  if (type.kind === 'double') return number;
  if (type.kind === 'float') {
    const rounded = Math.fround(number);
    if (!Number.isFinite(rounded)) throw outOfRange(value, type, where);
    return rounded;
  }
  if (!Number.isInteger(number)) throw misfit(value, type, where);
  const fits = type.kind === 'int' ? number >= INT_MIN && number <= INT_MAX : Math.abs(number) <= LONG_LIMIT;
  if (!fits) throw outOfRange(value, type, where);
  return number === 0 ? 0 : number;
}

function toNumber(value: unknown, type: ValueType, where: string): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && DECIMAL.test(value.trim())) return Number(value);
  if (value instanceof Date && type.kind === 'long') return value.getTime();
  throw misfit(value, type, where);
}

/** Members of a map have no declared types: numbers, strings, booleans, nulls, lists and maps of these. */
function checkMap(map: Readonly<Record<string, unknown>>, where: string, depth: number): MapValue {
  const members = Object.entries(map);
  if (members.length > MAX_ELEMENTS) throw tooMany(members.length, where);
  const checked: Record<string, Value> = Object.create(null);
  for (const [name, member] of members) {
    checked[checkText(name, where)] = checkUntyped(member, `${where}.${name}`, depth);
  }
  return checked;
}

function checkUntyped(value: unknown, where: string, depth: number): Value {
  if (depth > MAX_NESTING) {
    throw new CodedError('INVALID_EVENT', `${where} is nested too deeply`, { hint: `at most ${MAX_NESTING}` });
  }
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return checkText(value, where);
  if (typeof value === 'number' || typeof value === 'bigint') return checkNumber(value, { kind: 'double' }, where);
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) {
    if (value.length > MAX_ELEMENTS) throw tooMany(value.length, where);
    return value.map((element: unknown, i) => checkUntyped(element, `${where}[${i}]`, depth + 1));
  }
  if (isRecord(value)) return checkMap(value, where, depth + 1);
  throw misfit(value, { kind: 'object' }, where);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function misfit(value: unknown, type: ValueType, where: string): CodedError {
  return new CodedError('INVALID_EVENT', `${where} is ${describe(value)}, which is no ${stringifyType(type)}`);
}

function outOfRange(value: unknown, type: ValueType, where: string): CodedError {
  const hint =
    type.kind === 'long'
      ? 'a long is exact up to 2^53 - 1'
      : type.kind === 'int'
        ? 'an int has 32 bits: declare the property long'
        : 'a number must be finite';
  return new CodedError('VALUE_OUT_OF_RANGE', `${where} is ${describe(value)}, beyond a ${type.kind}`, { hint });
}

function tooMany(count: number, where: string): CodedError {
  return new CodedError('INVALID_EVENT', `${where} has ${count} elements`, { hint: `at most ${MAX_ELEMENTS}` });
}

function describe(value: unknown): string {
  if (typeof value === 'string') return value.length <= 40 ? `'${value}'` : `'${value.slice(0, 40)}…'`;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  return value instanceof Uint8Array ? 'base64' : 'a struct';
}
