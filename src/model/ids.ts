/** Names and ids that cross folders. Each is built and parsed by one pair of functions. */
import { CodedError } from './errors.ts';

/** The domain's name: one EPL identifier or any text that can be back-quoted. */
export type DomainName = string;
export type QueryId = string;
export type FragmentId = string;

const PLAIN_IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** Longest name of a domain in UTF-16 units. */
export const MAX_DOMAIN_LENGTH = 253;

/** Throws `INVALID_PARAMETERS` unless `name` can be a domain: 1 to 253 characters without blanks, back-quotes, slashes or control characters. */
export function checkDomainName(name: string): DomainName {
  if (name.length === 0 || name.length > MAX_DOMAIN_LENGTH || !/^[^\s`/\p{Cc}]+$/u.test(name)) {
    throw new CodedError('INVALID_PARAMETERS', `'${name}' cannot name a domain`, {
      hint: 'use 1 to 253 characters without blanks, back-quotes or slashes, such as renci or net.example.org',
    });
  }
  return name;
}

/** The type name of one domain's stream: `renci.MemUtil`. Unambiguous because the metric never holds a dot. */
export function stringifyStreamName(domain: DomainName, metric: string): string {
  return `${domain}.${metric}`;
}

/** Splits `renci.MemUtil`; `{domain: null}` for a union. The last dot separates: a domain may hold dots, a metric may not. */
export function parseStreamName(name: string): { readonly domain: DomainName | null; readonly metric: string } {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? { domain: null, metric: name } : { domain: name.slice(0, dot), metric: name.slice(dot + 1) };
}

/** `name` as EPL text: back-quoted where it is not a plain identifier. */
export function quoteIdentifier(name: string): string {
  return PLAIN_IDENTIFIER.test(name) ? name : `\`${name}\``;
}
