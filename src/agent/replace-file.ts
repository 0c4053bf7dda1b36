/** Writes a file whole or not at all, with the mode that it had; a link stays one. */
import { chmodSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';

export function replaceFile(file: string, text: string): void {
  const target = realpathSync(file);
  const draft = `${target}.new`;
  writeFileSync(draft, text, { mode: 0o600, flush: true });
  chmodSync(draft, statSync(target).mode & 0o777);
  renameSync(draft, target);
}
