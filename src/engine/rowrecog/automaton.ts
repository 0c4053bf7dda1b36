/**
 * The pattern of match_recognize as an automaton without empty moves. A state is a place of a variable in the pattern,
 * repetitions written out; from it lead targets in order of preference: what a greedy quantifier or the branch listed
 * first would take stands first. `MATCH` among the targets says that the pattern is complete here.
 */
import type { RowPattern } from '../../model/checked-rows.ts';
import { assert, unreachable } from '../../model/errors.ts';

/** A target that is no state. */
export const MATCH = -1;

export interface Automaton {
  /** States that a first row can take, most preferred first. */
  readonly start: readonly number[];
  /** By state: the variable whose condition lets a row in. */
  readonly variable: readonly number[];
  /** By state: where the next row can go. */
  readonly targets: readonly (readonly number[])[];
}

/** With empty moves: what {@link compileAutomaton} removes. */
type Node =
  | { readonly kind: 'row'; readonly variable: number; readonly next: number }
  | { readonly kind: 'split'; readonly next: number[] }
  | { readonly kind: 'match' };

class Builder {
  readonly nodes: Node[] = [];

  add(node: Node): number {
    return this.nodes.push(node) - 1;
  }

  /** The entry of `pattern` followed by node `next`. */
  build(pattern: RowPattern, next: number): number {
    switch (pattern.kind) {
      case 'variable':
        return this.add({ kind: 'row', variable: pattern.variable, next });
      case 'sequence':
        return pattern.items.reduceRight((after, item) => this.build(item, after), next);
      case 'alternation':
        return this.add({ kind: 'split', next: pattern.operands.map((o) => this.build(o, next)) });
      case 'repeat':
        return this.#repeat(pattern, next);
      default:
        return unreachable(pattern);
    }
  }

  #repeat({ operand, low, high, reluctant }: Extract<RowPattern, { kind: 'repeat' }>, next: number): number {
    let entry = next;
    if (high === null) {
      const alternatives: number[] = [];
      entry = this.add({ kind: 'split', next: alternatives });
      const body = this.build(operand, entry);
      alternatives.push(...(reluctant ? [next, body] : [body, next]));
    } else {
      for (let i = low; i < high; i++) {
        const body = this.build(operand, entry);
        entry = this.add({ kind: 'split', next: reluctant ? [next, body] : [body, next] });
      }
    }
    for (let i = 0; i < low; i++) entry = this.build(operand, entry);
    return entry;
  }
}

export function compileAutomaton(pattern: RowPattern): Automaton {
  const builder = new Builder();
  const match = builder.add({ kind: 'match' });
  const entry = builder.build(pattern, match);
  const { nodes } = builder;
  const states = nodes.flatMap((n, i) => (n.kind === 'row' ? [i] : []));
  const stateOf = new Map(states.map((node, i) => [node, i]));
  /** Rows that can come next from `node` on, each at its first, most preferred occurrence. */
  const closure = (from: number): readonly number[] => {
    const found: number[] = [];
    const seen = new Set<number>();
    const pending = [from];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const node = nodes[at];
      assert(node !== undefined, 'edges lead to nodes');
      if (node.kind === 'match') found.push(MATCH);
      else if (node.kind === 'row') found.push(stateOf.get(at) ?? MATCH);
      else pending.push(...node.next.toReversed());
    }
    return found;
  };
  const rows = states.map((i) => nodes[i]).filter((n) => n?.kind === 'row');
  return {
    start: closure(entry).filter((s) => s !== MATCH),
    variable: rows.map((n) => n.variable),
    targets: rows.map((n) => closure(n.next)),
  };
}
