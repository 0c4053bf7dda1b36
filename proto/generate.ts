/**
 * Generates src/federation/wire/generated.{js,d.ts} from the contract in this folder: `npm run proto`.
 * The result is committed, so that neither building nor running needs the generator.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function pbjs(options: readonly string[]): void {
  execFileSync(
    process.execPath,
    [
      at('../node_modules/protobufjs-cli/bin/pbjs'),
      '--target',
      'static-module',
      '--wrap',
      'esm',
      '--force-number',
      '--null-defaults',
      '--no-create',
      '--no-verify',
      '--no-convert',
      '--no-delimited',
      '--no-service',
      '--no-typeurl',
      '--path',
      at('.'),
      '--out',
      at('../src/federation/wire/generated.js'),
      ...options,
      at('control.proto'),
    ],
    { stdio: 'inherit' },
  );
}

// Types are made from the comments; the code that is committed goes without them.
pbjs(['--dts']);
pbjs(['--no-comments']);
