/** A subscriber of trigger nodes: an ordinary XMPP client with no rights but its own (for `pqa query watch` and clients). */
import { xml } from '@xmpp/xml';
import { CodedError } from '../../model/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import { readTrigger, type ReceivedTrigger } from '../read-trigger.ts';
import { XmppConnection } from './connection.ts';
import { NS_PUBSUB_EVENT, PubsubService } from './pubsub.ts';

export interface TriggerSubscriberOptions {
  /** `xmpp://host:port` or `xmpps://host:port`. */
  readonly uri: string;
  /** Bare JID. */
  readonly jid: string;
  readonly password: string;
}

export interface TriggerSubscriberDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** How long connecting may take before `start` gives up. */
const ONLINE_DEADLINE_MS = 20_000;
/** Pause between two tries to subscribe to a node that may not be there yet. */
const SUBSCRIBE_RETRY_MS = 100;

export class TriggerSubscriber {
  readonly #deps: TriggerSubscriberDeps;
  readonly #connection: XmppConnection;
  readonly #jid: string;
  /** Service by node. */
  readonly #nodes = new Map<string, string>();

  /** `onTrigger` is called for each item as it arrives. Throws `INVALID_JID`, `CONFIG_INVALID`. */
  constructor(
    deps: TriggerSubscriberDeps,
    options: TriggerSubscriberOptions,
    onTrigger: (trigger: ReceivedTrigger) => void,
  ) {
    const { uri, jid, password } = options;
    const at = jid.indexOf('@');
    if (at < 1) throw new CodedError('INVALID_JID', `'${jid}' is no bare JID`, { hint: 'such as client@localhost' });
    this.#deps = deps;
    this.#jid = jid;
    const account = { service: uri, domain: jid.slice(at + 1), username: jid.slice(0, at), password };
    this.#connection = new XmppConnection(deps, account);
    this.#connection.onStanza((stanza) => {
      const items = stanza.getChild('event', NS_PUBSUB_EVENT)?.getChild('items');
      const service = this.#nodes.get(items?.attrs['node'] ?? '');
      // Anybody may send us messages: only the service that we subscribed at is believed.
      if (items === undefined || service === undefined || stanza.attrs['from'] !== service) return;
      for (const item of items.getChildren('item')) {
        const [payload] = item.getChildElements();
        if (payload === undefined) continue;
        try {
          onTrigger(readTrigger(payload));
        } catch (error) {
          deps.log.warn('an item is no trigger', { node: String(items.attrs['node']), error });
        }
      }
    });
    // Without presence a server has no resource to send notifications to (XEP-0060 §12.1).
    this.#connection.onOnline((resumed) => {
      if (resumed) return;
      this.#connection.send(xml('presence', {}));
      // A server that was restarted may have forgotten us.
      for (const [node, service] of this.#nodes) {
        this.subscribe(service, node).catch((error: unknown) =>
          deps.log.warn('cannot subscribe again', { node, error }),
        );
      }
    });
  }

  async start(): Promise<void> {
    this.#connection.start();
    await this.#connection.whenOnline(ONLINE_DEADLINE_MS);
  }

  /** The node may take a moment to appear after its query was registered: tried until the deadline. */
  async subscribe(service: string, node: string, deadlineMs = 10_000): Promise<void> {
    const { clock } = this.#deps;
    this.#nodes.set(node, service);
    const endMs = clock.monotonicMs() + deadlineMs;
    for (;;) {
      try {
        await new PubsubService(this.#connection, service).subscribe(node, this.#jid);
        return;
      } catch (error) {
        if (clock.monotonicMs() > endMs) throw error;
        await new Promise<void>((resolve) => void clock.after(SUBSCRIBE_RETRY_MS, resolve));
      }
    }
  }

  stop(): Promise<void> {
    return this.#connection.stop();
  }
}
