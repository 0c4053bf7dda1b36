/** The pattern of match_recognize: which variables it has, which of them collect several rows, and its bounds as numbers. */
import type { AstExpression, AstRowPattern } from '../model/ast.ts';
import type { RowPattern } from '../model/checked-rows.ts';
import { unreachable } from '../model/errors.ts';
import { fail } from './scope.ts';

const freeze = Object.freeze;

/** Most places of variables once repetitions and permutations are written out: each is a state of the automaton. */
const MAX_PLACES = 5000;

export interface RowVariables {
  readonly pattern: RowPattern;
  /** In order of appearance. */
  readonly names: readonly string[];
  /** True where a match can hold several rows of the variable. */
  readonly multiple: readonly boolean[];
}

/** Throws `INVALID_STATEMENT` for bounds that make no sense and patterns that are too large. */
export function inspectRowPattern(ast: AstRowPattern): RowVariables {
  const names: string[] = [];
  const pattern = normalized(ast, names);
  if (pattern.places > MAX_PLACES) {
    fail(
      'INVALID_STATEMENT',
      `written out, the pattern has ${pattern.places} places`,
      ast.position,
      `at most ${MAX_PLACES}: use smaller bounds`,
    );
  }
  const { several } = occurrences(pattern.pattern);
  return { pattern: pattern.pattern, names, multiple: names.map((_, i) => several.has(i)) };
}

interface Sized {
  readonly pattern: RowPattern;
  readonly places: number;
}

function normalized(ast: AstRowPattern, names: string[]): Sized {
  switch (ast.kind) {
    case 'variable': {
      const known = names.indexOf(ast.name);
      const variable = known >= 0 ? known : names.push(ast.name) - 1;
      return { pattern: freeze({ kind: 'variable', variable }), places: 1 };
    }
    case 'sequence': {
      const items = ast.items.map((i) => normalized(i, names));
      return {
        pattern: freeze({ kind: 'sequence', items: freeze(items.map((i) => i.pattern)) }),
        places: total(items),
      };
    }
    case 'alternation': {
      const items = ast.operands.map((i) => normalized(i, names));
      return {
        pattern: freeze({ kind: 'alternation', operands: freeze(items.map((i) => i.pattern)) }),
        places: total(items),
      };
    }
    case 'permute':
      return permuted(
        ast.items.map((i) => normalized(i, names)),
        ast,
      );
    case 'quantified': {
      const operand = normalized(ast.operand, names);
      const { low, high } = boundsOf(ast);
      const pattern: RowPattern = freeze({
        kind: 'repeat',
        operand: operand.pattern,
        low,
        high,
        reluctant: ast.reluctant,
      });
      return { pattern, places: operand.places * (high ?? low + 1) };
    }
    default:
      return unreachable(ast);
  }
}

function total(items: readonly Sized[]): number {
  return items.reduce((sum, i) => sum + i.places, 0);
}

/** All orders, those that keep the written one longest first. */
function permuted(items: readonly Sized[], ast: AstRowPattern): Sized {
  let orders = 1;
  for (let i = 2; i <= items.length; i++) orders *= i;
  const places = orders * total(items);
  if (places > MAX_PLACES) {
    fail(
      'INVALID_STATEMENT',
      `a permutation of ${items.length} items has ${orders} orders`,
      ast.position,
      'permute fewer',
    );
  }
  const operands = ordersOf(items).map((order) =>
    freeze<RowPattern>({ kind: 'sequence', items: freeze(order.map((i) => i.pattern)) }),
  );
  return { pattern: freeze({ kind: 'alternation', operands: freeze(operands) }), places };
}

function ordersOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first, i) => ordersOf(items.filter((_, k) => k !== i)).map((rest) => [first, ...rest]));
}

function boundsOf(ast: Extract<AstRowPattern, { kind: 'quantified' }>): { low: number; high: number | null } {
  switch (ast.symbol) {
    case '*':
      return { low: 0, high: null };
    case '+':
      return { low: 1, high: null };
    case '?':
      return { low: 0, high: 1 };
    case 'exact': {
      const count = bound(ast.low, ast);
      if (count === 0)
        fail('INVALID_STATEMENT', 'a repetition of 0 rows matches nothing', ast.position, 'at least {1}');
      return { low: count, high: count };
    }
    case 'range': {
      const low = ast.low === null ? 0 : bound(ast.low, ast);
      const high = ast.high === null ? null : bound(ast.high, ast);
      if (high !== null && (high < low || high === 0)) {
        fail(
          'INVALID_STATEMENT',
          `the repetition {${low},${high}} ends before it begins`,
          ast.position,
          'write {low,high}',
        );
      }
      return { low, high };
    }
    default:
      return unreachable(ast.symbol);
  }
}

function bound(e: AstExpression | null, ast: AstRowPattern): number {
  const value = e?.kind === 'literal' ? e.value : null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_PLACES) return value;
  return fail(
    'INVALID_STATEMENT',
    'a bound of a repetition is a constant whole number',
    e?.position ?? ast.position,
    `0 to ${MAX_PLACES}`,
  );
}

interface Occurrences {
  readonly once: ReadonlySet<number>;
  readonly several: ReadonlySet<number>;
}

/** A variable holds several rows where it is repeated or stands at several places of one path. */
function occurrences(p: RowPattern): Occurrences {
  switch (p.kind) {
    case 'variable':
      return { once: new Set([p.variable]), several: new Set() };
    case 'sequence': {
      const once = new Set<number>();
      const several = new Set<number>();
      for (const item of p.items) {
        const inner = occurrences(item);
        for (const v of inner.several) several.add(v);
        for (const v of inner.once) (once.has(v) ? several : once).add(v);
      }
      return { once, several };
    }
    case 'alternation': {
      const inner = p.operands.map(occurrences);
      return {
        once: new Set(inner.flatMap((i) => [...i.once])),
        several: new Set(inner.flatMap((i) => [...i.several])),
      };
    }
    case 'repeat': {
      const inner = occurrences(p.operand);
      if (p.high !== null && p.high <= 1) return inner;
      return { once: new Set(), several: new Set([...inner.once, ...inner.several]) };
    }
    default:
      return unreachable(p);
  }
}
