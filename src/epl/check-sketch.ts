/**
 * countMinSketch: the column of a table that holds one, what `into table` adds to it, and the methods that ask it
 * (Esper reference, "Approximation aggregation functions").
 */
import type { AstChain, AstExpression, AstStep } from '../model/ast.ts';
import type { CheckedExpression } from '../model/checked.ts';
import { SKETCH_MEMBER, SKETCH_TYPE, type SketchShape, type TableAggregate } from '../model/event-type.ts';
import { arrayOf, LONG, STRING, type ValueType } from '../model/value.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, fail } from './scope.ts';
import { describeType } from './typing.ts';

const freeze = Object.freeze;

type CallStep = Extract<AstStep, { kind: 'call' }>;

/** Name of the aggregation that fills the column; columns are known by it as well. */
export const SKETCH_ADD = 'countminsketchadd';

/** Esper's defaults. */
const EPS_OF_TOTAL_COUNT = 0.0001;
const CONFIDENCE = 0.99;
const SEED = 1_234_567;

/** Counters of one sketch, 8 bytes each: room for Esper's own example (epsOfTotalCount 0.000002, confidence 0.999). */
export const MAX_SKETCH_COUNTERS = 2 ** 24;

/** Most frequent values that a sketch knows: each addition may look at all of them. */
export const MAX_TOPK = 1000;

const PARAMETERS = ['epsOfTotalCount', 'confidence', 'seed', 'topk', 'agent'] as const;

/** The one kind of values: strings by their UTF-16 units. Esper has it by the name of a class. */
const STRING_AGENT = /(?:^|\.)CountMinSketchAgentStringUTF16(?:Forge)?$/;

/** @throws CodedError WRONG_ARGUMENTS, NOT_SUPPORTED, LIMIT_EXCEEDED */
export function checkSketchColumn(column: string, step: CallStep): TableAggregate {
  const given = new Map<string, AstExpression>();
  for (const arg of step.args) {
    const [value, more] = arg.kind === 'named' ? arg.values : [];
    if (step.distinct || arg.kind !== 'named' || value === undefined || more !== undefined) {
      return fail(
        'WRONG_ARGUMENTS',
        'countMinSketch takes named parameters',
        arg.position,
        'write countMinSketch({topk: 10})',
      );
    }
    const name = PARAMETERS.find((p) => p.toLowerCase() === arg.name.toLowerCase());
    if (name === undefined) {
      const hint = didYouMeanHint(arg.name, PARAMETERS) ?? `there is ${PARAMETERS.join(', ')}`;
      return fail('WRONG_ARGUMENTS', `countMinSketch has no parameter '${arg.name}'`, arg.position, hint);
    }
    if (given.has(name)) fail('WRONG_ARGUMENTS', `'${name}' is given twice`, arg.position);
    given.set(name, value);
  }
  requireStringAgent(given.get('agent'));
  const eps = fraction('epsOfTotalCount', given, EPS_OF_TOTAL_COUNT);
  const confidence = fraction('confidence', given, CONFIDENCE);
  const sketch: SketchShape = freeze({
    width: Math.ceil(2 / eps),
    depth: Math.ceil(-Math.log(1 - confidence) / Math.LN2),
    seed: whole('seed', given, SEED),
    topk: whole('topk', given, 0, MAX_TOPK),
  });
  const counters = sketch.width * sketch.depth;
  if (counters > MAX_SKETCH_COUNTERS) {
    fail(
      'LIMIT_EXCEEDED',
      `the sketch has ${counters} counters (${sketch.width} for epsOfTotalCount, ${sketch.depth} times for confidence), at most ${MAX_SKETCH_COUNTERS} may be`,
      step.position,
      'give a greater epsOfTotalCount or a lower confidence',
    );
  }
  const args = freeze([freeze({ type: STRING, property: null, descending: false })]);
  return freeze({ column, name: SKETCH_ADD, distinct: false, wildcard: false, args, type: SKETCH_TYPE, sketch });
}

function requireStringAgent(agent: AstExpression | undefined): void {
  if (agent === undefined || (agent.kind === 'literal' && STRING_AGENT.test(String(agent.value)))) return;
  fail('NOT_SUPPORTED', 'an agent other than the one for strings cannot be used', agent.position, 'leave agent out');
}

function number(name: string, given: ReadonlyMap<string, AstExpression>, otherwise: number): number {
  const value = given.get(name);
  if (value === undefined) return otherwise;
  if (value.kind === 'literal' && typeof value.value === 'number') return value.value;
  return fail('WRONG_ARGUMENTS', `'${name}' is a number that is written out`, value.position);
}

function fraction(name: string, given: ReadonlyMap<string, AstExpression>, otherwise: number): number {
  const value = number(name, given, otherwise);
  const at = given.get(name);
  if (at !== undefined && !(value > 0 && value < 1))
    fail('WRONG_ARGUMENTS', `'${name}' is a number between 0 and 1, not ${value}`, at.position);
  return value;
}

function whole(name: string, given: ReadonlyMap<string, AstExpression>, otherwise: number, most = 2 ** 31 - 1): number {
  const value = number(name, given, otherwise);
  const at = given.get(name);
  if (at !== undefined && !(Number.isInteger(value) && value >= 0 && value <= most))
    fail('WRONG_ARGUMENTS', `'${name}' is a whole number up to ${most}, not ${value}`, at.position);
  return value;
}

/** Type of `countMinSketchAdd(x)`, which stands in `into table` alone. */
export function sketchResult(value: CheckedExpression | undefined, context: Context, step: CallStep): ValueType {
  if (context.environment.intoTable !== true || context.scope.parent !== null) {
    fail(
      'INVALID_STATEMENT',
      'countMinSketchAdd fills a column of a table and stands nowhere else',
      step.position,
      'write into table T select countMinSketchAdd(x) as c from …, where the table has a column c countMinSketch()',
    );
  }
  if (step.distinct) fail('WRONG_ARGUMENTS', 'countMinSketchAdd takes no distinct', step.position);
  if (value !== undefined && value.type.kind !== 'string') {
    fail(
      'TYPE_MISMATCH',
      `countMinSketchAdd counts strings, not ${describeType(value.type)}`,
      value.ast.position,
      'cast it: cast(x, string)',
    );
  }
  return SKETCH_TYPE;
}

const TOPK_ROWS: ValueType = freeze(
  arrayOf(
    freeze({
      kind: 'struct',
      members: freeze([freeze({ name: 'frequency', type: LONG }), freeze({ name: 'value', type: STRING })]),
    }),
  ),
);

export function isSketchMethod(name: string): boolean {
  return name === 'countminsketchfrequency' || name === 'countminsketchtopk';
}

/** `T.words.countMinSketchFrequency(x)`, `words.countMinSketchTopk()`. */
export function checkSketchMethod(
  target: CheckedExpression,
  step: CallStep,
  ast: AstChain,
  context: Context,
): CheckedExpression {
  const { type } = target;
  if (type.kind !== 'struct' || type.members[0]?.name !== SKETCH_MEMBER) {
    fail(
      'TYPE_MISMATCH',
      `${step.name} is a method of count-min sketches, not of ${describeType(type)}`,
      step.position,
      'ask a column of a table that is declared as countMinSketch()',
    );
  }
  const name = step.name.toLowerCase();
  const wanted = name === 'countminsketchfrequency' ? 1 : 0;
  if (step.args.length !== wanted || step.distinct)
    fail(
      'WRONG_ARGUMENTS',
      `${step.name} does not take ${step.args.length} argument(s)`,
      step.position,
      `it takes ${wanted}`,
    );
  const args = step.args.map((a) => context.environment.check(a, context));
  const [text] = args;
  if (text !== undefined && text.type.kind !== 'string' && text.type.kind !== 'null') {
    fail(
      'TYPE_MISMATCH',
      `the sketch counts strings, not ${describeType(text.type)}`,
      text.ast.position,
      'cast it: cast(x, string)',
    );
  }
  return freeze({
    kind: 'method',
    target,
    name,
    args: freeze(args),
    type: wanted === 1 ? LONG : TOPK_ROWS,
    nullable: true,
    ast,
  });
}
