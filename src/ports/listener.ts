/** Who takes triggers. The XMPP publisher is one; logs, webhooks and commands follow. */
import type { Trigger } from '../model/trigger.ts';
import type { QueryId } from '../model/ids.ts';

/** Where the triggers of one query go. */
export interface TriggerTarget {
  readonly queryId: QueryId;
  /** The pubsub service, such as `pubsub.example.org`. */
  readonly service: string;
  /** The node's name. */
  readonly node: string;
  /** `xmpp:pubsub.example.org?;node=…` (XEP-0060 §12.21). */
  readonly uri: string;
}

export interface TriggerPublisher {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The handle of the node a query will publish on; pure, so it can be answered before the node exists. */
  targetOf(queryId: QueryId): TriggerTarget;
  /** Makes sure that the node exists and that `members` (bare JIDs) may subscribe; retried until it holds. */
  ensureTarget(queryId: QueryId, description: string, members: readonly string[]): void;
  /** Deletes the node of a query, retried until it is gone. */
  removeTarget(queryId: QueryId): void;
  /** Writes the trigger to the outbox (in the caller's transaction, if one runs) and publishes it when it can. Throws `OUTBOX_FULL`. */
  publish(trigger: Trigger): void;
}
