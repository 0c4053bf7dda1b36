/**
 * `planQuery`: checked module → plan of fragments and a residual (DESIGN §5). Pure; never executes.
 *
 * Every reference to a stream of the federation becomes an input of the residual, fed by one fragment per domain. The
 * fallback is always right: ship the events that pass the filter, in the columns that are read, and evaluate all else
 * at the owner. The rules in rules/ do better where that is safe; where a rule is safe and not always better, both ways are
 * planned and the cheaper one is taken (candidates.ts).
 */
import type { CheckedModule, CheckedStatement } from '../model/checked.ts';
import { CodedError } from '../model/errors.ts';
import { isSubtype } from '../model/event-type.ts';
import type { DomainName } from '../model/ids.ts';
import type { Plan, PlannedInput } from '../model/plan.ts';
import { bestPlan, type Decide } from './candidates.ts';
import type { FederatedCatalog } from './catalog.ts';
import { crossingBytesHz } from './cost/plan-bytes.ts';
import { NO_STATISTICS } from './cost/statistics.ts';
import { Draft } from './draft.ts';
import { planStatement } from './plan-statement.ts';
import type { Planning, PlanOptions } from './planning.ts';
import { placeResidual } from './rules/place-residual.ts';
import { ALL_RULES } from './rules/rule-names.ts';
import { undeclaredReads } from './undeclared.ts';
import { familyOf } from './whole-stream.ts';

/** Most fragments one query may need; a union over n domains counts n per reference. */
export const MAX_FRAGMENTS = 4096;

/** Throws `LIMIT_EXCEEDED`; everything else was refused by the analysis before. */
export function planQuery(module: CheckedModule, catalog: FederatedCatalog, options: PlanOptions): Plan {
  const nodes = [...module.statements.map((s) => s.ast), ...(options.declarations ?? [])];
  const known = { ...streamsOf(module, catalog), undeclared: undeclaredReads(nodes) };
  const best = bestPlan((decide) => draftPlan(module, catalog, options, known, decide), options);
  if (best.fragments.every((f) => f.domain === options.owner)) return best;
  const bare = draftPlan(module, catalog, { ...options, rules: new Set() }, known, () => false).plan;
  const title = 'no rewrite: every event of the streams, in all columns';
  return { ...best, alternatives: [...(best.alternatives ?? []), { title, bytesHz: crossingBytesHz(bare) }] };
}

/** One way to do it: `decide` answers each choice. */
function draftPlan(
  module: CheckedModule,
  catalog: FederatedCatalog,
  options: PlanOptions,
  known: Pick<Planning, 'open' | 'variants' | 'undeclared'>,
  decide: Decide,
): { readonly plan: Plan; readonly choices: Draft['choices'] } {
  const draft = new Draft(options.firstInput ?? 0);
  const rules = options.rules ?? ALL_RULES;
  const planning: Planning = {
    ...known,
    alone: isAlone(module, options),
    catalog,
    options,
    draft,
    statistics: options.statistics ?? NO_STATISTICS,
    allows: (rule) => rules.has(rule),
    chooses: (rule, site, about) => {
      const choice = { site: `${rule} ${site}`, rule, about };
      draft.choices.push(choice);
      return decide(choice);
    },
  };
  const statements = module.statements.map((statement, i) => planStatement(statement, i, planning));
  if (draft.fragments.length > MAX_FRAGMENTS) {
    throw new CodedError(
      'LIMIT_EXCEEDED',
      `the query needs ${draft.fragments.length} fragments, the limit is ${MAX_FRAGMENTS}`,
      {
        hint: 'name the domains it should read instead of the union',
      },
    );
  }
  const { choices } = draft;
  const placed = placeResidual(module, statements, planning);
  const { fragments, inputs } = placed ?? draft;
  const clock = fragments.every((f) => f.domain === options.owner) ? 'local' : 'merged';
  const notes = refusalsAhead(draft.inputs, catalog, options.owner);
  const plan: Plan = {
    owner: options.owner,
    clock,
    fragments,
    inputs,
    statements: placed?.statements ?? statements,
    notes,
  };
  return { plan, choices };
}

/** Domains that let only aggregates out (DESIGN §7) refuse what does not run there whole. */
function refusalsAhead(
  inputs: readonly PlannedInput[],
  catalog: FederatedCatalog,
  owner: DomainName,
): readonly string[] {
  return inputs.flatMap((input) => {
    if (input.kind === 'result') return [];
    const domains = (catalog.aggregateOnly?.(input.standsFor) ?? []).filter((d) => d !== owner);
    return domains.map(
      (d) =>
        `${d} lets ${input.standsFor} out in aggregates only and will refuse this: name its stream alone, grouped over ` +
        `#time_batch, in a statement that can run there whole`,
    );
  });
}

function isAlone(module: CheckedModule, options: PlanOptions): boolean {
  const [only, ...more] = module.statements;
  const iterated = typeof only?.name === 'string' && options.iterated?.has(only.name) === true;
  return more.length === 0 && (options.firstInput ?? 0) === 0 && !iterated && options.contentWanted !== true;
}

function streamsOf(module: CheckedModule, catalog: FederatedCatalog): Pick<Planning, 'open' | 'variants'> {
  const open = new Set(
    module.statements.flatMap((s) => {
      const changed = changedStreams(s);
      const federated = changed.filter((t) => catalog.domainsOf(t) !== null);
      const below = s.kind === 'updateIstream' ? federated.flatMap((t) => allBelow(t, catalog)) : [];
      return [...federated.flatMap((t) => familyOf(t, catalog)), ...below];
    }),
  );
  const variants = new Set(
    module.statements.flatMap((s) => (s.kind === 'createSchema' && s.variantOf !== null ? [s.eventType.name] : [])),
  );
  return { open, variants };
}

/** What is altered is an event of each of these too: who reads the stream of one domain sees it altered. */
function allBelow(typeName: string, catalog: FederatedCatalog): readonly string[] {
  return [...catalog.eventTypeNames()].filter((name) => isSubtype(catalog, name, typeName));
}

/** Streams that a statement writes into or alters. */
export function changedStreams(s: CheckedStatement): readonly string[] {
  switch (s.kind) {
    case 'select':
      return s.insertInto === null ? [] : [s.insertInto.typeName];
    case 'onSplit':
      return s.branches.map((b) => b.insertInto.typeName);
    case 'onSelect':
      return s.select.insertInto === null ? [] : [s.select.insertInto.typeName];
    case 'onMerge':
      return s.branches.flatMap((b) => b.actions.flatMap((a) => (a.kind === 'insert' ? [a.insertInto.typeName] : [])));
    case 'updateIstream':
      return s.stream.source.kind === 'filter' ? [s.stream.source.eventType.name] : [];
    default:
      return [];
  }
}
