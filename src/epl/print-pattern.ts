/** Patterns and match_recognize as EPL text. Expressions and streams are printed by the caller's functions. */
import type { AstExpression, AstFilterSource, AstMatchRecognize, AstPattern, AstRowPattern } from '../model/ast.ts';
import { unreachable } from '../model/errors.ts';
import { quoteMember, quoteName } from './print-names.ts';

export interface Printer {
  readonly expression: (e: AstExpression) => string;
  readonly filterSource: (source: AstFilterSource) => string;
}

const FOLLOWED = 0;
const OR = 1;
const AND = 2;
const REPEAT = 3;
const QUALIFIED = 4;
const GUARDED = 5;
const ATOM = 6;

function levelOf(p: AstPattern): number {
  switch (p.kind) {
    case 'followedBy':
      return FOLLOWED;
    case 'or':
      return OR;
    case 'and':
      return AND;
    case 'repeat':
      return REPEAT;
    case 'every':
    case 'not':
    case 'everyDistinct':
      return QUALIFIED;
    case 'guard':
      return GUARDED;
    case 'observer':
    case 'atom':
      return ATOM;
    default:
      return unreachable(p);
  }
}

export function printPattern(p: AstPattern, print: Printer): string {
  const at = (inner: AstPattern, level: number): string => {
    const text = printPattern(inner, print);
    return levelOf(inner) < level ? `(${text})` : text;
  };
  const list = (items: readonly AstExpression[]): string => items.map(print.expression).join(', ');
  switch (p.kind) {
    case 'followedBy':
      return p.next.reduce(
        (text, n) => `${text} ${n.max === null ? '->' : `-[${print.expression(n.max)}]>`} ${at(n.pattern, OR)}`,
        at(p.first, OR),
      );
    case 'or':
      return p.operands.map((o) => at(o, AND)).join(' or ');
    case 'and':
      return p.operands.map((o) => at(o, REPEAT)).join(' and ');
    case 'repeat': {
      const bound = (e: AstExpression | null): string => (e === null ? '' : print.expression(e));
      const bounded = p.low !== null || p.high !== null;
      const range = bounded ? `[${p.exact ? bound(p.low) : `${bound(p.low)}:${bound(p.high)}`}] ` : '';
      return `${range}${at(p.operand, QUALIFIED)}${p.until === null ? '' : ` until ${at(p.until, QUALIFIED)}`}`;
    }
    case 'every':
    case 'not':
      return `${p.kind} ${at(p.operand, QUALIFIED)}`;
    case 'everyDistinct':
      return `every-distinct(${list(p.keys)}) ${at(p.operand, QUALIFIED)}`;
    case 'guard':
      if (p.namespace === null) return `${at(p.operand, ATOM)} while (${list(p.args)})`;
      return `${at(p.operand, ATOM)} where ${quoteName(p.namespace)}:${quoteMember(p.name)}(${list(p.args)})`;
    case 'observer':
      return `${quoteName(p.namespace)}:${quoteMember(p.name)}(${list(p.args)})`;
    case 'atom': {
      const consume = p.consume === null ? '' : `@consume(${p.consume})`;
      return `${p.tag === null ? '' : `${quoteName(p.tag)}=`}${print.filterSource(p.source)}${consume}`;
    }
    default:
      return unreachable(p);
  }
}

export function printMatchRecognize(m: AstMatchRecognize, print: Printer): string {
  let text = 'match_recognize (';
  if (m.partitionBy.length > 0) text += `partition by ${m.partitionBy.map(print.expression).join(', ')} `;
  text += `measures ${m.measures.map((x) => `${print.expression(x.expression)} as ${quoteName(x.name)}`).join(', ')}`;
  if (m.allMatches) text += ' all matches';
  if (m.skip !== null) text += ` after match skip ${m.skip}`;
  text += ` pattern (${printRows(m.pattern, print)})`;
  if (m.interval !== null)
    text += ` interval ${print.expression(m.interval.period)}${m.interval.orTerminated ? ' or terminated' : ''}`;
  if (m.define.length > 0)
    text += ` define ${m.define.map((d) => `${quoteName(d.variable)} as ${print.expression(d.condition)}`).join(', ')}`;
  return `${text})`;
}

function rowLevel(p: AstRowPattern): number {
  return { alternation: 0, sequence: 1, quantified: 2, permute: 3, variable: 3 }[p.kind];
}

function printRows(p: AstRowPattern, print: Printer): string {
  const at = (inner: AstRowPattern, level: number): string => {
    const text = printRows(inner, print);
    return rowLevel(inner) < level ? `(${text})` : text;
  };
  switch (p.kind) {
    case 'alternation':
      return p.operands.map((o) => at(o, 1)).join(' | ');
    case 'sequence':
      return p.items.map((i) => at(i, 2)).join(' ');
    case 'permute':
      return `match_recognize_permute(${p.items.map((i) => at(i, 0)).join(', ')})`;
    case 'quantified': {
      const low = p.low === null ? '' : print.expression(p.low);
      const high = p.high === null ? '' : print.expression(p.high);
      const symbol = p.symbol === 'range' ? `{${low},${high}}` : p.symbol === 'exact' ? `{${low}}` : p.symbol;
      return `${at(p.operand, 3)}${symbol}${p.reluctant ? '?' : ''}`;
    }
    case 'variable':
      return quoteName(p.name);
    default:
      return unreachable(p);
  }
}
