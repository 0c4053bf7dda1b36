/**
 * The one leniency of registration (query-service calls it, replay does not): a select alias in `where`.
 *
 * The paper's `select avg(memutil) as a from … where a > 70` means `having avg(memutil) > 70`. A conjunct that uses the
 * alias of an expression with an aggregation goes to `having`; the alias of any other expression is replaced in place.
 * An alias that is also a property or a variable means that, as everywhere else.
 */
import type { AstChain, AstExpression, AstSelect, AstSelectStatement, AstStatement } from '../model/ast.ts';
import type { Catalog } from '../model/event-type.ts';
import { CodedError } from '../model/errors.ts';
import { countNodes } from './count-nodes.ts';
import { aggregateInfo } from './functions.ts';
import { printExpression } from './print.ts';

/** Most nodes of the conditions after the rewrite: an alias may stand for much and be used often. */
const MAX_REWRITTEN_NODES = 20_000;

export interface Lenient {
  readonly statement: AstStatement;
  /** One sentence per change, for the answer of the registration. */
  readonly notes: readonly string[];
}

/** Pure; a statement without such an alias comes back as it is. */
export function rewriteAliasInWhere(statement: AstStatement, catalog: Catalog): Lenient {
  if (statement.kind !== 'selectStatement' || statement.select.where === null) return { statement, notes: [] };
  const { select } = statement;
  const aliases = usableAliases(statement, catalog);
  if (aliases.size === 0 || select.where === null) return { statement, notes: [] };
  const notes: string[] = [];
  const where: AstExpression[] = [];
  const having: AstExpression[] = [];
  let nodes = 0;
  for (const conjunct of conjunctsOf(select.where)) {
    const used = new Set<string>();
    const replaced = replaceAliases(conjunct, aliases, used);
    if (used.size === 0) {
      where.push(conjunct);
      continue;
    }
    nodes += countNodes(replaced, MAX_REWRITTEN_NODES);
    if (nodes > MAX_REWRITTEN_NODES) {
      throw new CodedError('EPL_TOO_LONG', 'the where clause grows too large when its aliases are replaced', {
        position: select.where.position,
        hint: 'write a having clause',
      });
    }
    const names = [...used].map((n) => `'${n}'`).join(', ');
    const text = printExpression(replaced);
    if (holdsAggregation(replaced)) {
      having.push(replaced);
      notes.push(`an alias of an aggregation cannot stand in where: ${names} was read as 'having ${text}'`);
    } else {
      where.push(replaced);
      notes.push(`an alias cannot stand in where: ${names} was read as 'where ${text}'`);
    }
  }
  if (notes.length === 0) return { statement, notes };
  if (select.having !== null) having.unshift(select.having);
  const rewritten: AstSelect = { ...select, where: conjunction(where), having: conjunction(having) };
  return { statement: { ...statement, select: rewritten }, notes };
}

/** Aliases of the select clause that mean nothing else in `where`. */
function usableAliases(statement: AstSelectStatement, catalog: Catalog): ReadonlyMap<string, AstExpression> {
  const { select } = statement;
  const taken = new Set<string>();
  for (const stream of [select.from, ...select.joins.map((j) => j.stream)]) {
    if (stream === null) continue;
    taken.add(stream.alias ?? '');
    if (stream.source.kind !== 'filter') continue;
    for (const p of catalog.eventType(stream.source.typeName)?.properties ?? []) taken.add(p.name);
  }
  const aliases = new Map<string, AstExpression>();
  for (const item of select.items) {
    if (item.kind !== 'expression' || item.alias === null || taken.has(item.alias)) continue;
    if (catalog.variable(item.alias) === undefined) aliases.set(item.alias, item.expression);
  }
  return aliases;
}

function conjunctsOf(e: AstExpression): readonly AstExpression[] {
  return e.kind === 'logical' && e.op === 'and' ? e.operands.flatMap(conjunctsOf) : [e];
}

function conjunction(operands: readonly AstExpression[]): AstExpression | null {
  const [first, second] = operands;
  if (first === undefined) return null;
  return second === undefined ? first : { kind: 'logical', op: 'and', operands, position: first.position };
}

/** A copy with every alias replaced; subqueries and lambdas have names of their own and are left alone. */
function replaceAliases(
  e: AstExpression,
  aliases: ReadonlyMap<string, AstExpression>,
  used: Set<string>,
): AstExpression {
  if (e.kind === 'chain') return replaceChain(e, aliases, used);
  if (e.kind === 'lambda' || e.kind === 'subquery' || e.kind === 'exists') return e;
  // The shape is kept, node for node of its kind.
  return copy(e, (child) => replaceAliases(child, aliases, used)) as AstExpression;
}

function replaceChain(e: AstChain, aliases: ReadonlyMap<string, AstExpression>, used: Set<string>): AstExpression {
  const [first, ...rest] = e.steps;
  const expression = e.target === null && first?.kind === 'name' ? aliases.get(first.name) : undefined;
  if (expression !== undefined && first?.kind === 'name') {
    used.add(first.name);
    return rest.length === 0 ? expression : { ...e, target: expression, steps: rest };
  }
  const steps = e.steps.map((s) =>
    s.kind === 'call' ? { ...s, args: s.args.map((a) => replaceAliases(a, aliases, used)) } : s,
  );
  return { ...e, steps };
}

function copy(node: unknown, replace: (child: AstExpression) => AstExpression): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'position' || key === 'select') out[key] = value;
    else if (Array.isArray(value))
      out[key] = value.map((v: unknown) => (isExpression(v) ? replace(v) : copy(v, replace)));
    else out[key] = isExpression(value) ? replace(value) : value;
  }
  return out;
}

function isExpression(value: unknown): value is AstExpression {
  return typeof value === 'object' && value !== null && 'kind' in value && 'position' in value;
}

function holdsAggregation(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsAggregation);
  if (typeof value !== 'object' || value === null) return false;
  if (
    'kind' in value &&
    value.kind === 'call' &&
    'name' in value &&
    typeof value.name === 'string' &&
    'args' in value
  ) {
    const several =
      (value.name === 'min' || value.name === 'max') && Array.isArray(value.args) && value.args.length > 1;
    if (aggregateInfo(value.name) !== undefined && !several) return true;
  }
  return Object.entries(value).some(([key, child]) => key !== 'select' && holdsAggregation(child));
}
