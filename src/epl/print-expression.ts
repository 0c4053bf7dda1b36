/** Expressions and select clauses as EPL text that parses to the same tree. */
import type {
  AstContained,
  AstCount,
  AstExpression,
  AstFilterSource,
  AstGroupItem,
  AstOutput,
  AstSelect,
  AstSelectItem,
  AstSource,
  AstStep,
  AstStream,
  AstWindow,
  AstAssignment,
} from '../model/ast.ts';
import { unreachable } from '../model/errors.ts';
import { printDotted, printLiteral, printNameParts, printTypeName, quoteMember, quoteName } from './print-names.ts';
import { printMatchRecognize, printPattern } from './print-pattern.ts';
import { printAnnotation } from './print-annotation.ts';

/** Levels of the grammar, loosest first. */
const OR = 0;
const AND = 1;
const BITWISE = 2;
const NOT = 3;
const EQUALITY = 4;
const RELATION = 5;
const CONCAT = 6;
const SUM = 7;
const PRODUCT = 8;
const UNARY = 9;
const PRIMARY = 10;

type Of<K extends AstExpression['kind']> = Extract<AstExpression, { kind: K }>;

function levelOf(e: AstExpression): number {
  switch (e.kind) {
    case 'logical':
      return e.op === 'or' ? OR : AND;
    case 'bitwise':
      return BITWISE;
    case 'not':
      return NOT;
    case 'compare':
    case 'quantified':
    case 'quantifiedSubquery':
      return e.op === '<' || e.op === '<=' || e.op === '>' || e.op === '>=' ? RELATION : EQUALITY;
    case 'between':
    case 'in':
    case 'inRange':
    case 'inSubquery':
    case 'like':
    case 'regexp':
      return RELATION;
    case 'concat':
      return CONCAT;
    case 'arithmetic':
      return e.op === '+' || e.op === '-' ? SUM : PRODUCT;
    case 'negate':
      return UNARY;
    case 'literal':
      return typeof e.value === 'number' && (e.value < 0 || Object.is(e.value, -0)) ? UNARY : PRIMARY;
    default:
      return PRIMARY;
  }
}

/** Text of `e` where an expression of `level` or tighter is wanted. */
function at(e: AstExpression, level: number): string {
  const text = expressionText(e);
  return levelOf(e) < level ? `(${text})` : text;
}

export function printList(items: readonly AstExpression[]): string {
  return items.map(expressionText).join(', ');
}

/** The expression as EPL text. Total: every tree prints. */
export function expressionText(e: AstExpression): string {
  switch (e.kind) {
    case 'literal':
      return printLiteral(e);
    case 'chain':
      return printChain(e);
    case 'negate':
      // `-5` would read as a literal.
      return e.operand.kind === 'literal'
        ? `-(${expressionText(e.operand)})`
        : `-${at(e.operand, UNARY)}`.replace(/^--/, '- -');
    case 'not':
      return `not ${at(e.operand, NOT)}`;
    case 'arithmetic': {
      const level = levelOf(e);
      return `${at(e.left, level)} ${e.op} ${at(e.right, level + 1)}`;
    }
    case 'bitwise':
      return `${at(e.left, BITWISE)} ${e.op} ${at(e.right, NOT)}`;
    case 'concat':
      return e.operands.map((o) => at(o, SUM)).join(' || ');
    case 'compare': {
      const level = levelOf(e);
      return `${at(e.left, level)} ${e.op} ${at(e.right, level + 1)}`;
    }
    case 'logical':
      return e.operands.map((o) => at(o, levelOf(e) + 1)).join(` ${e.op} `);
    case 'between':
    case 'in':
    case 'inRange':
    case 'inSubquery':
    case 'like':
    case 'regexp':
      return printMembership(e);
    case 'quantified':
      return `${at(e.value, levelOf(e))} ${e.op} ${e.quantifier} (${printList(e.list)})`;
    case 'quantifiedSubquery':
      return `${at(e.value, levelOf(e))} ${e.op} ${e.quantifier} (${printSelect(e.select)})`;
    case 'case':
      return printCase(e);
    case 'subquery':
      return `(${printSelect(e.select)})`;
    case 'exists':
      return `exists (${printSelect(e.select)})`;
    case 'array':
      return `{${printList(e.items)}}`;
    case 'struct':
      return `new {${e.members.map((m) => `${quoteName(m.name)} = ${expressionText(m.value)}`).join(', ')}}`;
    case 'period':
      return e.parts.map((p) => `${at(p.amount, PRIMARY)} ${UNIT_TEXT[p.unit]}`).join(' ');
    default:
      return printArgument(e);
  }
}

const UNIT_TEXT = {
  year: 'year',
  month: 'month',
  week: 'week',
  day: 'day',
  hour: 'hour',
  minute: 'min',
  second: 'sec',
  millisecond: 'msec',
  microsecond: 'usec',
} as const;

function printMembership(e: Of<'between' | 'in' | 'inRange' | 'inSubquery' | 'like' | 'regexp'>): string {
  const head = `${at(e.value, RELATION)}${e.not ? ' not' : ''}`;
  switch (e.kind) {
    case 'between':
      return `${head} between ${at(e.low, CONCAT)} and ${at(e.high, CONCAT)}`;
    case 'in':
      return `${head} in (${printList(e.list)})`;
    case 'inRange':
      return `${head} in ${e.lowInclusive ? '[' : '('}${expressionText(e.low)} : ${expressionText(e.high)}${e.highInclusive ? ']' : ')'}`;
    case 'inSubquery':
      return `${head} in (${printSelect(e.select)})`;
    case 'like':
      return `${head} like ${at(e.pattern, CONCAT)}${e.escape === null ? '' : ` escape ${at(e.escape, CONCAT)}`}`;
    case 'regexp':
      return `${head} regexp ${at(e.pattern, CONCAT)}`;
  }
}

function printArgument(
  e: Of<'lambda' | 'wildcard' | 'named' | 'sortKey' | 'typeName' | 'cronStep' | 'cronRange' | 'cronList' | 'cronDay'>,
): string {
  switch (e.kind) {
    case 'lambda': {
      const [only, second] = e.parameters;
      const parameters =
        only !== undefined && second === undefined ? quoteName(only) : `(${e.parameters.map(quoteName).join(', ')})`;
      return `${parameters} => ${expressionText(e.body)}`;
    }
    case 'wildcard':
      return e.stream === null ? '*' : `${quoteName(e.stream)}.*`;
    case 'named': {
      const [only, second] = e.values;
      return `${quoteName(e.name)}: ${only !== undefined && second === undefined ? expressionText(only) : `(${printList(e.values)})`}`;
    }
    case 'sortKey':
      return `${expressionText(e.value)} ${e.descending ? 'desc' : 'asc'}`;
    case 'typeName':
      return printTypeName(e.name);
    case 'cronStep':
      return `*/${at(e.step, UNARY)}`;
    case 'cronRange':
      return `${expressionText(e.low)}:${expressionText(e.high)}`;
    case 'cronList':
      return `[${printList(e.items)}]`;
    case 'cronDay':
      return e.day === null ? e.form : `${expressionText(e.day)} ${e.form}`;
    default:
      return unreachable(e);
  }
}

function printChain(e: Of<'chain'>): string {
  let text =
    e.target === null ? '' : e.target.kind === 'subquery' ? expressionText(e.target) : `(${expressionText(e.target)})`;
  for (const step of e.steps) text += printStep(step, text === '');
  return text;
}

function printStep(step: AstStep, first: boolean): string {
  const mark = step.dynamic ? '?' : '';
  if (step.kind === 'index') return `[${printList(step.keys)}]${mark}`;
  // The word `exists` is reserved, and its function is written with it.
  const own = step.kind === 'call' && step.name.toLowerCase() === 'exists';
  const name = first ? (own ? step.name : quoteName(step.name)) : `.${quoteMember(step.name)}`;
  if (step.kind === 'name') return `${name}${mark}`;
  return `${name}(${step.distinct ? 'distinct ' : ''}${printList(step.args)})${mark}`;
}

function printCase(e: Of<'case'>): string {
  const operand = e.operand === null ? '' : ` ${expressionText(e.operand)}`;
  const whens = e.whens.map((w) => ` when ${expressionText(w.when)} then ${expressionText(w.then)}`).join('');
  return `case${operand}${whens}${e.otherwise === null ? '' : ` else ${expressionText(e.otherwise)}`} end`;
}

// ---------------------------------------------------------------------------------------------- streams

const printer = { expression: expressionText, filterSource: printFilterSource };

export function printWindow(w: AstWindow): string {
  if (w.namespace !== null) return `.${quoteMember(w.namespace)}:${quoteMember(w.name)}(${printList(w.args)})`;
  return `#${quoteMember(w.name)}${w.args.length === 0 ? '' : `(${printList(w.args)})`}`;
}

export function printContained(c: AstContained): string {
  const select = c.select === null ? '' : `select ${printItems(c.select)} from `;
  const alias = c.alias === null ? '' : ` as ${quoteName(c.alias)}`;
  const type = c.typeName === null ? '' : ` @type(${printDotted(c.typeName)})`;
  return `[${select}${expressionText(c.path)}${alias}${type}${printWhere(c.where)}]`;
}

export function printFilterSource(source: AstFilterSource): string {
  const filter = source.filter.length === 0 ? '' : `(${printList(source.filter)})`;
  return `${printNameParts(source.nameParts)}${filter}${source.contained.map(printContained).join('')}`;
}

export function printSource(source: AstSource): string {
  if (source.kind === 'filter') return printFilterSource(source);
  const annotations = source.annotations.map((a) => `${printAnnotation(a)} `).join('');
  return `pattern ${annotations}[${printPattern(source.pattern, printer)}]`;
}

export function printStream(s: AstStream): string {
  const alias = s.alias === null ? '' : ` as ${quoteName(s.alias)}`;
  const retain = s.retain === null ? '' : ` retain-${s.retain}`;
  return `${printSource(s.source)}${s.windows.map(printWindow).join('')}${alias}${s.unidirectional ? ' unidirectional' : ''}${retain}`;
}

// ---------------------------------------------------------------------------------------------- select

export function printWhere(where: AstExpression | null): string {
  return where === null ? '' : ` where ${expressionText(where)}`;
}

export function printItems(items: readonly AstSelectItem[]): string {
  return items.map(printItem).join(', ');
}

function printItem(item: AstSelectItem): string {
  if (item.kind === 'wildcard') return '*';
  const alias = item.alias === null ? '' : ` as ${quoteName(item.alias)}`;
  return item.kind === 'streamWildcard'
    ? `${quoteName(item.stream)}.*${alias}`
    : `${expressionText(item.expression)}${alias}`;
}

/** The body of a select, from `select` on. */
export function printSelect(s: AstSelect, inserted = ''): string {
  let text = `select ${inserted}${s.selector === null ? '' : `${s.selector} `}${s.distinct ? 'distinct ' : ''}${printItems(s.items)}`;
  if (s.from !== null) text += ` from ${printStream(s.from)}`;
  for (const join of s.joins) {
    const keyword = {
      comma: ',',
      inner: ' inner join',
      left: ' left outer join',
      right: ' right outer join',
      full: ' full outer join',
    };
    text += `${keyword[join.kind]} ${printStream(join.stream)}${join.on === null ? '' : ` on ${expressionText(join.on)}`}`;
  }
  if (s.matchRecognize !== null) text += ` ${printMatchRecognize(s.matchRecognize, printer)}`;
  text += printWhere(s.where);
  if (s.groupBy.length > 0) text += ` group by ${s.groupBy.map(printGroupItem).join(', ')}`;
  if (s.having !== null) text += ` having ${expressionText(s.having)}`;
  if (s.output !== null) text += ` ${printOutput(s.output)}`;
  if (s.orderBy.length > 0) {
    text += ` order by ${s.orderBy.map((o) => expressionText(o.expression) + (o.direction === null ? '' : ` ${o.direction}`)).join(', ')}`;
  }
  if (s.limit !== null) {
    text += ` limit ${printCount(s.limit.count)}${s.limit.offset === null ? '' : ` offset ${printCount(s.limit.offset)}`}`;
  }
  return text;
}

function printGroupItem(item: AstGroupItem): string {
  switch (item.kind) {
    case 'expression':
      return expressionText(item.expression);
    case 'combination':
      return `(${printList(item.expressions)})`;
    case 'rollup':
    case 'cube':
      return `${item.kind}(${item.items.map(printInnerGroupItem).join(', ')})`;
    case 'groupingSets':
      return `grouping sets(${item.items.map(printInnerGroupItem).join(', ')})`;
    default:
      return unreachable(item);
  }
}

/** Inside rollup, cube and grouping sets a parenthesis opens a combination. */
function printInnerGroupItem(item: AstGroupItem): string {
  const text = printGroupItem(item);
  return item.kind === 'expression' && text.startsWith('(') ? `(${text})` : text;
}

function printCount(count: AstCount): string {
  return count.kind === 'number' ? String(count.value) : quoteName(count.name);
}

function printOutput(o: AstOutput): string {
  let text = 'output';
  if (o.after !== null) text += ` after ${printAmount(o.after)}`;
  if (o.selector !== null) text += ` ${o.selector}`;
  if (o.rate !== null) {
    const { rate } = o;
    switch (rate.kind) {
      case 'events':
      case 'time':
        text += ` every ${printAmount(rate)}`;
        break;
      case 'crontab':
        text += ` at (${printList(rate.fields)})`;
        break;
      case 'when':
        text += ` when ${expressionText(rate.condition)}${printThen(rate.assignments)}`;
        break;
      case 'whenTerminated':
        text += ` when ${printTerminated(rate)}`;
        break;
      default:
        return unreachable(rate);
    }
  }
  return o.andWhenTerminated === null ? text : `${text} and when ${printTerminated(o.andWhenTerminated)}`;
}

function printAmount(rate: NonNullable<AstOutput['after']>): string {
  return rate.kind === 'events' ? `${printCount(rate.count)} events` : expressionText(rate.period);
}

function printTerminated(t: NonNullable<AstOutput['andWhenTerminated']>): string {
  return `terminated${t.condition === null ? '' : ` and ${expressionText(t.condition)}`}${printThen(t.assignments)}`;
}

function printThen(assignments: readonly AstAssignment[]): string {
  return assignments.length === 0 ? '' : ` then set ${printAssignments(assignments)}`;
}

export function printAssignments(assignments: readonly AstAssignment[]): string {
  return assignments
    .map((a) => expressionText(a.target) + (a.value === null ? '' : ` = ${expressionText(a.value)}`))
    .join(', ');
}
