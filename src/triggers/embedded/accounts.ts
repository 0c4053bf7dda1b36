/**
 * Accounts of the embedded server and the server's side of SASL: SCRAM-SHA-1 (RFC 5802), PLAIN (RFC 4616), ANONYMOUS
 * (RFC 4505). No password is kept: only the keys of SCRAM.
 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { CodedError } from '../../model/errors.ts';
import type { Random } from '../../ports/random.ts';
import type { Collection, Json, StateStore } from '../../ports/store.ts';

/** RFC 5802 §5.1 asks for at least 4096; a trial server on loopback needs no more. */
const ITERATIONS = 4096;
const MAX_ACCOUNTS = 1_000;

interface Account {
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

export class Accounts {
  readonly #random: Random;
  readonly #accounts = new Map<string, Account>();
  readonly #collection: Collection | null;

  constructor(random: Random, store: StateStore | null) {
    this.#random = random;
    this.#collection = store?.collection('embedded_accounts') ?? null;
    for (const [user, document] of this.#collection?.entries() ?? []) {
      const account = readAccount(document);
      if (account !== null) this.#accounts.set(user, account);
    }
  }

  has(user: string): boolean {
    return this.#accounts.has(user);
  }

  /** Adds an account or gives it a new password. Throws `INVALID_JID` or `LIMIT_EXCEEDED`. */
  add(user: string, password: string): void {
    if (!/^[^\s"&'/:<>@\p{Cc}\p{Lu}]{1,255}$/u.test(user)) {
      throw new CodedError('INVALID_JID', `'${user}' cannot name an account`, {
        hint: 'use lower-case letters and digits',
      });
    }
    if (this.#accounts.size >= MAX_ACCOUNTS && !this.#accounts.has(user)) {
      throw new CodedError('LIMIT_EXCEEDED', `the embedded server keeps at most ${MAX_ACCOUNTS} accounts`);
    }
    const account = accountOf(password, Buffer.from(this.#random.bytes(16)));
    this.#accounts.set(user, account);
    this.#collection?.put(user, {
      salt: account.salt.toString('base64'),
      storedKey: account.storedKey.toString('base64'),
      serverKey: account.serverKey.toString('base64'),
    });
  }

  /** Begins an exchange; null for a mechanism that is not offered. */
  authenticate(mechanism: string, allowAnonymous: boolean): SaslExchange | null {
    switch (mechanism) {
      case 'PLAIN':
        return new PlainExchange((user, password) => this.#checkPassword(user, password));
      case 'SCRAM-SHA-1':
        return new ScramExchange((user) => this.#accounts.get(user) ?? null, this.#random);
      case 'ANONYMOUS':
        return allowAnonymous ? new AnonymousExchange(this.#random) : null;
      default:
        return null;
    }
  }

  #checkPassword(user: string, password: string): boolean {
    const account = this.#accounts.get(user);
    return account !== undefined && timingSafeEqual(accountOf(password, account.salt).storedKey, account.storedKey);
  }
}

export type SaslStep =
  | { readonly kind: 'challenge'; readonly data: string }
  | { readonly kind: 'success'; readonly user: string; readonly data: string }
  | { readonly kind: 'failure' };

export interface SaslExchange {
  /** Takes what the client sent, decoded from base64. */
  step(message: string): SaslStep;
}

const FAILURE: SaslStep = { kind: 'failure' };

class PlainExchange implements SaslExchange {
  readonly #check: (user: string, password: string) => boolean;

  constructor(check: (user: string, password: string) => boolean) {
    this.#check = check;
  }

  step(message: string): SaslStep {
    const [authzid, user, password, ...rest] = message.split('\0');
    if (authzid === undefined || user === undefined || password === undefined || rest.length > 0) return FAILURE;
    // An account may act as itself alone.
    if (authzid !== '' && authzid.split('@')[0] !== user) return FAILURE;
    return this.#check(user, password) ? { kind: 'success', user, data: '' } : FAILURE;
  }
}

class AnonymousExchange implements SaslExchange {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  step(): SaslStep {
    return { kind: 'success', user: `anonymous-${hexOf(this.#random, 8)}`, data: '' };
  }
}

interface ScramStart {
  readonly user: string;
  readonly account: Account;
  /** GS2 header, repeated by the client in its final message. */
  readonly header: string;
  readonly nonce: string;
  /** Both first messages: the beginning of what is signed. */
  readonly text: string;
}

class ScramExchange implements SaslExchange {
  readonly #find: (user: string) => Account | null;
  readonly #random: Random;
  #first: ScramStart | null = null;

  constructor(find: (user: string) => Account | null, random: Random) {
    this.#find = find;
    this.#random = random;
  }

  step(message: string): SaslStep {
    return this.#first === null ? this.#onFirst(message) : this.#onFinal(message, this.#first);
  }

  #onFirst(message: string): SaslStep {
    const [, header, bare, name, clientNonce] =
      /^([ny],(?:a=[^,]*)?,)(n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/s.exec(message) ?? [];
    if (header === undefined || bare === undefined || name === undefined || clientNonce === undefined) return FAILURE;
    const user = name.replaceAll('=2C', ',').replaceAll('=3D', '=');
    // Unknown users get a challenge too: who has an account is not told.
    const account = this.#find(user) ?? accountOf(hexOf(this.#random, 16), Buffer.from(this.#random.bytes(16)));
    const nonce = clientNonce + hexOf(this.#random, 16);
    const reply = `r=${nonce},s=${account.salt.toString('base64')},i=${ITERATIONS}`;
    this.#first = { user, account, header, nonce, text: `${bare},${reply}` };
    return { kind: 'challenge', data: reply };
  }

  #onFinal(message: string, first: ScramStart): SaslStep {
    const [, withoutProof, binding, nonce, proofText] =
      /^(c=([^,]*),r=([^,]*)(?:,[^p][^,]*)*),p=([^,]*)$/.exec(message) ?? [];
    if (withoutProof === undefined || nonce !== first.nonce) return FAILURE;
    if (Buffer.from(binding ?? '', 'base64').toString('utf8') !== first.header) return FAILURE;
    const text = `${first.text},${withoutProof}`;
    const proof = Buffer.from(proofText ?? '', 'base64');
    const signature = hmac(first.account.storedKey, text);
    if (proof.length !== signature.length) return FAILURE;
    const clientKey = Buffer.from(proof.map((byte, i) => byte ^ (signature[i] ?? 0)));
    if (!timingSafeEqual(sha1(clientKey), first.account.storedKey)) return FAILURE;
    return { kind: 'success', user: first.user, data: `v=${hmac(first.account.serverKey, text).toString('base64')}` };
  }
}

function accountOf(password: string, salt: Buffer): Account {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 20, 'sha1');
  return { salt, storedKey: sha1(hmac(salted, 'Client Key')), serverKey: hmac(salted, 'Server Key') };
}

function readAccount(document: Json): Account | null {
  if (typeof document !== 'object' || document === null || !('salt' in document)) return null;
  const { salt, storedKey, serverKey } = document;
  if (typeof salt !== 'string' || typeof storedKey !== 'string' || typeof serverKey !== 'string') return null;
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  return { salt: bytes(salt), storedKey: bytes(storedKey), serverKey: bytes(serverKey) };
}

function sha1(data: Buffer): Buffer {
  return createHash('sha1').update(data).digest();
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha1', key).update(data).digest();
}

export function hexOf(random: Random, length: number): string {
  return Buffer.from(random.bytes(length)).toString('hex');
}
