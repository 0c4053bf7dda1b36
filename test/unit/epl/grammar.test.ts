import { describe, expect, test } from 'vitest';
import type { AstSelectStatement } from '../../../src/model/ast.ts';
import { parseModule, parseStatement } from '../../../src/epl/parse.ts';
import { printStatement } from '../../../src/epl/print.ts';
import { bare } from './support.ts';

function parseSelect(text: string): AstSelectStatement {
  const statement = parseStatement(text);
  if (statement.kind !== 'selectStatement') throw new Error(`a ${statement.kind}`);
  return statement;
}

describe('streams', () => {
  test('a dotted name ends where a window in the old spelling begins', () => {
    const { select } = parseSelect('select * from renci.MemUtil.win:length(1) as m');
    expect(select.from?.source).toMatchObject({
      kind: 'filter',
      typeName: 'renci.MemUtil',
      nameParts: ['renci', 'MemUtil'],
    });
    expect(select.from?.windows).toMatchObject([{ namespace: 'win', name: 'length' }]);
    expect(select.from?.alias).toBe('m');
  });

  test('a back-quoted part may hold dots', () => {
    const { select } = parseSelect('select * from `net.example.org`.BW');
    expect(select.from?.source).toMatchObject({ typeName: 'net.example.org.BW', nameParts: ['net.example.org', 'BW'] });
  });

  test('old and new spelling of a window differ in the name space alone', () => {
    const old = parseSelect('select * from E.std:unique(a).win:time(5 sec)').select.from?.windows;
    const now = parseSelect('select * from E#unique(a)#time(5 sec)').select.from?.windows;
    expect(old?.map((w) => w.namespace)).toEqual(['std', 'win']);
    expect(bare(old?.map((w) => [w.name, w.args]))).toEqual(bare(now?.map((w) => [w.name, w.args])));
  });

  test('alias without as, unidirectional and retain-union', () => {
    const { select } = parseSelect('select * from A#lastevent a unidirectional, B#length(2)#unique(x) b retain-union');
    expect(select.from).toMatchObject({ alias: 'a', unidirectional: true, retain: null });
    expect(select.joins[0]).toMatchObject({ kind: 'comma', stream: { alias: 'b', retain: 'union' } });
  });

  test('joins of all kinds', () => {
    const { select } = parseSelect(
      'select * from A as a inner join B as b on a.x = b.x left outer join C as c on a.x = c.x right outer join D as d on a.x = d.x full outer join F as f on a.x = f.x join G as g on a.x = g.x',
    );
    expect(select.joins.map((j) => j.kind)).toEqual(['inner', 'left', 'right', 'full', 'inner']);
  });

  test('contained events', () => {
    const { select } = parseSelect("select * from B(h != 'x')[select id from jobs as j where a > 1][tasks @type(T)]");
    expect(select.from?.source).toMatchObject({
      contained: [
        { select: [{ kind: 'expression' }], alias: 'j', where: { kind: 'compare' } },
        { select: null, typeName: 'T', where: null },
      ],
    });
  });
});

describe('clauses', () => {
  test('all clauses of a select in order', () => {
    const { select, insertInto } = parseSelect(
      'insert rstream into T(x, y) select irstream distinct a as x, b y from E where a > 1 group by a having sum(b) > 2 output last every 5 events order by a desc, b limit 3 offset n',
    );
    expect(insertInto).toMatchObject({ selector: 'rstream', typeName: 'T', columns: ['x', 'y'] });
    expect(select).toMatchObject({ selector: 'irstream', distinct: true });
    expect(select.items).toMatchObject([{ alias: 'x' }, { alias: 'y' }]);
    expect(select.output).toMatchObject({ selector: 'last', rate: { kind: 'events', count: { value: 5 } } });
    expect(select.orderBy.map((o) => o.direction)).toEqual(['desc', null]);
    expect(select.limit).toMatchObject({ count: { kind: 'number', value: 3 }, offset: { kind: 'name', name: 'n' } });
  });

  test('limit with a comma puts the offset first', () => {
    expect(parseSelect('select * from E limit 1, 5').select.limit).toMatchObject({
      count: { value: 5 },
      offset: { value: 1 },
    });
  });

  test.each([
    ['output every 5 sec', { rate: { kind: 'time' } }],
    ['output every n events', { rate: { kind: 'events', count: { kind: 'name', name: 'n' } } }],
    ['output every n min', { rate: { kind: 'time', period: { kind: 'period' } } }],
    ['output after 3 events', { after: { kind: 'events' }, rate: null }],
    ['output after 4 sec snapshot every 3 sec', { after: { kind: 'time' }, selector: 'snapshot' }],
    ['output snapshot at (*/5, 8:17, [1, 3], *, *, 5 last)', { rate: { kind: 'crontab' } }],
    ['output when flush then set flush = false, n = n + 1', { rate: { kind: 'when' } }],
    ['output when terminated and x > 1', { rate: { kind: 'whenTerminated' } }],
    ['output every 3 events and when terminated', { rate: { kind: 'events' }, andWhenTerminated: { condition: null } }],
  ])('%s', (clause, expected) => {
    const statement = parseSelect(`select * from E ${clause}`);
    expect(statement.select.output).toMatchObject(expected);
    expect(bare(parseStatement(printStatement(statement)))).toEqual(bare(statement));
  });

  test('grouping', () => {
    const { groupBy } = parseSelect(
      'select * from E group by a, rollup(b, (c, d)), cube(e, f), grouping sets((a, b), (), c)',
    ).select;
    expect(groupBy.map((g) => g.kind)).toEqual(['expression', 'rollup', 'cube', 'groupingSets']);
  });

  test('keywords name properties where no clause begins', () => {
    const { select } = parseSelect(
      'select count, sum, last, first, window, min, left, limit, a.order, at from E where hour > 1',
    );
    expect(select.items).toHaveLength(10);
  });

  test('keywords in any case, comments anywhere', () => {
    const { select } = parseSelect('SELECT /* x */ a FROM E // end\n WHERE NOT a');
    expect(select.where?.kind).toBe('not');
  });
});

describe('modules', () => {
  test('statements with empty ones between, module, uses', () => {
    const module = parseModule("module a.b; uses c.d; @Name('x') select * from E;; select * from F;");
    expect(module).toMatchObject({ name: 'a.b', uses: ['c.d'] });
    expect(module.statements).toHaveLength(2);
    expect(module.statements[0]?.annotations).toMatchObject([{ name: 'Name', value: 'x' }]);
  });

  test('an empty text is a module without statements', () => {
    expect(parseModule('').statements).toEqual([]);
    expect(parseModule(' ; ;').statements).toEqual([]);
  });

  test.each([
    'create constant variable int X = 5',
    "create variable string[] S = {'a'}",
    'create json schema S (a int, b Geo[]) inherits T, U copyfrom V starttimestamp a endtimestamp b',
    'create variant schema V as A, B',
    'create expression f {(a, b) => a.x + b.y}',
    'expression total alias for {a * b} select total from E',
    'create window W#keepall as (host string, v double)',
    'create window W#unique(a)#time(5 sec) retain-union as select a, b from E insert where a > 1',
    'create table T (k string primary key, s sum(long), w window(*) @type(E))',
    "create table T (k string primary key, w countMinSketch({epsOfTotalCount: 0.000002, topk: 10, agent: 'a.B'}), v countMinSketch())",
    'create unique index I on W (a hash, b btree)',
    'create context C partition by a and b from E, a from F(x > 1) as f initiated by F as q terminated after 10 sec',
    'create context C group by a < 1 as low, group by a >= 1 as high from E',
    'create context C coalesce by consistent_hash_crc32(a) from E granularity 4 preallocate',
    'create context C start (0, *, *, *, *) end pattern [every timer:interval(5 sec)]',
    'create context C initiated by distinct(a.x) E as a terminated by F(x = a.x)',
    'create context C initiated by @now and pattern [every timer:interval(5 sec)] terminated after 1 min',
    'create context N context A start E end F, context B partition by x from E',
    'on E(a > 1) as e set x = 1, y = e.a',
    'on E select and delete a from W as w where w.a = 1',
    'on E delete from W as w where w.a = 1',
    'on E update W as w set a = 1, b = w.a + 1 where w.b = 2',
    'on E as e merge W as w where w.a = e.a when matched and e.b > 1 then delete when not matched then insert into X (a) select e.a where e.a > 1 then update set a = 1',
    'on E merge W insert (a) select b',
    'on E insert into A select * where a > 1 insert into B(x) select b from [jobs] as j output all',
    'on pattern [every timer:interval(10 sec)] select a from W order by a',
    'update istream E as e set a = 1 where e.b > 2',
    "insert into W(a, b) values (1, 'x'), (2, 'y')",
    'select a.x from pattern @DiscardPartialsOnMatch [every a=A(x > 1) -[2]> (b=B(y = a.x) or timer:interval(5 sec)) where timer:within(1 min) and not C]',
    'select * from pattern [[2:4] a=A until b=B -> every-distinct(a.x, 10 sec) [3] c=C while (c.x > 1)]',
    'select * from E match_recognize (partition by a measures x.a as xa, last(y.b) as yb all matches after match skip to next row pattern (x (y | z)+? w{2,3} match_recognize_permute(p, q)) interval 10 sec or terminated define y as y.b > prev(y.b))',
  ])('%s round trips', (text) => {
    const statement = parseStatement(text);
    const printed = printStatement(statement);
    expect(bare(parseStatement(printed)), printed).toEqual(bare(statement));
    expect(printStatement(parseStatement(printed))).toBe(printed);
  });

  test('every before a sequence binds to its first pattern alone', () => {
    const statement = parseSelect('select * from pattern [every a=A -> b=B]');
    const source = statement.select.from?.source;
    expect(source?.kind === 'pattern' ? source.pattern : null).toMatchObject({
      kind: 'followedBy',
      first: { kind: 'every' },
    });
  });
});
