/** Every scenario by its name, in the order of the table. */
import { CDN_LATENCY } from './cdn-latency.ts';
import { CHANGING_UNIONS } from './changing-unions.ts';
import { DATA_TRANSFER } from './data-transfer.ts';
import { FLAPPING_DOMAIN } from './flapping-domain.ts';
import { FUTURE_CLOCK } from './future-clock.ts';
import { INFRASTRUCTURE_HEALTH } from './infrastructure-health.ts';
import { MANY_DOMAINS } from './many-domains.ts';
import { LOST_DISKS, MIXED_CRASHES } from './mixed-crashes.ts';
import { MIXED_FAULTS } from './mixed-faults.ts';
import { PAPER_JOIN, PERFSONAR_JOIN } from './paper-join.ts';
import { PATH_BOTTLENECK } from './path-bottleneck.ts';
import { PLACED_CRASHES, PLACED_FAULTS, PLACED_LOST_DISKS } from './placed-residuals.ts';
import { SC13_AUTOSCALING } from './sc13-autoscaling.ts';
import type { ScenarioDeclaration } from './scenario.ts';
import { OFTEN_CROSSED, OFTEN_CROSSED_LOUD, SILENT_CRASHES, SILENT_FAULTS, SILENT_HAVING } from './silent-having.ts';
import { WAN_PARTITION } from './wan-partition.ts';

export const SCENARIOS: readonly ScenarioDeclaration[] = [
  SC13_AUTOSCALING,
  PAPER_JOIN,
  PERFSONAR_JOIN,
  PATH_BOTTLENECK,
  INFRASTRUCTURE_HEALTH,
  CDN_LATENCY,
  DATA_TRANSFER,
  WAN_PARTITION,
  FLAPPING_DOMAIN,
  CHANGING_UNIONS,
  FUTURE_CLOCK,
  MIXED_FAULTS,
  MIXED_CRASHES,
  LOST_DISKS,
  PLACED_FAULTS,
  PLACED_CRASHES,
  PLACED_LOST_DISKS,
  SILENT_HAVING,
  OFTEN_CROSSED,
  OFTEN_CROSSED_LOUD,
  SILENT_FAULTS,
  SILENT_CRASHES,
  MANY_DOMAINS,
];
