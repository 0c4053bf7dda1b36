/**
 * Requests (iq) that wait for their replies: ids, time limits, and who may answer. Bound: {@link MAX_PENDING_IQS}, each
 * with a deadline.
 */
import type { Element } from '@xmpp/xml';
import { CodedError } from '../../model/errors.ts';
import type { Clock } from '../../ports/clock.ts';

/** Requests without a reply yet: beyond this the caller does not keep its own bound. */
export const MAX_PENDING_IQS = 1_024;

interface Pending {
  readonly to: string | null;
  readonly settle: (reply: Element | CodedError) => void;
}

export class PendingRequests {
  readonly #clock: Clock;
  readonly #idPrefix: string;
  readonly #pending = new Map<string, Pending>();
  #nextId = 1;

  /** `idPrefix` makes ids that others cannot guess. */
  constructor(clock: Clock, idPrefix: string) {
    this.#clock = clock;
    this.#idPrefix = idPrefix;
  }

  /** A new request to `to`, null for our own server. The reply rejects with `TIMEOUT`, `XMPP_REFUSED` or what `fail` says. Throws `BUSY`. */
  open(to: string | null, deadlineMs: number): { readonly id: string; readonly reply: Promise<Element> } {
    if (this.#pending.size >= MAX_PENDING_IQS) {
      throw new CodedError('BUSY', `${MAX_PENDING_IQS} XMPP requests are without a reply`);
    }
    const id = `${this.#idPrefix}${this.#nextId++}`;
    const { promise, resolve, reject } = Promise.withResolvers<Element>();
    const cancel = this.#clock.after(deadlineMs, () => {
      this.fail(id, new CodedError('TIMEOUT', `no reply from ${to ?? 'the XMPP server'} within ${deadlineMs} ms`));
    });
    this.#pending.set(id, {
      to,
      settle: (reply) => {
        cancel();
        this.#pending.delete(id);
        if (reply instanceof CodedError) reject(reply);
        else if (reply.attrs['type'] === 'error') reject(refusalOf(reply));
        else resolve(reply);
      },
    });
    return { id, reply: promise };
  }

  /** Takes a reply. Anyone may send us one with a guessed id: only who was asked is believed; `isServer` knows our server's names. */
  answer(reply: Element, isServer: (from: string | undefined) => boolean): void {
    const { type, id, from } = reply.attrs;
    if (type !== 'result' && type !== 'error') return;
    const pending = this.#pending.get(id ?? '');
    if (pending === undefined) return;
    const isFromAsked = pending.to === null ? isServer(from) : from?.toLowerCase() === pending.to.toLowerCase();
    if (isFromAsked) pending.settle(reply);
  }

  fail(id: string, error: CodedError): void {
    this.#pending.get(id)?.settle(error);
  }

  failAll(error: CodedError): void {
    for (const pending of this.#pending.values()) pending.settle(error);
  }
}

const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const NS_PUBSUB_ERRORS = 'http://jabber.org/protocol/pubsub#errors';

function refusalOf(reply: Element): CodedError {
  const error = reply.getChild('error');
  const children = error?.getChildElements() ?? [];
  const named = children.find((c) => c.getNS() === NS_STANZAS && c.getName() !== 'text');
  const condition = named?.getName() ?? 'undefined-condition';
  const pubsubCondition = children.find((c) => c.getNS() === NS_PUBSUB_ERRORS)?.getName() ?? null;
  const text = error?.getChildText('text', NS_STANZAS) ?? null;
  const detail = [condition, pubsubCondition, text].filter((part) => part !== null).join(', ');
  return new CodedError('XMPP_REFUSED', `${reply.attrs['from'] ?? 'the server'} refused: ${detail}`, {
    data: { condition, pubsubCondition, text, type: error?.attrs['type'] ?? null },
  });
}
