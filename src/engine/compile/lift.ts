/** Null in, null out: the form of nearly every operator, with checks only where the static type says that null can occur. */
import { bind, code } from './scope.ts';
import type { Code, Scope } from './scope.ts';

/** `build` of the operands, or null if any of them is. Operands are evaluated once, from left to right. */
export function lift(
  scope: Scope,
  operands: readonly Code[],
  build: (...names: readonly string[]) => string,
  resultNullable = false,
): Code {
  const { checks, names } = nullChecks(scope, operands, '===null');
  const body = build(...names);
  if (checks.length === 0) return code(body, resultNullable);
  return code(`(${checks.join('||')}?null:${body})`, true);
}

/** As {@link lift} for a JavaScript condition that is false where an operand is null. */
export function liftCondition(
  scope: Scope,
  operands: readonly Code[],
  build: (...names: readonly string[]) => string,
): string {
  const { checks, names } = nullChecks(scope, operands, '!==null');
  return `(${[...checks, build(...names)].join('&&')})`;
}

function nullChecks(
  scope: Scope,
  operands: readonly Code[],
  test: '===null' | '!==null',
): { readonly checks: readonly string[]; readonly names: readonly string[] } {
  const checks: string[] = [];
  const names = operands.map((operand) => {
    if (!operand.nullable) return operand.js;
    const bound = bind(scope, operand);
    checks.push(`${bound.first}${test}`);
    return bound.again;
  });
  return { checks, names };
}
