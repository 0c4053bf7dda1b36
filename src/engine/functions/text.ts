/** Strings: how Java prints numbers, `like`, concatenation. */
import { stringifyType } from '../../model/value.ts';
import type { Value, ValueType } from '../../model/value.ts';
import { isEvent, isList, isMap } from './values.ts';

/** `Double.toString` of Java: `99.0`, `1.0E10`, `1.0E-5`, `NaN`, `Infinity`. */
export function doubleText(n: number): string {
  if (!Number.isFinite(n)) return String(n);
  const magnitude = Math.abs(n);
  if (magnitude === 0) return Object.is(n, -0) ? '-0.0' : '0.0';
  if (magnitude >= 1e-3 && magnitude < 1e7) return Number.isInteger(n) ? `${n}.0` : String(n);
  const [mantissa = '', exponent = ''] = n.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
}

/** A value as Java's `toString` writes it; `kind` is its static type: int and double differ by that alone. */
export function textOf(value: Value, kind: ValueType['kind']): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return String(value);
    case 'number':
      if (kind === 'double' || kind === 'float' || kind === 'period') return doubleText(value);
      return Number.isInteger(value) ? String(value === 0 ? 0 : value) : doubleText(value);
    default:
      break;
  }
  if (value === null) return 'null';
  if (isList(value)) return `[${value.map((item) => textOf(item, 'object')).join(', ')}]`;
  if (isEvent(value)) return value.type.name;
  if (isMap(value)) {
    const map = value;
    return `{${Object.keys(map)
      .map((name) => `${name}=${textOf(map[name] ?? null, 'object')}`)
      .join(', ')}}`;
  }
  return '';
}

/** Name that `typeof` gives: Java's simple class name. Undeclared numbers are Integer, Long or Double by their value. */
export function typeName(value: Value, type: ValueType): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case 'int':
      return 'Integer';
    case 'long':
      return 'Long';
    case 'float':
      return 'Float';
    case 'double':
    case 'period':
      return 'Double';
    default:
      break;
  }
  if (isEvent(value)) return value.type.name;
  if (typeof value === 'string') return 'String';
  if (typeof value === 'boolean') return 'Boolean';
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return 'Double';
    return (value | 0) === value ? 'Integer' : 'Long';
  }
  if (type.kind === 'array') return arrayName(type);
  return isList(value) ? 'Object[]' : 'Map';
}

function arrayName(type: ValueType & { readonly kind: 'array' }): string {
  const names: Readonly<Record<string, string>> = {
    int: 'Integer',
    long: 'Long',
    float: 'Float',
    double: 'Double',
    boolean: 'Boolean',
    string: 'String',
    object: 'Object',
  };
  return `${names[type.of.kind] ?? stringifyType(type.of)}[]`;
}

type LikeStep = { readonly kind: 'any' } | { readonly kind: 'one' } | { readonly kind: 'text'; readonly unit: number };

/** Tests a whole text. */
export type Matcher = (text: string) => boolean;

/**
 * SQL `like` over the whole text: `%` any run (line ends too), `_` one character. Greedy with one point of return, so at
 * most pattern × text steps whatever the pattern: a client's pattern cannot stall the agent.
 */
export function likeMatcher(pattern: string, escape: string | null): Matcher {
  const steps: LikeStep[] = [];
  for (let i = 0; i < pattern.length; i++) {
    let unit = pattern.charAt(i);
    const escaped = escape !== null && escape !== '' && unit === escape && i + 1 < pattern.length;
    if (escaped) unit = pattern.charAt(++i);
    if (!escaped && unit === '%') {
      if (steps.at(-1)?.kind !== 'any') steps.push({ kind: 'any' });
    } else if (!escaped && unit === '_') steps.push({ kind: 'one' });
    else steps.push({ kind: 'text', unit: unit.charCodeAt(0) });
  }
  return simpleMatcher(steps) ?? ((text) => matchSteps(steps, text));
}

/** `x`, `x%`, `%x`, `%x%` without `_` are what strings do by themselves. */
function simpleMatcher(steps: readonly LikeStep[]): Matcher | null {
  const open = steps[0]?.kind === 'any';
  const close = steps.length > 1 && steps.at(-1)?.kind === 'any';
  let word = '';
  for (const step of steps.slice(open ? 1 : 0, close ? -1 : undefined)) {
    if (step.kind !== 'text') return null;
    word += String.fromCharCode(step.unit);
  }
  if (open && close) return (text) => text.includes(word);
  if (open) return (text) => text.endsWith(word);
  return close ? (text) => text.startsWith(word) : (text) => text === word;
}

function matchSteps(steps: readonly LikeStep[], text: string): boolean {
  let at = 0;
  let step = 0;
  let resumeStep = -1;
  let resumeAt = 0;
  while (at < text.length) {
    const here = steps[step];
    if (here?.kind === 'any') {
      resumeStep = ++step;
      resumeAt = at;
    } else if (here !== undefined && (here.kind === 'one' || here.unit === text.charCodeAt(at))) {
      step++;
      at++;
    } else if (resumeStep >= 0) {
      step = resumeStep;
      at = ++resumeAt;
    } else return false;
  }
  while (steps[step]?.kind === 'any') step++;
  return step === steps.length;
}

/** `like` with a pattern that is not constant. */
export function like(text: string, pattern: string, escape: string | null): boolean {
  return likeMatcher(pattern, escape)(text);
}
