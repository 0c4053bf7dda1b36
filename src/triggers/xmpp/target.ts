/**
 * Makes one pubsub node be as it should: present, configured, with exactly the wanted members; or absent.
 * Every step can be repeated; what it throws is the caller's to judge and retry.
 */
import { CodedError } from '../../model/errors.ts';
import { meaningOf, type Affiliation, type NodeConfig, type NodeSubscription, type PubsubService } from './pubsub.ts';

/** Items a node keeps for clients that were away. Prosody's file storage rewrites all of them with each publish. */
export const DEFAULT_NODE_ITEMS = 100;

/** Longest description: a query may be long, a list of nodes is to be read. */
const MAX_DESCRIPTION_LENGTH = 1_000;

/** Every option is set: defaults differ between servers (PLATFORM §3). */
export function nodeConfigOf(title: string, description: string, maxItems: number): NodeConfig {
  return {
    title,
    description: description.slice(0, MAX_DESCRIPTION_LENGTH),
    type: 'urn:pqa:trigger:1',
    access_model: 'whitelist',
    publish_model: 'publishers',
    persist_items: '1',
    max_items: String(maxItems),
    send_last_published_item: 'never',
    deliver_notifications: '1',
    deliver_payloads: '1',
    notification_type: 'headline',
    notify_delete: '1',
    notify_retract: '0',
    notify_config: '0',
    notify_sub: '0',
    presence_based_delivery: '0',
    purge_offline: '0',
    itemreply: 'none',
  };
}

/** Creates the node or, where it exists, configures it; options that the service does not know are left out if it minds. */
export async function ensureNode(pubsub: PubsubService, node: string, config: NodeConfig): Promise<void> {
  try {
    await createOrConfigure(pubsub, node, config);
  } catch (error) {
    const refusal = error instanceof CodedError ? meaningOf(error) : 'transient';
    if (refusal !== 'options' && refusal !== 'invalid') throw error;
    const known = await pubsub.knownOptions();
    const rest = Object.fromEntries(Object.entries(config).filter(([name]) => known.has(name)));
    if (rest['access_model'] === undefined) {
      throw new CodedError(
        'XMPP_REFUSED',
        `${pubsub.service} has no access models: the node would be open to everybody`,
        {
          cause: error,
          hint: 'use a pubsub service with whitelists',
        },
      );
    }
    await createOrConfigure(pubsub, node, rest);
  }
}

async function createOrConfigure(pubsub: PubsubService, node: string, config: NodeConfig): Promise<void> {
  try {
    await pubsub.createNode(node, config);
  } catch (error) {
    if (!(error instanceof CodedError) || meaningOf(error) !== 'exists') throw error;
    await pubsub.configureNode(node, config);
  }
}

/** Gives `members` the right to subscribe and takes it, with what they subscribed, from everybody else but owners. */
export async function ensureMembers(
  pubsub: PubsubService,
  node: string,
  self: string,
  members: readonly string[],
): Promise<void> {
  const present = await pubsub.affiliations(node);
  const wanted = new Set(members.filter((jid) => jid !== self));
  const added = [...wanted]
    .filter((jid) => !mayRead(present.get(jid)))
    .map((jid): readonly [string, Affiliation] => [jid, 'member']);
  if (added.length > 0) await pubsub.setAffiliations(node, added);
  const removed = [...present.keys()].filter((jid) => jid !== self && !wanted.has(jid) && mayRead(present.get(jid)));
  if (removed.length > 0) await revoke(pubsub, node, removed);
}

function mayRead(affiliation: string | undefined): boolean {
  return affiliation === 'member' || affiliation === 'publisher' || affiliation === 'owner';
}

/**
 * Revoking the affiliation alone does not stop delivery (Prosody and ejabberd): subscriptions are ended first. Prosody
 * answers `forbidden` to the last step although it did it, so the outcome is read and not believed.
 */
async function revoke(pubsub: PubsubService, node: string, jids: readonly string[]): Promise<void> {
  const isRevoked = (s: NodeSubscription): boolean => jids.includes(s.jid.split('/')[0] ?? '');
  const subscriptions = (await pubsub.nodeSubscriptions(node)).filter(isRevoked);
  if (subscriptions.length > 0) await pubsub.endSubscriptions(node, subscriptions);
  try {
    await pubsub.setAffiliations(
      node,
      jids.map((jid) => [jid, 'outcast'] as const),
    );
  } catch (error) {
    if (!(error instanceof CodedError) || meaningOf(error) !== 'forbidden') throw error;
    const present = await pubsub.affiliations(node);
    const left = jids.filter((jid) => mayRead(present.get(jid)));
    if (left.length > 0) throw error;
  }
}

/** Deletes the node; one that is gone already is as good. */
export async function ensureNoNode(pubsub: PubsubService, node: string): Promise<void> {
  try {
    await pubsub.deleteNode(node);
  } catch (error) {
    if (!(error instanceof CodedError) || meaningOf(error) !== 'absent') throw error;
  }
}
