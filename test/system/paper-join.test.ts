/**
 * The main job (issue 2, show 2): three processes over real libp2p, the paper's queries registered at a domain that owns none
 * of the streams, triggers through a real Prosody to a client that shares no code with ours. Equal to one engine.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { envelopeBytes } from '../../src/federation/codec.ts';
import { eventKey } from '../../src/model/cause-key.ts';
import type { Delta } from '../../src/model/delta.ts';
import { Agents } from '../support/agents.ts';
import { measurements, publishInOrder, untilCovered, type Measurement } from '../support/measurements.ts';
import { OneEngine, PAPER_METRIC } from '../support/one-engine.ts';
import { Prosody } from '../support/prosody.ts';
import { eventually } from '../support/real-ports.ts';
import { INBOX_ACCOUNTS, TriggerInbox, xmppOf } from '../support/trigger-inbox.ts';

const SEED = Number(process.env['SYSTEM_SEED'] ?? 20_131_118);
const STREAMS = [
  { domain: 'esnet', metric: 'BWUtilization' },
  { domain: 'renci', metric: 'MemoryUtilization' },
];
const EVENTS = 800;
const BUSY_SHARE = 0.05;

const PAPER_JOIN = `select b.metricName as metricName1, b.metricValue as metricValue1, m.metricName as metricName2, m.metricValue as metricValue2
from BWUtilization.win:length(1) as b, MemoryUtilization.win:length(1) as m
where b.metricValue > 70 and m.metricValue > 70`;
const PAPER_AVERAGE = 'select avg(memutil) as avgMemUtil from MemUtilEvent.win:time(20 sec) where avgMemUtil > 70';

let prosody: Prosody;
let agents: Agents;
let inbox: TriggerInbox;

beforeAll(async () => {
  console.log(`seed ${SEED}`);
  prosody = await Prosody.start({ accounts: INBOX_ACCOUNTS });
  agents = await Agents.make([{ domain: 'renci' }, { domain: 'esnet' }, { domain: 'sc13', xmpp: xmppOf(prosody) }]);
  await agents.start();
  inbox = new TriggerInbox(prosody);
  await inbox.online();
});

afterAll(async () => {
  await inbox?.stop();
  await agents?.stop();
  await prosody?.stop();
});

/** All events of the streams, each as the envelope of a fragment that sends everything, flushed at once as ours are. */
function bytesOfEverything(list: readonly Measurement[], fragmentId: string, packed: boolean): number {
  let bytes = 0;
  for (const { domain } of STREAMS) {
    const own = list.filter((m) => m.domain === domain);
    const deltas = own.map(({ metricName, metricValue }, i): Delta => {
      const timestampMs = 1_400_000_000_000 + i;
      const values = [metricName, metricValue, timestampMs, domain];
      const insert = [{ id: { domain, seq: i + 1, part: 0 }, values }];
      return { key: eventKey(timestampMs, domain, i + 1), updates: [{ insert, remove: [] }] };
    });
    const frame = (seq: number, part: readonly Delta[]) =>
      envelopeBytes({ fragmentId, epoch: 1, seq, keyId: '', watermarkMs: 1_400_000_000_000 + seq, deltas: part });
    bytes += packed ? frame(1, deltas) : deltas.reduce((sum, d, i) => sum + frame(i + 1, [d]), 0);
  }
  return bytes;
}

test('the cross-domain join: what slixmpp receives equals the answer of one engine, and little crosses the borders', async () => {
  const sc13 = agents.of('sc13');
  for (const { domain, metric } of STREAMS) await agents.of(domain).call('registerMetric', metric, []);
  const answer = await inbox.register(sc13, PAPER_JOIN);
  const queryId = String(answer['queryId']);
  await untilCovered(sc13, queryId, ['esnet', 'renci']);

  const crossed = async (counter: string): Promise<number> =>
    (await agents.of('renci').counter(counter)) + (await agents.of('esnet').counter(counter));
  const envelopesBefore = await crossed('gossip_published_bytes_total');
  const heartbeatsBefore = await crossed('heartbeat_sent_bytes_total');

  const list = measurements({ seed: SEED, count: EVENTS, streams: STREAMS, busyShare: BUSY_SHARE });
  const oracle = new OneEngine(
    PAPER_JOIN,
    STREAMS.map((s) => ({ ...s, properties: PAPER_METRIC })),
  );
  const begunMs = Date.now();
  await publishInOrder(
    (domain) => agents.of(domain),
    list,
    (m, { fromMs }) =>
      oracle.send(
        m.domain,
        m.metric,
        { metricName: m.metricName, metricValue: m.metricValue, timestamp: fromMs },
        fromMs,
      ),
  );
  const tookMs = Date.now() - begunMs;

  const expected = oracle.rows;
  expect(expected.length).toBeGreaterThan(5);
  const received = () => inbox.of(queryId).flatMap((t) => t.insert);
  await eventually('all triggers are there', () => received().length >= expected.length);
  expect(received()).toEqual(expected);
  for (const trigger of inbox.of(queryId)) {
    expect(trigger.coverage.map((c) => [c.domain, c.state])).toEqual([
      ['esnet', 'live'],
      ['renci', 'live'],
    ]);
    expect(trigger.gap).toBe(false);
  }

  const interesting = list.filter((m) => m.metricValue > 70).length;
  const replayed = await crossed('exchange_replayed_bytes_total');
  const envelopes = (await crossed('gossip_published_bytes_total')) - envelopesBefore + replayed;
  const heartbeats = (await crossed('heartbeat_sent_bytes_total')) - heartbeatsBefore;
  const everything = bytesOfEverything(list, 'f'.repeat(22), false);
  const everythingPacked = bytesOfEverything(list, 'f'.repeat(22), true);
  const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  console.log(
    [
      `${list.length} events in ${tookMs} ms, ${interesting} of them (${percent(interesting, list.length)}) above the threshold, ${expected.length} triggers`,
      `envelopes that crossed a border, before sealing: ${envelopes} bytes (of these ${replayed} as repairs)`,
      `all events of the two streams in the same encoding: ${everything} bytes one by one, ${everythingPacked} packed into one envelope a stream`,
      `ratio ${percent(envelopes, everything)}; heartbeats of both domains meanwhile ${heartbeats} bytes (${Math.round((1000 * heartbeats) / tookMs)} a second)`,
    ].join('\n'),
  );
  expect(envelopes).toBeGreaterThan(0);
  // An interesting event crosses once as it comes and once, shorter, as it goes.
  expect(envelopes).toBeLessThan(everything * (2 * (interesting / list.length) + 0.05));
});

test("the paper's average: an alias in where becomes a having, says a note, and the triggers equal one engine's", async () => {
  const memory = [{ name: 'memutil', type: { kind: 'double' as const } }];
  await agents.of('renci').call('registerMetric', 'MemUtilEvent', [{ name: 'memutil', type: 'double' }]);
  const answer = await inbox.register(agents.of('sc13'), PAPER_AVERAGE);
  const queryId = String(answer['queryId']);
  expect(answer['notes']).toEqual([expect.stringContaining('having')]);
  await untilCovered(agents.of('sc13'), queryId, ['renci']);

  const oracle = new OneEngine(PAPER_AVERAGE, [{ domain: 'renci', metric: 'MemUtilEvent', properties: memory }]);
  const begunMs = Date.now();
  for (const memutil of [60, 75, 90, 95, 20, 10, 99, 99, 99, 99, 99, 99, 99, 99, 99]) {
    oracle.send('renci', 'MemUtilEvent', { memutil }, Date.now());
    await agents.of('renci').publish('MemUtilEvent', { memutil });
  }
  // Else rows would have left the window in between.
  expect(Date.now() - begunMs).toBeLessThan(20_000);
  expect(oracle.rows.length).toBeGreaterThan(5);
  const received = () => inbox.of(queryId).flatMap((t) => t.insert);
  await eventually('all triggers are there', () => received().length >= oracle.rows.length);
  expect(received()).toEqual(oracle.rows);
});
