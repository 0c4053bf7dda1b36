/**
 * Latency of triggers over real libp2p on loopback (issue 4, show 6): event in to trigger handed to the listener, at another
 * domain than the event's, beside gossipsub's own publish-to-deliver time of messages of the same size between bare nodes,
 * taken in turns in the same run. Three agents and two bare nodes in one process.
 * `npm run bench:latency [-- --samples 300] [-- --json]`. A measurement: nothing fails.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { AgentCore } from '../../src/agent/agent-core.ts';
import { HEARTBEAT_MS } from '../../src/exchange/limits.ts';
import { CatalogOfDomains, typesOfMetric } from '../../src/agent/federated-catalog.ts';
import { generateIdentity } from '../../src/federation/identity.ts';
import { dialAddresses } from '../../src/federation/membership.ts';
import { createNode } from '../../src/federation/node.ts';
import { DOUBLE, STRING } from '../../src/model/value.ts';
import { SeededRandom } from '../../sim/world/seeded-random.ts';
import { introduce, Party, systemClock, until } from '../federation/harness.ts';
import { MemoryCounters, realRandom } from '../support/real-ports.ts';
import { SILENT_LOG } from '../../sim/world/virtual-federation.ts';

const SEED = 6;
/** Between two measurements, so that none falls into step with the heartbeat. */
const PAUSE_MS = 12;
const PROPERTIES = [
  { name: 'host', type: STRING },
  { name: 'util', type: DOUBLE },
];
const QUERIES = [
  ['shipped whole, one domain', 'select host, util from renci.Mem(util > 5)'],
  ['union of two domains', 'select domain, host, util from Mem(util > 5)'],
  [
    'join of two domains',
    'select m.util as util, d.util as other from renci.Mem(util > 5)#length(1) as m, esnet.Mem(util > 5)#length(1) as d',
  ],
] as const;

interface Latency {
  readonly what: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly gossipP50Ms: number;
  readonly gossipP99Ms: number;
  readonly aimMs: number;
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, samples: { type: 'string', default: '300' } },
});
const samples = Number(values.samples);
const random = new SeededRandom(SEED);

/** Two bare nodes of the same build, and the time of one message between them. */
async function gossipPair(): Promise<{ send: () => Promise<number>; stop: () => Promise<void> }> {
  const identities = await Promise.all([generateIdentity(), generateIdentity()]);
  const nodes = await Promise.all(
    identities.map((identity) =>
      createNode({
        identity,
        listen: ['/ip4/127.0.0.1/tcp/0'],
        announce: [],
        isMember: () => true,
        onRefused: () => undefined,
      }),
    ),
  );
  const [from, to] = nodes;
  if (from === undefined || to === undefined) throw new Error('two nodes');
  for (const node of nodes) await node.start();
  const peerId = to.peerId.toString();
  await from.dial(dialAddresses({ domain: 'to', peerId, addresses: to.getMultiaddrs().map(String) }));
  to.services.gossip.subscribe('t');
  await until('subscribed', () => from.services.gossip.getSubscribers('t').length === 1);
  let arrivedMs = 0;
  to.services.gossip.addEventListener('message', () => (arrivedMs = performance.now()));
  const payload = realRandom.bytes(200);
  const send = async (): Promise<number> => {
    arrivedMs = 0;
    const sentMs = performance.now();
    await from.services.gossip.publish('t', payload);
    await until('gossip', () => arrivedMs > 0);
    return arrivedMs - sentMs;
  };
  const stop = async (): Promise<void> => {
    for (const node of nodes) await node.stop();
  };
  return { send, stop };
}

class World {
  readonly agents = new Map<string, AgentCore>();
  outputMs = 0;

  static async start(): Promise<World> {
    const world = new World();
    const parties = await Promise.all(['renci', 'esnet', 'sc13'].map((d) => Party.make(d)));
    const offers = ['renci', 'esnet'].map((domain) => ({
      domain,
      version: 1,
      metrics: [{ name: 'Mem', description: '', properties: PROPERTIES, units: {} }],
    }));
    for (const { domain, transport } of parties) {
      const agent = new AgentCore(
        {
          transport,
          clock: systemClock,
          random: realRandom,
          counters: new MemoryCounters(),
          log: SILENT_LOG,
          catalog: () => Promise.resolve(new CatalogOfDomains(offers)),
          offer: () => null,
          onOutput: () => (world.outputMs = performance.now()),
        },
        { epoch: 1, secret: realRandom.bytes(32) },
      );
      if (domain !== 'sc13') for (const type of typesOfMetric(domain, 'Mem', PROPERTIES)) agent.runtime.addType(type);
      world.agents.set(domain, agent);
      await agent.start();
    }
    for (const p of parties) p.takeAddress();
    introduce(parties);
    await until('connected', () => parties.every((p) => p.transport.members().every((m) => p.transport.connected(m))));
    return world;
  }

  agent(domain: string): AgentCore {
    const agent = this.agents.get(domain);
    if (agent === undefined) throw new Error(domain);
    return agent;
  }

  /** One event at renci that makes one trigger at sc13. */
  async trigger(): Promise<number> {
    this.outputMs = 0;
    const sentMs = performance.now();
    this.agent('renci').ingest('renci.Mem', { host: 'h', util: 50 + random.next(), domain: 'renci' });
    await until('trigger', () => this.outputMs > 0);
    return this.outputMs - sentMs;
  }

  async stop(): Promise<void> {
    for (const agent of this.agents.values()) await agent.stop();
  }
}

async function measure(world: World, gossip: () => Promise<number>, what: string, epl: string): Promise<Latency> {
  const { queries } = world.agent('sc13');
  const options = { jid: null, subscribers: [], listener: null, onSilence: 'wait' as const, name: null };
  const { query } = await queries.register(epl, options);
  const ingest = (domain: string) => world.agent(domain).ingest(`${domain}.Mem`, { host: 'h', util: 9, domain });
  // Past the start, the first handshakes and the joins' empty sides.
  await sleep(500);
  ingest('esnet');
  for (let i = 0; i < 20; i++) await world.trigger();
  const [triggers, messages]: [number[], number[]] = [[], []];
  for (let i = 0; i < samples; i++) {
    messages.push(await gossip());
    await sleep(random.next() * PAUSE_MS);
    triggers.push(await world.trigger());
    await sleep(random.next() * PAUSE_MS);
  }
  await queries.delete(query.id);
  const gossipP50Ms = quantile(messages, 0.5);
  return {
    what,
    p50Ms: quantile(triggers, 0.5),
    p99Ms: quantile(triggers, 0.99),
    gossipP50Ms,
    gossipP99Ms: quantile(messages, 0.99),
    aimMs: 1.5 * gossipP50Ms + HEARTBEAT_MS,
  };
}

function quantile(list: readonly number[], q: number): number {
  return list.toSorted((x, y) => x - y)[Math.floor(q * (list.length - 1))] ?? 0;
}

const pair = await gossipPair();
const world = await World.start();
const results: Latency[] = [];
for (const [what, epl] of QUERIES) results.push(await measure(world, pair.send, what, epl));
await world.stop();
await pair.stop();
if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
else {
  const ms = (x: number): string => x.toFixed(2).padStart(8);
  process.stdout.write(`${samples} samples each, ms          p50      p99   gossip p50   gossip p99      aim\n`);
  for (const r of results) {
    const line = `${r.what.padEnd(26)}${ms(r.p50Ms)} ${ms(r.p99Ms)}     ${ms(r.gossipP50Ms)}     ${ms(r.gossipP99Ms)} ${ms(r.aimMs)}`;
    process.stdout.write(`${line}   ${r.p50Ms <= r.aimMs ? 'met' : 'missed'}\n`);
  }
}
