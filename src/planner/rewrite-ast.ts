/** Copies of syntax trees with some nodes exchanged, by identity. */
import type { AstChain, AstExpression, AstStatement } from '../model/ast.ts';
import type { Position } from '../model/errors.ts';

export type Replacements = ReadonlyMap<object, unknown>;

/** A copy of `statement` in which each node that is a key of `replacements` is exchanged for its value. */
export function replaceNodes(statement: AstStatement, replacements: Replacements): AstStatement {
  // The shape is kept but for what the caller exchanged, node for node of its kind.
  return copy(statement, replacements) as AstStatement;
}

function copy(node: unknown, replacements: Replacements): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (replacements.has(node)) {
    const replacement = replacements.get(node);
    // Inside the replacement stand nodes of the original, which may have replacements of their own.
    return replacement === node ? node : copy(replacement, replacements);
  }
  if (Array.isArray(node)) {
    const items = node.map((item) => copy(item, replacements));
    return items.some((item, i) => item !== node[i]) ? items : node;
  }
  let changed = false;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    const next = key === 'position' ? value : copy(value, replacements);
    if (next !== value) changed = true;
    out[key] = next;
  }
  return changed ? out : node;
}

/** True if a name or call of one of `names` occurs anywhere below `node`. */
export function mentions(node: unknown, names: ReadonlySet<string>): boolean {
  if (names.size === 0 || typeof node !== 'object' || node === null) return false;
  if (
    'kind' in node &&
    (node.kind === 'name' || node.kind === 'call') &&
    'name' in node &&
    typeof node.name === 'string'
  ) {
    if (names.has(node.name)) return true;
  }
  return Object.entries(node).some(([key, child]) => key !== 'position' && mentions(child, names));
}

/** `a and b and c`, one expression, or null for none. */
export function conjunction(operands: readonly AstExpression[]): AstExpression | null {
  const [first, ...rest] = operands;
  if (first === undefined) return null;
  if (rest.length === 0) return first;
  return { kind: 'logical', op: 'and', operands, position: first.position };
}

/** `b.metricValue` as `metricValue`: a fragment has one stream, so its name says nothing and need not tell texts apart. */
export function withoutQualifier(e: AstExpression, alias: string): AstExpression {
  const replacements = new Map<object, unknown>();
  collectQualified(e, alias, replacements);
  // The same tree but for steps of its chains.
  return replacements.size === 0 ? e : (copy(e, replacements) as AstExpression);
}

function collectQualified(node: unknown, alias: string, into: Map<object, unknown>): void {
  if (typeof node !== 'object' || node === null) return;
  if (isChain(node) && node.target === null && node.steps.length > 1) {
    const [first, ...rest] = node.steps;
    if (first?.kind === 'name' && first.name === alias && rest[0]?.kind === 'name') into.set(node.steps, rest);
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'position') collectQualified(child, alias, into);
}

function isChain(node: object): node is AstChain {
  return 'kind' in node && node.kind === 'chain' && 'steps' in node;
}

const NOWHERE: Position = { offset: 0, length: 0, line: 1, column: 1 };

/** A property by name, as an expression of a text that the planner makes. */
export function propertyExpression(name: string): AstExpression {
  return pathExpression([name]);
}

/** `a.b`, as an expression of a text that the planner makes. */
export function pathExpression(names: readonly string[]): AstChain {
  const steps = names.map((name) => ({ kind: 'name', name, dynamic: false, position: NOWHERE }) as const);
  return { kind: 'chain', target: null, steps, position: NOWHERE };
}
