/** `npm run soak -- NAME`: the large counts, of which `npm test` runs about a tenth. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const SEEDS = 20;
/** Seeds of the mixed faults: none may show a violation. */
const SIM_SEEDS = 500;
/** What one replay may print. */
const MAX_OUTPUT = 64 * 1024 * 1024;
const root = new URL('../..', import.meta.url).pathname;
const gaps: object = JSON.parse(readFileSync(`${root}test/conformance/gaps.json`, 'utf8'));

/** A file of the property tier with its counts. */
function property(file: string, counts: Readonly<Record<string, string>>): () => number {
  return () => {
    const args = ['run', '--config', 'test/vitest.config.ts', '--project', 'property', `test/property/${file}`];
    const limit = '--testTimeout=3600000';
    const env = { ...counts, ...process.env };
    const run = spawnSync(`${root}node_modules/.bin/vitest`, [...args, limit], { cwd: root, stdio: 'inherit', env });
    return run.status ?? 1;
  };
}

const soaks: Readonly<Record<string, () => number>> = {
  naive: property('naive.test.ts', { NAIVE_RUNS: '15000' }),
  metamorphic: property('metamorphic.test.ts', { METAMORPHIC_RUNS: '10000' }),
  'golden-split': property('golden-split.test.ts', { GOLDEN_SEEDS: '20' }),
  fuzz: property('epl-fuzz.test.ts', { FUZZ_TEXTS: '100000' }),
  chaos: () => {
    let failed = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const args = ['replay', 'test/conformance/scenarios', '--federate', '--chaos', '--seed', String(seed), '--json'];
      const run = spawnSync(process.execPath, ['src/main.ts', ...args], {
        cwd: root,
        encoding: 'utf8',
        maxBuffer: MAX_OUTPUT,
      });
      const results = run.stdout
        .split('\n')
        .filter((line) => line.startsWith('{"name"'))
        .map((line) => JSON.parse(line));
      const wrong = results.filter((r) => r.result !== 'pass' && !(r.name in gaps));
      console.log(
        `seed ${seed}: ${results.filter((r) => r.result === 'pass').length} pass, ${wrong.length} differ that are no listed gaps`,
      );
      for (const r of wrong) console.log(`  ${r.name}: ${r.detail}`);
      if (results.length === 0 || wrong.length > 0) failed++;
    }
    return failed === 0 ? 0 : 1;
  },
  sim: () => {
    const args = ['sim/run.ts', '--scenario', 'mixed-faults', '--seeds', String(SIM_SEEDS), '--quiet'];
    return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
  },
};

const name = process.argv[2] ?? '';
const soak = soaks[name];
if (soak === undefined) {
  console.error(`'${name}' is no soak; there are ${Object.keys(soaks).join(', ')}`);
  process.exit(2);
}
process.exit(soak());
