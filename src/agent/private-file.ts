/** Reading files that hold secrets: refused where others can read them, as ssh does. */
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { CodedError } from '../model/errors.ts';

/** A key or a password, not a disk image. */
const MAX_SECRET_BYTES = 64 * 1024;

/** The file's bytes. Throws `KEY_UNREADABLE`, or `KEY_INSECURE` if its group or others have any right to it. */
export function readPrivateFile(path: string): Uint8Array {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw new CodedError('KEY_UNREADABLE', `cannot read ${path}: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
  try {
    const { mode, size } = fstatSync(descriptor);
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new CodedError('KEY_INSECURE', `${path} has mode ${octal}: others can reach it`, {
        hint: `chmod 600 ${path}, and replace the secret if others may have read it`,
      });
    }
    if (size > MAX_SECRET_BYTES) throw new CodedError('KEY_UNREADABLE', `${path} has ${size} bytes: it holds no key`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the file with mode 0600. Throws `KEY_UNREADABLE` if there is one already: a key is never overwritten. */
export function writePrivateFile(path: string, content: Uint8Array | string): void {
  try {
    writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new CodedError('KEY_UNREADABLE', `cannot make ${path}: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}
