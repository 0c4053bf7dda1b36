/**
 * `prev`, `prevtail`, `prevcount`, `prevwindow`, `prior`: what the data window of a stream says about the row's event.
 * All forms of prev are null in rows of the remove stream; prior is kept for them (conformance prev-time-02, prior-01).
 */
import type { CheckedExpression } from '../../model/checked.ts';
import { unreachable } from '../../model/errors.ts';
import { lift } from './lift.ts';
import { bind, code, index } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

/** `value` evaluated with the event that `found` yields in the place of the row's. */
function ofEvent(stream: number, found: Code, value: CheckedExpression | null, scope: Scope): Code {
  if (value === null) return found;
  const { scope: inner, identifier } = scope.over(stream);
  const js = scope.emit(value, inner).js;
  return code(`((${identifier}=${found.js})===null?null:${js})`, true);
}

export function emitPrev(e: Of<'prev'>, scope: Scope): Code {
  const event = scope.event({ level: 0, stream: e.stream, tag: null });
  const access = `cx.window(${index(e.stream)})`;
  // without an index prev means the event before, prevtail the oldest (Esper doc 10.1.10, 10.1.12)
  const offset = e.offset === null ? code(e.form === 'prev' ? '1' : '0', false, true) : scope.emit(e.offset, scope);
  return code(`(cx.removing?null:${form(e, event, access, offset, scope).js})`, true);
}

function form(e: Of<'prev'>, event: Code, access: string, offset: Code, scope: Scope): Code {
  switch (e.form) {
    case 'prev':
    case 'prevtail': {
      const method = e.form === 'prev' ? 'previous' : 'previousFromTail';
      const found = lift(scope, [event, offset], (v, n) => `${access}.${method}(${v},${n})`, true);
      return ofEvent(e.stream, found, e.value, scope);
    }
    case 'prevcount':
      return lift(scope, [event], (v) => `${access}.count(${v})`, true);
    case 'prevwindow': {
      const events = lift(scope, [event], (v) => `${access}.events(${v})`, true);
      if (e.value === null) return events;
      const { scope: inner, identifier } = scope.overArrow(e.stream);
      const arrow = inner.arrow([identifier], scope.emit(e.value, inner).js);
      const bound = bind(scope, events);
      return code(`(${bound.first}===null?null:${bound.again}.map(${arrow}))`, true);
    }
    default:
      return unreachable(e.form);
  }
}

export function emitPrior(e: Of<'prior'>, scope: Scope): Code {
  const event = scope.event({ level: 0, stream: e.stream, tag: null });
  const offset = scope.emit(e.offset, scope);
  const found = lift(scope, [event, offset], (v, n) => `cx.window(${index(e.stream)}).prior(${v},${n})`, true);
  return ofEvent(e.stream, found, e.value, scope);
}
