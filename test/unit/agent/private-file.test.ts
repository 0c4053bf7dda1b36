import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPrivateFile, writePrivateFile } from '../../../src/agent/private-file.ts';

let directory = '';
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'pqa-private-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('what is written privately can be read back by its owner', () => {
  const path = join(directory, 'key');
  writePrivateFile(path, 'secret');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(new TextDecoder().decode(readPrivateFile(path))).toBe('secret');
});

test('a secret that others can read is refused, with what to do', () => {
  const path = join(directory, 'key');
  writePrivateFile(path, 'secret');
  for (const mode of [0o640, 0o604, 0o610, 0o666]) {
    chmodSync(path, mode);
    expect(() => readPrivateFile(path)).toThrow(
      expect.objectContaining({ code: 'KEY_INSECURE', hint: expect.stringContaining('chmod 600') }),
    );
  }
});

test('an absent file is KEY_UNREADABLE, and none is overwritten', () => {
  const path = join(directory, 'key');
  expect(() => readPrivateFile(path)).toThrow(expect.objectContaining({ code: 'KEY_UNREADABLE' }));
  writePrivateFile(path, 'first');
  expect(() => writePrivateFile(path, 'second')).toThrow(expect.objectContaining({ code: 'KEY_UNREADABLE' }));
  expect(new TextDecoder().decode(readPrivateFile(path))).toBe('first');
});
