/** Reading answers of the management interface: plain data, checked, never assumed. */
import { readFileSync } from 'node:fs';
import { callMethod } from '../management/client.ts';
import { CodedError } from '../model/errors.ts';

export type Answer = Readonly<Record<string, unknown>>;

export interface Connection {
  readonly url: string;
  readonly json?: boolean | undefined;
}

export async function askStruct(to: Connection, method: string, params: readonly Parameter[] = []): Promise<Answer> {
  return structOf(await callMethod(to.url, method, params));
}

export async function askList(
  to: Connection,
  method: string,
  params: readonly Parameter[] = [],
): Promise<readonly Answer[]> {
  return listOf(await callMethod(to.url, method, params)).map(structOf);
}

export type Parameter = NonNullable<Parameters<typeof callMethod>[2]>[number];

export function structOf(value: unknown): Answer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unexpected();
  return Object.fromEntries(Object.entries(value));
}

export function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected();
  return value;
}

/** The text of a query: as given, or the content of the file after `@`. */
export function textOrFile(argument: string): string {
  if (!argument.startsWith('@')) return argument;
  try {
    return readFileSync(argument.slice(1), 'utf8');
  } catch (error) {
    throw new CodedError('INVALID_PARAMETERS', `cannot read ${argument.slice(1)}`, {
      cause: error,
      hint: '@FILE names a file that holds the EPL',
    });
  }
}

function unexpected(): CodedError {
  return new CodedError('PROTOCOL', 'the agent answered something unexpected', { hint: 'is it of the same version?' });
}
