/** Which part of the rows pass a conjunct: measured where it was, else by customary defaults. Pure. */
import type { CheckedExpression } from '../../model/checked.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import { printExpression } from '../../epl/print.ts';
import { withoutQualifier } from '../rewrite-ast.ts';
import { DEFAULT_DISTINCT, DEFAULT_SELECTIVITY, type StreamFigures } from './statistics.ts';

/** The least that is assumed: a conjunct that seems never to hold may begin to. */
const LEAST = 1e-6;

/** Figures of the stream that an expression reads; `null` for one that reads none or several. */
export type FiguresOf = (stream: number) => StreamFigures | null;

/** Part of the rows that pass all conjuncts, 0 to 1, taken as independent. */
export function selectivityOf(conjuncts: readonly CheckedExpression[], figures: FiguresOf): number {
  return conjuncts.reduce((product, c) => product * clamp(ofConjunct(c, figures)), 1);
}

/** The text under which the selectivity of a predicate is known: canonical, without the stream's alias. */
export function predicateText(predicate: CheckedExpression): string {
  const qualifiers = new Set<string>();
  walkExpression(predicate, (e) => {
    if (e.kind !== 'property' || e.ast.kind !== 'chain' || e.ast.steps.length <= e.path.length) return;
    const [first] = e.ast.steps;
    if (first?.kind === 'name') qualifiers.add(first.name);
  });
  let { ast } = predicate;
  for (const name of qualifiers) ast = withoutQualifier(ast, name);
  return printExpression(ast);
}

/** The same for several conjuncts together, whatever their order. */
export function allOf(conjuncts: readonly CheckedExpression[]): string {
  return conjuncts.map(predicateText).sort().join(' and ');
}

function ofConjunct(e: CheckedExpression, figures: FiguresOf): number {
  const measured = measuredOf(e, figures);
  if (measured !== undefined) return measured;
  switch (e.kind) {
    case 'literal':
      return e.value === true ? 1 : LEAST;
    case 'logical':
      return e.op === 'and' ? selectivityOf(e.operands, figures) : either(e.operands, figures);
    case 'not':
      return 1 - clamp(ofConjunct(e.operand, figures));
    case 'compare':
      return ofCompare(e, figures);
    case 'between':
      return negatedIf(e.not, DEFAULT_SELECTIVITY.between);
    case 'in':
      return negatedIf(e.not, Math.min(1, e.list.length / distinctOf(e.value, figures)));
    case 'like':
    case 'regexp':
      return negatedIf(e.not, DEFAULT_SELECTIVITY.like);
    default:
      return DEFAULT_SELECTIVITY.other;
  }
}

function measuredOf(e: CheckedExpression, figures: FiguresOf): number | undefined {
  const stream = streamOf(e);
  const known = stream === null ? undefined : figures(stream)?.selectivities;
  return known === undefined ? undefined : known[predicateText(e)];
}

function ofCompare(e: CheckedExpression & { readonly kind: 'compare' }, figures: FiguresOf): number {
  switch (e.op) {
    case '=':
    case 'is':
      return 1 / Math.max(distinctOf(e.left, figures), distinctOf(e.right, figures));
    case '!=':
    case 'is not':
      return 1 - 1 / Math.max(distinctOf(e.left, figures), distinctOf(e.right, figures));
    default:
      return DEFAULT_SELECTIVITY.range;
  }
}

function either(operands: readonly CheckedExpression[], figures: FiguresOf): number {
  return 1 - operands.reduce((none, o) => none * (1 - clamp(ofConjunct(o, figures))), 1);
}

function negatedIf(not: boolean, selectivity: number): number {
  return not ? 1 - selectivity : selectivity;
}

/** Different values of a property; 1 for a constant (so that it decides nothing), the default for anything else. */
export function distinctOf(e: CheckedExpression, figures: FiguresOf): number {
  if (e.kind === 'literal') return 1;
  if (e.kind === 'property' && e.ref.level === 0) {
    const [first] = e.path;
    if (first?.kind === 'name') {
      const known = figures(e.ref.stream)?.distinct?.[first.name];
      if (known !== undefined) return Math.max(1, known);
    }
    if (e.type.kind === 'boolean') return 2;
  }
  return DEFAULT_DISTINCT;
}

/** The only stream of the select that the expression reads, or null. */
function streamOf(e: CheckedExpression): number | null {
  const streams = new Set<number>();
  walkExpression(e, (x) => {
    if ((x.kind === 'property' || x.kind === 'event') && x.ref.level === 0) streams.add(x.ref.stream);
  });
  const [only] = streams;
  return streams.size === 1 && only !== undefined ? only : null;
}

function clamp(part: number): number {
  return Math.min(1, Math.max(LEAST, part));
}
