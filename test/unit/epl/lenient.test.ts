import { describe, expect, test } from 'vitest';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { rewriteAliasInWhere } from '../../../src/epl/lenient.ts';
import { parseModule, parseStatement } from '../../../src/epl/parse.ts';
import { printStatement } from '../../../src/epl/print.ts';
import { catalog } from './support.ts';

const TYPES = catalog({ MemUtilEvent: { host: 'string', memutil: 'double' } });

function rewritten(text: string): { text: string; notes: readonly string[] } {
  const { statement, notes } = rewriteAliasInWhere(parseStatement(text), TYPES);
  const printed = printStatement(statement);
  analyzeModule(parseModule(printed), TYPES);
  return { text: printed, notes };
}

describe('an alias in where', () => {
  test("the paper's query reads as having", () => {
    const { text, notes } = rewritten(
      'select avg(memutil) as avgMemUtil from MemUtilEvent.win:time(20 sec) where avgMemUtil > 70',
    );
    expect(text).toBe('select avg(memutil) as avgMemUtil from MemUtilEvent.win:time(20 sec) having avg(memutil) > 70');
    expect(notes).toEqual([
      "an alias of an aggregation cannot stand in where: 'avgMemUtil' was read as 'having avg(memutil) > 70'",
    ]);
  });

  test('conjuncts without the alias stay, and an own having is kept', () => {
    const { text } = rewritten(
      "select avg(memutil) as a, host from MemUtilEvent#time(20 sec) where memutil > 1 and a > 70 and host = 'x' group by host having count(*) > 2",
    );
    expect(text).toContain("where memutil > 1 and host = 'x' group by host having count(*) > 2 and avg(memutil) > 70");
  });

  test('the alias of a plain expression is replaced in place', () => {
    const { text, notes } = rewritten('select memutil * 2 as twice from MemUtilEvent where twice > 70 or twice < 5');
    expect(text).toContain('where memutil * 2 > 70 or memutil * 2 < 5');
    expect(notes).toHaveLength(1);
  });

  test('an alias that is also a property means the property', () => {
    const text = 'select avg(memutil) as memutil from MemUtilEvent#time(20 sec) where memutil > 70';
    expect(rewritten(text)).toEqual({ text, notes: [] });
  });

  test('a statement without such an alias comes back as it is', () => {
    const statement = parseStatement('select host as h from MemUtilEvent where memutil > 70');
    expect(rewriteAliasInWhere(statement, TYPES).statement).toBe(statement);
  });
});
