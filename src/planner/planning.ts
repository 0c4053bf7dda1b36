/** What the rules have at hand while one module is planned. */
import type { AstExpressionDeclaration, AstStatement } from '../model/ast.ts';
import type { SelectStatement } from '../model/checked.ts';
import type { DomainName } from '../model/ids.ts';
import type { PlannedStatement } from '../model/plan.ts';
import type { FederatedCatalog } from './catalog.ts';
import type { Statistics } from './cost/statistics.ts';
import type { Draft } from './draft.ts';
import type { RuleName } from './rules/rule-names.ts';
import type { UndeclaredReads } from './undeclared.ts';

/** How the planner is told to work: for tests, `pqa replay --rules` and tables of bytes. */
export interface PlanTuning {
  /** Rewrites that may be used. @default all */
  readonly rules?: ReadonlySet<RuleName> | undefined;
  /**
   * `cost`: at each choice what the cost model says; `always`: every rewrite that is safe is done, whatever it costs.
   * @default cost
   */
  readonly choose?: 'cost' | 'always' | undefined;
}

export interface PlanOptions extends PlanTuning {
  readonly owner: DomainName;
  /** Statements whose content is asked for: they stay at the owner. */
  readonly iterated?: ReadonlySet<string> | undefined;
  /** The content of every statement is asked for. @default false */
  readonly contentWanted?: boolean | undefined;
  /** Number of the first input, so that modules of one group do not collide. @default 0 */
  readonly firstInput?: number | undefined;
  /** Expressions that the module declares beside its statements (`create expression`). */
  readonly declarations?: readonly AstExpressionDeclaration[] | undefined;
  /** Inputs that the group has already under the name of their stream. */
  readonly knownInputs?: ReadonlySet<string> | undefined;
  /** What is known of streams. @default nothing: the defaults of cost/statistics.ts hold */
  readonly statistics?: Statistics | undefined;
}

export interface Planning {
  /** True if the module is one statement, all that its clock group will hold, and nobody looks into its content. */
  readonly alone: boolean;
  readonly catalog: FederatedCatalog;
  readonly options: PlanOptions;
  readonly draft: Draft;
  readonly statistics: Statistics;
  /**
   * Streams of the federation into which the module itself inserts, or which it updates: they keep their name in the
   * residual, so that what domains send and what the query does to it meet in one stream there.
   */
  readonly open: ReadonlySet<string>;
  /** What the module reads of events beyond their declared properties. */
  readonly undeclared: UndeclaredReads;
  /** Variant streams that the module declares: they take events by their type. */
  readonly variants: ReadonlySet<string>;
  /** True if the rewrite is switched on. For those that are always better. */
  allows(this: void, rule: RuleName): boolean;
  /**
   * True if the rewrite is to be done at this place, where it is safe but not always better. `site` tells places of one
   * rule apart; `about` tells people which one it is.
   */
  chooses(this: void, rule: RuleName, site: string, about: string): boolean;
}

/** One statement on its way into the plan. */
export interface StatementContext {
  readonly statement: SelectStatement;
  /** With the expressions that the module declares beside it. */
  readonly ast: AstStatement;
  readonly planning: Planning;
  /** Number of the statement in its module: begins the names of its choices. */
  readonly index: number;
}

/**
 * A rewrite of a whole statement: its plan, or null where it is switched off, not safe or not chosen. It must not touch the
 * draft before it is sure. The first of `STATEMENT_RULES` (plan-statement.ts) that answers is taken.
 */
export interface StatementRule {
  readonly name: RuleName;
  apply(context: StatementContext): PlannedStatement | null;
}
