/**
 * What EPL texts call of Java's own library: static methods and constants of `java.lang` (imported by Esper by default),
 * and methods of the values themselves (`s.length()`, `xs.size()`); Esper reference §10.3, §9.6.
 *
 * One text of signatures per class: `name(parameters)result`. Parameters: n number (two of them in their common type),
 * d double, i int, l long, s string, c character, b boolean, o anything, * any number more of the last one, a list.
 * Results: the same letters; n the common type of the n parameters; r int for a float, else long; A strings; e an element.
 * What each does is in engine/functions/java.ts, under the same names.
 */
import type { NumericKind } from '../model/value.ts';

/** Methods of a class. Names are Java's, capitals and all. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  [
    'Math',
    'abs(n)n max(nn)n min(nn)n sqrt(d)d cbrt(d)d pow(dd)d exp(d)d expm1(d)d log(d)d log10(d)d log1p(d)d floor(d)d ceil(d)d ' +
      'rint(d)d round(d)r signum(d)d sin(d)d cos(d)d tan(d)d asin(d)d acos(d)d atan(d)d atan2(dd)d sinh(d)d cosh(d)d ' +
      'tanh(d)d hypot(dd)d toRadians(d)d toDegrees(d)d floorDiv(ll)n floorMod(ll)n',
  ],
  [
    'Integer',
    'parseInt(s)i parseInt(si)i valueOf(s)i valueOf(i)i toString(i)s toHexString(i)s toBinaryString(i)s toOctalString(i)s ' +
      'compare(ii)i max(ii)i min(ii)i sum(ii)i signum(i)i bitCount(i)i',
  ],
  [
    'Long',
    'parseLong(s)l valueOf(s)l valueOf(l)l toString(l)s toHexString(l)s compare(ll)i max(ll)l min(ll)l sum(ll)l signum(l)i',
  ],
  [
    'Double',
    'parseDouble(s)d valueOf(s)d valueOf(d)d toString(d)s compare(dd)i isNaN(d)b isInfinite(d)b isFinite(d)b max(dd)d ' +
      'min(dd)d sum(dd)d',
  ],
  ['Float', 'parseFloat(s)f valueOf(s)f toString(f)s compare(ff)i isNaN(d)b isInfinite(d)b'],
  ['Boolean', 'parseBoolean(s)b valueOf(s)b valueOf(b)b toString(b)s logicalAnd(bb)b logicalOr(bb)b logicalXor(bb)b'],
  ['String', 'valueOf(o)s format(so*)s join(sa)s join(ss*)s'],
]);

const STRING_METHODS =
  'length()i isEmpty()b isBlank()b toUpperCase()s toLowerCase()s trim()s strip()s concat(s)s substring(i)s substring(ii)s ' +
  'indexOf(s)i indexOf(si)i lastIndexOf(s)i contains(s)b startsWith(s)b startsWith(si)b endsWith(s)b equals(o)b ' +
  'equalsIgnoreCase(s)b compareTo(s)i compareToIgnoreCase(s)i replace(ss)s charAt(i)s repeat(i)s hashCode()i toString()s ' +
  'matches(s)b split(s)A';
const NUMBER_METHODS =
  'intValue()i longValue()l floatValue()f doubleValue()d toString()s equals(o)b compareTo(n)i isNaN()b isInfinite()b';
const METHODS: ReadonlyMap<string, string> = new Map([
  ['string', STRING_METHODS],
  ['int', NUMBER_METHODS],
  ['long', NUMBER_METHODS],
  ['float', NUMBER_METHODS],
  ['double', NUMBER_METHODS],
  ['boolean', 'booleanValue()b toString()s equals(o)b'],
  ['array', 'size()i length()i get(i)e'],
  ['map', 'get(s)o containsKey(s)b size()i isEmpty()b'],
]);

/** Constants and the kinds of their values. */
const CONSTANTS: ReadonlyMap<string, NumericKind> = new Map<string, NumericKind>([
  ['Math.PI', 'double'],
  ['Math.E', 'double'],
  ['Integer.MAX_VALUE', 'int'],
  ['Integer.MIN_VALUE', 'int'],
  ['Long.MAX_VALUE', 'long'],
  ['Long.MIN_VALUE', 'long'],
  ['Double.MAX_VALUE', 'double'],
  ['Double.MIN_VALUE', 'double'],
  ['Double.NaN', 'double'],
  ['Double.POSITIVE_INFINITY', 'double'],
  ['Double.NEGATIVE_INFINITY', 'double'],
  ['Float.MAX_VALUE', 'float'],
]);

/** What differs from call to call, or knows the machine: no query may, since every domain must get the same. */
const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ['System.currentTimeMillis', 'write current_timestamp(): the time of the event'],
  ['System.nanoTime', 'write current_timestamp(): the time of the event'],
  ['Math.random', 'a query must give the same wherever it runs'],
  ['UUID.randomUUID', 'a query must give the same wherever it runs'],
]);

/** Classes that Esper would find and that have nothing here. */
const FOREIGN_CLASSES: ReadonlySet<string> = new Set([
  'System',
  'UUID',
  'BigDecimal',
  'BigInteger',
  'Character',
  'Short',
  'Byte',
  'Objects',
  'Arrays',
  'Collections',
  'Thread',
  'Runtime',
  'Calendar',
  'Date',
  'LocalDate',
  'LocalDateTime',
  'ZonedDateTime',
]);

export interface JavaSignature {
  readonly parameters: string;
  readonly result: string;
}

type Table = ReadonlyMap<string, readonly JavaSignature[]>;

function tableOf(text: string): Table {
  const table = new Map<string, JavaSignature[]>();
  for (const [, name = '', parameters = '', result = ''] of text.matchAll(/(\w+)\(([^)]*)\)(\w)/g)) {
    const known = table.get(name);
    if (known === undefined) table.set(name, [{ parameters, result }]);
    else known.push({ parameters, result });
  }
  return table;
}

const parsed = (texts: ReadonlyMap<string, string>): ReadonlyMap<string, Table> =>
  new Map([...texts].map(([name, text]) => [name, tableOf(text)]));

const STATIC_TABLES = parsed(CLASSES);
const METHOD_TABLES = parsed(METHODS);

/** Static methods of a class; undefined if it is none that is known. */
export function staticMethods(className: string): Table | undefined {
  return STATIC_TABLES.get(className);
}

/** Methods of values of a kind. */
export function valueMethods(kind: string): Table | undefined {
  return METHOD_TABLES.get(kind);
}

export function javaConstant(name: string): NumericKind | undefined {
  return CONSTANTS.get(name);
}

/** Why a static method is never there. */
export function forbiddenReason(name: string): string | undefined {
  return FORBIDDEN.get(name);
}

export function isForeignClass(name: string): boolean {
  return FOREIGN_CLASSES.has(name);
}

/** Every method, as the engine knows it: `Math.abs`, `string.length`. */
export function javaNames(): readonly string[] {
  const statics = [...STATIC_TABLES].flatMap(([name, table]) => [...table.keys()].map((m) => `${name}.${m}`));
  const family = (kind: string): string => (/^(?:int|long|float|double)$/.test(kind) ? 'number' : kind);
  const methods = [...METHOD_TABLES].flatMap(([kind, table]) => [...table.keys()].map((m) => `${family(kind)}.${m}`));
  return [...new Set([...statics, ...methods, ...CONSTANTS.keys()])];
}
