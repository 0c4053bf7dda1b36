/** Date-time, interval and enumeration methods: `target.name(args)`. Which family is decided by the name. */
import type { CheckedExpression } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';
import { isDateTimeMethod } from '../functions/date-time.ts';
import { isIntervalMethod } from '../functions/interval.ts';
import type { HelperName } from './helpers.ts';
import { lift } from './lift.ts';
import { quote } from './quote.ts';
import { code, notSupported } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

/** What stands before the arguments of the helper: a sign, or the static kind of a value. */
type Extra = 'none' | 'ascending' | 'descending' | 'ownKind' | 'keyKind';

interface Form {
  readonly helper: HelperName;
  readonly extra: Extra;
}

function form(helper: HelperName, extra: Extra = 'none'): Form {
  return { helper, extra };
}

const ENUMERATION: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['where', form('where')],
  ['anyof', form('anyOf')],
  ['allof', form('allOf')],
  ['countof', form('countOf')],
  ['firstof', form('firstOf')],
  ['lastof', form('lastOf')],
  ['selectfrom', form('selectFrom')],
  ['arrayof', form('arrayOf')],
  ['take', form('take')],
  ['takelast', form('takeLast')],
  ['takewhile', form('takeWhile')],
  ['takewhilelast', form('takeWhileLast')],
  ['reverse', form('reverse')],
  ['orderby', form('orderBy', 'ascending')],
  ['orderbydesc', form('orderBy', 'descending')],
  ['distinctof', form('distinctOf')],
  ['union', form('union')],
  ['intersect', form('intersect')],
  ['except', form('except')],
  ['sequenceequal', form('sequenceEqual')],
  ['sumof', form('sumOf', 'ownKind')],
  ['average', form('average')],
  ['max', form('extremeOf', 'ascending')],
  ['min', form('extremeOf', 'descending')],
  ['maxby', form('extremeBy', 'ascending')],
  ['minby', form('extremeBy', 'descending')],
  ['mostfrequent', form('frequentOf', 'ascending')],
  ['leastfrequent', form('frequentOf', 'descending')],
  ['aggregate', form('fold')],
  ['tomap', form('toMap', 'keyKind')],
  ['groupby', form('groupBy', 'keyKind')],
]);

/** Methods of the aggregation column `countMinSketch`. */
const SKETCH: ReadonlyMap<string, HelperName> = new Map<string, HelperName>([
  ['countminsketchfrequency', 'sketchFrequency'],
  ['countminsketchtopk', 'sketchTopk'],
]);

export function emitMethod(e: Of<'method'>, scope: Scope): Code {
  const name = e.name.toLowerCase();
  const sketch = SKETCH.get(name);
  if (sketch !== undefined)
    return code(scope.call(sketch, ...[e.target, ...e.args].map((a) => scope.emit(a, scope).js)), true);
  const enumeration = ENUMERATION.get(name);
  if (enumeration !== undefined) return emitEnumeration(e, enumeration, scope);
  if (isIntervalMethod(name)) return emitInterval(e, name, scope);
  if (isDateTimeMethod(name)) return emitDateTime(e, name, scope);
  throw notSupported(e, `the method '${e.name}'`);
}

function emitEnumeration(e: Of<'method'>, { helper, extra }: Form, scope: Scope): Code {
  const args = e.args.map((a) => (a.kind === 'lambda' ? emitLambda(a, scope) : scope.emit(a, scope).js));
  const before = extraArgument(e, extra);
  return code(scope.call(helper, scope.emit(e.target, scope).js, ...before, ...args), true);
}

function extraArgument(e: Of<'method'>, extra: Extra): readonly string[] {
  switch (extra) {
    case 'none':
      return [];
    case 'ascending':
      return ['1'];
    case 'descending':
      return ['-1'];
    case 'ownKind':
      return [quote(e.type.kind)];
    case 'keyKind': {
      const [key] = e.args;
      return [quote(key?.kind === 'lambda' ? key.body.type.kind : 'object')];
    }
  }
}

function emitLambda(e: Of<'lambda'>, scope: Scope): string {
  const { scope: inner, identifiers } = scope.lambda(e.parameters);
  const { js } = inner.emit(e.body, inner);
  return inner.arrow(identifiers, js);
}

/** A span: a period, or a number of milliseconds. */
function emitSpan(e: CheckedExpression, scope: Scope): Code {
  return e.kind === 'period' ? emitPeriod(e, scope) : scope.emit(e, scope);
}

/** A {@link Period} of functions/period.ts; null if an amount is. */
export function emitPeriod(e: Of<'period'>, scope: Scope): Code {
  const units = scope.constant(e.parts.map((p) => p.unit));
  const amounts = e.parts.map((p) => scope.emit(p.amount, scope));
  return lift(scope, amounts, (...names) => scope.call('periodOf', units, `[${names.join(',')}]`));
}

/** A period where a value is wanted: its length in seconds, a month counting 30 days (Esper's TimePeriodAdder). */
export function emitSeconds(e: Of<'period'>, scope: Scope): Code {
  return lift(scope, [emitPeriod(e, scope)], (p = '') => scope.call('secondsOf', p));
}

/** Null among their arguments leaves a part as it is; everywhere else null makes null. */
const NULL_ARGUMENTS: ReadonlySet<string> = new Set(['withdate', 'withtime']);

function emitDateTime(e: Of<'method'>, name: string, scope: Scope): Code {
  const target = scope.emit(e.target, scope);
  const args = e.args.map((a) => emitSpan(a, scope));
  const apply = (t: string, rest: readonly string[]): string =>
    scope.call('applyDateTime', quote(name), t, `[${rest.join(',')}]`);
  if (NULL_ARGUMENTS.has(name)) {
    return lift(
      scope,
      [target],
      (t = '') =>
        apply(
          t,
          args.map((a) => a.js),
        ),
      true,
    );
  }
  return lift(scope, [target, ...args], (t = '', ...rest) => apply(t, rest), true);
}

function emitInterval(e: Of<'method'>, name: string, scope: Scope): Code {
  const [other, ...thresholds] = e.args;
  if (other === undefined) {
    throw new CodedError('WRONG_ARGUMENTS', `'${e.name}' needs a time or an event to compare with`, {
      position: e.ast.position,
    });
  }
  const sides = [scope.emit(e.target, scope), scope.emit(other, scope)];
  const spans = thresholds.map((t) => emitSpan(t, scope));
  return lift(
    scope,
    [...sides, ...spans],
    (left = '', right = '', ...rest) => scope.call('applyInterval', quote(name), left, right, `[${rest.join(',')}]`),
    true,
  );
}
