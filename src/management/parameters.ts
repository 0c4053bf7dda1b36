/** Reading the parameters of a call: what is wrong, where, and what would be right. */
import { CodedError } from '../model/errors.ts';
import { hintNames } from '../model/nearest-name.ts';
import type { XmlRpcStruct, XmlRpcValue } from './xml-rpc-codec.ts';

/** Longest text of a name, JID, unit or id in UTF-16 units; texts that are longer are never what was meant. */
export const MAX_TEXT_LENGTH = 1_024;
/** Longest description. */
export const MAX_DESCRIPTION_LENGTH = 4_096;

/** `where` names a value for the caller: `parameter 2 (options)`, `options.jid`, `events[3].id`. */
export function readString(value: XmlRpcValue | undefined, where: string, maxLength = MAX_TEXT_LENGTH): string {
  if (typeof value !== 'string') throw wrongType(value, where, 'a string');
  if (value.length > maxLength) {
    throw new CodedError('INVALID_PARAMETERS', `${where} has ${value.length} characters`, {
      hint: `at most ${maxLength}`,
    });
  }
  return value;
}

export function readName(value: XmlRpcValue | undefined, where: string): string {
  const name = readString(value, where);
  if (name === '') throw new CodedError('INVALID_PARAMETERS', `${where} is empty`);
  return name;
}

export function readBoolean(value: XmlRpcValue | undefined, where: string): boolean {
  if (typeof value !== 'boolean') throw wrongType(value, where, 'a boolean');
  return value;
}

export function readList(value: XmlRpcValue | undefined, where: string, maxLength: number): readonly XmlRpcValue[] {
  if (!isList(value)) throw wrongType(value, where, 'an array');
  if (value.length > maxLength) {
    throw new CodedError('INVALID_PARAMETERS', `${where} has ${value.length} elements`, {
      hint: `at most ${maxLength}`,
    });
  }
  return value;
}

export function readStruct(value: XmlRpcValue | undefined, where: string): XmlRpcStruct {
  if (!isStruct(value)) throw wrongType(value, where, 'a struct');
  return value;
}

/** A struct with none but the `known` members, nulls taken for absent. Throws `UNKNOWN_OPTION` naming the nearest one. */
export function readOptions(value: XmlRpcValue | undefined, where: string, known: readonly string[]): XmlRpcStruct {
  if (value === undefined || value === null) return {};
  const struct = readStruct(value, where);
  const present: Record<string, XmlRpcValue> = Object.create(null);
  for (const [name, member] of Object.entries(struct)) {
    if (!known.includes(name)) {
      throw new CodedError('UNKNOWN_OPTION', `${where} has no member '${name}'`, { hint: hintNames(name, known) });
    }
    if (member !== null && member !== undefined) present[name] = member;
  }
  return present;
}

/** One of a few words. Throws `INVALID_OPTION`. */
export function readWord<Word extends string>(
  value: XmlRpcValue | undefined,
  where: string,
  words: readonly Word[],
): Word {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) {
    const shown = typeof value === 'string' ? `'${value.slice(0, 40)}'` : describeType(value);
    throw new CodedError('INVALID_OPTION', `${where} cannot be ${shown}`, { hint: `one of ${words.join(', ')}` });
  }
  return word;
}

/** A bare JID (RFC 7622 §3.1: localpart@domainpart, no resource). Throws `INVALID_JID`. */
export function readBareJid(value: XmlRpcValue | undefined, where: string): string {
  const jid = readString(value, where, 3_071);
  if (!/^[^\s@/"&'<>:\p{Cc}]{1,1023}@[^\s@/"&'<>\p{Cc}]{1,1023}$/u.test(jid)) {
    throw new CodedError('INVALID_JID', `${where} '${jid.slice(0, 80)}' is not a bare JID`, {
      hint: 'write it as user@example.org, without a resource',
    });
  }
  return jid.toLowerCase();
}

export function checkCount(params: readonly XmlRpcValue[], least: number, most: number, usage: string): void {
  if (params.length >= least && params.length <= most) return;
  const wanted = least === most ? String(least) : `${least} to ${most}`;
  throw new CodedError('INVALID_PARAMETERS', `${params.length} parameters where ${wanted} belong`, { hint: usage });
}

export function isStruct(value: XmlRpcValue | undefined): value is XmlRpcStruct {
  return (
    typeof value === 'object' &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

export function isList(value: XmlRpcValue | undefined): value is readonly XmlRpcValue[] {
  return Array.isArray(value);
}

function wrongType(value: XmlRpcValue | undefined, where: string, wanted: string): CodedError {
  return new CodedError('INVALID_PARAMETERS', `${where} is ${describeType(value)}`, { hint: `it must be ${wanted}` });
}

function describeType(value: XmlRpcValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'nil';
  if (isList(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  if (value instanceof Uint8Array) return 'base64';
  return typeof value === 'object' ? 'a struct' : `a ${typeof value}`;
}
