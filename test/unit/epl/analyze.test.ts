import { describe, expect, test } from 'vitest';
import type { CheckedExpression } from '../../../src/model/checked.ts';
import { stringifyType } from '../../../src/model/value.ts';
import { catalogOf } from '../../../src/epl/catalog.ts';
import { analyze, columns, select, TYPES } from './support.ts';

function expressionOf(text: string): CheckedExpression {
  const item = select(`select ${text} as x from E#keepall as e`).select[0];
  if (item?.kind !== 'expression') throw new Error('no expression');
  return item.expression;
}

describe('types', () => {
  test.each([
    ['n + 1', 'int'],
    ['n + big', 'long'],
    ['n + f', 'double'],
    ['f + f', 'float'],
    ['n * 1.0', 'double'],
    ['n / 2', 'double'],
    ['n % 3', 'int'],
    ['-big', 'long'],
    ['n & 3', 'int'],
    ['ok ^ true', 'boolean'],
    ["host || 'x'", 'string'],
    ['n > 1 and ok', 'boolean'],
    ['n between 1 and 5', 'boolean'],
    ['host in (tags)', 'boolean'],
    ['case when ok then 1 else 2.5 end', 'double'],
    ['case n when 1 then host end', 'string'],
    ['coalesce(n, big)', 'long'],
    ['max(n, d)', 'double'],
    ['cast(n, string)', 'string'],
    ['instanceof(d, int)', 'boolean'],
    ['current_timestamp', 'long'],
    ['geo.lat', 'double'],
    ['nics[1].mbps', 'int'],
    ["m('zone')", 'object'],
    ['extra?', 'object'],
    ['tags', 'string[]'],
    ['{1, 2.5}', 'double[]'],
    ['new {a = n, b = host}', '{a: int, b: string}'],
    ['e', 'E'],
    ['e.geo', 'Geo'],
    ['sum(n)', 'int'],
    ['sum(big)', 'long'],
    ['avg(n)', 'double'],
    ['count(*)', 'long'],
    ['max(host)', 'string'],
    ['window(n)', 'int[]'],
    ['last(*)', 'E'],
    ['maxby(n).host', 'string'],
    ['prev(1, n)', 'int'],
    ['prevcount(n)', 'long'],
    ['prevwindow(e)', 'E[]'],
    ['(select load from Cpu#lastevent)', 'double'],
    ['(select host, load as l from Cpu#lastevent)', '{host: string, l: double}'],
    ['(select * from Cpu#lastevent)', 'Cpu'],
    ['exists (select * from Cpu#lastevent)', 'boolean'],
  ])('%s is %s', (text, type) => {
    expect(stringifyType(expressionOf(text).type)).toBe(type);
  });

  test('only what can be null is nullable', () => {
    expect(expressionOf('1 + 2').nullable).toBe(false);
    expect(expressionOf('n + 2').nullable).toBe(true);
    expect(expressionOf('n is null').nullable).toBe(false);
    expect(expressionOf('count(*)').nullable).toBe(false);
    expect(expressionOf('sum(n)').nullable).toBe(true);
    expect(expressionOf('n between 1 and 2').nullable).toBe(false);
  });
});

describe('names', () => {
  test('a property of one of two streams needs no alias', () => {
    const { where } = select('select * from Cpu#lastevent as c, Mem#lastevent as m where load > util');
    expect(where[0]).toMatchObject({ left: { ref: { level: 0, stream: 0 } }, right: { ref: { level: 0, stream: 1 } } });
  });

  test('a stream without alias goes by the name of its type', () => {
    expect(columns('select Cpu.host, Mem.util from Cpu#lastevent, Mem#lastevent')).toEqual([
      'Cpu.host: string',
      'Mem.util: double',
    ]);
  });

  test('nested paths keep their steps', () => {
    expect(expressionOf('nics[1].name?')).toMatchObject({
      kind: 'property',
      path: [
        { kind: 'name', name: 'nics' },
        { kind: 'index', index: 1 },
        { kind: 'name', name: 'name', dynamic: true },
      ],
    });
  });

  test('a subquery that reads the outer stream is correlated and refers to level 1', () => {
    const { subqueries } = select(
      'select (select util from Mem#keepall as m where m.host = c.host) as u from Cpu as c',
    );
    expect(subqueries).toHaveLength(1);
    expect(subqueries[0]).toMatchObject({
      correlated: true,
      where: [{ left: { ref: { level: 0, stream: 0 } }, right: { ref: { level: 1, stream: 0 } } }],
    });
  });

  test('order by knows the aliases of the select clause', () => {
    const { orderBy, aggregates } = select(
      'select host, avg(load) as a from Cpu#keepall group by host order by a desc, host',
    );
    expect(orderBy).toMatchObject([
      { descending: true, expression: { kind: 'aggregate', index: 0 } },
      { descending: false },
    ]);
    expect(aggregates).toHaveLength(1);
  });

  test('variables are found behind properties', () => {
    const module = analyze('create variable int lim = 5; select * from Cpu(load > lim)');
    expect(module.statements[1]).toMatchObject({
      streams: [{ source: { filter: [{ right: { kind: 'variable', name: 'lim', type: { kind: 'int' } } }] } }],
    });
  });
});

describe('selects', () => {
  test('where is split into conjuncts, however nested', () => {
    expect(select("select * from Cpu where (load > 1 and cores > 2) and host = 'a'").where).toHaveLength(3);
    expect(select('select * from Cpu(load > 1, cores > 2 and cores < 9)').streams[0]?.source).toMatchObject({
      filter: { length: 3 },
    });
  });

  test('equal aggregations occur once', () => {
    const { aggregates, having } = select(
      'select avg(load) as a, AVG(load) + 1 as b, avg(load, filter: cores > 1) as c from Cpu#keepall having avg(load) > 2',
    );
    expect(aggregates.map((a) => [a.name, a.filter === null])).toEqual([
      ['avg', true],
      ['avg', false],
    ]);
    expect(having).toMatchObject({ left: { kind: 'aggregate', index: 0 } });
  });

  test('joins carry their equalities', () => {
    const { joins, streams } = select(
      'select * from Cpu#keepall as c left outer join Mem#keepall as m on c.host = m.host and c.cores = m.used',
    );
    expect(joins).toMatchObject([{ kind: 'left', right: 1, on: { length: 2 } }]);
    expect(streams.map((s) => [s.index, s.alias, s.windows.map((w) => w.name)])).toEqual([
      [0, 'c', ['keepall']],
      [1, 'm', ['keepall']],
    ]);
  });

  test('wildcards', () => {
    expect(columns('select * from Cpu')).toEqual(['host: string', 'load: double', 'cores: int']);
    expect(columns('select * from Cpu#lastevent as c, Mem#lastevent')).toEqual(['c: Cpu', 'stream_1: Mem']);
    expect(columns('select c.*, m.util as u from Cpu#lastevent as c, Mem#lastevent as m')).toEqual([
      'host: string',
      'load: double',
      'cores: int',
      'u: double',
    ]);
    expect(columns('select c.* as x, * from Cpu as c')).toEqual([
      'x: Cpu',
      'host: string',
      'load: double',
      'cores: int',
    ]);
  });

  test('rollup, cube and grouping sets become levels, most detailed first', () => {
    const sets = (clause: string): unknown =>
      select(`select count(*) as c from E#keepall group by ${clause}`).groupingSets;
    expect(sets('host, n')).toBeNull();
    expect(sets('rollup(host, n)')).toEqual([[0, 1], [0], []]);
    expect(sets('cube(host, n)')).toEqual([[0, 1], [0], [1], []]);
    expect(sets('host, rollup(n, ok)')).toEqual([[0, 1, 2], [0, 1], [0]]);
    expect(sets('grouping sets((host, n), (n), ())')).toEqual([[0, 1], [1], []]);
    expect(sets('rollup((host, n), ok)')).toEqual([[0, 1, 2], [0, 1], []]);
  });

  test('derived-value windows change the type', () => {
    expect(columns('select * from Cpu#length(3)#uni(load, host)')).toContain('datapoints: long');
    expect(columns('select size, host from Cpu#length(3)#size(host)')).toEqual(['size: long', 'host: string']);
    expect(select('select average from Cpu#keepall#weighted_avg(load, cores)').streams[0]?.source).toMatchObject({
      eventType: { name: 'Cpu' },
    });
  });

  test('expr windows keep their own aggregations', () => {
    const statement = select('select sum(load) as s from Cpu#expr(sum(cores) < 9 and current_count < 5)');
    expect(statement.aggregates.map((a) => a.args[0]?.ast.kind)).toEqual(['chain']);
    expect(statement.streams[0]?.windows[0]?.aggregates).toMatchObject([{ name: 'sum' }]);
  });

  test('output, limit and variables', () => {
    const module = analyze(
      'create variable int k = 2; select host from Cpu output every k events order by host limit k offset 1',
    );
    expect(module.statements[1]).toMatchObject({
      output: { selector: 'default', rate: { kind: 'events', count: { kind: 'variable', name: 'k' } } },
      limit: { count: { kind: 'variable', name: 'k' }, offset: { kind: 'number', value: 1 } },
    });
  });

  test('declared expressions are put in place', () => {
    const text = 'expression ratio {x => x.load / x.cores} select ratio(c) as r from Cpu as c';
    expect(select(text).select[0]).toMatchObject({
      expression: { kind: 'arithmetic', op: '/', left: { kind: 'property', ref: { level: 0, stream: 0 } } },
    });
  });

  test('an argument of a declared expression keeps its stream inside a subquery', () => {
    const text =
      'expression mem {x => (select util from Mem#keepall as m where m.host = x.host)} select mem(c) as u from Cpu as c';
    expect(select(text).subqueries[0]).toMatchObject({
      correlated: true,
      where: [{ right: { ref: { level: 1, stream: 0 } } }],
    });
  });
});

describe('declarations', () => {
  test('insert into infers a type that later statements read', () => {
    const module = analyze('insert into Hot select host, load * 2 as twice from Cpu; select twice from Hot');
    expect(module.eventTypes.get('Hot')?.properties).toMatchObject([
      { name: 'host', type: { kind: 'string' } },
      { name: 'twice', type: { kind: 'double' } },
    ]);
  });

  test('create schema with inheritance and copies', () => {
    const module = analyze(
      'create schema A(x int); create schema B(y Geo[]) inherits A; create schema C(z long) copyfrom B',
    );
    expect(module.eventTypes.get('B')).toMatchObject({ supertypes: ['A'], properties: [{ name: 'x' }, { name: 'y' }] });
    expect(module.eventTypes.get('C')).toMatchObject({
      supertypes: [],
      properties: [{ name: 'x' }, { name: 'y' }, { name: 'z' }],
    });
  });

  test('a variant has what its members share', () => {
    const module = analyze('create variant schema V as Cpu, Mem; insert into V select * from Cpu; select host from V');
    expect(module.eventTypes.get('V')?.properties.map((p) => p.name)).toEqual(['host']);
  });

  test('names of statements and annotations', () => {
    const [statement] = analyze("@Name('s0') @Tag(name='a', value='b') @Priority(10) select * from Cpu").statements;
    expect(statement?.name).toBe('s0');
    expect(statement?.annotations.map((a) => a.value)).toEqual(['s0', 'b', 10]);
  });

  test('what one module declares is there for the next by addModule', () => {
    const layer = catalogOf([], TYPES);
    layer.addModule(
      analyze(
        'create expression twice {x => x.load * 2}; create variable int lim = 1; insert into Hot select host from Cpu',
      ),
    );
    expect(columns('select twice(c) as t, lim from Cpu as c', layer)).toEqual(['t: double', 'lim: int']);
    expect(columns('select * from Hot', layer)).toEqual(['host: string']);
  });

  test('a split stream makes the types of its branches', () => {
    const module = analyze(
      'on Cpu as c insert into Busy select host, load * 2 as x where load > 1 insert into Rest select * output all',
    );
    expect(module.statements[0]).toMatchObject({
      kind: 'onSplit',
      output: 'all',
      branches: [{ where: { length: 1 } }, { where: [] }],
    });
    expect(module.eventTypes.get('Busy')?.properties.map((p) => p.name)).toEqual(['host', 'x']);
    expect(module.eventTypes.get('Rest')?.properties.map((p) => p.name)).toEqual(['host', 'load', 'cores']);
  });

  test('update istream assigns properties of its stream', () => {
    expect(
      analyze("update istream Cpu as c set load = c.load * 2, cores = 1 where host = 'a'").statements[0],
    ).toMatchObject({
      kind: 'updateIstream',
      assignments: [{ property: 'load' }, { property: 'cores' }],
      where: { length: 1 },
    });
  });

  test('on set reads the triggering event', () => {
    const module = analyze('create variable double x = 0; on Cpu(cores > 1) as c set x = c.load');
    expect(module.statements[1]).toMatchObject({
      kind: 'onSet',
      assignments: [{ variable: 'x', value: { kind: 'property' } }],
    });
  });
});
