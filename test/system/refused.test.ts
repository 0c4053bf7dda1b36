/**
 * What trust refuses at running agents (issue 4, show 7), one after the other: a domain that is not admitted, a fragment that
 * breaks a policy, a forged signer, a replayed envelope, an envelope for another fragment, a sealed payload without its key.
 * Each is refused, counted and seen in `pqa peers`; after each, the other queries give their next trigger.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { encodeEnvelope } from '../../src/federation/codec.ts';
import { sealWith } from '../../src/federation/seal.ts';
import { eventKey } from '../../src/model/cause-key.ts';
import { STRING } from '../../src/model/value.ts';
import { Agents, type AgentProcess } from '../support/agents.ts';
import { command } from '../support/command.ts';
import { FRAGMENT, HostileMember } from '../support/hostile-member.ts';
import { eventually, realRandom } from '../support/real-ports.ts';

const ALICE = { jid: 'alice@localhost', password: 'alice-pw' };
const PEAK = [{ name: 'host', type: STRING }];

let agents: Agents;
let hostile: HostileMember;
let renci: AgentProcess;
let sc13: AgentProcess;
/** Of sc13, over renci's stream and over the hostile member's. */
let bystander = '';
let overHostile = '';
let fragmentOfRenci = '';

beforeAll(async () => {
  hostile = await HostileMember.make({
    domain: 'esnet',
    metrics: [{ name: 'Peak', description: '', properties: PEAK, units: {} }],
  });
  const extraMembers = [hostile.asMember];
  const xmpp = { service: 'embedded' as const, embedded: { port: 0, accounts: [ALICE] } };
  agents = await Agents.make([
    { domain: 'renci', extraMembers, policies: [{ metric: 'Mem', domains: ['sc13'], columns: ['host', 'util'] }] },
    { domain: 'sc13', extraMembers, xmpp },
  ]);
  [renci, sc13] = [agents.of('renci'), agents.of('sc13')];
  await hostile.start(agents.all);
  await agents.start();
  await renci.call('registerMetric', 'Mem', { host: 'string', util: 'double', owner: 'string' });
  await eventually('the hostile member is connected to both', async () => {
    const lists = await Promise.all(agents.all.map((a) => a.list('listDomains')));
    return lists.flat().every((d) => d['connected'] === true);
  });
  const register = async (epl: string): Promise<string> =>
    String((await sc13.ask('registerQuery', epl, { jid: ALICE.jid }))['queryId']);
  bystander = await register('select host, util from renci.Mem(util > 5)');
  overHostile = await register('select host from esnet.Peak');
  await eventually('sc13 listens to the hostile member', () => hostile.listeners(FRAGMENT) > 0);
});

afterAll(async () => {
  await hostile?.stop();
  await agents?.stop();
});

const triggersOf = async (id: string): Promise<number> => Number((await sc13.ask('getQuery', id))['triggersTotal']);

/** The proof that nothing was harmed. */
async function expectOneMore(): Promise<void> {
  const before = await triggersOf(bystander);
  await eventually('the next trigger of the bystander', async () => {
    await renci.publish('Mem', { host: 'a', util: 9, owner: 'me' });
    return (await triggersOf(bystander)) > before;
  });
  expect(agents.all.every((a) => a.running)).toBe(true);
  for (const q of await sc13.list('listQueries')) expect(q['state']).toBe('running');
}

beforeEach(async () => {
  await expectOneMore();
  const [entry] = await renci.list('getLedger', { consumer: 'sc13' });
  fragmentOfRenci = String(entry?.['fragmentId']);
});

/** The counter rises by what `work` does, and `pqa peers` names the reason. */
async function expectCounted(
  agent: AgentProcess,
  series: string,
  seen: string,
  work: () => Promise<void>,
): Promise<void> {
  const before = await agent.counter(series);
  await work();
  await eventually(`${series} rises`, async () => (await agent.counter(series)) > before);
  expect(await command(['peers', '--url', agent.ready.xmlrpc])).toContain(seen);
  await expectOneMore();
}

const own = (host: string, seq: number) => ({
  key: eventKey(Date.now(), 'esnet', seq),
  updates: [{ insert: [{ id: null, values: [host] }], remove: [] }],
});

test('a domain that is not admitted', async () => {
  const stranger = await HostileMember.make({ domain: 'renci', metrics: [] });
  await stranger.start(agents.all);
  const [listening = ''] = ((await sc13.list('listDomains')).find((d) => d['self'])?.['addresses'] ?? []) as string[];
  await expectCounted(sc13, 'peer_refused_total{reason="stranger"}', 'are no members were refused', async () =>
    stranger.dial(listening),
  );
  await stranger.stop();
});

test('a fragment that breaks a policy, and one asked for on behalf of another', async () => {
  const fragment = (epl: string, consumer = 'esnet') => ({
    kind: 'prepare' as const,
    queryId: 'q'.repeat(64),
    consumer,
    name: 'f0.0',
    fragmentKind: 'stream' as const,
    epl,
    columns: PEAK,
    readers: [consumer],
  });
  const text = 'select host from renci.Mem';
  await expectCounted(renci, 'fragments_refused_total{code="POLICY_REFUSED"', '1 POLICY_REFUSED', async () => {
    expect(await hostile.request('renci', fragment(text))).toBe('POLICY_REFUSED');
  });
  expect(await hostile.request('renci', fragment(text, 'sc13'))).toBe('UNAUTHORIZED');
  const { host: offered } = Object.fromEntries((await renci.list('listMetrics')).map((m) => [String(m['name']), m]));
  expect(offered).toBeUndefined();
  for (const kind of ['snapshot', 'key'] as const)
    expect(await hostile.request('renci', { kind, fragmentId: fragmentOfRenci })).toBe('UNKNOWN_FRAGMENT');
});

test('a forged signer: a member speaks on the topic of a fragment that another domain runs', async () => {
  const forged = {
    fragmentId: fragmentOfRenci,
    epoch: 1,
    seq: 1_000,
    keyId: '',
    watermarkMs: Date.now(),
    deltas: [own('forged', 1)],
  };
  await eventually('the topic is known', () => hostile.listeners(fragmentOfRenci) > 0);
  await expectCounted(sc13, 'gossip_rejected_total{domain="renci",reason="signer"}', 'signer', async () =>
    hostile.gossip(fragmentOfRenci, encodeEnvelope(forged)),
  );
});

test('a sealed payload without its key: who merely joins the topic hears nothing it can read', async () => {
  hostile.eavesdrop(fragmentOfRenci);
  await eventually('it hears something', async () => {
    await renci.publish('Mem', { host: 'a-very-telling-name', util: 9, owner: 'me' });
    return hostile.overheard.length > 0;
  });
  for (const bytes of hostile.overheard) expect(Buffer.from(bytes).toString('latin1')).not.toContain('telling');
  // And what it seals with a key that it gave nobody is closed to others.
  const seal = sealWith({ id: 'k', key: realRandom.bytes(32) }, realRandom);
  const envelope = { fragmentId: FRAGMENT, epoch: 1, seq: 1, keyId: '', watermarkMs: 1, deltas: [own('x', 1)] };
  await expectCounted(sc13, 'gossip_rejected_total{domain="esnet",reason="sealed"}', 'sealed', async () =>
    hostile.gossip(FRAGMENT, encodeEnvelope(envelope, seal)),
  );
});

test('a replayed envelope: of another domain it has the wrong signer, of its own it counts once', async () => {
  const [heard] = hostile.overheard;
  if (heard === undefined) throw new Error('nothing was overheard');
  await expectCounted(sc13, 'gossip_rejected_total{domain="renci",reason="signer"}', 'signer', async () =>
    hostile.gossip(fragmentOfRenci, heard),
  );
  const once = own('once', 1);
  await hostile.send(once);
  await eventually('it is a trigger', async () => (await triggersOf(overHostile)) === 1);
  await expectCounted(sc13, 'exchange_refused_total{domain="esnet",reason="duplicate"}', 'duplicate', async () =>
    hostile.send(once, { seq: hostile.seq }),
  );
  expect(await triggersOf(overHostile)).toBe(1);
});

test('an envelope for another fragment on the topic of its own', async () => {
  const foreign = {
    fragmentId: fragmentOfRenci,
    epoch: 1,
    seq: 1,
    keyId: '',
    watermarkMs: 1,
    deltas: [own('elsewhere', 9)],
  };
  const series = 'gossip_rejected_total{domain="esnet",reason="another-fragment"}';
  await expectCounted(sc13, series, 'another-fragment', async () => hostile.gossip(FRAGMENT, encodeEnvelope(foreign)));
  expect(await triggersOf(overHostile)).toBe(1);
});
