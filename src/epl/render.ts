/**
 * The text by which Esper names a column without an alias (conformance column-names-01, select-unnamed-01): no blanks
 * around operators, strings in double quotes, `-x` as `-1*x`, aggregations within arithmetic in parentheses.
 *
 * It also serves as the canonical text by which equal expressions are found.
 */
import type { AstExpression, AstSelect, AstStep } from '../model/ast.ts';
import { unreachable } from '../model/errors.ts';
import { isAggregation } from './functions.ts';

/** Binding strength as in Esper's ExpressionPrecedence: a child that binds less is put in parentheses. */
function strength(e: AstExpression): number {
  switch (e.kind) {
    case 'logical':
      return e.op === 'or' ? 1 : 2;
    case 'not':
      return 3;
    case 'bitwise':
      return 4;
    case 'compare':
    case 'quantified':
    case 'quantifiedSubquery':
      return e.op === '=' || e.op === '!=' || e.op === 'is' || e.op === 'is not' ? 5 : 6;
    case 'between':
    case 'in':
    case 'inRange':
    case 'inSubquery':
    case 'like':
    case 'regexp':
      return 6;
    case 'concat':
      return 7;
    case 'arithmetic':
      return e.op === '+' || e.op === '-' ? 8 : 9;
    case 'negate':
      return 10;
    case 'case':
      return 0;
    case 'chain': {
      const [step] = e.steps;
      return e.target === null && step?.kind === 'call' && e.steps.length === 1 && isAggregation(step.name) ? 0 : 11;
    }
    default:
      return 11;
  }
}

function child(e: AstExpression, parent: number): string {
  const text = renderExpression(e);
  return strength(e) < parent ? `(${text})` : text;
}

/** Function arguments and clauses: never in parentheses. */
const list = (items: readonly AstExpression[]): string => items.map(renderExpression).join(',');

export function renderExpression(e: AstExpression): string {
  switch (e.kind) {
    case 'literal':
      return typeof e.value === 'string' ? `"${e.value}"` : renderNumber(e.value);
    case 'chain':
      return renderChain(e.target, e.steps);
    case 'negate':
      return `-1*${child(e.operand, 10)}`;
    case 'not':
      return `not ${child(e.operand, 3)}`;
    case 'arithmetic':
    case 'bitwise': {
      const own = strength(e);
      return `${child(e.left, own)}${e.op}${child(e.right, own + (e.op === '-' || e.op === '/' ? 1 : 0))}`;
    }
    case 'concat':
      return e.operands.map((o) => child(o, 7)).join('||');
    case 'compare': {
      const op = e.op === 'is' || e.op === 'is not' ? ` ${e.op} ` : e.op;
      return `${child(e.left, strength(e))}${op}${child(e.right, strength(e))}`;
    }
    case 'logical':
      return e.operands.map((o) => child(o, strength(e))).join(` ${e.op} `);
    case 'between':
      return `${child(e.value, 6)}${not(e.not)} between ${child(e.low, 6)} and ${child(e.high, 6)}`;
    case 'in':
      return `${child(e.value, 6)}${not(e.not)} in (${list(e.list)})`;
    case 'inRange': {
      const open = e.lowInclusive ? '[' : '(';
      const close = e.highInclusive ? ']' : ')';
      return `${child(e.value, 6)}${not(e.not)} in ${open}${renderExpression(e.low)}:${renderExpression(e.high)}${close}`;
    }
    case 'inSubquery':
      return `${child(e.value, 6)}${not(e.not)} in (${renderSelect(e.select)})`;
    case 'like': {
      const escape = e.escape === null ? '' : ` escape ${renderExpression(e.escape)}`;
      return `${child(e.value, 6)}${not(e.not)} like ${child(e.pattern, 6)}${escape}`;
    }
    case 'regexp':
      return `${child(e.value, 6)}${not(e.not)} regexp ${child(e.pattern, 6)}`;
    case 'quantified':
      return `${child(e.value, strength(e))}${e.op}${e.quantifier}(${list(e.list)})`;
    case 'quantifiedSubquery':
      return `${child(e.value, strength(e))}${e.op}${e.quantifier}(${renderSelect(e.select)})`;
    case 'case':
      return renderCase(e);
    case 'subquery':
      return `(${renderSelect(e.select)})`;
    case 'exists':
      return `exists (${renderSelect(e.select)})`;
    default:
      return renderArgument(e);
  }
}

type Argument = Exclude<AstExpression, { kind: 'literal' | 'chain' }>;

function renderArgument(e: Argument): string {
  switch (e.kind) {
    case 'array':
      return `{${list(e.items)}}`;
    case 'struct':
      return `new{${e.members.map((m) => `${m.name}=${renderExpression(m.value)}`).join(',')}}`;
    case 'period':
      return e.parts.map((p) => `${renderExpression(p.amount)} ${p.unit}s`).join(' ');
    case 'lambda':
      return `${e.parameters.length === 1 ? e.parameters[0] : `(${e.parameters.join(',')})`} => ${renderExpression(e.body)}`;
    case 'wildcard':
      return e.stream === null ? '*' : `${e.stream}.*`;
    case 'named':
      return `${e.name}:${e.values.length === 1 ? list(e.values) : `(${list(e.values)})`}`;
    case 'sortKey':
      return `${renderExpression(e.value)}${e.descending ? ' desc' : ''}`;
    case 'typeName':
      return e.name;
    case 'cronStep':
      return `*/${renderExpression(e.step)}`;
    case 'cronRange':
      return `${renderExpression(e.low)}:${renderExpression(e.high)}`;
    case 'cronList':
      return `[${list(e.items)}]`;
    case 'cronDay':
      return e.day === null ? e.form : `${renderExpression(e.day)} ${e.form}`;
    case 'negate':
    case 'not':
    case 'arithmetic':
    case 'bitwise':
    case 'concat':
    case 'compare':
    case 'logical':
    case 'between':
    case 'in':
    case 'inRange':
    case 'inSubquery':
    case 'like':
    case 'regexp':
    case 'quantified':
    case 'quantifiedSubquery':
    case 'case':
    case 'subquery':
    case 'exists':
      return renderExpression(e);
    default:
      return unreachable(e);
  }
}

function not(negated: boolean): string {
  return negated ? ' not' : '';
}

function renderNumber(value: null | boolean | number): string {
  return String(value);
}

function renderChain(target: AstExpression | null, steps: readonly AstStep[]): string {
  let text =
    target === null ? '' : target.kind === 'subquery' ? renderExpression(target) : `(${renderExpression(target)})`;
  for (const step of steps) {
    if (step.kind === 'index') text += `[${list(step.keys)}]`;
    else {
      if (text !== '') text += '.';
      text += step.name;
      if (step.kind === 'call') text += `(${step.distinct ? 'distinct ' : ''}${list(step.args)})`;
    }
    if (step.dynamic) text += '?';
  }
  return text;
}

function renderCase(e: Extract<AstExpression, { kind: 'case' }>): string {
  let text = 'case';
  if (e.operand !== null) text += ` ${renderExpression(e.operand)}`;
  for (const { when, then } of e.whens) text += ` when ${renderExpression(when)} then ${renderExpression(then)}`;
  if (e.otherwise !== null) text += ` else ${renderExpression(e.otherwise)}`;
  return `${text} end`;
}

/** Enough of a subquery to tell two apart. */
function renderSelect(select: AstSelect): string {
  const { offset } = select.position;
  const item = select.items[0];
  return item?.kind === 'expression' ? `select ${renderExpression(item.expression)} @${offset}` : `select * @${offset}`;
}
