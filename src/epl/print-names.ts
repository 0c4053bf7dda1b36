/** Names and literals as EPL text. */
import type { AstLiteral } from '../model/ast.ts';
import { RESERVED } from './tokens.ts';

const PLAIN = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Not reserved, but read as something else where a stream or an expression begins. */
const MISREAD: ReadonlySet<string> = new Set(['pattern', 'terminated', 'context', 'expression']);

/** `name` as EPL text: back-quoted where it is not a plain identifier or is a reserved word. */
export function quoteName(name: string): string {
  const lower = name.toLowerCase();
  return PLAIN.test(name) && !RESERVED.has(lower) && !MISREAD.has(lower) ? name : `\`${name}\``;
}

/** Behind a dot every word is a name. */
export function quoteMember(name: string): string {
  return PLAIN.test(name) ? name : `\`${name}\``;
}

/** `renci.MemUtil`, `` `net.example.org`.BW ``. */
export function printNameParts(parts: readonly string[]): string {
  return parts.map((part, i) => (i === 0 ? quoteName(part) : quoteMember(part))).join('.');
}

/** A dotted name of which only the text is known. */
export function printDotted(name: string): string {
  return printNameParts(name.split('.'));
}

/** `int`, `string[]`, `Geo[]`. */
export function printTypeName(name: string): string {
  const bracket = name.indexOf('[');
  return bracket < 0 ? printDotted(name) : `${printDotted(name.slice(0, bracket))}${name.slice(bracket)}`;
}

export function printString(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

export function printLiteral(literal: AstLiteral): string {
  const { value, type } = literal;
  if (typeof value === 'string') return printString(value);
  if (typeof value !== 'number') return String(value);
  return printNumber(value, type);
}

function printNumber(value: number, type: AstLiteral['type']): string {
  if (Object.is(value, -0)) return `-${printNumber(0, type)}`;
  if (!Number.isFinite(value)) return value < 0 ? '-1e999' : '1e999';
  switch (type) {
    case 'int':
      return String(value);
    case 'long':
      return `${BigInt(Math.trunc(value))}L`;
    case 'float':
      return `${value}f`;
    default:
      return /[.e]/.test(String(value)) ? String(value) : `${value}.0`;
  }
}
