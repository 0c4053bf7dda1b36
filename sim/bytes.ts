/**
 * `npm run sim -- --bytes`: what each rewrite saves. A scenario runs with all rewrites, with one of them switched off at a
 * time (only those that make a difference are shown) and with none; envelopes and heartbeats that crossed borders, sealed as
 * sent, stand against every event of the streams read in the same encoding, without heartbeats.
 */
import Table from 'cli-table3';
import { ALL_RULES, RULE_TITLES, type RuleName } from '../src/planner/rules/rule-names.ts';
import { measure } from './measure.ts';
import { SCENARIOS } from './scenarios/all-scenarios.ts';
import type { ScenarioDeclaration } from './scenarios/scenario.ts';
import { simulate } from './simulate.ts';

/** Scenarios of the table unless one is named. */
const NAMED: readonly string[] = ['paper-join', 'perfsonar-join', 'silent-having', 'path-bottleneck', 'cdn-latency'];

/** Bytes that differ by less than this part come from chance on the network. */
const NOTICEABLE = 0.02;

interface Figures {
  readonly envelopes: number;
  readonly envelopeBytes: number;
  readonly heartbeatBytes: number;
  readonly controlBytes: number;
  readonly wholeBytes: number;
  readonly violations: number;
}

export async function bytesTable(seed: number, only: string | undefined): Promise<string> {
  const table = new Table({
    head: [
      'scenario',
      'rewrites',
      'envelopes',
      'kB',
      'heartbeats kB',
      'together kB',
      'whole kB',
      'ratio',
      'control kB',
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const scenario of SCENARIOS.filter((s) => (only === undefined ? NAMED.includes(s.name) : s.name === only))) {
    const all = await figuresOf(scenario, seed, ALL_RULES);
    table.push(rowOf(scenario.name, 'all', all));
    for (const rule of ALL_RULES) {
      const without = await figuresOf(scenario, seed, new Set([...ALL_RULES].filter((r) => r !== rule)));
      if (Math.abs(together(without) / together(all) - 1) >= NOTICEABLE)
        table.push(rowOf('', `without: ${RULE_TITLES[rule]}`, without));
    }
    table.push(rowOf('', 'none', await figuresOf(scenario, seed, new Set())));
  }
  return table.toString();
}

async function figuresOf(scenario: ScenarioDeclaration, seed: number, rules: ReadonlySet<RuleName>): Promise<Figures> {
  const declaration: ScenarioDeclaration = {
    ...scenario,
    declare: (options) => ({ ...scenario.declare(options), rules }),
  };
  const { run, violations } = await simulate(declaration, { seed, domains: null });
  const { envelopes, envelopeBytes, heartbeatBytes, controlBytes } = run.carried;
  const { wholeBytes } = measure(run);
  return { envelopes, envelopeBytes, heartbeatBytes, controlBytes, wholeBytes, violations: violations.length };
}

function together({ envelopeBytes, heartbeatBytes }: Figures): number {
  return envelopeBytes + heartbeatBytes;
}

function rowOf(scenario: string, rewrites: string, f: Figures): string[] {
  const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);
  return [
    scenario,
    f.violations === 0 ? rewrites : `${rewrites} (${f.violations} VIOLATIONS)`,
    String(f.envelopes),
    kilobytes(f.envelopeBytes),
    kilobytes(f.heartbeatBytes),
    kilobytes(together(f)),
    kilobytes(f.wholeBytes),
    `1/${(f.wholeBytes / together(f)).toFixed(1)}`,
    kilobytes(f.controlBytes),
  ];
}
