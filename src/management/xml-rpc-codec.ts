/**
 * XML-RPC messages to typed values and back: the package `xmlrpc` behind checks of our own (PLATFORM §4).
 *
 * Reading: bytes must be UTF-8, bounded in size, depth and number of values, and pass the strict lexer. All integer types
 * and doubles become numbers, dates `Date` (UTC where no zone is given), base64 `Uint8Array`, nil (also Apache's `ex:nil`)
 * null. NaN, infinities and integers beyond 2^53 are `VALUE_OUT_OF_RANGE`.
 *
 * Writing, so that clients without options can read it: integers of 32 bits go as `int`, wider ones as `i8`, other numbers
 * as `double`; members that are null or undefined are left out of structs, null elsewhere goes as `nil`; characters that
 * XML cannot carry go as U+FFFD.
 */
import CustomType from 'xmlrpc/lib/customtype.js';
import Deserializer from 'xmlrpc/lib/deserializer.js';
import { serializeFault, serializeMethodCall, serializeMethodResponse } from 'xmlrpc/lib/serializer.js';
import { CodedError, ERROR_NUMBERS, assert, toCodedError, type ErrorCode } from '../model/errors.ts';
import { lexXmlRpc, type LexerLimits, type LexerSink } from './xml-rpc-lexer.ts';

export type XmlRpcValue =
  | null
  | boolean
  | number
  | string
  | Date
  | Uint8Array
  | readonly XmlRpcValue[]
  | { readonly [member: string]: XmlRpcValue | undefined };

export type XmlRpcStruct = { readonly [member: string]: XmlRpcValue | undefined };

export interface MethodCall {
  readonly method: string;
  readonly params: readonly XmlRpcValue[];
}

/** Bounds of one message. Depth: a batch of events of maps nests 5; values: a batch of 10,000 events of 15 properties. */
export const MESSAGE_LIMITS: LexerLimits & { readonly bytes: number } = {
  bytes: 4 * 1024 * 1024,
  depth: 32,
  values: 200_000,
};

/** Nesting of what we write; our own answers are flat, so deeper is a bug. */
const MAX_WRITTEN_DEPTH = 64;

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;

/** Reads a call. Throws `REQUEST_MALFORMED`, `REQUEST_TOO_LARGE` or `VALUE_OUT_OF_RANGE`. */
export function decodeCall(bytes: Uint8Array, limits = MESSAGE_LIMITS): MethodCall {
  const xml = decodeText(bytes, limits.bytes);
  const deserializer = new Deserializer();
  let call: MethodCall | CodedError | undefined;
  deserializer.deserializeMethodCall(lexed(xml, 'methodCall', limits, deserializer), (error, method, params) => {
    call ??= error === undefined || error === null ? { method, params: params.map(toValue) } : malformed(error);
  });
  assert(call !== undefined, 'the deserializer answers at once');
  if (call instanceof CodedError) throw call;
  return call;
}

/**
 * Reads a response. A fault is thrown as the {@link CodedError} it was made from; one of a foreign server becomes
 * `PROTOCOL`. Throws as {@link decodeCall} besides.
 */
export function decodeResponse(bytes: Uint8Array, limits = MESSAGE_LIMITS): XmlRpcValue {
  const xml = decodeText(bytes, limits.bytes);
  const deserializer = new Deserializer();
  let answer: { readonly value: XmlRpcValue } | CodedError | undefined;
  deserializer.deserializeMethodResponse(lexed(xml, 'methodResponse', limits, deserializer), (error, value) => {
    answer ??= error === undefined || error === null ? { value: toValue(value) } : (faultOf(error) ?? malformed(error));
  });
  assert(answer !== undefined, 'the deserializer answers at once');
  if (answer instanceof CodedError) throw answer;
  return answer.value;
}

/** Writes a call; null parameters go as nil. */
export function encodeCall(method: string, params: readonly XmlRpcValue[]): string {
  return serializeMethodCall(
    method,
    params.map((param) => toWire(param, 0)),
  );
}

export function encodeResponse(value: XmlRpcValue): string {
  return serializeMethodResponse(toWire(value, 0));
}

/** `faultCode` = number of the code, `faultString` = `CODE: message`; nothing else, since Python's client takes no more. */
export function encodeFault(error: CodedError): string {
  const { faultCode, faultString } = faultStruct(error);
  return serializeFault({ faultCode: toWire(faultCode, 0), faultString: toWire(faultString, 0) });
}

/** The struct of a fault: the body of a fault response, and an element of a `system.multicall` answer. */
export function faultStruct(error: CodedError): { readonly faultCode: number; readonly faultString: string } {
  return { faultCode: ERROR_NUMBERS[error.code], faultString: `${error.code}: ${error.describe()}` };
}

function decodeText(bytes: Uint8Array, limit: number): string {
  if (bytes.length > limit) {
    throw new CodedError('REQUEST_TOO_LARGE', `the message has ${bytes.length} bytes`, { hint: `at most ${limit}` });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CodedError('REQUEST_MALFORMED', 'the message is not UTF-8', { cause: error });
  }
  const encoding = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1] ?? 'utf-8';
  if (!/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
    throw new CodedError('REQUEST_MALFORMED', `the message says it is in ${encoding}`, { hint: 'send UTF-8' });
  }
  return text;
}

/** A stand-in for the stream that the package reads: the strict lexer drives its handlers instead of its own parser. */
function lexed(
  xml: string,
  root: 'methodCall' | 'methodResponse',
  limits: LexerLimits,
  deserializer: InstanceType<typeof Deserializer>,
): Parameters<InstanceType<typeof Deserializer>['deserializeMethodCall']>[0] {
  const sink: LexerSink = {
    open: (name) => deserializer.onOpentag({ name }),
    text: (text) => deserializer.onText(text),
    close: (name) => deserializer.onClosetag(name),
  };
  return {
    setEncoding() {},
    on() {},
    pipe() {
      lexXmlRpc(xml, root, limits, sink);
      deserializer.onDone();
    },
  };
}

/** What the package made, as a value; its structs get a null prototype, so that no member name is special. */
function toValue(raw: unknown): XmlRpcValue {
  if (raw === null || typeof raw === 'boolean' || typeof raw === 'number' || typeof raw === 'string') return raw;
  if (raw instanceof Date || raw instanceof Uint8Array) return raw;
  if (Array.isArray(raw)) return raw.map(toValue);
  assert(typeof raw === 'object', 'the package yields scalars, dates, buffers, arrays and structs');
  const struct: Record<string, XmlRpcValue> = Object.create(null);
  for (const [name, member] of Object.entries(raw)) struct[name] = toValue(member);
  return struct;
}

function malformed(error: unknown): CodedError {
  return toCodedError(error, 'REQUEST_MALFORMED');
}

/** The error that a fault tells of, or undefined if `error` is not a fault. */
function faultOf(error: unknown): CodedError | undefined {
  if (!(error instanceof Error) || !('faultCode' in error) || !('faultString' in error)) return undefined;
  const { faultCode, faultString } = error;
  const [, code = '', message = ''] = /^([A-Z_]+): ([\s\S]*)$/.exec(String(faultString)) ?? [];
  if (isErrorCode(code) && ERROR_NUMBERS[code] === faultCode) return new CodedError(code, message);
  return new CodedError('PROTOCOL', `fault ${String(faultCode)}: ${String(faultString)}`, {
    hint: 'is this the address of a PQA agent?',
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_NUMBERS, code);
}

/** The value as the package is to write it: every scalar in an element of our choice, with text that XML can carry. */
function toWire(value: XmlRpcValue | undefined, depth: number): unknown {
  assert(depth <= MAX_WRITTEN_DEPTH, 'an answer is nested too deeply');
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return numberToWire(value);
  if (typeof value === 'string') return leaf('string', carriable(value));
  if (value instanceof Date) return leaf('dateTime.iso8601', dateToWire(value));
  if (value instanceof Uint8Array) return leaf('base64', Buffer.from(value).toString('base64'));
  if (isList(value)) return value.map((item) => toWire(item, depth + 1));
  const struct: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(value)) {
    if (member !== null && member !== undefined) struct[carriable(name)] = toWire(member, depth + 1);
  }
  return struct;
}

function isList(value: XmlRpcValue): value is readonly XmlRpcValue[] {
  return Array.isArray(value);
}

function leaf(tagName: string, text: string): unknown {
  const made = new CustomType(text);
  made.tagName = tagName;
  return made;
}

function numberToWire(value: number): unknown {
  if (!Number.isFinite(value)) {
    throw new CodedError('VALUE_OUT_OF_RANGE', `${value} is not a number that a message can carry`);
  }
  if (!Number.isInteger(value) || Object.is(value, -0))
    return leaf('double', Object.is(value, -0) ? '-0.0' : String(value));
  if (value >= INT_MIN && value <= INT_MAX) return leaf('int', String(value));
  return Number.isSafeInteger(value) ? leaf('i8', String(value)) : leaf('double', String(value));
}

/** `20260102T03:04:05`, UTC and to the second: the one form that every client reads. */
function dateToWire(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll('-', '');
}

function carriable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.toWellFormed().replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
