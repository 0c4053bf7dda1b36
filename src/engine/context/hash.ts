/** Hash functions of contexts (Esper reference §4.3): which of `granularity` buckets some values fall into. */
import { unreachable } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';

/** The remainder of CRC-32 (IEEE 802.3) by byte. */
const CRC_TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Iterable<number>): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** 0 to `granularity` - 1. Null hashes to 0. Values other than strings are hashed by their text. */
export function bucketOf(
  hash: 'consistent_hash_crc32' | 'hash_code',
  values: readonly Value[],
  granularity: number,
): number {
  switch (hash) {
    case 'consistent_hash_crc32':
      return crcOf(values) % granularity;
    case 'hash_code':
      return Math.abs(values.reduce<number>((code, v) => (Math.imul(code, 31) + codeOf(v)) | 0, 0) % granularity);
    default:
      return unreachable(hash);
  }
}

function crcOf(values: readonly Value[]): number {
  const [only, more] = values;
  if (more === undefined) return only === null || only === undefined ? 0 : crc32(utf8(textOf(only)));
  return crc32(values.flatMap((v) => [...utf8(v === null ? '' : textOf(v)), 0]));
}

/** As Java's `hashCode` for strings, numbers and booleans. */
function codeOf(value: Value): number {
  if (typeof value === 'number') return Number.isInteger(value) ? value | 0 : codeOf(String(value));
  if (typeof value === 'boolean') return value ? 1231 : 1237;
  if (value === null) return 0;
  const text = textOf(value);
  let code = 0;
  for (let i = 0; i < text.length; i++) code = (Math.imul(code, 31) + text.charCodeAt(i)) | 0;
  return code;
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function utf8(text: string): readonly number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return bytes;
}
