/** Expressions: every kind of node with its typing rule (Esper reference §9). Names are in check-chain.ts. */
import type { AstExpression } from '../model/ast.ts';
import type { CheckedExpression, CompareOp } from '../model/checked.ts';
import { unreachable } from '../model/errors.ts';
import { arrayOf, BOOLEAN, DOUBLE, isNumeric, NULL_TYPE, STRING, type ValueType } from '../model/value.ts';
import { checkChain } from './check-chain.ts';
import { renderExpression } from './render.ts';
import { type Context, fail } from './scope.ts';
import {
  areEquatable,
  areOrdered,
  commonType,
  describeType,
  isIntegral,
  namedType,
  numericType,
  widen,
} from './typing.ts';

const freeze = Object.freeze;

const PERIOD: ValueType = { kind: 'period' };

type Node<K extends AstExpression['kind']> = Extract<AstExpression, { kind: K }>;

export function checkExpression(e: AstExpression, context: Context): CheckedExpression {
  switch (e.kind) {
    case 'literal':
      return freeze({
        kind: 'literal',
        value: e.value,
        type: e.type === 'null' ? NULL_TYPE : namedType(e.type),
        nullable: e.value === null,
        ast: e,
      });
    case 'chain':
      return checkChain(e, context);
    case 'negate':
      return checkNegate(e, context);
    case 'not': {
      const operand = checkCondition(e.operand, context, "'not'");
      return freeze({ kind: 'not', operand, type: BOOLEAN, nullable: operand.nullable, ast: e });
    }
    case 'arithmetic':
      return checkArithmetic(e, context);
    case 'bitwise':
      return checkBitwise(e, context);
    case 'concat':
      return checkConcat(e, context);
    case 'compare':
      return checkCompare(e, context);
    case 'logical': {
      const operands = e.operands.map((o) => checkCondition(o, context, `'${e.op}'`));
      return freeze({
        kind: 'logical',
        op: e.op,
        operands: freeze(operands),
        type: BOOLEAN,
        nullable: operands.some((o) => o.nullable),
        ast: e,
      });
    }
    case 'between':
    case 'inRange':
      return checkBetween(e, context);
    case 'in':
      return checkIn(e, context);
    case 'like':
    case 'regexp':
      return checkPattern(e, context);
    case 'quantified':
      return checkQuantified(e, context);
    case 'case':
      return checkCase(e, context);
    case 'inSubquery':
    case 'quantifiedSubquery':
    case 'subquery':
    case 'exists':
      return checkSubqueryForm(e, context);
    case 'array':
      return checkArray(e, context);
    case 'struct': {
      const members = e.members.map((m) => freeze({ name: m.name, value: check(m.value, context) }));
      const type: ValueType = { kind: 'struct', members: members.map((m) => ({ name: m.name, type: m.value.type })) };
      return freeze({ kind: 'struct', members: freeze(members), type, nullable: false, ast: e });
    }
    case 'period': {
      const parts = e.parts.map((p) => freeze({ unit: p.unit, amount: numeric(check(p.amount, context)) }));
      return freeze({
        kind: 'period',
        parts: freeze(parts),
        type: PERIOD,
        nullable: parts.some((p) => p.amount.nullable),
        ast: e,
      });
    }
    case 'lambda':
    case 'wildcard':
    case 'named':
    case 'sortKey':
    case 'typeName':
    case 'cronStep':
    case 'cronRange':
    case 'cronList':
    case 'cronDay':
      return fail('WRONG_ARGUMENTS', 'this cannot stand here', e.position);
    default:
      return unreachable(e);
  }
}

function check(e: AstExpression, context: Context): CheckedExpression {
  return context.environment.check(e, context);
}

function numeric(value: CheckedExpression): CheckedExpression {
  if (!isNumeric(value.type) && value.type.kind !== 'null') {
    fail(
      'TYPE_MISMATCH',
      `a number is wanted, not ${describeType(value.type)}`,
      value.ast.position,
      castHint(value.type),
    );
  }
  return value;
}

function castHint(type: ValueType): string | undefined {
  return type.kind === 'object' ? 'cast it: cast(x, double)' : undefined;
}

/** An expression that must be true or false; `where` names who wants it. */
export function checkCondition(e: AstExpression, context: Context, where: string): CheckedExpression {
  const value = check(e, context);
  if (value.type.kind !== 'boolean' && value.type.kind !== 'null') {
    fail('TYPE_MISMATCH', `${where} wants true or false, not ${describeType(value.type)}`, e.position);
  }
  return value;
}

function checkNegate(e: Node<'negate'>, context: Context): CheckedExpression {
  const operand = numeric(check(e.operand, context));
  return freeze({ kind: 'negate', operand, type: operand.type, nullable: operand.nullable, ast: e });
}

function checkArithmetic(e: Node<'arithmetic'>, context: Context): CheckedExpression {
  const left = numeric(check(e.left, context));
  const right = numeric(check(e.right, context));
  let type: ValueType = DOUBLE;
  if (e.op !== '/') {
    if (isNumeric(left.type) && isNumeric(right.type)) type = numericType(widen(left.type.kind, right.type.kind));
    else type = isNumeric(left.type) ? left.type : right.type;
  }
  return freeze({ kind: 'arithmetic', op: e.op, left, right, type, nullable: left.nullable || right.nullable, ast: e });
}

function checkBitwise(e: Node<'bitwise'>, context: Context): CheckedExpression {
  const left = check(e.left, context);
  const right = check(e.right, context);
  const nullable = left.nullable || right.nullable;
  if (left.type.kind === 'boolean' && right.type.kind === 'boolean') {
    return freeze({ kind: 'bitwise', op: e.op, left, right, type: BOOLEAN, nullable, ast: e });
  }
  for (const side of [left, right]) {
    if (!isIntegral(side.type)) {
      fail(
        'TYPE_MISMATCH',
        `'${e.op}' wants whole numbers or booleans, not ${describeType(side.type)}`,
        side.ast.position,
      );
    }
  }
  const type = commonType(left.type, right.type) ?? left.type;
  return freeze({ kind: 'bitwise', op: e.op, left, right, type, nullable, ast: e });
}

function checkConcat(e: Node<'concat'>, context: Context): CheckedExpression {
  const operands = e.operands.map((o) => {
    const value = check(o, context);
    if (value.type.kind !== 'string') {
      fail(
        'TYPE_MISMATCH',
        `'||' joins strings, not ${describeType(value.type)}`,
        o.position,
        'cast it: cast(x, string)',
      );
    }
    return value;
  });
  return freeze({
    kind: 'concat',
    operands: freeze(operands),
    type: STRING,
    nullable: operands.some((o) => o.nullable),
    ast: e,
  });
}

function refuseComparison(op: string, left: CheckedExpression, right: CheckedExpression, ast: AstExpression): never {
  fail(
    'TYPE_MISMATCH',
    `'${op}' cannot compare ${described(left)} with ${described(right)}`,
    ast.position,
    comparisonHint(left, right),
  );
}

/** Longest text of an operand in a message. */
const MAX_SHOWN = 60;

/** The operand as written, and its type. */
function described({ ast, type }: CheckedExpression): string {
  const text = renderExpression(ast);
  return text.length > MAX_SHOWN ? describeType(type) : `${text} (${describeType(type)})`;
}

function comparisonHint(left: CheckedExpression, right: CheckedExpression): string | undefined {
  const sides = [left, right];
  const number = sides.find((s) => isNumeric(s.type));
  const text = sides.find((s) => s.type.kind === 'string');
  if (number === undefined || text === undefined) return undefined;
  if (number.kind === 'literal')
    return `write '${renderExpression(number.ast)}', or cast(${renderExpression(text.ast)}, double)`;
  return text.kind === 'literal' ? 'write a number' : `cast it: cast(${renderExpression(text.ast)}, double)`;
}

/** Checks the types of a comparison. */
export function requireComparable(
  op: CompareOp,
  left: CheckedExpression,
  right: CheckedExpression,
  ast: AstExpression,
): void {
  const fits =
    op === '=' || op === '!=' || op === 'is' || op === 'is not'
      ? areEquatable(left.type, right.type)
      : areOrdered(left.type, right.type);
  if (!fits) refuseComparison(op, left, right, ast);
}

function checkCompare(e: Node<'compare'>, context: Context): CheckedExpression {
  const left = check(e.left, context);
  const right = check(e.right, context);
  requireComparable(e.op, left, right, e);
  const nullable = e.op !== 'is' && e.op !== 'is not' && (left.nullable || right.nullable);
  return freeze({ kind: 'compare', op: e.op, left, right, type: BOOLEAN, nullable, ast: e });
}

/** Never null: with a null operand both forms are false (conformance between-01). */
function checkBetween(e: Node<'between' | 'inRange'>, context: Context): CheckedExpression {
  const value = check(e.value, context);
  const low = check(e.low, context);
  const high = check(e.high, context);
  for (const bound of [low, high])
    if (!areOrdered(value.type, bound.type))
      refuseComparison(e.not ? 'not between' : 'between', value, bound, bound.ast);
  const lowInclusive = e.kind === 'between' || e.lowInclusive;
  const highInclusive = e.kind === 'between' || e.highInclusive;
  return freeze({
    kind: 'between',
    not: e.not,
    value,
    low,
    high,
    lowInclusive,
    highInclusive,
    type: BOOLEAN,
    nullable: false,
    ast: e,
  });
}

function checkIn(e: Node<'in'>, context: Context): CheckedExpression {
  const value = check(e.value, context);
  const list = e.list.map((item) => checkMember(value, item, 'in', '=', context));
  const nullable = value.nullable || list.some((l) => l.nullable);
  return freeze({ kind: 'in', not: e.not, value, list: freeze(list), type: BOOLEAN, nullable, ast: e });
}

/** A member of a list: a value comparable with the left side, or an array (or map, by keys) of such. */
function checkMember(
  value: CheckedExpression,
  item: AstExpression,
  who: string,
  op: CompareOp,
  context: Context,
): CheckedExpression {
  const member = check(item, context);
  if (member.type.kind === 'map' || member.type.kind === 'object') return member;
  const type = member.type.kind === 'array' && value.type.kind !== 'array' ? member.type.of : member.type;
  const fits =
    op === '=' || op === '!=' || op === 'is' || op === 'is not'
      ? areEquatable(value.type, type)
      : areOrdered(value.type, type);
  if (!fits) refuseComparison(who, value, member, item);
  return member;
}

function checkQuantified(e: Node<'quantified'>, context: Context): CheckedExpression {
  const value = check(e.value, context);
  const list = e.list.map((item) => checkMember(value, item, e.op, e.op, context));
  return freeze({
    kind: 'quantified',
    op: e.op,
    quantifier: e.quantifier,
    value,
    list: freeze(list),
    type: BOOLEAN,
    nullable: true,
    ast: e,
  });
}

function checkPattern(e: Node<'like' | 'regexp'>, context: Context): CheckedExpression {
  const value = check(e.value, context);
  if (value.type.kind !== 'string' && !isNumeric(value.type) && value.type.kind !== 'null') {
    fail('TYPE_MISMATCH', `'${e.kind}' looks at strings or numbers, not ${describeType(value.type)}`, e.value.position);
  }
  const pattern = text(check(e.pattern, context), e.kind);
  if (e.kind === 'regexp') {
    return freeze({
      kind: 'regexp',
      not: e.not,
      value,
      pattern,
      type: BOOLEAN,
      nullable: value.nullable || pattern.nullable,
      ast: e,
    });
  }
  const escape = e.escape === null ? null : text(check(e.escape, context), 'escape');
  return freeze({
    kind: 'like',
    not: e.not,
    value,
    pattern,
    escape,
    type: BOOLEAN,
    nullable: value.nullable || pattern.nullable,
    ast: e,
  });
}

function text(value: CheckedExpression, who: string): CheckedExpression {
  if (value.type.kind !== 'string')
    fail('TYPE_MISMATCH', `'${who}' wants a string, not ${describeType(value.type)}`, value.ast.position);
  return value;
}

function checkCase(e: Node<'case'>, context: Context): CheckedExpression {
  const operand = e.operand === null ? null : check(e.operand, context);
  const whens = e.whens.map(({ when, then }) => {
    const condition = operand === null ? checkCondition(when, context, "'when'") : check(when, context);
    if (operand !== null) requireComparable('=', operand, condition, when);
    return freeze({ when: condition, then: check(then, context) });
  });
  const otherwise = e.otherwise === null ? null : check(e.otherwise, context);
  const results = [...whens.map((w) => w.then), ...(otherwise === null ? [] : [otherwise])];
  let type: ValueType = NULL_TYPE;
  for (const result of results) {
    const common = commonType(type, result.type);
    if (common === null) {
      return fail(
        'TYPE_MISMATCH',
        `the branches of case mix ${describeType(type)} with ${describeType(result.type)}`,
        result.ast.position,
      );
    }
    type = common;
  }
  const nullable = otherwise === null || results.some((r) => r.nullable);
  return freeze({ kind: 'case', operand, whens: freeze(whens), otherwise, type, nullable, ast: e });
}

function checkArray(e: Node<'array'>, context: Context): CheckedExpression {
  const items = e.items.map((item) => check(item, context));
  let of: ValueType = NULL_TYPE;
  for (const item of items) of = commonType(of, item.type) ?? { kind: 'object' };
  if (of.kind === 'null') of = { kind: 'object' };
  return freeze({ kind: 'array', items: freeze(items), type: arrayOf(of), nullable: false, ast: e });
}

// ---------------------------------------------------------------------------------------------- subqueries

function checkSubqueryForm(
  e: Node<'inSubquery' | 'quantifiedSubquery' | 'subquery' | 'exists'>,
  context: Context,
): CheckedExpression {
  const value = e.kind === 'inSubquery' || e.kind === 'quantifiedSubquery' ? check(e.value, context) : null;
  const { subquery, index, rowType } = context.environment.subselect(e.select, context);
  if (e.kind === 'subquery') {
    return freeze({
      kind: 'subquery',
      index,
      form: 'scalar',
      not: false,
      value: null,
      op: null,
      quantifier: null,
      type: rowType,
      nullable: true,
      ast: e,
    });
  }
  if (e.kind === 'exists') {
    return freeze({
      kind: 'subquery',
      index,
      form: 'exists',
      not: false,
      value: null,
      op: null,
      quantifier: null,
      type: BOOLEAN,
      nullable: false,
      ast: e,
    });
  }
  if (value === null) return fail('WRONG_ARGUMENTS', 'a value is missing', e.position);
  if (subquery.columns.length !== 1) {
    fail(
      'TYPE_MISMATCH',
      'the subquery must select one column',
      e.select.position,
      `it selects ${subquery.columns.length}`,
    );
  }
  const op: CompareOp = e.kind === 'inSubquery' ? '=' : e.op;
  const fits =
    op === '=' || op === '!=' || op === 'is' || op === 'is not'
      ? areEquatable(value.type, rowType)
      : areOrdered(value.type, rowType);
  if (!fits) {
    fail(
      'TYPE_MISMATCH',
      `cannot compare ${describeType(value.type)} with ${describeType(rowType)} of the subquery`,
      e.position,
    );
  }
  if (e.kind === 'inSubquery') {
    return freeze({
      kind: 'subquery',
      index,
      form: 'in',
      not: e.not,
      value,
      op: null,
      quantifier: null,
      type: BOOLEAN,
      nullable: true,
      ast: e,
    });
  }
  return freeze({
    kind: 'subquery',
    index,
    form: 'quantified',
    not: false,
    value,
    op,
    quantifier: e.quantifier,
    type: BOOLEAN,
    nullable: true,
    ast: e,
  });
}
