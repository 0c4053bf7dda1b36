/** ENGINE rule 8: nothing that stands in a statement or a catalog gets out of its literal. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { STRING } from '../../../../src/model/value.ts';
import { cachedSources } from '../../../../src/engine/compile/code-cache.ts';
import { compileExpression, compileKey } from '../../../../src/engine/compile/compile.ts';
import { quote } from '../../../../src/engine/compile/quote.ts';
import { AST, compare, evaluate, lit, makeContext, makeEvent, prop } from './nodes.ts';

const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      "'",
      '`',
      '\\',
      '\n',
      '\r',
      '\u2028',
      '\u2029',
      '${',
      ']',
      ')',
      ';',
      '//',
      '*/',
      '\ud800',
      '\u0000',
      'constructor',
    ),
  }),
);

test('quote yields one printable literal that denotes the text', () => {
  fc.assert(
    fc.property(HOSTILE, (text) => {
      const literal = quote(text);
      expect(literal).toMatch(/^"[\x20-\x7e]*"$/u);
      expect(JSON.parse(literal)).toBe(text);
      // oxlint-disable-next-line no-new-func, no-implied-eval -- what is tested
      expect(new Function(`return ${literal}`)()).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test('names of properties, members and variables, and literals, stay data', () => {
  fc.assert(
    fc.property(HOSTILE, HOSTILE, (name, text) => {
      expect(evaluate(prop(name, STRING), { [name]: text })).toBe(text);
      expect(evaluate(compare('=', prop(name, STRING), lit(text)), { [name]: text })).toBe(true);
      const nested = {
        kind: 'property',
        ref: { level: 0, stream: 0, tag: null },
        path: [
          { kind: 'name', name: 'm', dynamic: false },
          { kind: 'key', key: name, dynamic: false },
        ],
        type: STRING,
        nullable: true,
        ast: AST,
      } as const;
      const map = Object.assign(Object.create(null), { [name]: text });
      // `__proto__` on a null prototype is an ordinary member only by definition
      Object.defineProperty(map, name, { value: text, enumerable: true, configurable: true });
      expect(evaluate(nested, { m: map })).toBe(text);
      const variable = { kind: 'variable', name, path: [], type: STRING, nullable: true, ast: AST } as const;
      expect(compileExpression(variable)([], makeContext({ variable: (n) => (n === name ? text : null) }))).toBe(text);
      const struct = {
        kind: 'struct',
        members: [{ name, value: lit(text) }],
        type: { kind: 'map' },
        nullable: false,
        ast: AST,
      } as const;
      expect(Object.entries(evaluate(struct) ?? {})).toEqual([[name, text]]);
    }),
    { numRuns: 500 },
  );
});

test('statements that differ in constants share code', () => {
  const shape = (host: string) => compileExpression(compare('=', prop('shared', STRING), lit(host)));
  shape('h0');
  const before = cachedSources();
  for (let i = 1; i < 100; i++) expect(shape(`h${i}`)([makeEvent({ shared: `h${i}` })], makeContext())).toBe(true);
  expect(cachedSources()).toBe(before);
});

test('keys of several values are equal exactly when the values are', () => {
  const value = fc.oneof(
    fc.constantFrom(null, '', '1', '1;', 1, -0, 0, true),
    fc.string({ maxLength: 3 }),
    fc.integer({ min: -3, max: 3 }),
  );
  const key = compileKey([prop('a', { kind: 'object' }), prop('b', { kind: 'object' })]);
  fc.assert(
    fc.property(value, value, value, value, (a, b, c, d) => {
      const same = (x: unknown, y: unknown) => x === y;
      const one = key([makeEvent({ a, b })], makeContext());
      const two = key([makeEvent({ a: c, b: d })], makeContext());
      expect(one === two).toBe(same(a, c) && same(b, d));
    }),
  );
});
