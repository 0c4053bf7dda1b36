/** Parameters of every method: what passes arrives at the target as meant, what does not gets code, place and hint. */
import { beforeEach, describe, expect, test } from 'vitest';
import { managementMethods } from '../../../src/management/methods.ts';
import { MethodTable } from '../../../src/management/system-methods.ts';
import type { XmlRpcValue } from '../../../src/management/xml-rpc-codec.ts';
import { FakeTarget } from '../../support/fake-target.ts';

let target: FakeTarget;
let table: MethodTable;

beforeEach(() => {
  target = new FakeTarget();
  table = new MethodTable(managementMethods(target));
});

function call(method: string, ...params: XmlRpcValue[]): Promise<XmlRpcValue> {
  return table.call(method, params, { identity: 'loopback' });
}

const coded = (code: string, text: string) =>
  expect.objectContaining({ code, describe: expect.any(Function), message: expect.stringContaining(text) });

describe('metrics', () => {
  test('are declared by a list or a struct of properties, or by none, listed and deleted', async () => {
    const memutil = { name: 'memutil', type: 'double', unit: '%', description: 'Used.' };
    expect(await call('registerMetric', 'A', [memutil], { description: 'Memory' })).toBe(true);
    expect(await call('registerMetric', 'B', { host: 'string', n: 'int' })).toBe(true);
    expect(await call('registerMetric', 'C')).toBe(true);
    expect(await call('registerMetric', 'D', [], {})).toBe(true);
    expect(await call('listMetrics')).toMatchObject([
      { domain: 'renci', name: 'A', description: 'Memory', properties: [memutil], uses: 0 },
      {
        name: 'B',
        properties: [
          { name: 'host', type: 'string' },
          { name: 'n', type: 'int' },
        ],
      },
      { name: 'C', properties: [{ name: 'metricName' }, { name: 'metricValue' }, { name: 'timestamp' }] },
      { name: 'D' },
    ]);
    expect(await call('listMetrics', { unit: '%', federation: true })).toHaveLength(1);
    expect(await call('deleteMetric', 'A')).toBe(true);
    await expect(call('deleteMetric', 'A')).rejects.toEqual(coded('UNKNOWN_METRIC', 'A'));
  });

  test('take events with ids per client', async () => {
    await call('registerMetric', 'A', { n: 'int' });
    expect(
      await call('publish', 'A', [
        { n: 1, id: 'x' },
        { n: 2, id: 'x' },
      ]),
    ).toEqual({ accepted: 1, duplicates: 1 });
    expect(await call('publish', 'A', [{ n: 3, id: 'x' }], { client: 'c2' })).toEqual({ accepted: 1, duplicates: 0 });
    expect(target.events.map((event) => event['n'])).toEqual([1, 3]);
  });
});

describe('queries', () => {
  test('options arrive as meant', async () => {
    const options = {
      jid: 'Ann@Example.org',
      subscribers: ['bob@example.org', 'bob@example.org'],
      onSilence: 'wait',
      name: 'n',
    };
    const answer = await call('registerQuery', 'select * from A', options);
    expect(answer).toEqual({
      queryId: 'q-n',
      node: 'pqa/q-n',
      service: 'pubsub.localhost',
      uri: 'xmpp:pubsub.localhost?;node=pqa/q-n',
      notes: ['a note'],
      plan: expect.objectContaining({ owner: 'renci' }),
    });
    expect(target.requests).toEqual([
      { ...options, epl: 'select * from A', jid: 'ann@example.org', subscribers: ['bob@example.org'] },
    ]);
    expect(await call('listQueries')).toHaveLength(1);
    expect(await call('getQuery', 'q-n')).toMatchObject({ jid: 'ann@example.org', onSilence: 'wait' });
    expect(await call('deleteQuery', 'q-n')).toBe(true);
    await expect(call('getQuery', 'q-n')).rejects.toEqual(coded('UNKNOWN_QUERY', 'q-n'));
  });

  test('need no options, and nil is as good as absent', async () => {
    await call('registerQuery', 'select 1', { jid: null });
    await call('registerQuery', 'select 1');
    expect(target.requests).toEqual([1, 2].map(() => ({ epl: 'select 1', subscribers: [] })));
  });

  test('have variables that can be set', async () => {
    await call('registerQuery', 'select 1', { name: 'n' });
    expect(await call('getVariables', 'q-n')).toEqual([
      { name: 'limit', type: 'double', value: 70, constant: false, waiting: false },
    ]);
    expect(await call('setVariable', 'q-n', 'limit', 80)).toEqual({
      timestampMs: 1_800_000_000_000,
      domain: 'renci',
      seq: 7,
    });
    expect(target.variable).toBe(80);
    await expect(call('setVariable', 'q-n', 'limits', 80)).rejects.toEqual(coded('UNKNOWN_VARIABLE', 'limits'));
    await expect(call('setVariable', 'q-n', 'limit')).rejects.toEqual(coded('INVALID_PARAMETERS', '2 parameters'));
  });

  test('have windows and tables that can be asked', async () => {
    await call('registerQuery', 'select 1', { name: 'n' });
    expect(await call('fireAndForget', 'q-n', 'select * from W')).toEqual({
      columns: [{ name: 'epl', type: 'string' }],
      rows: [{ epl: 'select * from W' }, { epl: null }],
    });
    await expect(call('fireAndForget', 'q-n')).rejects.toEqual(coded('INVALID_PARAMETERS', '1 parameter'));
  });

  test('are explained without being registered', async () => {
    expect(await call('explainQuery', 'select 1', { onSilence: 'hold' })).toEqual({
      text: 'plan of select 1',
      notes: [],
      plan: { onSilence: 'hold' },
    });
    expect(target.requests).toEqual([]);
  });
});

test.each<readonly [string, readonly XmlRpcValue[], string, string]>([
  ['registerMetric', [], 'INVALID_PARAMETERS', '0 parameters where 1 to 3 belong; registerMetric(name'],
  ['registerMetric', [5], 'INVALID_PARAMETERS', 'parameter 1 (name) is a number; it must be a string'],
  ['registerMetric', [''], 'INVALID_PARAMETERS', 'parameter 1 (name) is empty'],
  ['registerMetric', ['A', 5], 'INVALID_PARAMETERS', 'parameter 2 (properties) is a number; it must be a struct'],
  ['registerMetric', ['A', [5]], 'INVALID_PARAMETERS', 'properties[0] is a number'],
  ['registerMetric', ['A', [{ name: 'a' }]], 'INVALID_PARAMETERS', 'properties[0].type is missing'],
  ['registerMetric', ['A', [{ name: 'a', typ: 'int' }]], 'UNKNOWN_OPTION', "'typ'; did you mean 'type'?"],
  ['registerMetric', ['A', { a: 5 }], 'INVALID_PARAMETERS', 'properties.a is a number'],
  ['registerMetric', ['A', [], { descripton: '' }], 'UNKNOWN_OPTION', "did you mean 'description'?"],
  ['registerMetric', ['A', [], { description: 'x'.repeat(5000) }], 'INVALID_PARAMETERS', '5000 characters'],
  ['registerMetric', ['A', { a: 'integr' }], 'INVALID_METRIC', 'integr'],
  ['deleteMetric', ['A', 'B'], 'INVALID_PARAMETERS', '2 parameters where 1 belong'],
  ['listMetrics', [{ federation: 1 }], 'INVALID_PARAMETERS', 'options.federation is a number'],
  ['listMetrics', [{ colour: 1 }], 'UNKNOWN_OPTION', 'known: match, unit, domain, federation'],
  ['listMetrics', ['x'], 'INVALID_PARAMETERS', 'options is a string'],
  ['publish', ['A'], 'INVALID_PARAMETERS', '1 parameters where 2 to 3 belong'],
  ['publish', ['A', { n: 1 }], 'INVALID_PARAMETERS', 'parameter 2 (events) is a struct; it must be an array'],
  ['publish', ['A', [5]], 'INVALID_PARAMETERS', 'events[0] is a number'],
  ['publish', ['A', Array.from({ length: 5_001 }, () => ({}))], 'INVALID_PARAMETERS', 'at most 5000'],
  ['publish', ['A', [{}]], 'UNKNOWN_METRIC', "no metric 'A'"],
  ['registerQuery', [' '], 'INVALID_PARAMETERS', 'parameter 1 (epl) is empty'],
  ['registerQuery', ['a', { jd: 'x' }], 'UNKNOWN_OPTION', "options has no member 'jd'; did you mean 'jid'?"],
  ['registerQuery', ['a', { jid: 'x' }], 'INVALID_JID', "options.jid 'x' is not a bare JID"],
  ['registerQuery', ['a', { jid: 'a@b/c' }], 'INVALID_JID', 'without a resource'],
  ['registerQuery', ['a', { subscribers: 'a@b' }], 'INVALID_PARAMETERS', 'options.subscribers is a string'],
  ['registerQuery', ['a', { subscribers: ['a@b', 'c'] }], 'INVALID_JID', 'options.subscribers[1]'],
  [
    'registerQuery',
    ['a', { onSilence: 'stop' }],
    'INVALID_OPTION',
    "options.onSilence cannot be 'stop'; one of wait, continue, hold",
  ],
  ['registerQuery', ['a', { listener: [1] }], 'INVALID_PARAMETERS', 'options.listener'],
  ['registerQuery', ['a', [1]], 'INVALID_PARAMETERS', 'options is an array'],
  ['registerQuery', ['\nselekt'], 'SYNTAX', "(line 2, column 1); did you mean 'select'?"],
  ['registerQuery', ['bug'], 'INTERNAL', 'undefined is not a function'],
  ['deleteQuery', ['none'], 'UNKNOWN_QUERY', 'none'],
  ['listQueries', [1], 'INVALID_PARAMETERS', '1 parameters where 0 belong'],
  ['getStatuss', [], 'UNKNOWN_METHOD', "did you mean 'getStatus'?"],
  ['', [], 'UNKNOWN_METHOD', 'methods: deleteMetric'],
  ['constructor', [], 'UNKNOWN_METHOD', 'constructor'],
  ['system.methodHelp', ['x'], 'UNKNOWN_METHOD', 'x'],
  ['system.multicall', [5], 'INVALID_PARAMETERS', 'parameter 1 (calls) is a number'],
])('%s%j is %s', async (method, params, code, text) => {
  const error = await call(method, ...params).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  expect((error as { describe(): string }).describe()).toContain(text);
});

describe('the ledger', () => {
  test('is told whole or for one consumer, with counts beyond 32 bits', async () => {
    const all = await call('getLedger');
    expect(all).toMatchObject([{ consumer: 'esnet', bytes: 3_000_000_000, columns: ['host'] }, { consumer: 'sc13' }]);
    expect(await call('getLedger', { consumer: 'sc13' })).toMatchObject([{ consumer: 'sc13' }]);
  });
});

describe('policies', () => {
  test('are told as the configuration has them; those of one metric are set together', async () => {
    const rule = { metric: 'Disk', aggregateOnly: { groupBy: ['host'], leastGroup: 3 }, maxRowsPerSecond: 2.5 };
    expect(await call('setPolicies', 'Disk', [rule])).toBe(true);
    expect(await call('listPolicies')).toEqual([
      { metric: 'Mem', domains: ['esnet'], columns: '*' },
      {
        ...rule,
        domains: '*',
        columns: '*',
        aggregateOnly: { groupBy: ['host'], filters: [], leastGroup: 3, leastWindowMs: 60_000 },
      },
    ]);
    await expect(call('setPolicies', 'Disk', [{ metric: 'Mem' }])).rejects.toThrow(
      "a rule of 'Mem' among those of 'Disk'",
    );
    await expect(call('setPolicies', 'Disk', [{ metric: 'Disk', domain: ['x'] }])).rejects.toThrow('domain');
    await expect(call('setPolicies', 'Disk', [{ metric: 'Disk', where: 'util >' }])).rejects.toThrow('EPL condition');
  });
});

describe('system', () => {
  test('every method has help that begins with its call, and signatures', async () => {
    const names = await call('system.listMethods');
    expect(names).toEqual([
      'deleteMetric',
      'deleteQuery',
      'explainQuery',
      'fireAndForget',
      'getLedger',
      'getQuery',
      'getStatus',
      'getVariables',
      'listDomains',
      'listMetrics',
      'listPolicies',
      'listQueries',
      'listSources',
      'publish',
      'registerMetric',
      'registerQuery',
      'setPolicies',
      'setVariable',
      'system.getCapabilities',
      'system.listMethods',
      'system.methodHelp',
      'system.methodSignature',
      'system.multicall',
    ]);
    for (const name of names as readonly string[]) {
      expect(await call('system.methodHelp', name)).toMatch(new RegExp(`^${name.replace('.', '\\.')}\\(.*\\)\n.+`));
      for (const signature of (await call('system.methodSignature', name)) as readonly string[][]) {
        expect(['array', 'boolean', 'double', 'int', 'string', 'struct']).toEqual(
          expect.arrayContaining([...new Set(signature)]),
        );
      }
    }
  });

  test('multicall answers each call, in order, faults among them', async () => {
    const calls = [
      { methodName: 'registerMetric', params: ['A', { n: 'int' }] },
      { methodName: 'publish', params: ['A', [{ n: 1 }]] },
      { methodName: 'none', params: [] },
      { methodName: 'system.multicall', params: [[]] },
      { methodName: 'listQueries' },
      { method: 'x' },
      5,
    ];
    expect(await call('system.multicall', calls)).toEqual([
      [true],
      [{ accepted: 1, duplicates: 0 }],
      { faultCode: 600, faultString: expect.stringMatching(/^UNKNOWN_METHOD: /) },
      { faultCode: 601, faultString: expect.stringMatching(/^INVALID_PARAMETERS: .*within another/) },
      [[]],
      { faultCode: 302, faultString: expect.stringMatching(/^UNKNOWN_OPTION: .*'method'/) },
      { faultCode: 601, faultString: expect.stringMatching(/^INVALID_PARAMETERS: calls\[6\]/) },
    ]);
  });
});
