/**
 * Malformed and hostile input from every side at running agents (issue 2, show 5): coded errors, counters that rise, no crash,
 * and the queries go on giving triggers.
 */
import { encode } from 'it-length-prefixed';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTROL_PROTOCOL } from '../../src/federation/control-protocol.ts';
import { encodeEnvelope } from '../../src/federation/codec.ts';
import { HEARTBEAT_PROTOCOL } from '../../src/federation/heartbeat-protocol.ts';
import { eventKey, timerKey } from '../../src/model/cause-key.ts';
import type { PrepareFragment } from '../../src/model/control.ts';
import type { Delta } from '../../src/model/delta.ts';
import { toCodedError } from '../../src/model/errors.ts';
import { DOUBLE, STRING, type Value } from '../../src/model/value.ts';
import { PubsubService } from '../../src/triggers/xmpp/pubsub.ts';
import type { XmppConnection } from '../../src/triggers/xmpp/connection.ts';
import { Agents, type AgentProcess } from '../support/agents.ts';
import { FRAGMENT, HostileMember } from '../support/hostile-member.ts';
import { nextMillisecond, seeded, untilCovered } from '../support/measurements.ts';
import { PAPER_METRIC } from '../support/one-engine.ts';
import { Prosody } from '../support/prosody.ts';
import { eventually } from '../support/real-ports.ts';
import { INBOX_ACCOUNTS, TriggerInbox, xmppOf } from '../support/trigger-inbox.ts';
import { connectionTo, RawClient } from '../support/xmpp.ts';

const SEED = Number(process.env['SYSTEM_SEED'] ?? 99);
const ALICE = { jid: 'alice@localhost', password: 'alice-pw' };
const OVER_RENCI = 'select metricName, metricValue from MemoryUtilization where metricValue > 70';
const JOIN = `select b.metricValue as x, m.metricValue as y from BWUtilization#length(1) as b, MemoryUtilization#length(1) as m
where b.metricValue > 70 and m.metricValue > 70`;

let prosody: Prosody;
let agents: Agents;
let inbox: TriggerInbox;
let hostile: HostileMember;
let renci: AgentProcess;
let sc13: AgentProcess;
let alice: XmppConnection;
let overRenci = '';
let overProbe = '';
let numbered = 0;

beforeAll(async () => {
  console.log(`seed ${SEED}`);
  prosody = await Prosody.start({ accounts: INBOX_ACCOUNTS });
  hostile = await HostileMember.make({
    domain: 'esnet',
    metrics: [{ name: 'BWUtilization', description: '', properties: PAPER_METRIC, units: {} }],
  });
  const source = {
    kind: 'xmpp-pubsub' as const,
    service: 'pubsub.localhost',
    node: 'probes',
    metric: 'Probe',
    properties: [
      { name: 'host', type: 'string', path: '@host' },
      { name: 'value', type: 'double', path: 'value' },
    ],
  };
  const extraMembers = [hostile.asMember];
  agents = await Agents.make([
    {
      domain: 'renci',
      extraMembers,
      xmpp: { service: 'embedded', embedded: { port: 0, accounts: [ALICE] } },
      sources: [source],
    },
    { domain: 'sc13', extraMembers, xmpp: xmppOf(prosody) },
  ]);
  renci = agents.of('renci');
  sc13 = agents.of('sc13');
  await hostile.start(agents.all);
  await agents.start();
  const xmppPort = Number(new URL(renci.ready.xmpp.replace('xmpp:', 'http:')).port);
  alice = connectionTo(xmppPort, { username: 'alice' });
  alice.start();
  await alice.whenOnline(10_000);
  await new PubsubService(alice, 'pubsub.localhost').createNode('probes', { max_items: '10' });
  inbox = new TriggerInbox(prosody);
  await inbox.online();
  await renci.call('registerMetric', 'MemoryUtilization', []);
  await eventually('the hostile member is connected', async () =>
    (await sc13.list('listDomains')).every((d) => d['connected'] === true),
  );
  overRenci = String((await inbox.register(sc13, OVER_RENCI))['queryId']);
  overProbe = String((await inbox.register(sc13, 'select host, value from Probe'))['queryId']);
  for (const id of [overRenci, overProbe]) await untilCovered(sc13, id, ['renci']);
});

afterAll(async () => {
  await inbox?.stop();
  await alice?.stop();
  await hostile?.stop();
  await agents?.stop();
  await prosody?.stop();
});

/** The proof that nothing was harmed: one more event makes one more trigger. */
async function expectTriggers(): Promise<void> {
  const name = `proof#${numbered++}`;
  await renci.publish('MemoryUtilization', { metricName: name, metricValue: 99 });
  await eventually(`a trigger for ${name}`, () =>
    inbox.of(overRenci).some((t) => t.insert.some(([metricName]) => metricName === name)),
  );
  const [states, running] = [await sc13.list('listQueries'), agents.all.every((a) => a.running)];
  expect(running).toBe(true);
  for (const q of states) expect(q['state']).toBe('running');
}

async function post(agent: AgentProcess, body: string | Uint8Array, type = 'text/xml'): Promise<string> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  const response = await fetch(agent.ready.xmlrpc, { method: 'POST', body: bytes, headers: { 'content-type': type } });
  return `${response.status} ${await response.text()}`;
}

test('malformed XML-RPC bodies: a fault or an HTTP error with a code, never silence', async () => {
  const faults = await sc13.counter('management_faults_total');
  const refused = await sc13.counter('management_http_refused_total');
  const call = (inner: string) => `<?xml version="1.0"?><methodCall>${inner}</methodCall>`;
  const random = seeded(SEED);
  const bodies: (string | Uint8Array)[] = [
    '',
    'no xml',
    '<methodCall>',
    call('<methodName>listQueries</methodName><params><param><value><int>x</int></value></param></params>'),
    call('<methodName>noSuchMethod</methodName>'),
    call(
      '<methodName>registerQuery</methodName><params><param><value><array><data></data></array></value></param></params>',
    ),
    '<!DOCTYPE a [<!ENTITY e "x"><!ENTITY f "&e;&e;&e;">]><methodCall><methodName>&f;</methodName></methodCall>',
    `<methodCall>${'<params>'.repeat(5_000)}`,
    Uint8Array.from({ length: 2_000 }, () => Math.floor(random() * 256)),
    call(`<methodName>publish</methodName><params><param><value>MemoryUtilization</value></param><param><value><array><data>
      <value><struct><member><name>metricValue</name><value>high</value></member></struct></value></data></array></value></param></params>`),
  ];
  for (const body of bodies)
    expect(await post(sc13, body)).toMatch(/^200 [^]*<fault>[^]*<name>faultString<[^]*?<string>[A-Z][A-Z_]+: /);
  // The server answers and closes before it has read all: the client may be told of either.
  expect(await post(sc13, 'x'.repeat(5_000_000)).catch(() => 'closed')).toMatch(/^413 REQUEST_TOO_LARGE|^closed/);
  expect(await post(sc13, '<a/>', 'text/plain')).toMatch(/^415 REQUEST_MALFORMED/);
  expect(await sc13.counter('management_faults_total')).toBe(faults + bodies.length);
  expect(await sc13.counter('management_http_refused_total')).toBe(refused + 2);
  await expectTriggers();
});

test('malformed EPL and options: the code of the mistake, and nothing is registered', async () => {
  const before = (await sc13.list('listQueries')).length;
  const codeOf = async (epl: string, options = {}): Promise<string> =>
    sc13.call('registerQuery', epl, { jid: 'alice@localhost', ...options }).then(
      () => 'none',
      (error: unknown) => toCodedError(error).code,
    );
  const mistakes: [string, string][] = [
    ['', 'INVALID_PARAMETERS'],
    ['select', 'SYNTAX'],
    ['select \u0000 from MemoryUtilization', 'SYNTAX'],
    ['select * from Nowhere', 'UNKNOWN_STREAM'],
    ['select nothing from MemoryUtilization', 'UNKNOWN_PROPERTY'],
    ['select sum(metricName) from MemoryUtilization', 'TYPE_MISMATCH'],
    ['select * from MemoryUtilization#nosuch(3)', 'UNKNOWN_WINDOW'],
    [`select ${'('.repeat(2_000)}1${')'.repeat(2_000)} from MemoryUtilization`, 'EPL_TOO_DEEP'],
    [`select metricValue from MemoryUtilization where metricName = '${'x'.repeat(200_000)}'`, 'EPL_TOO_LONG'],
  ];
  const found: [string, string][] = [];
  for (const [epl] of mistakes) found.push([epl, await codeOf(epl)]);
  expect(found).toEqual(mistakes);
  expect(await codeOf(OVER_RENCI, { onSilnce: 'wait' })).toBe('UNKNOWN_OPTION');
  expect(await codeOf(OVER_RENCI, { jid: '@' })).not.toBe('none');
  expect(await sc13.list('listQueries')).toHaveLength(before);
  await expectTriggers();
});

test('malformed items on a subscribed pubsub node, and bytes that are no XMPP', async () => {
  const pubsub = new PubsubService(alice, 'pubsub.localhost');
  let items = 0;
  // Each time a new item: what was there before the source's first session is no news.
  const good = async (value: number): Promise<void> => {
    await eventually(`value ${value} is a trigger`, async () => {
      const payload = `<m xmlns="urn:m" host="h"><value>${value}</value></m>`;
      // Her own session may be closed for what she sent; she comes back.
      await pubsub.publish('probes', `good-${items++}`, payload).catch(() => undefined);
      return inbox.of(overProbe).some((t) => t.insert.some(([, v]) => v === value));
    });
  };
  await good(1);
  const before = await renci.counter('source_items_malformed_total');
  const payloads = [
    '<m xmlns="urn:m"/>',
    '<m xmlns="urn:m" host="h"><value>high</value></m>',
    '<m xmlns="urn:m" host="h"><value>NaN-1</value></m>',
    '<json xmlns="urn:xmpp:json:0">{"value": 1</json>',
    `<m xmlns="urn:m">${'<a>'.repeat(200)}${'</a>'.repeat(200)}</m>`,
  ];
  for (const [i, payload] of payloads.entries())
    await pubsub.publish('probes', `bad-${i}`, payload).catch(() => undefined);
  await eventually(
    'malformed items are counted',
    async () => (await renci.counter('source_items_malformed_total')) >= before + 4,
  );
  const xmppPort = Number(new URL(renci.ready.xmpp.replace('xmpp:', 'http:')).port);
  for (const bytes of [
    '<?xml version="1.0"?><a><b></a>',
    '<!DOCTYPE x [<!ENTITY a "b">]>',
    '\u0001\u0002',
    '<a '.repeat(200_000),
  ]) {
    const raw = new RawClient(xmppPort);
    raw.send(bytes);
    await eventually('the server closes it', () => raw.closed);
  }
  await good(2);
  await expectTriggers();
});

function prepare(epl: string, consumer = 'esnet'): PrepareFragment {
  const columns = [
    { name: 'metricName', type: STRING },
    { name: 'metricValue', type: DOUBLE },
  ];
  return {
    kind: 'prepare',
    queryId: 'q'.repeat(64),
    consumer,
    name: 'f0.0',
    fragmentKind: 'stream',
    epl,
    columns,
    readers: ['esnet'],
  };
}

test('a member that misbehaves on the control plane gets coded refusals', async () => {
  const before = await renci.counter('control_refused_total');
  const random = seeded(SEED + 1);
  const garbage = Array.from({ length: 20 }, () =>
    Uint8Array.from({ length: 1 + Math.floor(random() * 200) }, () => Math.floor(random() * 256)),
  );
  for (const frame of garbage) expect(await hostile.control('renci', frame)).toBe('PROTOCOL');
  const own = prepare('select metricName, metricValue from MemoryUtilization');
  expect(await hostile.request('renci', own, 'sc13')).toBe('PROTOCOL');
  expect(await hostile.request('renci', { ...own, consumer: 'sc13' })).toBe('UNAUTHORIZED');
  expect(await hostile.request('renci', prepare('select'))).toBe('SYNTAX');
  expect(await hostile.request('renci', prepare('select * from Secret'))).toBe('UNKNOWN_STREAM');
  expect(await hostile.request('renci', prepare('create schema A (b int)'))).toBe('FRAGMENT_REFUSED');
  expect(await hostile.request('renci', prepare('select metricName from MemoryUtilization'))).toBe('SCHEMA_CONFLICT');
  const fragmentId = 'e'.repeat(40);
  expect(await hostile.request('renci', { kind: 'snapshot', fragmentId })).toBe('UNKNOWN_FRAGMENT');
  expect(await hostile.request('renci', { kind: 'replay', fragmentId, epoch: 1, fromSeq: 1, toSeq: 2 ** 40 })).toBe(
    'UNKNOWN_FRAGMENT',
  );
  expect(await hostile.request('renci', { kind: 'commit', queryId: 'x', fragmentId, startMs: 2 ** 50 })).toBe(
    'UNKNOWN_FRAGMENT',
  );
  // A length that never ends, a heartbeat that is none, one under another's name.
  await hostile.raw('renci', CONTROL_PROTOCOL, [Uint8Array.of(0xff, 0xff, 0xff, 0x7f)]);
  await hostile.raw('renci', HEARTBEAT_PROTOCOL, [encode.single(Uint8Array.of(0x99, 1, 2)).subarray()]);
  await eventually(
    'the refusals are counted',
    async () => (await renci.counter('control_refused_total')) >= before + garbage.length + 2,
  );
  await eventually('heartbeats too', async () => (await renci.counter('heartbeat_refused_total')) >= 1);
  await expectTriggers();
});

const own = (values: readonly Value[], seq: number, timestampMs = Date.now(), domain = 'esnet'): Delta => ({
  key: eventKey(timestampMs, domain, seq),
  updates: [{ insert: [{ id: { domain, seq, part: 0 }, values }], remove: [] }],
});

test('a member that misbehaves on the data plane: its own query goes on with what is right, the others never notice', async () => {
  const queryId = String((await inbox.register(sc13, JOIN))['queryId']);
  await untilCovered(sc13, queryId, ['esnet', 'renci']);
  await eventually('sc13 listens', () => hostile.listeners(FRAGMENT) > 0);
  const rows = () => inbox.of(queryId).flatMap((t) => t.insert);
  let memory = 80;
  /** An honest delta replaces its row; the next event at renci joins with it. */
  const expectJoined = async (seq: number, before: number | null): Promise<void> => {
    await nextMillisecond();
    const value = 70 + seq / 100;
    const delta = own([value], seq);
    const remove = before === null ? [] : [{ id: { domain: 'esnet', seq: before, part: 0 } }];
    await hostile.send({ ...delta, updates: delta.updates.map((u) => ({ ...u, remove })) });
    await nextMillisecond();
    const joined = ++memory;
    await renci.publish('MemoryUtilization', { metricName: 'm', metricValue: joined });
    await eventually(`the row (${value}, ${joined})`, () => rows().some(([x, y]) => x === value && y === joined));
  };
  await expectJoined(1, null);

  const refused = await sc13.counter('exchange_refused_total');
  const rejected = await sc13.counter('gossip_rejected_total');
  await hostile.send(own(['text where a number belongs'], 2));
  await hostile.send(own([1, 2, 3], 3));
  await hostile.send(own([99], 4, Date.now(), 'renci'));
  await hostile.send({
    key: timerKey(5),
    updates: [{ insert: [], remove: [{ id: { domain: 'esnet', seq: 77, part: 0 } }] }],
  });
  await hostile.send(own([99], 6, 1));
  await hostile.send(own([99], 7), { seq: 1 });
  await hostile.send(own([99], 8), { seq: 2 ** 30, watermarkMs: Date.now() + 3_600_000 });
  await hostile.send(own([Number.NaN], 9, Date.now() + 3_600_000), { seq: 3, epoch: 1 });
  await hostile.gossip(FRAGMENT, Uint8Array.of(0xff, 0x01, 0x02));
  const foreign = { fragmentId: 'another', epoch: 1, seq: 1, keyId: '', watermarkMs: 1, deltas: [] };
  await hostile.gossip(FRAGMENT, encodeEnvelope(foreign));
  await eventually(
    'what cannot be is refused and counted',
    async () => (await sc13.counter('exchange_refused_total')) >= refused + 6,
  );
  await eventually(
    'what cannot be read too',
    async () => (await sc13.counter('gossip_rejected_total')) >= rejected + 1,
  );
  await expectJoined(20, 1);

  // Heartbeats that lie: far ahead, backwards, of an old epoch.
  for (const lie of [
    { epoch: 1, watermarkMs: Date.now() + 3_600_000, lastSeq: hostile.seq },
    { epoch: 1, watermarkMs: 1, lastSeq: hostile.seq },
  ]) {
    const from = await sc13.counter('exchange_refused_total');
    let said = 0;
    hostile.progress = () => {
      said++;
      return { fragmentId: FRAGMENT, ...lie };
    };
    await eventually(
      'the lie was told',
      async () => said > 3 && (lie.watermarkMs === 1 || (await sc13.counter('exchange_refused_total')) > from),
    );
    hostile.progress = null;
  }
  await expectJoined(30, 20);
  for (const t of inbox.of(queryId)) for (const [x] of t.insert) expect([70.01, 70.2, 70.3]).toContain(x);
  await expectTriggers();
});
