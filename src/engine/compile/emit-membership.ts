/** `in (list)` and `op any|all (list)`: members that are arrays stand for their elements. */
import type { CheckedExpression } from '../../model/checked.ts';
import { nativelyComparable } from './emit-logic.ts';
import { lift } from './lift.ts';
import { bind, code } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

/** From this many constant members on a set beats a chain of comparisons. */
const SET_FROM = 9;

function mayBeList(e: CheckedExpression): boolean {
  return e.type.kind === 'array' || e.type.kind === 'object' || e.type.kind === 'map';
}

/** JavaScript array of the members, arrays spread. */
function members(list: readonly CheckedExpression[], scope: Scope): string {
  const items = `[${list.map((item) => scope.emit(item, scope).js).join(',')}]`;
  if (!list.some(mayBeList)) return items;
  return scope.call('spread', items, scope.constant(list.map((item) => item.type.kind === 'array')));
}

export function emitIn(e: Of<'in'>, scope: Scope): Code {
  const value = scope.emit(e.value, scope);
  const sign = e.not ? '!' : '';
  const native = e.list.every((item) => nativelyComparable(e.value.type, item.type));
  if (native && e.list.length > 0) {
    const set = constantSet(e.list);
    if (set !== null) return lift(scope, [value], (v) => `${sign}${scope.constant(set)}.has(${v})`);
    const items = e.list.map((item) => scope.emit(item, scope));
    if (items.every((item) => !item.nullable)) {
      const bound = bind(scope, value);
      const chain = items.map((item, i) => `${i === 0 && !value.nullable ? bound.first : bound.again}===${item.js}`);
      const test = `${sign}(${chain.join('||')})`;
      return value.nullable ? code(`(${bound.first}===null?null:${test})`, true) : code(test, false);
    }
  }
  const found = code(scope.call('inList', value.js, members(e.list, scope)), true);
  return e.not ? lift(scope, [found], (f) => `!${f}`) : found;
}

function constantSet(list: readonly CheckedExpression[]): ReadonlySet<unknown> | null {
  if (list.length < SET_FROM) return null;
  const set = new Set<unknown>();
  for (const item of list) {
    if (item.kind !== 'literal' || item.value === null) return null;
    set.add(item.value);
  }
  return set;
}

export function emitQuantified(e: Of<'quantified'>, scope: Scope): Code {
  const value = scope.emit(e.value, scope);
  const list = members(e.list, scope);
  return code(scope.call('quantified', scope.constant(e.op), scope.constant(e.quantifier), value.js, list), true);
}
