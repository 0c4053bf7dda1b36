/**
 * Builds the package: `npm run build`, run by npm before it packs. Compiles src/ to dist/ and copies what the compiler leaves:
 * the generated codec, plain JavaScript with its declarations.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'src/tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (!/\.(js|d\.ts)$/.test(file)) continue;
  mkdirSync(dirname(join(dist, 'src', file)), { recursive: true });
  copyFileSync(join(root, 'src', file), join(dist, 'src', file));
}
chmodSync(join(dist, 'src/main.js'), 0o755);
