/** `pqa replay`: scenario files through one engine or a federation, compared with what they expect. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { CodedError } from '../../model/errors.ts';
import type { PlanTuning } from '../../planner/planning.ts';
import { ALL_RULES, isRuleName } from '../../planner/rules/rule-names.ts';
import { print } from '../output.ts';
import { numbersAsText } from './compare.ts';
import { runScenario, type ScenarioResult } from './run-central.ts';
import { runFederated } from './run-federated.ts';
import { parseScenario, type Scenario } from './scenario.ts';

export interface ReplayOptions {
  readonly federate?: boolean;
  readonly chaos?: boolean;
  readonly seed?: string;
  /** Names of rewrites, separated by commas; each is done wherever it is safe. */
  readonly rules?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Exit code 0 only if all pass. Throws `SCENARIO_INVALID` when there is nothing to run. */
export async function runReplay(path: string, options: ReplayOptions): Promise<number> {
  const files = scenarioFiles(path);
  if (files.length === 0) throw new CodedError('SCENARIO_INVALID', `no scenario (*.json) at ${path}`);
  const seed = Number(options.seed ?? 1);
  if (!Number.isSafeInteger(seed))
    throw new CodedError('INVALID_PARAMETERS', `--seed ${options.seed ?? ''} is no whole number`);
  if (options.chaos === true && options.federate !== true) {
    throw new CodedError('INVALID_PARAMETERS', '--chaos disturbs the network of --federate', { hint: 'give both' });
  }
  tuningOf(options.rules);
  if (options.out !== undefined) mkdirSync(options.out, { recursive: true });
  let passed = 0;
  for (const file of files) {
    const result = await runFile(file, options, seed);
    if (result.result === 'pass') passed++;
    report(result, options);
  }
  const totals = { passed, failed: files.length - passed };
  print(options.json === true ? JSON.stringify(totals) : `${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0 ? 0 : 1;
}

async function runFile(file: string, options: ReplayOptions, seed: number): Promise<ScenarioResult> {
  let scenario: Scenario;
  try {
    scenario = parseScenario(readFileSync(file, 'utf8'));
  } catch (error) {
    return { name: file, result: 'crash', detail: error instanceof Error ? error.message : String(error), outputs: [] };
  }
  return options.federate === true
    ? runFederated(scenario, { seed, chaos: options.chaos === true, tuning: tuningOf(options.rules) })
    : runScenario(scenario);
}

/** `all`, `none`, or names: these rewrites, wherever they are safe. Throws `INVALID_PARAMETERS`. */
function tuningOf(rules: string | undefined): PlanTuning | undefined {
  if (rules === undefined) return undefined;
  if (rules === 'all') return { choose: 'always' };
  const names = rules === 'none' ? [] : rules.split(',').map((r) => r.trim());
  const unknown = names.filter((n) => !isRuleName(n));
  if (unknown.length > 0) {
    throw new CodedError('INVALID_PARAMETERS', `--rules: no rewrite is called ${unknown.join(', ')}`, {
      hint: `all, none, or of ${[...ALL_RULES].join(', ')}`,
    });
  }
  return { rules: new Set(names.filter(isRuleName)), choose: 'always' };
}

function report(r: ScenarioResult, options: ReplayOptions): void {
  if (options.json === true) print(JSON.stringify({ name: r.name, result: r.result, detail: r.detail }));
  else if (r.result !== 'pass') print(`${pc.red(r.result.padEnd(9))}${r.name}: ${r.detail}`);
  if (options.out === undefined) return;
  const document = { name: r.name, ok: r.result !== 'rejected' && r.result !== 'crash', outputs: r.outputs };
  writeFileSync(
    join(options.out, `${r.name.replaceAll('/', '__')}.json`),
    `${JSON.stringify(document, numbersAsText, 1)}\n`,
  );
}

function scenarioFiles(path: string): readonly string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw new CodedError('SCENARIO_INVALID', `cannot read ${path}`, { cause: error });
  }
  if (!isFolder) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) => {
      const inner = join(path, e.name);
      if (e.isDirectory()) return scenarioFiles(inner);
      return e.name.endsWith('.json') ? [inner] : [];
    });
}
