/**
 * Which queries of this agent read which fragment: its topic is subscribed while one does, and its key is asked for when an
 * envelope comes that no key known here opens (DESIGN §6).
 *
 * State: one entry per fragment read. Bound: that of queries and of the fragments in their plans.
 */
import { toCodedError } from '../model/errors.ts';
import type { PreparedReply } from '../model/control.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { ExchangeTransport } from '../ports/transport.ts';
import { expectReply, type Ask } from './ask.ts';
import type { Query } from './query.ts';

export interface FragmentReadersDeps {
  readonly transport: Pick<ExchangeTransport, 'self' | 'subscribe' | 'unsubscribe' | 'setKey'>;
  readonly ask: Ask;
  readonly counters: Counters;
  readonly log: Log;
}

const NOBODY: ReadonlySet<Query> = new Set();

export class FragmentReaders {
  readonly #deps: FragmentReadersDeps;
  readonly #readers = new Map<FragmentId, Set<Query>>();
  /** Fragments whose key is being asked for. */
  readonly #askingKey = new Set<FragmentId>();

  constructor(deps: FragmentReadersDeps) {
    this.#deps = deps;
  }

  /** Queries that a fragment's frames are for. */
  of(fragmentId: FragmentId): ReadonlySet<Query> {
    return this.#readers.get(fragmentId) ?? NOBODY;
  }

  /** `prepared`: as its domain named the fragment and keyed it. */
  add(query: Query, domain: DomainName, prepared: PreparedReply): void {
    const { fragmentId } = prepared;
    const readers = this.#readers.get(fragmentId);
    if (readers === undefined) this.#readers.set(fragmentId, new Set([query]));
    else readers.add(query);
    if (domain === this.#deps.transport.self) return;
    this.takeKey(domain, prepared);
    this.#deps.transport.subscribe(domain, fragmentId);
  }

  remove(query: Query, fragmentId: FragmentId): void {
    const readers = this.#readers.get(fragmentId);
    readers?.delete(query);
    if (readers !== undefined && readers.size > 0) return;
    this.#readers.delete(fragmentId);
    this.#deps.transport.unsubscribe(fragmentId);
  }

  takeKey(domain: DomainName, { fragmentId, epoch, seal }: PreparedReply): void {
    if (seal !== undefined) this.#deps.transport.setKey(domain, fragmentId, epoch, seal);
  }

  /** The key of a fragment has changed: ask for the present one. What could not be opened is repaired as what was lost. */
  onKeyMissing(from: DomainName, fragmentId: FragmentId): void {
    if (!this.#readers.has(fragmentId) || this.#askingKey.has(fragmentId)) return;
    this.#askingKey.add(fragmentId);
    this.#deps
      .ask(from, { kind: 'key', fragmentId })
      .then(
        (reply) => {
          const { epoch, seal } = expectReply(reply, 'key');
          if (this.#readers.has(fragmentId)) this.#deps.transport.setKey(from, fragmentId, epoch, seal);
        },
        (error: unknown) =>
          this.#deps.log.debug('no key from domain', { domain: from, fragmentId, code: toCodedError(error).code }),
      )
      .finally(() => this.#askingKey.delete(fragmentId))
      // An answer of another kind is the peer's mistake; what stays closed is repaired over direct streams.
      .catch(() => this.#deps.counters.add('exchange_refused_total', 1, { domain: from, reason: 'key' }));
  }
}
