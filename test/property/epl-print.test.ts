import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExpression } from '../../src/epl/parse.ts';
import { printExpression } from '../../src/epl/print.ts';
import type { AstExpression, AstStep } from '../../src/model/ast.ts';
import { bare } from '../unit/epl/support.ts';

const position = { offset: 0, length: 0, line: 1, column: 1 };

const names = fc.constantFrom(
  'a',
  'host',
  'count',
  'min',
  'hour',
  'order',
  'select',
  'my val',
  'last',
  'pattern',
  'x-y',
  'é',
);

const literals: fc.Arbitrary<AstExpression> = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((value) => ({ kind: 'literal', type: 'int', value, position }) as const),
  fc.maxSafeInteger().map((value) => ({ kind: 'literal', type: 'long', value: Math.abs(value), position }) as const),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => ({ kind: 'literal', type: 'double', value: Math.abs(value), position }) as const),
  fc.string({ unit: 'binary' }).map((value) => ({ kind: 'literal', type: 'string', value, position }) as const),
  fc.boolean().map((value) => ({ kind: 'literal', type: 'boolean', value, position }) as const),
  fc.constant({ kind: 'literal', type: 'null', value: null, position } as const),
);

const { expression } = fc.letrec<{ expression: AstExpression; step: AstStep }>((tie) => {
  const child = tie('expression');
  const list = fc.array(child, { minLength: 1, maxLength: 3 });
  const pair = fc.array(child, { minLength: 2, maxLength: 3 });
  const name = fc.record({
    kind: fc.constant('name' as const),
    name: names,
    dynamic: fc.boolean(),
    position: fc.constant(position),
  });
  const call = fc.record({
    kind: fc.constant('call' as const),
    name: names,
    distinct: fc.boolean(),
    args: list,
    dynamic: fc.constant(false),
    position: fc.constant(position),
  });
  const compare = fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'is', 'is not');
  const node = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<
    T & { position: typeof position }
  > => fc.record(shape).map((fields) => ({ ...fields, position }));
  const not = fc.boolean();
  return {
    step: fc.oneof(
      name,
      call,
      fc.record({
        kind: fc.constant('index' as const),
        keys: list,
        dynamic: fc.boolean(),
        position: fc.constant(position),
      }),
    ),
    expression: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      literals,
      node({
        kind: fc.constant('chain' as const),
        target: fc.constant(null),
        steps: fc.tuple(fc.oneof(name, call), fc.array(tie('step'), { maxLength: 2 })).map(([a, b]) => [a, ...b]),
      }),
      node({ kind: fc.constant('not' as const), operand: child }),
      node({ kind: fc.constant('negate' as const), operand: child }),
      node({
        kind: fc.constant('arithmetic' as const),
        op: fc.constantFrom('+', '-', '*', '/', '%'),
        left: child,
        right: child,
      }),
      node({ kind: fc.constant('bitwise' as const), op: fc.constantFrom('&', '|', '^'), left: child, right: child }),
      node({ kind: fc.constant('concat' as const), operands: pair }),
      node({ kind: fc.constant('compare' as const), op: compare, left: child, right: child }),
      node({ kind: fc.constant('logical' as const), op: fc.constantFrom('and', 'or'), operands: pair }),
      node({ kind: fc.constant('between' as const), not, value: child, low: child, high: child }),
      node({ kind: fc.constant('in' as const), not, value: child, list }),
      node({
        kind: fc.constant('inRange' as const),
        not,
        value: child,
        low: child,
        high: child,
        lowInclusive: not,
        highInclusive: not,
      }),
      node({ kind: fc.constant('like' as const), not, value: child, pattern: child, escape: fc.option(child) }),
      node({ kind: fc.constant('regexp' as const), not, value: child, pattern: child }),
      node({
        kind: fc.constant('quantified' as const),
        op: compare,
        quantifier: fc.constantFrom('any', 'all'),
        value: child,
        list,
      }),
      node({
        kind: fc.constant('case' as const),
        operand: fc.option(child),
        whens: fc.array(fc.record({ when: child, then: child }), { minLength: 1, maxLength: 2 }),
        otherwise: fc.option(child),
      }),
      node({ kind: fc.constant('array' as const), items: list }),
    ),
  };
});

test('what is printed parses to the same tree', () => {
  fc.assert(
    fc.property(expression, (tree) => {
      const text = printExpression(tree);
      const parsed = parseExpression(text);
      expect(bare(parsed), text).toEqual(bare(tree));
      expect(printExpression(parsed)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});
