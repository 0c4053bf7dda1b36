/**
 * `npm test`: all tiers, one after the other, and one closing line taken from the runner's report.
 *
 *   npm test                         all tiers
 *   npm test -- --without servers    leaves a tier out (it is named in the closing lines)
 *   npm test -- unit conformance     only these
 *
 * Debian packages that tiers need are listed in test/servers/packages.txt; missing ones are installed together with apt
 * when this is root on Debian, else the run says how to get them or how to leave the tier out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TIERS = ['unit', 'conformance', 'property', 'federation', 'servers', 'system'] as const;
type Tier = (typeof TIERS)[number];

/** Tiers that start programs of Debian's packages. */
const NEED_PACKAGES: readonly Tier[] = ['servers', 'system'];

const root = new URL('..', import.meta.url).pathname;

function main(): number {
  const chosen = chooseTiers(process.argv.slice(2));
  const leftOut = TIERS.filter((t) => !chosen.includes(t));
  if (chosen.some((t) => NEED_PACKAGES.includes(t)) && !installPackages()) return 1;
  const report = mkdtempSync(join(tmpdir(), 'pqa-test-'));
  let totals = { passed: 0, failed: 0, skipped: 0 };
  let failedRun = false;
  for (const tier of chosen) {
    const file = join(report, `${tier}.json`);
    const args = [
      'run',
      '--config',
      'test/vitest.config.ts',
      '--project',
      tier,
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${file}`,
    ];
    const run = spawnSync(join(root, 'node_modules/.bin/vitest'), args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const counts = readReport(file);
    if (run.status !== 0 || counts === null) failedRun = true;
    if (counts !== null) {
      totals = {
        passed: totals.passed + counts.passed,
        failed: totals.failed + counts.failed,
        skipped: totals.skipped + counts.skipped,
      };
    }
  }
  rmSync(report, { recursive: true, force: true });
  if (leftOut.length > 0) console.log(`tiers left out: ${leftOut.join(', ')}`);
  if (failedRun && totals.failed === 0) totals = { ...totals, failed: 1 };
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return failedRun || totals.failed > 0 || totals.passed === 0 ? 1 : 0;
}

function chooseTiers(args: readonly string[]): readonly Tier[] {
  const only: Tier[] = [];
  const without: Tier[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--without') without.push(...(args[++i] ?? '').split(',').map(tierNamed));
    else only.push(tierNamed(args[i] ?? ''));
  }
  return (only.length > 0 ? only : [...TIERS]).filter((t) => !without.includes(t));
}

function tierNamed(name: string): Tier {
  const tier = TIERS.find((t) => t === name);
  if (tier !== undefined) return tier;
  console.error(`'${name}' is no tier; there are ${TIERS.join(', ')}`);
  process.exit(2);
}

function readReport(file: string): { passed: number; failed: number; skipped: number } | null {
  if (!existsSync(file)) return null;
  const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof json !== 'object' || json === null) return null;
  const number = (key: string) => Number(Reflect.get(json, key) ?? 0);
  return {
    passed: number('numPassedTests'),
    failed: number('numFailedTests') + number('numFailedTestSuites') * (number('numFailedTests') === 0 ? 1 : 0),
    skipped: number('numPendingTests') + number('numTodoTests'),
  };
}

function installPackages(): boolean {
  const wanted = readFileSync(join(root, 'test/servers/packages.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const missing = wanted.filter((name) => !installed(name));
  if (missing.length === 0) return true;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    console.error(`tiers ${NEED_PACKAGES.join(' and ')} need the Debian packages: ${missing.join(', ')}`);
    console.error(
      `install them as root (apt-get update && ${command}), or leave those tiers out: npm test -- --without ${NEED_PACKAGES.join(',')}`,
    );
    return false;
  }
  console.log(`installing Debian packages: ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const [program, ...args] of [['apt-get', 'update', '-q'], command.split(' ')]) {
    const run = spawnSync(program ?? '', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
    if (run.status !== 0) {
      console.error(`'${[program, ...args].join(' ')}' failed`);
      return false;
    }
  }
  return true;
}

function installed(name: string): boolean {
  const query = spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' });
  return query.status === 0 && query.stdout.includes('install ok installed');
}

process.exit(main());
