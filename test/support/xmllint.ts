/** Validates payloads against proto/trigger.xsd with xmllint, which shares no code with us. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCHEMA = new URL('../../proto/trigger.xsd', import.meta.url).pathname;

/** Throws with xmllint's words unless every payload is valid. */
export function checkPayloads(payloads: readonly string[]): void {
  const dir = mkdtempSync(join(tmpdir(), 'pqa-xsd-'));
  try {
    const files = payloads.map((payload, i) => {
      const file = join(dir, `${i}.xml`);
      writeFileSync(file, payload);
      return file;
    });
    execFileSync('xmllint', ['--noout', '--nonet', '--schema', SCHEMA, ...files], { stdio: 'pipe' });
  } finally {
    rmSync(dir, { recursive: true });
  }
}
