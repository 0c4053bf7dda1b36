/** Names of indexes: statements that look a store up by the same columns share one. */
import type { CheckedExpression } from '../../model/checked.ts';
import { walkExpression } from '../../model/expression-tree.ts';

export function nameOf(own: readonly CheckedExpression[]): string {
  return own
    .map((e) => columnOf(e) ?? JSON.stringify(e, (key, v: unknown) => (key === 'ast' ? undefined : v)))
    .join(',');
}

/** The column that the expression is, or null. */
export function columnOf(e: CheckedExpression): string | null {
  const [step, more] = e.kind === 'property' && e.ref.level === 0 && e.ref.tag === null ? e.path : [];
  return step?.kind === 'name' && !step.dynamic && more === undefined ? step.name : null;
}

export function columnsOf(expressions: readonly CheckedExpression[]): readonly string[] {
  const names = new Set<string>();
  for (const top of expressions) {
    walkExpression(top, (e) => {
      const [step] = e.kind === 'property' ? e.path : [];
      if (step?.kind === 'name') names.add(step.name);
    });
  }
  return [...names];
}
