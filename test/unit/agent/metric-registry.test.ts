/** Metrics of a domain: declared, found, in use, restored; and events against them. */
import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { MetricRegistry, type CheckedValues } from '../../../src/agent/metric-registry.ts';
import type { PropertyDeclaration } from '../../../src/ports/registry.ts';

const NOW = 1_700_000_000_000;

function registry(store = new MemoryStore(), uses: Record<string, string[]> = {}, maxMetrics?: number): MetricRegistry {
  return new MetricRegistry({ store, usesOf: (metric) => uses[metric] ?? [] }, { domain: 'renci', maxMetrics });
}

function declared(properties: readonly PropertyDeclaration[], name = 'M'): MetricRegistry {
  const made = registry();
  made.declare({ name, description: '', properties });
  return made;
}

const coded = (code: string, text = '', hint?: string) =>
  expect.objectContaining({
    code,
    message: expect.stringContaining(text),
    ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) }),
  });

describe('declarations', () => {
  test('are kept in canonical spelling, over a restart, and the version rises with every change', () => {
    const store = new MemoryStore();
    const first = registry(store);
    expect(first.version).toBe(0);
    const properties = [
      { name: 'host', type: ' String ' },
      { name: 'memutil', type: 'double', unit: '%', description: 'Used memory.' },
      { name: 'loads', type: 'double[]' },
    ];
    expect(first.declare({ name: 'MemUtil', description: 'Memory.', properties })).toBe(true);
    expect(first.declare({ name: 'MemUtil', description: 'Memory.', properties })).toBe(false);
    expect(first.version).toBe(1);

    const second = registry(new MemoryStore(store.snapshot()));
    expect(second.version).toBe(1);
    expect(second.list()).toEqual(first.list());
    expect(second.get('MemUtil')?.properties.map((p) => p.type)).toEqual(['string', 'double', 'double[]']);
    second.delete('MemUtil');
    expect([second.version, second.list()]).toEqual([2, []]);
  });

  test('a metric without properties is the one of the paper', () => {
    const made = declared([], 'Paper');
    expect(made.get('Paper')?.properties.map((p) => `${p.name} ${p.type}`)).toEqual([
      'metricName string',
      'metricValue double',
      'timestamp long',
    ]);
    const values = made.ingest('Paper', { metricName: 'x', metricValue: 1 }, NOW);
    expect(values).toEqual({ metricName: 'x', metricValue: 1, timestamp: NOW, domain: 'renci' });
    expect(made.ingest('Paper', { timestamp: 5 }, NOW)['timestamp']).toBe(5);
  });

  test('a different declaration is refused, unless it replaces one that nobody reads', () => {
    const uses: Record<string, string[]> = {};
    const made = registry(new MemoryStore(), uses);
    made.declare({ name: 'M', description: '', properties: [{ name: 'a', type: 'int' }] });
    const other = { name: 'M', description: '', properties: [{ name: 'a', type: 'long' }] };
    expect(() => made.declare(other)).toThrow(coded('METRIC_EXISTS', 'a int'));
    uses['M'] = ['q1'];
    expect(() => made.declare(other, { replace: true })).toThrow(coded('METRIC_EXISTS'));
    delete uses['M'];
    expect(made.declare(other, { replace: true })).toBe(true);
    expect(made.get('M')?.properties).toEqual([{ name: 'a', type: 'long' }]);
  });

  test.each<readonly [string, readonly PropertyDeclaration[], string]>([
    ['a.b', [], 'cannot name a metric'],
    ['', [], 'cannot name a metric'],
    ['1a', [], 'cannot name a metric'],
    ['x'.repeat(200), [], 'cannot name a metric'],
    ['M', [{ name: 'a b', type: 'int' }], 'cannot name a property'],
    ['M', [{ name: 'domain', type: 'string' }], "the property 'domain'"],
    ['M', [{ name: 'a', type: 'integr' }], "unknown type 'integr'"],
    ['M', [{ name: 'a', type: 'object' }], "unknown type 'object'"],
    ['M', [{ name: 'a', type: 'int[][]' }], "unknown type 'int[][]'"],
    [
      'M',
      [
        { name: 'a', type: 'int' },
        { name: 'a', type: 'int' },
      ],
      'twice',
    ],
  ])('%s with %j is INVALID_METRIC', (name, properties, text) => {
    expect(() => registry().declare({ name, description: '', properties })).toThrow(coded('INVALID_METRIC', text));
  });

  test('their number is bounded', () => {
    const made = registry(new MemoryStore(), {}, 1);
    made.declare({ name: 'A', description: '', properties: [] });
    expect(() => made.declare({ name: 'B', description: '', properties: [] })).toThrow(coded('LIMIT_EXCEEDED'));
  });

  test('one that is read cannot be deleted, and the refusal says by whom; an unknown one gets the nearest name', () => {
    const made = registry(new MemoryStore(), { MemUtil: ['query q1'] });
    made.declare({ name: 'MemUtil', description: '', properties: [] });
    expect(() => made.delete('MemUtil')).toThrow(coded('METRIC_IN_USE', 'query q1'));
    expect(() => made.delete('MemUtli')).toThrow(coded('UNKNOWN_METRIC', 'MemUtli', "'MemUtil'"));
    expect(made.get('MemUtil')).toBeDefined();
  });

  test('are found by text and unit', () => {
    const made = registry();
    made.declare({
      name: 'MemUtil',
      description: 'Main storage',
      properties: [{ name: 'p', type: 'double', unit: '%' }],
    });
    made.declare({
      name: 'Bw',
      description: '',
      properties: [{ name: 'rx', type: 'long', unit: 'bit/s', description: 'Received' }],
    });
    const names = (filter: Parameters<MetricRegistry['list']>[0]) => made.list(filter).map((m) => m.name);
    expect(names({})).toEqual(['Bw', 'MemUtil']);
    expect(names({ match: 'STORAGE' })).toEqual(['MemUtil']);
    expect(names({ match: 'received' })).toEqual(['Bw']);
    expect(names({ unit: '%' })).toEqual(['MemUtil']);
    expect(names({ unit: '%', match: 'bw' })).toEqual([]);
  });

  test('make the catalog that peers read', () => {
    const made = declared([
      { name: 'p', type: 'double', unit: '%' },
      { name: 'tags', type: 'string[]' },
    ]);
    expect(made.catalog()).toEqual({
      domain: 'renci',
      version: 1,
      metrics: [
        {
          name: 'M',
          description: '',
          properties: [
            { name: 'p', type: { kind: 'double' } },
            { name: 'tags', type: { kind: 'array', of: { kind: 'string' } } },
          ],
          units: { p: '%' },
        },
      ],
    });
  });
});

describe('events', () => {
  test.each<readonly [string, unknown, unknown]>([
    ['string', 'ü\u{1F600}', 'ü\u{1F600}'],
    ['int', 5, 5],
    ['int', '-5', -5],
    ['int', -0, 0],
    ['int', 5.0, 5],
    ['long', 2 ** 53 - 1, 2 ** 53 - 1],
    ['long', '1800000000000', 1_800_000_000_000],
    ['long', 12n, 12],
    ['long', new Date(NOW), NOW],
    ['float', 0.1, Math.fround(0.1)],
    ['double', 0.1, 0.1],
    ['double', '1e3', 1000],
    ['boolean', true, true],
    ['boolean', 'false', false],
    ['int[]', [1, null, '2'], [1, null, 2]],
    ['map', { a: 1, b: [{ c: new Date(5) }] }, { a: 1, b: [{ c: 5 }] }],
    ['double', null, null],
    ['string', undefined, null],
  ])('a %s takes %o', (type, value, expected) => {
    const values = declared([{ name: 'p', type }]).ingest('M', { p: value }, NOW);
    expect(values).toEqual({ p: expected, domain: 'renci' });
  });

  test.each<readonly [string, unknown, string, string]>([
    ['string', 5, 'INVALID_EVENT', 'event.p is 5, which is no string'],
    ['string', '\ud800', 'INVALID_EVENT', 'surrogate'],
    ['string', 'x'.repeat(70_000), 'INVALID_EVENT', '70000 characters'],
    ['int', 1.5, 'INVALID_EVENT', 'event.p is 1.5, which is no int'],
    ['int', '12abc', 'INVALID_EVENT', "event.p is '12abc', which is no int"],
    ['int', '', 'INVALID_EVENT', 'no int'],
    ['int', 2 ** 31, 'VALUE_OUT_OF_RANGE', 'beyond a int'],
    ['int', true, 'INVALID_EVENT', 'no int'],
    ['long', 2 ** 53, 'VALUE_OUT_OF_RANGE', 'beyond a long'],
    ['long', '9007199254740993', 'VALUE_OUT_OF_RANGE', 'beyond a long'],
    ['double', NaN, 'VALUE_OUT_OF_RANGE', 'NaN'],
    ['double', '1e999', 'VALUE_OUT_OF_RANGE', '1e999'],
    ['float', 1e39, 'VALUE_OUT_OF_RANGE', 'beyond a float'],
    ['double', new Date(0), 'INVALID_EVENT', 'a date'],
    ['double', new Uint8Array(2), 'INVALID_EVENT', 'base64'],
    ['boolean', 1, 'INVALID_EVENT', 'no boolean'],
    ['int[]', [1, 'x'], 'INVALID_EVENT', 'event.p[1]'],
    ['int[]', 5, 'INVALID_EVENT', 'no int[]'],
    ['map', [1], 'INVALID_EVENT', 'no map'],
    ['map', { a: { b: Infinity } }, 'VALUE_OUT_OF_RANGE', 'event.p.a.b'],
    ['map', { a: new Uint8Array(1) }, 'INVALID_EVENT', 'event.p.a'],
  ])('a %s refuses %o', (type, value, code, text) => {
    expect(() => declared([{ name: 'p', type }]).ingest('M', { p: value }, NOW)).toThrow(coded(code, text));
  });

  test('a map nested without end is refused', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 10_000; i++) deep = { a: deep };
    const made = declared([{ name: 'p', type: 'map' }]);
    expect(() => made.ingest('M', { p: deep }, NOW)).toThrow(coded('INVALID_EVENT', 'too deeply'));
  });

  test('a member that is not declared is refused with the nearest name, also one of every object', () => {
    const made = declared([{ name: 'memutil', type: 'double' }]);
    expect(() => made.ingest('M', { memutl: 5 }, NOW)).toThrow(coded('INVALID_EVENT', "'memutl'", "'memutil'"));
    expect(() => made.ingest('M', { toString: 5 }, NOW)).toThrow(coded('INVALID_EVENT', 'toString'));
    expect(() => made.ingest('Memutil', {}, NOW)).toThrow(coded('UNKNOWN_METRIC'));
  });

  test('the domain is ours: another one is refused', () => {
    const made = declared([{ name: 'p', type: 'int' }]);
    expect(made.ingest('M', { p: 1, domain: 'renci' }, NOW)).toEqual({ p: 1, domain: 'renci' });
    expect(() => made.ingest('M', { domain: 'esnet' }, NOW)).toThrow(coded('INVALID_EVENT', "not 'renci'"));
  });
});

describe('publish', () => {
  function publishing(properties: readonly PropertyDeclaration[] = [{ name: 'p', type: 'int' }]) {
    const made = declared(properties);
    const sent: CheckedValues[] = [];
    const publish = (events: readonly Record<string, unknown>[], client = 'c') =>
      made.publish({ client, metric: 'M', events }, NOW, (values) => void sent.push(values));
    return { publish, sent };
  }

  test('takes all events or none', () => {
    const { publish, sent } = publishing();
    expect(() => publish([{ p: 1 }, { p: 2 }, { q: 3 }])).toThrow(coded('INVALID_EVENT', 'events[2]'));
    expect(sent).toEqual([]);
    expect(publish([{ p: 1 }, { p: 2 }])).toEqual({ accepted: 2, duplicates: 0 });
    expect(sent.map((v) => v['p'])).toEqual([1, 2]);
  });

  test('an id seen before from the same client has no effect, also within one batch', () => {
    const { publish, sent } = publishing();
    expect(
      publish([
        { p: 1, id: 'a' },
        { p: 2, id: 'a' },
        { p: 3, id: 7 },
      ]),
    ).toEqual({ accepted: 2, duplicates: 1 });
    expect(publish([{ p: 4, id: 'a' }, { p: 5, id: '7' }, { p: 6 }])).toEqual({ accepted: 1, duplicates: 2 });
    expect(publish([{ p: 7, id: 'a' }], 'another')).toEqual({ accepted: 1, duplicates: 0 });
    expect(sent.map((v) => v['p'])).toEqual([1, 3, 6, 7]);
  });

  test('an event that was not sent is not remembered', () => {
    const made = declared([{ name: 'p', type: 'int' }]);
    const batch = { client: 'c', metric: 'M', events: [{ p: 1, id: 'a' }] };
    const fail = () => {
      throw new Error('skew');
    };
    expect(() => made.publish(batch, NOW, fail)).toThrow('skew');
    expect(made.publish(batch, NOW, () => {})).toEqual({ accepted: 1, duplicates: 0 });
  });

  test('a metric that declares id has it as a property', () => {
    const { publish, sent } = publishing([{ name: 'id', type: 'string' }]);
    expect(publish([{ id: 'a' }, { id: 'a' }])).toEqual({ accepted: 2, duplicates: 0 });
    expect(sent.map((v) => v['id'])).toEqual(['a', 'a']);
  });

  test('ids are forgotten oldest first', () => {
    const made = new MetricRegistry({ store: new MemoryStore(), usesOf: () => [] }, { domain: 'd', maxIds: 2 });
    made.declare({ name: 'M', description: '', properties: [{ name: 'p', type: 'int' }] });
    const publish = (id: string) =>
      made.publish({ client: 'c', metric: 'M', events: [{ id }] }, NOW, () => {}).accepted;
    expect(['a', 'b', 'a', 'c', 'b', 'a'].map(publish)).toEqual([1, 1, 0, 1, 0, 1]);
  });

  test.each([[''], ['x'.repeat(300)], [1.5], [true]])('%j is no id', (id) => {
    expect(() => publishing().publish([{ p: 1, id }])).toThrow(coded('INVALID_EVENT', 'events[0].id'));
  });
});
