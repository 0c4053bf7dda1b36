/** `pqa …` as a process of its own: what it prints. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;

/** Standard output; rejects when the exit code is not 0. */
export async function command(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args], { timeout: 60_000 });
  return stdout;
}
