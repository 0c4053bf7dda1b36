/** A slixmpp client at a Prosody that keeps the triggers of queries, read back from their payloads. */
import { parseTrigger, type ReceivedTrigger } from '../../src/triggers/read-trigger.ts';
import type { AgentProcess, Struct } from './agents.ts';
import type { Prosody } from './prosody.ts';
import { eventually } from './real-ports.ts';
import { Subscriber } from './subscriber.ts';

/** Accounts that the Prosody of {@link TriggerInbox} must have. */
export const INBOX_ACCOUNTS = { agent: 'agent-pw', alice: 'alice-pw' };
const JID = 'alice@localhost';

/** How an agent reaches the Prosody, for its configuration. */
export function xmppOf(prosody: Prosody) {
  const uri = `xmpp://127.0.0.1:${prosody.port}`;
  return { service: { uri, jid: 'agent@localhost', password: INBOX_ACCOUNTS.agent, pubsub: prosody.pubsubService } };
}

export class TriggerInbox {
  readonly subscriber: Subscriber;

  constructor(prosody: Prosody) {
    const { port, pubsubService: service } = prosody;
    this.subscriber = new Subscriber({ port, jid: JID, password: INBOX_ACCOUNTS.alice, service });
  }

  async online(): Promise<void> {
    await this.subscriber.until('alice is online', () => this.subscriber.of('online').length > 0);
  }

  /** Registers at `owner` and subscribes; answers what `registerQuery` did. */
  async register(owner: AgentProcess, epl: string, options: Struct = {}): Promise<Struct> {
    const answer = await owner.ask('registerQuery', epl, { ...options, jid: JID });
    await eventually('alice may subscribe', async () => {
      const reply = await this.subscriber.ask(`subscribe ${String(answer['node'])}`, 'subscribed');
      return reply.kind === 'subscribed';
    });
    return answer;
  }

  /** In order of arrival. */
  of(queryId: string): readonly ReceivedTrigger[] {
    const all = this.subscriber.of('item').map((line) => parseTrigger(String(line['payload'])));
    return all.filter((t) => t.queryId === queryId);
  }

  stop(): Promise<void> {
    return this.subscriber.stop();
  }
}
