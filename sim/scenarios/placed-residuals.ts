/**
 * The mixed faults over residuals that run at a domain that they read (rule "place the residual"): exact under `wait`, and
 * under `continue` wherever no gap is flagged, also when the domain that runs the residual crashes.
 */
import { LOST_DISKS, MIXED_CRASHES } from './mixed-crashes.ts';
import { MIXED_FAULTS } from './mixed-faults.ts';
import type { ScenarioDeclaration, SimQuery, SimScenario } from './scenario.ts';

export const PLACED_FAULTS: ScenarioDeclaration = {
  name: 'placed-faults',
  title: 'mixed faults, residuals at the domains that they read',
  declare: (options) => openToAll({ ...MIXED_FAULTS.declare(options), placed: true }),
};

export const PLACED_CRASHES: ScenarioDeclaration = {
  name: 'placed-crashes',
  title: 'the same with crashes and long partitions',
  declare: (options) => goingOn(MIXED_CRASHES.declare(options)),
};

export const PLACED_LOST_DISKS: ScenarioDeclaration = {
  name: 'placed-lost-disks',
  title: 'the same, and who crashes loses the disk',
  declare: (options) => goingOn(LOST_DISKS.declare(options)),
};

/** `hold` wants the content of its statements at the owner: those are not placed. */
function goingOn(scenario: SimScenario): SimScenario {
  const queries = scenario.queries.map((q): SimQuery => ({ ...q, onSilence: 'continue' }));
  return openToAll({ ...scenario, placed: true, queries });
}

/** A policy that does not admit the domain that runs the residual refuses it, whoever owns the query: not what is judged here. */
function openToAll(scenario: SimScenario): SimScenario {
  return { ...scenario, faults: scenario.faults.filter((f) => f.kind !== 'policy') };
}
