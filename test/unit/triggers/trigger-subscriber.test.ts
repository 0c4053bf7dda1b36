import { afterEach, beforeEach, expect, test } from 'vitest';
import { MemoryStore } from '../../../sim/world/memory-store.ts';
import { EmbeddedXmppServer } from '../../../src/triggers/embedded/server.ts';
import { encodeTrigger } from '../../../src/triggers/payload.ts';
import type { ReceivedTrigger } from '../../../src/triggers/read-trigger.ts';
import { PubsubService } from '../../../src/triggers/xmpp/pubsub.ts';
import { TriggerSubscriber } from '../../../src/triggers/xmpp/trigger-subscriber.ts';
import { eventually, MemoryLog, realClock, realRandom } from '../../support/real-ports.ts';
import { triggerOf } from '../../support/triggers.ts';
import { connectionTo, PASSWORDS, RawClient, startEmbeddedServer } from '../../support/xmpp.ts';

const DEPS = { clock: realClock, random: realRandom, log: new MemoryLog() };
let server: EmbeddedXmppServer;
let port: number;
const cleanups: (() => Promise<void>)[] = [];

beforeEach(async () => {
  ({ server, port } = await startEmbeddedServer());
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await server.stop();
});

async function subscribed(
  log = new MemoryLog(),
): Promise<{ readonly received: ReceivedTrigger[]; readonly pubsub: PubsubService }> {
  const connection = connectionTo(port);
  cleanups.push(() => connection.stop());
  connection.start();
  await connection.whenOnline(10_000);
  const pubsub = new PubsubService(connection, 'pubsub.localhost');
  await pubsub.createNode('n', {});
  const received: ReceivedTrigger[] = [];
  const account = { uri: `xmpp://127.0.0.1:${port}`, jid: 'alice@localhost', password: PASSWORDS['alice'] ?? '' };
  const subscriber = new TriggerSubscriber({ ...DEPS, log }, account, (trigger) => received.push(trigger));
  cleanups.push(() => subscriber.stop());
  await subscriber.start();
  await subscriber.subscribe('pubsub.localhost', 'n');
  return { received, pubsub };
}

test('triggers are read; what is no trigger is logged', async () => {
  const log = new MemoryLog();
  const { received, pubsub } = await subscribed(log);
  await pubsub.publish('n', 'x', '<hello xmlns="urn:x"/>');
  await pubsub.publish('n', 'y', encodeTrigger(triggerOf(1)).xml);
  await eventually('the trigger', () => received.length > 0);
  expect(received).toMatchObject([{ itemId: triggerOf(1).itemId, insert: triggerOf(1).insert }]);
  expect(log.entries.filter((e) => e.level === 'warn')).toHaveLength(1);
});

test('a trigger that somebody else sends is not believed', async () => {
  const { received, pubsub } = await subscribed();
  const bob = new RawClient(port);
  await bob.login('bob', 'r');
  const forged = encodeTrigger(triggerOf(666)).xml;
  const event = `<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='n'><item id='z'>${forged}</item></items></event>`;
  await bob.ask(
    `<message to='alice@localhost' type='headline'>${event}</message><iq id='done' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`,
    /id="done"/,
  );
  await pubsub.publish('n', 'y', encodeTrigger(triggerOf(1)).xml);
  await eventually('the trigger', () => received.length > 0);
  expect(received.map((t) => t.itemId)).toEqual([triggerOf(1).itemId]);
  bob.stop();
});

test('it subscribes again at a server that forgot it', async () => {
  const { received, pubsub } = await subscribed();
  await server.destroy();
  server = new EmbeddedXmppServer({ ...DEPS, store: new MemoryStore() }, { port });
  for (const [user, password] of Object.entries(PASSWORDS)) server.addAccount(user, password);
  await server.start();
  await eventually('the node is made again', () =>
    pubsub.createNode('n', {}).then(
      () => true,
      () => false,
    ),
  );
  let n = 1;
  const next = async (): Promise<boolean> => {
    await pubsub.publish('n', `i${n}`, encodeTrigger(triggerOf(n++)).xml);
    return received.length > 0;
  };
  await eventually('a trigger', next);
});
