/**
 * Decoding of bytes that another domain sent: size check → decode → validate → model types. What is wrong with them is
 * a verdict; nothing is ever thrown out of here.
 */

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  /** `reason` is a constant text or a bounded one, fit for logs. */
  | { readonly ok: false; readonly code: 'PROTOCOL'; readonly reason: string };

/** Internal to codecs: leaves a decoder on the first thing that is wrong. */
export class Malformed extends Error {}

export function decodeWith<T>(bytes: Uint8Array, limitBytes: number, decode: (bytes: Uint8Array) => T): Decoded<T> {
  if (bytes.length > limitBytes) return malformed(`${bytes.length} bytes, more than ${limitBytes}`);
  try {
    return { ok: true, value: decode(bytes) };
  } catch (error) {
    // protobufjs throws Error, RangeError and its own kinds on truncated and nested input: all of them are the peer's mistake.
    return malformed(error instanceof Malformed ? error.message : 'not decodable');
  }
}

function malformed(reason: string): Decoded<never> {
  return { ok: false, code: 'PROTOCOL', reason };
}

/** A whole number from 0 to 2^53 - 1; absent is 0. */
export function count(value: number | null | undefined, what: string): number {
  const number = value ?? 0;
  if (!Number.isSafeInteger(number) || number < 0) throw new Malformed(`${what} is no count`);
  return number;
}

export function positive(value: number | null | undefined, what: string): number {
  const number = count(value, what);
  if (number === 0) throw new Malformed(`${what} is missing`);
  return number;
}

/** A text of 1 to `limit` UTF-16 units. */
export function name(value: string | null | undefined, what: string, limit: number): string {
  const text = value ?? '';
  if (text.length === 0 || text.length > limit) throw new Malformed(`${what} has ${text.length} characters`);
  return text;
}

/** A text of 0 to `limit` UTF-16 units. */
export function text(value: string | null | undefined, what: string, limit: number): string {
  const found = value ?? '';
  if (found.length > limit) throw new Malformed(`${what} has ${found.length} characters`);
  return found;
}

export function list<T>(value: readonly T[] | null | undefined, what: string, limit: number): readonly T[] {
  const items = value ?? [];
  if (items.length > limit) throw new Malformed(`${items.length} ${what}, more than ${limit}`);
  return items;
}

export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Malformed(`${what} is missing`);
  return value;
}
