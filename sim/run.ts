/**
 * `npm run sim`: the scenarios, each from a seed, and a table of what happened.
 *
 *   npm run sim                                      every scenario once, seed 1
 *   npm run sim -- --scenario mixed-faults --seeds 50  fifty seeds from --seed on (--quiet: a line each)
 *   npm run sim -- --scenario many-domains --domains 200
 *   npm run sim -- --bytes [--scenario NAME]         what each rewrite saves: envelopes and heartbeats against every event
 *
 * Exit code 1 when a checker finds a violation; it comes with the command that replays it.
 */
import Table from 'cli-table3';
import { parseArgs } from 'node:util';
import { bytesTable } from './bytes.ts';
import { measure, type Measures } from './measure.ts';
import { SCENARIOS } from './scenarios/all-scenarios.ts';
import type { ScenarioDeclaration, SimFault } from './scenarios/scenario.ts';
import { simulate, type SimResult } from './simulate.ts';

/** Violations printed per run: the first is what matters. */
const MAX_PRINTED = 6;

const HELP = `npm run sim -- [--scenario NAME] [--seed N] [--seeds COUNT] [--domains N] [--quiet]
npm run sim -- --bytes [--scenario NAME] [--seed N]   bytes across borders with each rewrite on and off
scenarios: ${SCENARIOS.map((s) => s.name).join(', ')}`;

interface Row {
  readonly cells: readonly string[];
  /** The same in short. */
  readonly line: string;
  readonly failed: boolean;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      scenario: { type: 'string' },
      domains: { type: 'string' },
      quiet: { type: 'boolean', default: false },
      bytes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.bytes) {
    console.log(await bytesTable(wholeNumber(values.seed, 'seed'), values.scenario));
    return 0;
  }
  const chosen = SCENARIOS.filter((s) => values.scenario === undefined || s.name === values.scenario);
  if (chosen.length === 0) {
    console.error(`'${values.scenario}' is no scenario; there are ${SCENARIOS.map((s) => s.name).join(', ')}`);
    return 2;
  }
  const [seed, seeds] = [wholeNumber(values.seed, 'seed'), wholeNumber(values.seeds, 'seeds')];
  const domains = values.domains === undefined ? null : wholeNumber(values.domains, 'domains');
  const table = new Table({
    head: [
      'scenario', 'seed', 'domains', 'queries', 'events', 'triggers', 'equal', 'kB', 'whole kB', 'ratio', 'control kB',
      'messages', 'p50 ms', 'p99 ms', 'faults', 's',
    ],
    style: { head: [], border: [], compact: true },
  }); // prettier-ignore
  let failures = 0;
  for (const scenario of chosen) {
    for (let s = seed; s < seed + seeds; s++) {
      const row = await runOne(scenario, s, domains);
      if (row.failed) failures++;
      if (values.quiet) console.log(row.line);
      else table.push([...row.cells]);
    }
  }
  if (!values.quiet) console.log(table.toString());
  console.log(`${chosen.length * seeds} runs, ${failures} with violations`);
  return failures > 0 ? 1 : 0;
}

async function runOne(scenario: ScenarioDeclaration, seed: number, domains: number | null): Promise<Row> {
  const begunMs = performance.now();
  const result = await simulate(scenario, { seed, domains });
  const seconds = (performance.now() - begunMs) / 1000;
  const wrong = result.violations.length > 0;
  const failed = wrong && scenario.knownGap === undefined;
  if (wrong) {
    const size = domains === null ? '' : ` --domains ${domains}`;
    console.log(`${scenario.name}, seed ${seed}: ${result.violations.length} violations`);
    for (const v of result.violations.slice(0, MAX_PRINTED)) console.log(`  ${v.checker}: ${v.message}`);
    if (scenario.knownGap !== undefined) console.log(`  known gap: ${scenario.knownGap}`);
    console.log(`  npm run sim -- --scenario ${scenario.name} --seed ${seed}${size}`);
  }
  const cells = cellsOf(scenario.name, seed, result, measure(result.run), seconds);
  const line = `${scenario.name} ${seed}: ${failed ? 'FAILED' : wrong ? 'known gap' : 'ok'}, ${cells[5]} triggers, ${seconds.toFixed(1)} s`;
  return { failed, cells, line };
}

function cellsOf(name: string, seed: number, result: SimResult, m: Measures, seconds: number): readonly string[] {
  const { scenario, world } = result.run;
  const differs = result.violations.length > 0;
  return [
    name,
    String(seed),
    String(scenario.domains.length),
    String(scenario.queries.length),
    String(world.sources.length),
    String(m.triggers),
    differs ? 'NO' : result.exact ? 'yes' : 'but gaps',
    kilobytes(m.bytes),
    kilobytes(m.wholeBytes),
    m.bytes === 0 ? '-' : `1/${(m.wholeBytes / m.bytes).toFixed(1)}`,
    kilobytes(m.controlBytes),
    String(m.messages),
    m.latencyMs === null ? '-' : m.latencyMs.p50.toFixed(0),
    m.latencyMs === null ? '-' : m.latencyMs.p99.toFixed(0),
    faultsOf(result),
    seconds.toFixed(1),
  ];
}

function faultsOf({ faults, run }: SimResult): string {
  const { lost, duplicated, cut } = run.world.network.totals;
  const kinds = new Map<SimFault['kind'], number>();
  for (const { kind } of faults) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return [...[...kinds].map(([kind, n]) => `${n} ${kind}`), `${lost} lost`, `${duplicated} dup`, `${cut} cut`].join(
    ', ',
  );
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}

function wholeNumber(text: string, name: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new Error(`--${name} takes a whole number from 1, not '${text}'`);
  return n;
}

process.exitCode = await main();
