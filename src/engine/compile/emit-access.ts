/** Reading: literals, properties, variables, and steps into nested values. */
import type { CheckedExpression, PathStep } from '../../model/checked.ts';
import { unreachable } from '../../model/errors.ts';
import { lift } from './lift.ts';
import { quote } from './quote.ts';
import { bind, code, index } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

/** Numbers and texts are parameters; null and booleans are source, as they steer the shape. */
export function emitLiteral(e: Of<'literal'>, scope: Scope): Code {
  const { value } = e;
  if (value === null || typeof value === 'boolean') return code(String(value), value === null, true);
  return code(
    scope.constant(e.type.kind === 'float' && typeof value === 'number' ? Math.fround(value) : value),
    false,
    true,
  );
}

export function emitEvent(e: Of<'event'>, scope: Scope): Code {
  const event = scope.event(e.ref);
  if (e.ref.tag === null) return event;
  return slot(scope, event, e.ref.tag, true);
}

/** A declared property: a field of the event. */
function slot(scope: Scope, event: Code, name: string, nullable: boolean): Code {
  const field = quote(`$${name}`);
  if (!event.nullable) return code(`${event.js}[${field}]`, nullable);
  return lift(scope, [event], (e) => `${e}[${field}]`, nullable);
}

export function emitProperty(e: Of<'property'>, scope: Scope): Code {
  const event = scope.event(e.ref);
  const [first, ...rest] = e.path;
  if (e.ref.tag !== null) {
    const tagged = slot(scope, event, e.ref.tag, true);
    if (first === undefined || first.kind !== 'name' || first.dynamic) return emitPath(scope, tagged, e.path);
    // declared: a field of the tag's event, though one of an older type of that name may lack it
    const field = quote(`$${first.name}`);
    const own = lift(scope, [tagged], (v) => `(${v}[${field}]??null)`, true);
    return emitPath(scope, own, rest);
  }
  if (first === undefined || first.kind !== 'name') return emitPath(scope, event, e.path);
  const read = first.dynamic
    ? lift(scope, [event], (v) => scope.call('property', v, quote(first.name)), true)
    : slot(scope, event, first.name, rest.length > 0 || e.nullable);
  return emitPath(scope, read, rest);
}

/** The value that `path` leads to; null where a step finds nothing. */
export function emitPath(scope: Scope, target: Code, path: readonly PathStep[]): Code {
  return path.reduce((value: Code, step) => emitStep(scope, value, step), target);
}

function emitStep(scope: Scope, target: Code, step: PathStep): Code {
  switch (step.kind) {
    case 'name':
      return code(scope.call('member', target.js, quote(step.name)), true);
    case 'key':
      return code(scope.call('member', target.js, quote(step.key)), true);
    case 'index':
      return code(scope.call('element', target.js, index(step.index)), true);
    default:
      return unreachable(step);
  }
}

export function emitVariable(e: Of<'variable'> | Of<'contextProperty'>, scope: Scope): Code {
  if (e.kind === 'contextProperty') return code(`cx.contextProperty(${scope.constant(e.path)})`, true);
  return emitPath(scope, code(`cx.variable(${quote(e.name)})`, true), e.path);
}

/** The row, or a column of it; null where there is no row of the key. */
export function emitTableAccess(e: Of<'tableAccess'>, scope: Scope): Code {
  if (e.listing === true) return code(`cx.tableKeys(${quote(e.table)})`, false);
  const keys = e.keys.map((k) => scope.emit(k, scope).js).join(',');
  const row = code(`cx.tableRow(${quote(e.table)},[${keys}])`, true);
  return e.column === null ? row : slot(scope, row, e.column, true);
}

export function emitAccess(e: Of<'access'>, scope: Scope): Code {
  const target = scope.emit(e.target, scope);
  const [first, ...rest] = e.path;
  if (e.target.type.kind !== 'event' || first?.kind !== 'name' || first.dynamic) return emitPath(scope, target, e.path);
  // the property is declared: a field, though an event of an older type of that name may lack it
  const field = quote(`$${first.name}`);
  return emitPath(
    scope,
    lift(scope, [target], (v) => `(${v}[${field}]??null)`, true),
    rest,
  );
}

/** `exists(p)`: whether the last step finds a member, be it null. What is not a property always exists. */
export function emitExists(operand: CheckedExpression, scope: Scope): Code {
  if (operand.kind !== 'property' && operand.kind !== 'access') return code('true', false);
  const last = operand.path.at(-1);
  if (last === undefined || (operand.kind === 'property' && operand.path.every((s) => !s.dynamic)))
    return code('true', false);
  const parents = operand.path.slice(0, -1);
  const owner = ownerOf(operand, scope);
  const parent = bind(scope, emitPath(scope, owner, parents));
  switch (last.kind) {
    case 'index':
      return code(scope.call('hasElement', parent.first, index(last.index)), false);
    case 'name':
      return code(scope.call('hasMember', parent.first, quote(last.name)), false);
    case 'key':
      return code(scope.call('hasMember', parent.first, quote(last.key)), false);
    default:
      return unreachable(last);
  }
}

function ownerOf(operand: Of<'property'> | Of<'access'>, scope: Scope): Code {
  if (operand.kind === 'access') return scope.emit(operand.target, scope);
  const event = scope.event(operand.ref);
  return operand.ref.tag === null ? event : slot(scope, event, operand.ref.tag, true);
}
