/** Data windows and derived-value windows: names, parameters and the types they make (Esper reference §14). */
import type { AstExpression, AstWindow } from '../model/ast.ts';
import type { CheckedExpression, WindowSpec } from '../model/checked.ts';
import { holdsRows, type EventType, type Property } from '../model/event-type.ts';
import { DOUBLE, isNumeric, LONG } from '../model/value.ts';
import { EXPR_WINDOW_BUILTINS } from './functions.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, fail, type SelectScope, type StreamScope } from './scope.ts';
import { describeType, isIntegral } from './typing.ts';

const freeze = Object.freeze;

/**
 * count: a whole number, constant or variable. period: seconds or a time period. stamp: a long read from the event.
 * value: any expression of the event. key: one that may be asc or desc. condition: true or false. number: numeric
 * expression of the event. option: a string or a reference point. flag: a boolean.
 */
type Parameter = 'count' | 'period' | 'stamp' | 'value' | 'key' | 'condition' | 'number' | 'option' | 'flag';

interface WindowInfo {
  readonly namespace: 'win' | 'std' | 'ext' | 'stat';
  readonly required: readonly Parameter[];
  readonly optional: readonly Parameter[];
  /** Kind of any number of further parameters; the first of them required if `some`. */
  readonly rest: Parameter | null;
  readonly some: boolean;
  readonly derived: boolean;
}

function window(
  namespace: WindowInfo['namespace'],
  required: readonly Parameter[],
  optional: readonly Parameter[] = [],
  rest: Parameter | null = null,
  some = false,
): WindowInfo {
  return { namespace, required, optional, rest, some, derived: namespace === 'stat' };
}

const WINDOWS: ReadonlyMap<string, WindowInfo> = new Map<string, WindowInfo>([
  ['length', window('win', ['count'])],
  ['length_batch', window('win', ['count'])],
  ['time', window('win', ['period'])],
  ['time_batch', window('win', ['period'], ['option', 'option'])],
  ['time_length_batch', window('win', ['period', 'count'], ['option'])],
  ['time_accum', window('win', ['period'])],
  ['ext_timed', window('win', ['stamp', 'period'])],
  ['ext_timed_batch', window('win', ['stamp', 'period'], ['option'])],
  ['keepall', window('win', [])],
  ['firstlength', window('win', ['count'])],
  ['firsttime', window('win', ['period'])],
  ['expr', window('win', ['condition'])],
  ['expr_batch', window('win', ['condition'], ['flag'])],
  ['unique', window('std', [], [], 'value', true)],
  ['firstunique', window('std', [], [], 'value', true)],
  ['lastevent', window('std', [])],
  ['firstevent', window('std', [])],
  ['groupwin', window('std', [], [], 'value', true)],
  ['merge', window('std', [], [], 'value', true)],
  ['size', { ...window('std', [], [], 'value'), derived: true }],
  ['sort', window('ext', ['count'], [], 'key', true)],
  ['rank', window('ext', ['value'], [], 'key', true)],
  ['time_order', window('ext', ['stamp', 'period'])],
  ['timetolive', window('ext', ['stamp'])],
  ['uni', window('stat', ['number'], [], 'value')],
  ['linest', window('stat', ['number', 'number'], [], 'value')],
  ['correl', window('stat', ['number', 'number'], [], 'value')],
  ['weighted_avg', window('stat', ['number', 'number'], [], 'value')],
]);

const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['externally_timed', 'ext_timed'],
  ['externally_timed_batch', 'ext_timed_batch'],
  ['groupby', 'groupwin'],
]);

/** The name in the new spelling, in lower case. */
export function windowName(ast: AstWindow): string {
  const written = ast.name.toLowerCase();
  return OTHER_NAMES.get(written) ?? written;
}

/** False for derived-value windows, groupwin and merge. */
export function isDataWindow(name: string): boolean {
  const info = WINDOWS.get(name);
  return info !== undefined && !info.derived && name !== 'groupwin' && name !== 'merge';
}

function whatHolds(type: EventType): string {
  return type.kind === 'table' ? 'table' : 'named window';
}

export interface CheckedWindows {
  readonly windows: readonly WindowSpec[];
  /** Type behind derived-value windows; the stream's own if there is none. */
  readonly type: EventType;
}

/** Checks the windows of the stream that `context.only` names. */
export function checkWindows(windows: readonly AstWindow[], stream: StreamScope, context: Context): CheckedWindows {
  let type = stream.type;
  let keys: readonly AstExpression[] = [];
  const specs: WindowSpec[] = [];
  for (const ast of windows) {
    const name = windowName(ast);
    const info = WINDOWS.get(name);
    if (info === undefined || (ast.namespace !== null && ast.namespace.toLowerCase() !== info.namespace)) {
      return unknownWindow(ast, info);
    }
    if (holdsRows(stream.type) && (!info.derived || stream.type.kind === 'table')) {
      const what = stream.type.kind === 'view' ? 'has its content dictated' : `is a ${whatHolds(stream.type)}`;
      fail(
        'INVALID_STATEMENT',
        `'${stream.typeName}' ${what} and takes no data window`,
        ast.position,
        'leave the window out',
      );
    }
    const scope: SelectScope = { ...context.scope, aggregates: [], aggregateIndexes: new Map() };
    const inner: Context = { ...context, scope };
    const args = checkParameters(name, info, ast, { ...inner, scope: withType(scope, stream, type) });
    specs.push(freeze({ name, args: freeze(args), aggregates: freeze(scope.aggregates), position: ast.position }));
    if (name === 'groupwin') keys = ast.args;
    if (name === 'merge') keys = [];
    if (info.derived) type = derivedType(name, type, [...ast.args.slice(info.required.length), ...keys], ast, context);
  }
  return { windows: freeze(specs), type };
}

/** A window behind a derived-value window sees the derived properties. */
function withType(scope: SelectScope, stream: StreamScope, type: EventType): SelectScope {
  if (type === stream.type) return scope;
  return { ...scope, streams: scope.streams.map((s) => (s.index === stream.index ? { ...s, type } : s)) };
}

function unknownWindow(ast: AstWindow, info: WindowInfo | undefined): never {
  const written = ast.namespace === null ? `#${ast.name}` : `.${ast.namespace}:${ast.name}`;
  const hint =
    info === undefined
      ? didYouMeanHint(ast.name, WINDOWS.keys())
      : `write .${info.namespace}:${ast.name} or #${ast.name}`;
  fail('UNKNOWN_WINDOW', `unknown data window '${written}'`, ast.position, hint);
}

function checkParameters(
  name: string,
  info: WindowInfo,
  ast: AstWindow,
  context: Context,
): readonly CheckedExpression[] {
  const { required, optional, rest, some } = info;
  const least = required.length + (some ? 1 : 0);
  const most = rest === null ? required.length + optional.length : Number.POSITIVE_INFINITY;
  if (ast.args.length < least || ast.args.length > most) {
    const wanted = [...required, ...(some && rest !== null ? [rest] : [])].join(', ');
    fail(
      'WRONG_ARGUMENTS',
      `the data window '${ast.name}' does not take ${ast.args.length} parameter(s)`,
      ast.position,
      `it takes (${wanted})`,
    );
  }
  const kinds = [...required, ...optional];
  const counted = name === 'rank' ? rankCount(ast, context) : -1;
  return ast.args
    .filter((arg) => !(info.derived && arg.kind === 'wildcard'))
    .map((arg, i) =>
      checkParameter(
        i === counted ? 'count' : i < counted ? 'value' : (kinds[i] ?? rest ?? 'value'),
        name,
        arg,
        context,
      ),
    );
}

/** `rank(key, …, 3, criteria …)`: the first constant or variable is the number of rows. */
function rankCount(ast: AstWindow, context: Context): number {
  const index = ast.args.findIndex((arg) => {
    if (arg.kind === 'literal') return true;
    const [step] = arg.kind === 'chain' && arg.steps.length === 1 ? arg.steps : [];
    return step?.kind === 'name' && context.environment.catalog.variable(step.name) !== undefined;
  });
  if (index < 1 || index === ast.args.length - 1) {
    fail(
      'WRONG_ARGUMENTS',
      'rank wants keys, a number of rows and criteria',
      ast.position,
      'write #rank(host, 3, value desc)',
    );
  }
  return index;
}

function checkParameter(kind: Parameter, name: string, arg: AstExpression, context: Context): CheckedExpression {
  if (kind === 'key' && arg.kind === 'sortKey') {
    // The engine reads the direction from the tree.
    return freeze({ ...context.environment.check(arg.value, context), ast: arg });
  }
  const seen = contextOf(kind, name, context);
  const value = context.environment.check(arg, seen);
  requireKind(kind, name, value);
  return value;
}

/** Parameters read once, when the window is made, see variables and no event. */
const CONSTANT: ReadonlySet<Parameter> = new Set<Parameter>(['count', 'period', 'option', 'flag']);

function contextOf(kind: Parameter, name: string, context: Context): Context {
  if (kind === 'condition') return { ...context, builtins: EXPR_WINDOW_BUILTINS, noAggregates: null };
  const noAggregates = `in the parameters of '${name}'`;
  return CONSTANT.has(kind)
    ? { ...context, scope: { ...context.scope, streams: [] }, noAggregates }
    : { ...context, noAggregates };
}

function requireKind(kind: Parameter, name: string, value: CheckedExpression): void {
  const { type } = value;
  const wrong = (wanted: string): never =>
    fail('TYPE_MISMATCH', `the data window '${name}' wants ${wanted}, not ${describeType(type)}`, value.ast.position);
  switch (kind) {
    case 'count':
      if (!isIntegral(type)) wrong('a whole number');
      if (value.kind === 'literal' && typeof value.value === 'number' && value.value <= 0) {
        fail('WRONG_ARGUMENTS', `the data window '${name}' wants a number above 0`, value.ast.position);
      }
      return;
    case 'period':
      if (type.kind !== 'period' && !isNumeric(type)) wrong('a time period');
      return;
    case 'stamp':
    case 'number':
      if (!isNumeric(type)) wrong('a number');
      return;
    case 'condition':
    case 'flag':
      if (type.kind !== 'boolean') wrong('true or false');
      return;
    case 'option':
      if (type.kind !== 'string' && !isIntegral(type)) wrong('options or a reference point');
      if (value.kind === 'literal' && typeof value.value === 'string') requireOptions(name, value.value, value);
      return;
    case 'value':
    case 'key':
      return;
  }
}

function requireOptions(name: string, text: string, value: CheckedExpression): void {
  for (const word of text.split(',')) {
    const option = word.trim().toUpperCase();
    if (option !== 'FORCE_UPDATE' && option !== 'START_EAGER') {
      fail(
        'WRONG_ARGUMENTS',
        `the data window '${name}' has no option '${word.trim()}'`,
        value.ast.position,
        'FORCE_UPDATE and START_EAGER are known',
      );
    }
  }
}

const UNIVARIATE = ['total', 'average', 'variance', 'stddev', 'stddevpa'];
const REGRESSION = [
  'slope',
  'YIntercept',
  'XAverage',
  'XStandardDeviationPop',
  'XStandardDeviationSample',
  'XSum',
  'XVariance',
  'YAverage',
  'YStandardDeviationPop',
  'YStandardDeviationSample',
  'YSum',
  'YVariance',
];
const REGRESSION_SUMS = ['sumX', 'sumXSq', 'sumXY', 'sumY', 'sumYSq'];

function doubles(names: readonly string[]): Property[] {
  return names.map((name) => ({ name, type: DOUBLE }));
}

function ownProperties(name: string): Property[] {
  switch (name) {
    case 'uni':
      return [{ name: 'datapoints', type: LONG }, ...doubles(UNIVARIATE)];
    case 'linest':
      return [
        ...doubles(REGRESSION),
        { name: 'dataPoints', type: LONG },
        { name: 'n', type: LONG },
        ...doubles(REGRESSION_SUMS),
      ];
    case 'correl':
      return doubles(['correlation']);
    case 'weighted_avg':
      return doubles(['average']);
    default:
      return [{ name: 'size', type: LONG }];
  }
}

/** Own properties, then those that further parameters and the keys of groupwin name: `#size(host)`, `#uni(x, *)`. */
function derivedType(
  name: string,
  from: EventType,
  further: readonly AstExpression[],
  ast: AstWindow,
  context: Context,
): EventType {
  const properties = ownProperties(name);
  for (const arg of further) {
    if (arg.kind === 'wildcard') {
      properties.push(...from.properties.filter((p) => !properties.some((q) => q.name === p.name)));
      continue;
    }
    const [step] = arg.kind === 'chain' && arg.target === null ? arg.steps.slice(-1) : [];
    const property = step?.kind === 'name' ? from.properties.find((p) => p.name === step.name) : undefined;
    if (property === undefined) {
      fail('WRONG_ARGUMENTS', `further parameters of '${ast.name}' are properties`, arg.position);
    }
    properties.push(property);
  }
  const type: EventType = { name: `${from.name}#${name}`, supertypes: [], properties };
  context.environment.anonymous.set(type.name, type);
  return type;
}
