/** Names of gossipsub topics: one per fragment, nothing readable in them (DESIGN §6). */
import type { FragmentId } from '../model/ids.ts';

const PREFIX = 'pqa/1/f/';

export function stringifyTopic(fragmentId: FragmentId): string {
  return PREFIX + fragmentId;
}

/** Null for a topic that is not a fragment's. */
export function parseTopic(topic: string): FragmentId | null {
  return topic.startsWith(PREFIX) && topic.length > PREFIX.length ? topic.slice(PREFIX.length) : null;
}
