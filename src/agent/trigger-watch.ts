/** A subscriber of trigger nodes: for `pqa query watch` and the demonstration. An ordinary XMPP client, no rights but its own. */
import { PubsubService } from '../triggers/xmpp/pubsub.ts';
import { XmppConnection } from '../triggers/xmpp/connection.ts';
import { readTrigger, type ReceivedTrigger } from '../triggers/read-trigger.ts';
import { CodedError } from '../model/errors.ts';
import type { Log } from '../ports/log.ts';
import { SystemClock } from './system-clock.ts';
import { SystemRandom } from './system-random.ts';

export type { ReceivedTrigger } from '../triggers/read-trigger.ts';

export interface TriggerWatchOptions {
  /** `xmpp://host:port` or `xmpps://host:port`. */
  readonly uri: string;
  /** Bare JID. */
  readonly jid: string;
  readonly password: string;
}

/** How long connecting may take before the watch gives up. */
const ONLINE_DEADLINE_MS = 20_000;

const QUIET: Log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined, child: () => QUIET };

export class TriggerWatch {
  readonly #connection: XmppConnection;
  readonly #jid: string;
  readonly #nodes = new Map<string, string>();

  /** `onTrigger` is called for each item as it arrives; items that are no triggers are left out. */
  constructor(options: TriggerWatchOptions, onTrigger: (trigger: ReceivedTrigger) => void) {
    const at = options.jid.indexOf('@');
    if (at < 1) throw new CodedError('INVALID_JID', `'${options.jid}' is no bare JID`, { hint: 'such as client@localhost' });
    this.#jid = options.jid;
    this.#connection = new XmppConnection(
      { clock: new SystemClock(), random: new SystemRandom(), log: QUIET },
      { service: options.uri, domain: options.jid.slice(at + 1), username: options.jid.slice(0, at), password: options.password },
    );
    this.#connection.onStanza((stanza) => {
      const items = stanza.getChild('event', 'http://jabber.org/protocol/pubsub#event')?.getChild('items');
      if (items === undefined || this.#nodes.get(String(items.attrs['node'])) === undefined) return;
      for (const item of items.getChildren('item')) {
        const payload = item.getChildElements()[0];
        if (payload === undefined) continue;
        try {
          onTrigger(readTrigger(payload));
        } catch {
          // Not a trigger: somebody else's item on the node.
        }
      }
    });
    this.#connection.onOnline(() => {
      for (const [node, service] of this.#nodes) void new PubsubService(this.#connection, service).subscribe(node, this.#jid).catch(() => undefined);
    });
  }

  async start(): Promise<void> {
    this.#connection.start();
    await this.#connection.whenOnline(ONLINE_DEADLINE_MS);
  }

  /** The node may take a moment to appear after its query was registered: tried until the deadline. */
  async subscribe(service: string, node: string, deadlineMs = 10_000): Promise<void> {
    this.#nodes.set(node, service);
    const clock = new SystemClock();
    const endMs = clock.monotonicMs() + deadlineMs;
    for (;;) {
      try {
        await new PubsubService(this.#connection, service).subscribe(node, this.#jid);
        return;
      } catch (error) {
        if (clock.monotonicMs() > endMs) throw error;
        await new Promise<void>((resolve) => void clock.after(100, resolve));
      }
    }
  }

  stop(): Promise<void> {
    return this.#connection.stop();
  }
}
