/** Annotations as EPL text. */
import type { AstAnnotation, AstAnnotationValue } from '../model/ast.ts';
import { printDotted, printString, quoteName } from './print-names.ts';

export function printAnnotation(a: AstAnnotation): string {
  const name = `@${printDotted(a.name)}`;
  if (a.attributes.length > 0) {
    return `${name}(${a.attributes.map((x) => `${quoteName(x.name)}=${printValue(x.value)}`).join(', ')})`;
  }
  return a.value === null ? name : `${name}(${printValue(a.value)})`;
}

function printValue(value: AstAnnotationValue): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return printString(value);
  return value.kind === 'array' ? `{${value.items.map(printValue).join(', ')}}` : printAnnotation(value);
}
