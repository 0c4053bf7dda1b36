/** What the embedded pubsub service says about itself and its nodes (XEP-0030, XEP-0060 §5). */
import { xml, type Element } from '@xmpp/xml';
import { configForm } from './data-form.ts';
import type { PubsubNode } from './pubsub-node.ts';
import { NS } from './stanza.ts';

/** Only what is there. */
const FEATURES = [
  'access-open',
  'access-whitelist',
  'config-node',
  'create-and-configure',
  'create-nodes',
  'delete-items',
  'delete-nodes',
  'instant-nodes',
  'item-ids',
  'manage-subscriptions',
  'meta-data',
  'modify-affiliations',
  'outcast-affiliation',
  'member-affiliation',
  'persistent-items',
  'publish',
  'publish-options',
  'purge-nodes',
  'retract-items',
  'retrieve-affiliations',
  'retrieve-default',
  'retrieve-items',
  'retrieve-subscriptions',
  'subscribe',
];

export function describeService(): Element {
  const features = [NS.discoInfo, NS.discoItems, NS.pubsub, ...FEATURES.map((name) => `${NS.pubsub}#${name}`)];
  return xml(
    'query',
    NS.discoInfo,
    xml('identity', { category: 'pubsub', type: 'service', name: 'PQA embedded pubsub' }),
    ...features.map((name) => xml('feature', { var: name })),
  );
}

/** §5.4: title and description, for people who look for a query with any client. */
export function nodeInfo(node: PubsubNode): Element {
  const shown = ['title', 'description', 'type', 'access_model', 'publish_model'];
  const metadata = new Map(shown.map((name) => [name, node.option(name)]));
  return xml(
    'query',
    { xmlns: NS.discoInfo, node: node.name },
    xml('identity', { category: 'pubsub', type: 'leaf', name: node.option('title') }),
    xml('feature', { var: NS.pubsub }),
    configForm('result', metadata, `${NS.pubsub}#meta-data`),
  );
}

export function listNodes(domain: string, nodes: readonly PubsubNode[]): Element {
  const items = nodes.map((node) => xml('item', { jid: domain, node: node.name, name: node.option('title') }));
  return xml('query', NS.discoItems, ...items);
}
