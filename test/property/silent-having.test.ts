/**
 * Silent having says what one engine says (DESIGN §5): random having statements that the rule takes, over random domains and
 * traces whose conditions are near often and far often; stamps on a grid of one second, so that ties are frequent. Attempts at
 * silence are made at every turn, so that every cause of a trace may be the one that begins or ends one.
 *
 *   SILENT_CASES=2000 SILENT_SEED=1 vitest run --config test/vitest.config.ts --project property test/property/silent-having
 */
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../sim/world/seeded-random.ts';
import { runFederated } from '../../src/cli/replay/run-federated.ts';
import type { Scenario, ScenarioStep } from '../../src/cli/replay/scenario.ts';
import { compareDomains } from '../../src/model/cause-key.ts';
import { expectCentral } from './split/check-case.ts';

const CASES = Number(process.env['SILENT_CASES'] ?? 200);
const FIRST_SEED = Number(process.env['SILENT_SEED'] ?? 1);
const CHUNK = 50;
const GRID_MS = 1000;

function one<T>(random: SeededRandom, of: readonly T[]): T {
  const found = of[random.below(of.length)];
  if (found === undefined) throw new Error('nothing to choose from');
  return found;
}

function statement(random: SeededRandom): string {
  const window = one(random, ['#time(2 sec)', '#time(3 sec)', '#time(5 sec)', '#keepall', '']);
  const key = one(random, ['', '', 'k', 'k', 'domain', 'v', 'k, domain']);
  const c = random.below(12) - 2;
  const atom = (): string =>
    `${one(random, ['sum(v)', 'sum(d)', 'avg(v)', 'avg(d)', 'count(*)', 'count(d)', 'min(v)', 'min(d)', 'max(v)', 'max(d)'])} ${one(random, ['>', '>', '>=', '<', '<='])} ${one(random, [c, c + 0.5, 3 * c, 10 * c, -5])}`;
  const having = [atom(), ...(random.next() < 0.25 ? [atom()] : []), ...(random.next() < 0.1 ? ['sum(v) != 9'] : [])];
  const items = [
    ...(key === '' ? [] : key.split(', ').map((k, i) => `${k} as g${i}`)),
    one(random, ['sum(v) as s', 'avg(d) as a', 'count(*) as n', 'min(d) as m', 'stddev(v) as s', 'median(d) as m']),
    ...(random.next() < 0.3 ? ['max(v) as x'] : []),
    ...(random.next() < 0.15 ? ['k as free'] : []),
  ];
  const where = random.next() < 0.3 ? ` where ${one(random, ["k != 'h2'", 'v > 1', 'd is not null'])}` : '';
  const filter = random.next() < 0.2 ? '(v < 9)' : '';
  return [
    `@name('s0') select ${one(random, ['', '', 'irstream ', 'rstream '])}${items.join(', ')} from P${filter}${window}${where}`,
    key === '' ? '' : ` group by ${key}`,
    ` having ${having.join(' and ')}`,
    random.next() < 0.1 ? ' order by count(*) desc' : '',
  ].join('');
}

function scenario(seed: number): Scenario {
  const random = new SeededRandom(seed);
  const names = ['Zed', 'anl', 'es-net', 'renci', 'uky']
    .slice(random.below(2), 3 + random.below(3))
    .sort(compareDomains);
  const steps: ScenarioStep[] = [];
  // Values drift between low and high: conditions come near and go.
  let level = random.below(8);
  const late = random.next() < 0.1 ? 5 + random.below(25) : -1;
  let t = GRID_MS;
  for (let i = 0; i < 30 + random.below(30); i++) {
    steps.push({ t });
    if (random.next() < 0.2) level = random.below(10) - 2;
    for (const domain of names) {
      for (let n = random.next() < 0.5 ? 1 + random.below(2) : 0; n > 0; n--) {
        const v = level + random.below(3);
        const d = random.next() < 0.1 ? null : level + random.below(5) / 2;
        steps.push({ t, send: 'P', domain, event: { k: one(random, ['h1', 'h2', 'h3']), v, d } });
      }
    }
    // What joins the query ends its silence for good, at the very place where it joins.
    if (i === late) steps.push({ t, deploy: "@name('late') select k, v from P(v > 4)#time(2 sec)" });
    t += GRID_MS * (1 + (random.next() < 0.15 ? random.below(4) : 0));
  }
  steps.push({ t }, { t: t + 8 * GRID_MS });
  return {
    name: `silent/seed-${seed}`,
    features: [],
    types: { P: { k: 'string', v: 'int', d: 'double' } },
    inherits: {},
    domains: Object.fromEntries(names.map((n) => [n, ['P']])),
    epl: statement(random),
    listen: null,
    steps,
    expect: { ok: true, outputs: [], error: null },
  };
}

describe('silent domains hand out what one engine does', () => {
  const begun = { quiet: 0, chaos: 0, ended: 0, outputs: 0, refused: 0 };
  const chunks = Array.from({ length: Math.ceil(CASES / CHUNK) }, (_, i) => FIRST_SEED + i * CHUNK);

  it.each(chunks)('random having from seed %i', async (first) => {
    const failures: string[] = [];
    for (let seed = first; seed < Math.min(first + CHUNK, FIRST_SEED + CASES); seed++) {
      const expected = expectCentral(scenario(seed));
      if (typeof expected === 'string') {
        begun.refused++;
        continue;
      }
      begun.outputs += Math.min(1, expected.expect.outputs.length);
      for (const chaos of [false, true]) {
        const onCounters = (totals: ReadonlyMap<string, number>): void => {
          begun[chaos ? 'chaos' : 'quiet'] += totals.get('query_silences_total') ?? 0;
          begun.ended += totals.get('query_silences_ended_total') ?? 0;
        };
        const { result, detail } = await runFederated(expected, { seed, chaos, onCounters });
        if (result !== 'pass')
          failures.push(
            `SILENT_SEED=${seed} SILENT_CASES=1${chaos ? ' (chaos)' : ''}: ${expected.epl}\n  ${result}: ${detail}`,
          );
      }
    }
    expect(failures.join('\n')).toBe('');
  });

  it('the cases say something: silences begin and end, and most hand something out', () => {
    if (CASES < CHUNK) return;
    expect(begun.refused).toBe(0);
    expect(begun.quiet).toBeGreaterThan(CASES / 2);
    expect(begun.chaos).toBeGreaterThan(CASES / 4);
    expect(begun.ended).toBeGreaterThan(CASES / 4);
    expect(begun.outputs).toBeGreaterThan(CASES / 2);
    console.log(`silent having, ${CASES} cases:`, JSON.stringify(begun));
  });
});
