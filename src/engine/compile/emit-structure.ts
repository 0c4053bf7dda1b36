/** `case`, array literals `{1, 2}`, and `new {a = 1}`. */
import type { CheckedExpression } from '../../model/checked.ts';
import { isTrue, nativelyComparable } from './emit-logic.ts';
import { quote } from './quote.ts';
import { bind, code } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

/** In `case x when y` null matches null (conformance fn-case-03). */
export function emitCase(e: Of<'case'>, scope: Scope): Code {
  const branches: string[] = [];
  let nullable = e.otherwise === null;
  const operand = e.operand === null ? null : bind(scope, scope.emit(e.operand, scope));
  e.whens.forEach((branch, i) => {
    const then = scope.emit(branch.then, scope);
    nullable ||= then.nullable;
    branches.push(`${caseTest(e, i, operand, scope)}?${then.js}:`);
  });
  const otherwise = e.otherwise === null ? code('null', true, true) : scope.emit(e.otherwise, scope);
  return code(`(${branches.join('')}${otherwise.js})`, nullable || otherwise.nullable);
}

function caseTest(e: Of<'case'>, i: number, operand: ReturnType<typeof bind> | null, scope: Scope): string {
  const when = e.whens[i]?.when;
  if (when === undefined) return 'false';
  if (operand === null || e.operand === null) return isTrue(when, scope);
  const subject = i === 0 ? operand.first : operand.again;
  const value = scope.emit(when, scope).js;
  const native = nativelyComparable(e.operand.type, when.type) || when.type.kind === 'null';
  return native ? `${subject}===${value}` : scope.call('equals', subject, value);
}

export function emitArray(e: Of<'array'>, scope: Scope): Code {
  return code(`[${e.items.map((item) => scope.emit(item, scope).js).join(',')}]`, false);
}

export function emitStruct(e: Of<'struct'>, scope: Scope): Code {
  const members = e.members.map((m) => `,[${quote(m.name)}]:${scope.emit(m.value, scope).js}`);
  return code(`({__proto__:null${members.join('')}})`, false);
}
