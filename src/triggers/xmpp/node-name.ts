/** Names of pubsub nodes. Visible to everybody in service discovery, hence made of nothing secret. */
import { createHash } from 'node:crypto';

export interface NodeName {
  readonly domain: string;
  /** First 32 hexadecimal digits of the query id (of its SHA-256 if it is not hexadecimal itself). */
  readonly digest: string;
}

const HEX_ID = /^[0-9a-f]{32,}$/;

export function nodeNameOf(domain: string, queryId: string): NodeName {
  const hex = HEX_ID.test(queryId) ? queryId : createHash('sha256').update(queryId).digest('hex');
  return { domain, digest: hex.slice(0, 32) };
}

/** `pqa/renci/0123…`; a domain holds no slash. */
export function stringifyNodeName(name: NodeName): string {
  return `pqa/${name.domain}/${name.digest}`;
}

/** Inverse of {@link stringifyNodeName}; null for a node that is not ours. */
export function parseNodeName(text: string): NodeName | null {
  const [, domain, digest] = /^pqa\/([^/]+)\/([0-9a-f]{32})$/.exec(text) ?? [];
  return domain === undefined || digest === undefined ? null : { domain, digest };
}

/** XEP-0060 §12.21. */
export function nodeUri(service: string, node: string): string {
  return `xmpp:${service}?;node=${encodeURIComponent(node)}`;
}
