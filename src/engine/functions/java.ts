/**
 * Methods of Java's library that EPL texts call, by the names of epl/java-functions.ts. What throws in Java gives null
 * here, as Esper does (it logs the exception and goes on); so does a null where a value is needed.
 */
import { CodedError } from '../../model/errors.ts';
import type { Value, ValueType } from '../../model/value.ts';
import { parseNumber } from './cast.ts';
import { dynamicRegexp } from './regexp.ts';
import { doubleText, textOf } from './text.ts';
import { equalValues, isList, isMap } from './values.ts';

type Kinds = readonly ValueType['kind'][];
type JavaFunction = (args: readonly Value[], kinds: Kinds) => Value;

/** Longest text that a method makes: `repeat` and `format` of a few characters could fill the memory. */
const MAX_TEXT = 1_000_000;

const CONSTANTS: Readonly<Record<string, number>> = {
  'Math.PI': Math.PI,
  'Math.E': Math.E,
  'Integer.MAX_VALUE': 2_147_483_647,
  'Integer.MIN_VALUE': -2_147_483_648,
  'Long.MAX_VALUE': 2 ** 63,
  'Long.MIN_VALUE': -(2 ** 63),
  'Double.MAX_VALUE': Number.MAX_VALUE,
  'Double.MIN_VALUE': Number.MIN_VALUE,
  'Double.NaN': Number.NaN,
  'Double.POSITIVE_INFINITY': Infinity,
  'Double.NEGATIVE_INFINITY': -Infinity,
  'Float.MAX_VALUE': (2 - 2 ** -23) * 2 ** 127,
};

const num = (v: Value | undefined): number => (typeof v === 'number' ? v : Number.NaN);
const str = (v: Value | undefined): string => (typeof v === 'string' ? v : '');
const sign = (n: number): number => Math.sign(n) + 0;

/** `Double.compare`: NaN greatest, -0 below 0. */
function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) ? 1 : -1;
  return a === b && !Object.is(a, b) ? (Object.is(a, -0) ? -1 : 1) : 0;
}

/** `String.compareTo`: the difference of the first code units that differ, else of the lengths. */
function compareTexts(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.charCodeAt(i) - b.charCodeAt(i);
  return a.length - b.length;
}

/** Java's `rint`: halves go to the even neighbour. */
function rint(n: number): number {
  const floor = Math.floor(n);
  const rest = n - floor;
  if (rest !== 0.5) return Math.round(n);
  return floor % 2 === 0 ? floor : floor + 1;
}

function parseRadix(text: string, radix: number): number | null {
  if (radix < 2 || radix > 36 || !/^[+-]?[0-9a-z]+$/i.test(text)) return null;
  let n = 0;
  for (const digit of text.replace(/^[+-]/, '')) {
    const value = Number.parseInt(digit, radix);
    if (Number.isNaN(value)) return null;
    n = n * radix + value;
  }
  n = text.startsWith('-') ? -n : n;
  return n >= -(2 ** 31) && n < 2 ** 31 ? n : null;
}

function hashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}

/** `String.trim`: everything up to U+0020 counts as white space. */
function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && text.charCodeAt(from) <= 0x20) from++;
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to--;
  return text.slice(from, to);
}

function substring(text: string, from: number, to = text.length): string | null {
  return from < 0 || to > text.length || from > to ? null : text.slice(from, to);
}

/** Separators that are regular expressions are not taken: `.` and `|` must be escaped, as in Java, and then stand for themselves. */
function split(text: string, separator: string): readonly string[] {
  const plain = separator.replaceAll(/\\([^a-zA-Z0-9])/g, '$1');
  if (/[.|?*+^$()[\]{}]/.test(separator.replaceAll(/\\[^a-zA-Z0-9]/g, '')) || /\\[a-zA-Z0-9]/.test(separator)) {
    throw new CodedError('EVALUATION', `split takes a plain separator, not '${separator}'`);
  }
  if (text === '') return [''];
  const parts = text.split(plain);
  while (parts.length > 0 && parts.at(-1) === '') parts.pop();
  return parts;
}

/** `String.format` with %s %d %f %e %x %X %b %c %n %%, the flags `-`, `0`, `,`, `+`, width and precision. */
function format(pattern: string, args: readonly Value[], kinds: Kinds): string | null {
  let at = 0;
  let failed = false;
  const out = pattern.replaceAll(
    /%([-0,+]*)(\d{0,4})(?:\.(\d{1,3}))?([a-zA-Z%])/g,
    (_all, flags, width, precision, letter) => {
      if (letter === 'n') return '\n';
      if (letter === '%') return '%';
      if (at >= args.length) failed = true;
      const value = args[at] ?? null;
      const text = formatOne(
        String(letter),
        value,
        kinds[at] ?? 'object',
        precision === undefined ? null : Number(precision),
        String(flags),
      );
      at++;
      if (text === null) failed = true;
      const size = Number(width === '' ? 0 : width);
      if (String(flags).includes('-')) return (text ?? '').padEnd(size);
      if (!String(flags).includes('0')) return (text ?? '').padStart(size);
      const signText = /^[+-]/.exec(text ?? '')?.[0] ?? '';
      return signText + (text ?? '').slice(signText.length).padStart(size - signText.length, '0');
    },
  );
  return failed ? null : out;
}

function formatOne(
  letter: string,
  value: Value,
  kind: ValueType['kind'],
  precision: number | null,
  flags: string,
): string | null {
  const cut = (t: string): string => (precision === null ? t : t.slice(0, precision));
  if (letter === 's' || letter === 'S')
    return letter === 'S' ? cut(textOf(value, kind)).toUpperCase() : cut(textOf(value, kind));
  if (letter === 'b') return cut(String(value !== null && value !== false));
  if (value === null) return cut('null');
  if (letter === 'c') return typeof value === 'string' && value.length === 1 ? value : null;
  if (typeof value !== 'number') return null;
  const fraction = kind === 'double' || kind === 'float';
  const plus = flags.includes('+') && value >= 0 ? '+' : '';
  switch (letter) {
    case 'd':
      return fraction ? null : plus + grouped(String(value), flags);
    case 'x':
    case 'X': {
      if (fraction) return null;
      const text = kind === 'int' ? (value >>> 0).toString(16) : BigInt.asUintN(64, BigInt(value)).toString(16);
      return letter === 'x' ? text : text.toUpperCase();
    }
    case 'f':
      return fraction ? plus + grouped(value.toFixed(Math.min(precision ?? 6, 100)), flags) : null;
    case 'e':
      return fraction
        ? plus + value.toExponential(Math.min(precision ?? 6, 100)).replace(/e([+-])(\d)$/, 'e$10$2')
        : null;
    default:
      return null;
  }
}

function grouped(text: string, flags: string): string {
  if (!flags.includes(',')) return text;
  const [whole = '', rest] = text.split('.');
  const separated = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return rest === undefined ? separated : `${separated}.${rest}`;
}

const matches = dynamicRegexp();

const FUNCTIONS: Readonly<Record<string, JavaFunction>> = {
  'Math.abs': ([a], [k]) => (k === 'int' ? Math.abs(num(a)) | 0 : Math.abs(num(a))),
  'Math.max': ([a, b]) => Math.max(num(a), num(b)),
  'Math.min': ([a, b]) => Math.min(num(a), num(b)),
  'Math.sqrt': ([a]) => Math.sqrt(num(a)),
  'Math.cbrt': ([a]) => Math.cbrt(num(a)),
  'Math.pow': ([a, b]) => num(a) ** num(b),
  'Math.exp': ([a]) => Math.exp(num(a)),
  'Math.expm1': ([a]) => Math.expm1(num(a)),
  'Math.log': ([a]) => Math.log(num(a)),
  'Math.log10': ([a]) => Math.log10(num(a)),
  'Math.log1p': ([a]) => Math.log1p(num(a)),
  'Math.floor': ([a]) => Math.floor(num(a)),
  'Math.ceil': ([a]) => Math.ceil(num(a)),
  'Math.rint': ([a]) => rint(num(a)),
  'Math.round': ([a], [k]) => {
    const n = num(a);
    if (Number.isNaN(n)) return 0;
    if (k === 'float') return Math.min(2_147_483_647, Math.max(-2_147_483_648, Math.round(n))) + 0;
    return Math.min(2 ** 63, Math.max(-(2 ** 63), Math.round(n))) + 0;
  },
  'Math.signum': ([a]) => Math.sign(num(a)),
  'Math.sin': ([a]) => Math.sin(num(a)),
  'Math.cos': ([a]) => Math.cos(num(a)),
  'Math.tan': ([a]) => Math.tan(num(a)),
  'Math.asin': ([a]) => Math.asin(num(a)),
  'Math.acos': ([a]) => Math.acos(num(a)),
  'Math.atan': ([a]) => Math.atan(num(a)),
  'Math.atan2': ([a, b]) => Math.atan2(num(a), num(b)),
  'Math.sinh': ([a]) => Math.sinh(num(a)),
  'Math.cosh': ([a]) => Math.cosh(num(a)),
  'Math.tanh': ([a]) => Math.tanh(num(a)),
  'Math.hypot': ([a, b]) => Math.hypot(num(a), num(b)),
  'Math.toRadians': ([a]) => (num(a) / 180) * Math.PI,
  'Math.toDegrees': ([a]) => (num(a) * 180) / Math.PI,
  'Math.floorDiv': ([a, b]) => (b === 0 ? null : Math.floor(num(a) / num(b)) + 0),
  'Math.floorMod': ([a, b]) => (b === 0 ? null : num(a) - Math.floor(num(a) / num(b)) * num(b)),
  'Integer.parseInt': ([a, radix]) => parseRadix(str(a), radix === undefined ? 10 : num(radix)),
  'Integer.valueOf': ([a]) => (typeof a === 'number' ? a : parseRadix(str(a), 10)),
  'Integer.toString': ([a]) => String(num(a)),
  'Integer.toHexString': ([a]) => (num(a) >>> 0).toString(16),
  'Integer.toBinaryString': ([a]) => (num(a) >>> 0).toString(2),
  'Integer.toOctalString': ([a]) => (num(a) >>> 0).toString(8),
  'Integer.compare': ([a, b]) => compareNumbers(num(a), num(b)),
  'Integer.max': ([a, b]) => Math.max(num(a), num(b)),
  'Integer.min': ([a, b]) => Math.min(num(a), num(b)),
  'Integer.sum': ([a, b]) => (num(a) + num(b)) | 0,
  'Integer.signum': ([a]) => sign(num(a)),
  'Integer.bitCount': ([a]) => (num(a) >>> 0).toString(2).replaceAll('0', '').length,
  'Long.parseLong': ([a]) => (/^[+-]?\d+$/.test(str(a)) ? Number(str(a)) : null),
  'Long.valueOf': ([a]) => (typeof a === 'number' ? a : /^[+-]?\d+$/.test(str(a)) ? Number(str(a)) : null),
  'Long.toString': ([a]) => textOf(num(a), 'long'),
  'Long.toHexString': ([a]) => BigInt.asUintN(64, BigInt(num(a))).toString(16),
  'Long.compare': ([a, b]) => compareNumbers(num(a), num(b)),
  'Long.max': ([a, b]) => Math.max(num(a), num(b)),
  'Long.min': ([a, b]) => Math.min(num(a), num(b)),
  'Long.sum': ([a, b]) => num(a) + num(b),
  'Long.signum': ([a]) => sign(num(a)),
  'Double.parseDouble': ([a]) => parseNumber(str(a), 'double'),
  'Double.valueOf': ([a]) => (typeof a === 'number' ? a : parseNumber(str(a), 'double')),
  'Double.toString': ([a]) => doubleText(num(a)),
  'Double.compare': ([a, b]) => compareNumbers(num(a), num(b)),
  'Double.isNaN': ([a]) => Number.isNaN(num(a)),
  'Double.isInfinite': ([a]) => Math.abs(num(a)) === Infinity,
  'Double.isFinite': ([a]) => Number.isFinite(num(a)),
  'Double.max': ([a, b]) => Math.max(num(a), num(b)),
  'Double.min': ([a, b]) => Math.min(num(a), num(b)),
  'Double.sum': ([a, b]) => num(a) + num(b),
  'Float.parseFloat': ([a]) => parseNumber(str(a), 'float'),
  'Float.valueOf': ([a]) => parseNumber(str(a), 'float'),
  'Float.toString': ([a]) => textOf(num(a), 'float'),
  'Float.compare': ([a, b]) => compareNumbers(num(a), num(b)),
  'Float.isNaN': ([a]) => Number.isNaN(num(a)),
  'Float.isInfinite': ([a]) => Math.abs(num(a)) === Infinity,
  'Boolean.parseBoolean': ([a]) => str(a).toLowerCase() === 'true',
  'Boolean.valueOf': ([a]) => (typeof a === 'boolean' ? a : str(a).toLowerCase() === 'true'),
  'Boolean.toString': ([a]) => String(a),
  'Boolean.logicalAnd': ([a, b]) => a === true && b === true,
  'Boolean.logicalOr': ([a, b]) => a === true || b === true,
  'Boolean.logicalXor': ([a, b]) => a !== b,
  'String.valueOf': ([a = null], [k = 'object']) => textOf(a, k),
  'String.format': ([pattern, ...rest], kinds) => format(str(pattern), rest, kinds.slice(1)),
  'String.join': ([separator, first = null, ...rest]) =>
    (isList(first) ? first : [first, ...rest]).map((v) => textOf(v, 'string')).join(str(separator)),
  'string.length': ([a]) => str(a).length,
  'string.isEmpty': ([a]) => a === '',
  'string.isBlank': ([a]) => str(a).trim() === '',
  'string.toUpperCase': ([a]) => str(a).toUpperCase(),
  'string.toLowerCase': ([a]) => str(a).toLowerCase(),
  'string.trim': ([a]) => trimmed(str(a)),
  'string.strip': ([a]) => str(a).trim(),
  'string.concat': ([a, b]) => str(a) + str(b),
  'string.substring': ([a, from, to]) => substring(str(a), num(from), to === undefined ? undefined : num(to)),
  'string.indexOf': ([a, b, from]) => str(a).indexOf(str(b), from === undefined ? 0 : num(from)),
  'string.lastIndexOf': ([a, b]) => str(a).lastIndexOf(str(b)),
  'string.contains': ([a, b]) => str(a).includes(str(b)),
  'string.startsWith': ([a, b, from]) => str(a).startsWith(str(b), from === undefined ? 0 : num(from)),
  'string.endsWith': ([a, b]) => str(a).endsWith(str(b)),
  'string.equals': ([a, b]) => a === b,
  'string.equalsIgnoreCase': ([a, b]) => str(a).toUpperCase() === str(b).toUpperCase(),
  'string.compareTo': ([a, b]) => compareTexts(str(a), str(b)),
  'string.compareToIgnoreCase': ([a, b]) => compareTexts(str(a).toLowerCase(), str(b).toLowerCase()),
  'string.replace': ([a, b, c]) => bounded(str(a).replaceAll(str(b), () => str(c))),
  'string.charAt': ([a, at]) => substring(str(a), num(at), num(at) + 1),
  'string.repeat': ([a, times]) =>
    num(times) < 0 ? null : num(times) * str(a).length > MAX_TEXT ? tooLong() : str(a).repeat(num(times)),
  'string.hashCode': ([a]) => hashCode(str(a)),
  'string.toString': ([a = null]) => a,
  'string.matches': ([a, b]) => matches(str(a), str(b)),
  'string.split': ([a, b]) => split(str(a), str(b)),
  'number.intValue': ([a], [k]) =>
    k === 'long' ? num(a) | 0 : Math.min(2_147_483_647, Math.max(-2_147_483_648, Math.trunc(num(a) || 0))) + 0,
  'number.longValue': ([a]) => Math.trunc(num(a) || 0) + 0,
  'number.floatValue': ([a]) => Math.fround(num(a)),
  'number.doubleValue': ([a]) => num(a),
  'number.toString': ([a = null], [k = 'object']) => textOf(a, k),
  'number.equals': ([a, b = null], [k, l]) => k === l && equalValues(num(a), b),
  'number.compareTo': ([a, b]) => compareNumbers(num(a), num(b)),
  'number.isNaN': ([a]) => Number.isNaN(num(a)),
  'number.isInfinite': ([a]) => Math.abs(num(a)) === Infinity,
  'boolean.booleanValue': ([a = null]) => a,
  'boolean.toString': ([a]) => String(a),
  'boolean.equals': ([a, b]) => a === b,
  'array.size': ([a = null]) => (isList(a) ? a.length : null),
  'array.length': ([a = null]) => (isList(a) ? a.length : null),
  'array.get': ([a = null, at]) => (isList(a) ? (a[num(at)] ?? null) : null),
  'map.get': ([a = null, name]) => (isMap(a) && Object.hasOwn(a, str(name)) ? (a[str(name)] ?? null) : null),
  'map.containsKey': ([a = null, name]) => isMap(a) && Object.hasOwn(a, str(name)),
  'map.size': ([a = null]) => (isMap(a) ? Object.keys(a).length : null),
  'map.isEmpty': ([a = null]) => isMap(a) && Object.keys(a).length === 0,
};

/** Arguments that may be null: the first of these positions on. */
const NULL_FROM: Readonly<Record<string, number>> = {
  'String.valueOf': 0,
  'String.format': 1,
  'String.join': 1,
  'string.equals': 1,
  'number.equals': 1,
  'boolean.equals': 1,
};

function tooLong(): never {
  throw new CodedError('EVALUATION', `a text of more than ${MAX_TEXT} characters`);
}

function bounded(text: string): string {
  return text.length > MAX_TEXT ? tooLong() : text;
}

/** True for a name that {@link javaCall} or {@link javaConstant} knows. */
export function isJavaFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name) || Object.hasOwn(CONSTANTS, name);
}

/** Value of a constant such as `Math.PI`; undefined for a method. */
export function javaConstant(name: string): number | undefined {
  return Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
}

/** @throws CodedError EVALUATION for a text that would be too long, and for a pattern that cannot be matched. */
export function javaCall(name: string, args: readonly Value[], kinds: Kinds): Value {
  const nullFrom = NULL_FROM[name] ?? Infinity;
  for (let i = 0; i < args.length; i++) if (args[i] === null && i < nullFrom) return null;
  const apply = FUNCTIONS[name];
  if (apply === undefined) return null;
  try {
    return apply(args, kinds);
  } catch (error) {
    // a number that cannot be read: Esper logs the exception and the value is null
    if (error instanceof CodedError && error.message.startsWith('cannot cast')) return null;
    throw error;
  }
}
