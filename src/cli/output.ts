/** How commands speak: tables for people, JSON for programs, coded errors on standard error. */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { CodedError } from '../model/errors.ts';

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A table without frames: columns aligned, heads dimmed. */
export function printTable(head: readonly string[], rows: readonly (readonly unknown[])[]): void {
  const table = new Table({
    head: head.map((h) => pc.dim(h)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: FRAMELESS,
  });
  for (const row of rows) table.push(row.map((cell) => String(cell ?? '')));
  print(table.toString());
}

export function failure(error: CodedError, json: boolean): void {
  if (json) {
    const { code, position, hint } = error;
    process.stderr.write(`${JSON.stringify({ error: { code, message: error.message, position, hint } })}\n`);
    return;
  }
  process.stderr.write(`${pc.red(error.code)}: ${error.describe()}\n`);
}

const FRAMELESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
} as const;
