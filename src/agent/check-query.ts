/**
 * From the text of a registration to a plan: parse, the lenient pass, check against the federation's catalog, try out,
 * plan. Nothing is started here.
 */
import { Engine } from '../engine/engine.ts';
import { analyzeModule } from '../epl/analyze.ts';
import { LayeredCatalog } from '../epl/catalog.ts';
import { rewriteAliasInWhere } from '../epl/lenient.ts';
import { parseModule } from '../epl/parse.ts';
import type { AstModule } from '../model/ast.ts';
import type { CheckedModule } from '../model/checked.ts';
import type { DomainName } from '../model/ids.ts';
import type { Plan } from '../model/plan.ts';
import type { FederatedCatalog } from '../planner/catalog.ts';
import type { Statistics } from '../planner/cost/statistics.ts';
import { refuseLateWriters } from '../planner/late-writers.ts';
import { planQuery } from '../planner/plan-query.ts';
import type { PlanTuning } from '../planner/planning.ts';
import { ALL_RULES, type RuleName } from '../planner/rules/rule-names.ts';
import type { OnSilence, Query } from './query.ts';

export interface CheckedQuery {
  readonly ast: AstModule;
  readonly module: CheckedModule;
  /** The federation's types, and over them what the query's modules declared. */
  readonly catalog: LayeredCatalog;
  readonly federated: FederatedCatalog;
  readonly notes: readonly string[];
}

export interface QueryCheckerOptions {
  readonly owner: DomainName;
  /** Strict as Esper: no lenient pass. @default false */
  readonly strict?: boolean | undefined;
  /** Statements whose content will be asked for. */
  readonly iterated?: ReadonlySet<string> | undefined;
  /** Rewrites to use. @default all, by cost */
  readonly tuning?: PlanTuning | undefined;
}

export class QueryChecker {
  readonly #catalog: () => Promise<FederatedCatalog>;
  readonly #statistics: Statistics | undefined;
  readonly #options: QueryCheckerOptions;

  /** `catalog`: the federation's, as of now. */
  constructor(
    deps: { readonly catalog: () => Promise<FederatedCatalog>; readonly statistics?: Statistics | undefined },
    options: QueryCheckerOptions,
  ) {
    this.#catalog = deps.catalog;
    this.#statistics = deps.statistics;
    this.#options = options;
  }

  /** `parent`: the catalog of the query whose group the module joins. Rejects with the code of the text's mistake. */
  async check(epl: string, parent: LayeredCatalog | null): Promise<CheckedQuery> {
    const parsed = parseModule(epl);
    const federated = await this.#catalog();
    const catalog = parent ?? new LayeredCatalog(federated);
    try {
      const { ast, notes } =
        this.#options.strict === true ? { ast: parsed, notes: [] } : rewriteModule(parsed, catalog);
      const module = analyzeModule(ast, catalog);
      tryOut(module, catalog);
      return { ast, module, catalog, federated, notes };
    } catch (error) {
      throw federated.explain?.(error) ?? error;
    }
  }

  /**
   * `into`: the query whose group the module joins. `residual`: `here` where no other domain runs it. A query that holds compares its statements' content: it is
   * wanted here.
   */
  plan(
    checked: CheckedQuery,
    into: Query | null,
    onSilence: OnSilence,
    residual: 'here' | 'anywhere' = 'anywhere',
  ): Plan {
    const { federated, catalog, module, ast } = checked;
    const inputs = into?.plan.inputs ?? [];
    const view: FederatedCatalog = {
      eventType: (name) => catalog.eventType(name) ?? module.eventTypes.get(name),
      eventTypeNames: () => catalog.eventTypeNames(),
      variable: (name) => catalog.variable(name),
      expression: (name) => catalog.expression(name),
      domainsOf: (name) => (module.eventTypes.has(name) ? null : federated.domainsOf(name)),
      unionsFixed: federated.unionsFixed,
      aggregateOnly: (name) => (module.eventTypes.has(name) ? [] : (federated.aggregateOnly?.(name) ?? [])),
    };
    if (into !== null) refuseLateWriters(module, into.plan, view);
    return planQuery(module, view, {
      owner: this.#options.owner,
      ...this.#options.tuning,
      ...(residual === 'here' ? { rules: withoutPlacing(this.#options.tuning?.rules ?? ALL_RULES) } : {}),
      statistics: this.#statistics,
      iterated: this.#options.iterated,
      contentWanted: onSilence === 'hold',
      declarations: [
        ...catalog.expressions(),
        ...ast.statements.flatMap((s) => (s.kind === 'createExpression' ? [s.declaration] : [])),
      ],
      knownInputs: new Set(inputs.map((i) => i.name)),
      firstInput: inputs.length,
    });
  }
}

function withoutPlacing(rules: ReadonlySet<RuleName>): ReadonlySet<RuleName> {
  return new Set([...rules].filter((r) => r !== 'place-residual'));
}

/** Deploys the module on an engine that is thrown away: what cannot be evaluated is refused with its own position. */
function tryOut(module: CheckedModule, catalog: LayeredCatalog): void {
  const engine = new Engine({ startMs: 0 });
  for (const name of catalog.eventTypeNames()) {
    const type = catalog.eventType(name);
    if (type === undefined || module.eventTypes.has(name)) continue;
    engine.addEventType(type);
    if (type.kind === 'window' || type.kind === 'table') engine.addStore(type);
  }
  for (const context of catalog.ownContexts()) engine.addContext(context);
  for (const { name, type, constant } of catalog.ownVariables()) engine.addVariable(name, type, null, constant);
  engine.deploy(module, { listener: () => undefined });
}

/** What Esper refuses and the paper prints: aliases in `where` (epl/lenient.ts). */
function rewriteModule(
  ast: AstModule,
  catalog: LayeredCatalog,
): { readonly ast: AstModule; readonly notes: readonly string[] } {
  const rewritten = ast.statements.map((s) => rewriteAliasInWhere(s, catalog));
  return { ast: { ...ast, statements: rewritten.map((r) => r.statement) }, notes: rewritten.flatMap((r) => r.notes) };
}
