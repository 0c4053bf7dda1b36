/** `pqa policy`: what leaves this domain, in its configuration file; a running agent takes it within a second. */
import { loadConfig } from '../agent/config.ts';
import type { PolicyConfig } from '../agent/config-schema.ts';
import { parseRules, setPolicies } from '../agent/policies-file.ts';
import { CodedError } from '../model/errors.ts';
import { hintNames } from '../model/nearest-name.ts';
import { print, printJson, printTable } from './output.ts';

interface Options {
  readonly config: string;
  readonly json?: boolean;
}

export interface PolicyOptions extends Options {
  readonly add?: boolean;
  readonly domains?: readonly string[];
  readonly columns?: readonly string[];
  readonly where?: string;
  readonly aggregateOnly?: boolean;
  readonly groupBy?: readonly string[];
  readonly filters?: readonly string[];
  readonly leastGroup?: string;
  readonly leastWindowMs?: string;
  readonly maxRowsPerSecond?: string;
}

export function listPolicies(options: Options): void {
  const { policies } = loadConfig(options.config);
  if (options.json === true) return printJson(policies);
  if (policies.length === 0) return print('no rule: every member may read every metric');
  printTable(
    ['metric', 'readers', 'columns', 'rows', 'form', 'rows/s'],
    policies.map((p) => [
      p.metric,
      namesOf(p.domains),
      namesOf(p.columns),
      p.where ?? 'all',
      formOf(p),
      p.maxRowsPerSecond ?? 'any',
    ]),
  );
}

export function setPolicy(metric: string, options: PolicyOptions): void {
  const { policies } = loadConfig(options.config);
  const before = options.add === true ? policies.filter((p) => p.metric === metric) : [];
  const rules = parseRules(metric, [...before, ruleOf(metric, options)]);
  const changed = setPolicies(options.config, metric, rules);
  if (options.json === true) return printJson({ metric, rules, changed });
  if (!changed) return print('that is the rule already; nothing was changed');
  print(`written  ${rules.length === 1 ? 'the rule' : `${rules.length} rules`} of ${metric} in ${options.config}`);
  print('next     a running agent takes it within a second: fragments that it forbids end. pqa policy list shows all');
}

export function removePolicy(metric: string, options: Options): void {
  const metrics = loadConfig(options.config).policies.map((p) => p.metric);
  if (!metrics.includes(metric)) {
    throw new CodedError('CONFIG_INVALID', `there is no rule of '${metric}'`, {
      hint: hintNames(metric, metrics) ?? 'there are no rules',
    });
  }
  setPolicies(options.config, metric, []);
  if (options.json === true) return printJson({ metric, rules: [], changed: true });
  const star = metric !== '*' && metrics.includes('*');
  print(`removed  the rules of ${metric}; ${star ? 'those of * hold for it now' : 'every member may read it now'}`);
}

function ruleOf(metric: string, options: PolicyOptions): Readonly<Record<string, unknown>> {
  const { domains, columns, where, groupBy, filters, leastGroup, leastWindowMs, maxRowsPerSecond } = options;
  const aggregated = [groupBy, filters, leastGroup, leastWindowMs].some((o) => o !== undefined);
  return {
    metric,
    ...(domains === undefined ? {} : { domains: listOf(domains) }),
    ...(columns === undefined ? {} : { columns: listOf(columns) }),
    ...(where === undefined ? {} : { where }),
    ...(options.aggregateOnly === true || aggregated
      ? {
          aggregateOnly: {
            ...(groupBy === undefined ? {} : { groupBy }),
            ...(filters === undefined ? {} : { filters }),
            ...(leastGroup === undefined ? {} : { leastGroup: Number(leastGroup) }),
            ...(leastWindowMs === undefined ? {} : { leastWindowMs: Number(leastWindowMs) }),
          },
        }
      : {}),
    ...(maxRowsPerSecond === undefined ? {} : { maxRowsPerSecond: Number(maxRowsPerSecond) }),
  };
}

/** `none` for an empty list, which a command line cannot write. */
function listOf(names: readonly string[]): '*' | readonly string[] {
  if (names.length === 1 && names[0] === '*') return '*';
  return names.length === 1 && names[0] === 'none' ? [] : names;
}

function namesOf(names: '*' | readonly string[]): string {
  return names === '*' ? 'all' : names.length === 0 ? 'nobody' : names.join(', ');
}

function formOf({ aggregateOnly }: PolicyConfig): string {
  if (aggregateOnly === undefined) return 'rows';
  const { groupBy, leastGroup, leastWindowMs } = aggregateOnly;
  const keys = groupBy.length === 0 ? '' : ` by ${groupBy.join(', ')}`;
  return `groups of ${leastGroup}${keys}, windows of ${leastWindowMs} ms`;
}
