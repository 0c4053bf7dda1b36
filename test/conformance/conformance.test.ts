/**
 * Golden scenarios recorded from Esper 9, in modes. What is not met yet stands in gaps.json with the reason; the run fails
 * when a listed one passes, and when one that is not listed does not.
 *
 * A reason that begins with `federated:` is a gap of the federated modes alone.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/cli/replay/run-central.ts';
import { runFederated } from '../../src/cli/replay/run-federated.ts';
import { parseScenario, type Scenario } from '../../src/cli/replay/scenario.ts';

const here = new URL('.', import.meta.url).pathname;
const scenarios = join(here, 'scenarios');
const shared = join(here, '../../../shared/conformance');
const folders = readdirSync(scenarios).sort();

/** Seeds of the disturbed network; the full count is `npm run soak -- chaos`. */
const CHAOS_SEEDS = [1, 2];

const gaps: ReadonlyMap<string, string> = new Map(
  Object.entries(JSON.parse(readFileSync(join(here, 'gaps.json'), 'utf8'))).map(([name, why]) => [name, String(why)]),
);
const isFederatedGap = (name: string): boolean => gaps.get(name)?.startsWith('federated:') === true;

function load(folder: string): readonly Scenario[] {
  const files = readdirSync(join(scenarios, folder)).filter((f) => f.endsWith('.json'));
  return files.sort().map((f) => parseScenario(readFileSync(join(scenarios, folder, f), 'utf8')));
}

/** Names that pass though listed, and what differs though not listed. */
interface Verdicts {
  readonly unexpected: readonly string[];
  readonly mended: readonly string[];
}

function judge(
  results: readonly { name: string; result: string; detail: string }[],
  listed: (name: string) => boolean,
): Verdicts {
  const failed = results.filter((r) => r.result !== 'pass');
  return {
    unexpected: failed.filter((r) => !listed(r.name)).map((r) => `${r.name}: ${r.result}: ${r.detail.slice(0, 300)}`),
    mended: results.filter((r) => r.result === 'pass' && listed(r.name)).map((r) => r.name),
  };
}

const NOTHING: Verdicts = { unexpected: [], mended: [] };

describe.each(folders)('golden scenarios: %s', (folder) => {
  const all = load(folder);

  it('one engine answers as Esper does', () => {
    const results = all.map((s) => runScenario(s));
    expect(judge(results, (name) => gaps.has(name) && !isFederatedGap(name))).toEqual(NOTHING);
  });

  it('a federation answers as one engine does', async () => {
    const results = [];
    for (const s of all) results.push(await runFederated(s, { seed: 1, chaos: false }));
    expect(judge(results, (name) => gaps.has(name))).toEqual(NOTHING);
  });

  it.each(CHAOS_SEEDS)('a federation over a disturbed network does too, seed %i', async (seed) => {
    const unexpected = [];
    for (const s of all) {
      if (gaps.has(s.name)) continue;
      const r = await runFederated(s, { seed, chaos: true });
      if (r.result !== 'pass')
        unexpected.push(
          `${r.name}: ${r.result}: ${r.detail.slice(0, 300)}; pqa replay FILE --federate --chaos --seed ${seed}`,
        );
    }
    expect(unexpected).toEqual([]);
  });
});

describe('the set of scenarios', () => {
  it('lists gaps of scenarios that exist', () => {
    const names = new Set(folders.flatMap((f) => load(f).map((s) => s.name)));
    expect([...gaps.keys()].filter((name) => !names.has(name))).toEqual([]);
  });

  it.runIf(existsSync(shared))('is the same as the one it was copied from', () => {
    const differing = folders.flatMap((folder) => {
      const names = new Set([...readdirSync(join(scenarios, folder)), ...readdirSync(join(shared, folder))]);
      return [...names]
        .filter((f) => read(join(scenarios, folder, f)) !== read(join(shared, folder, f)))
        .map((f) => `${folder}/${f}`);
    });
    expect(differing).toEqual([]);
  });
});

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
