import { describe, expect, test } from 'vitest';
import { parseExpression, parseModule } from '../../../src/epl/parse.ts';
import { printExpression, printModule } from '../../../src/epl/print.ts';
import { scenarios, textsOf } from './scenarios.ts';
import { bare } from './support.ts';

describe('printing', () => {
  test('every text of the golden scenarios parses to the same tree again, and printing is a fixpoint', () => {
    let count = 0;
    for (const scenario of scenarios()) {
      for (const text of textsOf(scenario)) {
        let tree: ReturnType<typeof parseModule>;
        try {
          tree = parseModule(text);
        } catch (error) {
          // Texts with syntax errors are scenarios too.
          expect(scenario.expect.ok, `${scenario.name}: ${String(error)}`).toBe(false);
          continue;
        }
        const printed = printModule(tree);
        const again = parseModule(printed);
        expect(bare(again), `${scenario.name}\n${printed}`).toEqual(bare(tree));
        expect(printModule(again)).toBe(printed);
        count++;
      }
    }
    expect(count).toBeGreaterThan(800);
  });

  test.each([
    ['(a or b) and c', '(a or b) and c'],
    ['a or b and c', 'a or b and c'],
    ['not (a and b)', 'not (a and b)'],
    ['not (not a)', 'not not a'],
    ['a-(b-c)', 'a - (b - c)'],
    ['(a-b)-c', 'a - b - c'],
    ['a*(b+c)', 'a * (b + c)'],
    ['-(a+b)', '-(a + b)'],
    ['- -5', '5'],
    ['-(-5)', '-(-5)'],
    ['a - -5', 'a - -5'],
    ['(a = b) = c', 'a = b = c'],
    ['a = (b = c)', 'a = (b = c)'],
    ['a<>b', 'a != b'],
    ['(a & b) | c', 'a & b | c'],
    ['a & (b | c)', 'a & (b | c)'],
    ["(a || 'x') like b", "a || 'x' like b"],
    ['a between b+1 and c', 'a between b + 1 and c'],
    ['x in [1:5)', 'x in [1 : 5)'],
    ['x not in (1, 2)', 'x not in (1, 2)'],
    ['1e3', '1000.0'],
    ['.5', '0.5'],
    ['5L', '5L'],
    ['2.0f', '2f'],
    ['3000000000', '3000000000L'],
    ["'it\\'s \\\\ \\u0041'", "'it\\'s \\\\ A'"],
    ['`order`.`my val`[0]?', '`order`.`my val`[0]?'],
    ['1 minutes 30 seconds', '1 min 30 sec'],
    ['a.where(x => x > 1).take(2)', 'a.where(x => x > 1).take(2)'],
    ['f((x, i) => i)', 'f((x, i) => i)'],
    ['sum(distinct a, filter: b > 1)', 'sum(distinct a, filter: b > 1)'],
    ['new {a = 1, b}', 'new {a = 1, b = b}'],
    ['cast(x, long[])', 'cast(x, long[])'],
    ['case a when 1 then 2 else 3 end', 'case a when 1 then 2 else 3 end'],
    ['exists(x?)', 'exists(x?)'],
    ['(select a from E#keepall).b', '(select a from E#keepall).b'],
  ])('%s prints as %s', (text, printed) => {
    const tree = parseExpression(text);
    expect(printExpression(tree)).toBe(printed);
    expect(bare(parseExpression(printed))).toEqual(bare(tree));
  });

  test('positions are those of the text', () => {
    const tree = parseExpression('a +\n  bcd');
    expect(tree.position).toEqual({ offset: 0, length: 9, line: 1, column: 1 });
    const right = tree.kind === 'arithmetic' ? tree.right : null;
    expect(right?.position).toEqual({ offset: 6, length: 3, line: 2, column: 3 });
  });

  test('nodes are frozen', () => {
    const tree = parseExpression('a + b');
    expect(Object.isFrozen(tree)).toBe(true);
    expect(Object.isFrozen(tree.position)).toBe(true);
  });
});
