/** `||`, `like`, `regexp`: both match the whole text. Constant patterns are compiled with the statement. */
import type { CheckedExpression } from '../../model/checked.ts';
import { dynamicRegexp, regexpMatcher } from '../functions/regexp.ts';
import { likeMatcher } from '../functions/text.ts';
import { lift } from './lift.ts';
import { quote } from './quote.ts';
import { code } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

export function emitConcat(e: Of<'concat'>, scope: Scope): Code {
  return lift(
    scope,
    e.operands.map((o) => scope.emit(o, scope)),
    (...names) => `(${names.join('+')})`,
  );
}

/** Numbers on the left are matched as Java prints them. */
function subject(e: CheckedExpression, scope: Scope, name: string): string {
  return e.type.kind === 'string' ? name : scope.call('textOf', name, quote(e.type.kind));
}

export function emitLike(e: Of<'like'>, scope: Scope): Code {
  const sign = e.not ? '!' : '';
  const value = scope.emit(e.value, scope);
  const escape = e.escape?.kind === 'literal' ? e.escape.value : null;
  const constantEscape = e.escape === null || typeof escape === 'string';
  if (e.pattern.kind === 'literal' && typeof e.pattern.value === 'string' && constantEscape) {
    const matcher = scope.constant(likeMatcher(e.pattern.value, typeof escape === 'string' ? escape : null));
    return lift(scope, [value], (v = '') => `${sign}${matcher}(${subject(e.value, scope, v)})`);
  }
  const operands = [
    value,
    scope.emit(e.pattern, scope),
    e.escape === null ? code('""', false, true) : scope.emit(e.escape, scope),
  ];
  return lift(scope, operands, (v = '', p = '', x = '') => sign + scope.call('like', subject(e.value, scope, v), p, x));
}

export function emitRegexp(e: Of<'regexp'>, scope: Scope): Code {
  const sign = e.not ? '!' : '';
  const value = scope.emit(e.value, scope);
  if (e.pattern.kind === 'literal' && typeof e.pattern.value === 'string') {
    const matcher = scope.constant(regexpMatcher(e.pattern.value, e.pattern.ast.position));
    return lift(scope, [value], (v = '') => `${sign}${matcher}(${subject(e.value, scope, v)})`);
  }
  const matcher = scope.constant(dynamicRegexp());
  const operands = [value, scope.emit(e.pattern, scope)];
  return lift(scope, operands, (v = '', p = '') => `${sign}${matcher}(${subject(e.value, scope, v)},${p})`);
}
