/** One scenario through one engine, fed every event in file order (`pqa replay`, default mode). */
import { Engine, rowToObject } from '../../engine/engine.ts';
import type { Deployment, StatementOutput } from '../../engine/engine.ts';
import { analyzeModule } from '../../epl/analyze.ts';
import { LayeredCatalog } from '../../epl/catalog.ts';
import { analyzeQuery } from '../../epl/analyze-query.ts';
import { parseModule, parseStatement } from '../../epl/parse.ts';
import { eventKey } from '../../model/cause-key.ts';
import type { CheckedExpression, CheckedModule } from '../../model/checked.ts';
import { CodedError, toCodedError } from '../../model/errors.ts';
import { toValue } from '../../engine/runtime/event-class.ts';
import { compareOutputs } from './compare.ts';
import type { StatementTraits } from './compare.ts';
import { scenarioTypes } from './scenario.ts';
import type { Scenario, ScenarioOutput, ScenarioStep } from './scenario.ts';

/** Where control operations come from: the domain that registers the query. */
export const CLIENT_DOMAIN = 'client';

export interface ScenarioResult {
  readonly name: string;
  readonly result: 'pass' | 'differs' | 'rejected' | 'accepted' | 'crash';
  /** Empty when it passes. */
  readonly detail: string;
  readonly outputs: readonly ScenarioOutput[];
}

/** What the comparison must know of the statements of a module. */
export function traitsOf(module: CheckedModule, into: Map<string, StatementTraits>): void {
  for (const statement of module.statements) {
    if (statement.kind !== 'select' || statement.name === null) continue;
    const orderedBy: string[] = [];
    for (const { expression } of statement.orderBy) {
      const column = columnOf(expression, statement.select);
      if (column === null) break;
      orderedBy.push(column);
    }
    const callsUnordered = statement.streams.some((s) => s.windows[0]?.name === 'groupwin');
    into.set(statement.name, { orderedBy, callsUnordered });
  }
}

function columnOf(
  expression: CheckedExpression,
  select: Extract<CheckedModule['statements'][number], { kind: 'select' }>['select'],
): string | null {
  const wanted = canonical(expression);
  for (const item of select) {
    if (item.kind === 'expression' && canonical(item.expression) === wanted) return item.name;
    if (item.kind === 'wildcard' && expression.kind === 'property' && expression.path.length === 1) {
      const [step] = expression.path;
      if (step?.kind === 'name') return step.name;
    }
  }
  return null;
}

function canonical(expression: CheckedExpression): string {
  return JSON.stringify(expression, (key, value: unknown) => (key === 'ast' ? undefined : value));
}

/** Never throws: whatever goes wrong is the result. */
export function runScenario(scenario: Scenario): ScenarioResult {
  const run = new CentralRun(scenario);
  try {
    run.start();
  } catch (error) {
    return refusedAs(scenario, error);
  }
  if (!scenario.expect.ok) {
    return {
      name: scenario.name,
      result: 'accepted',
      detail: `expected: ${scenario.expect.error ?? 'a rejection'}`,
      outputs: [],
    };
  }
  try {
    run.steps();
  } catch (error) {
    return { name: scenario.name, result: 'crash', detail: describe(error), outputs: run.outputs };
  }
  const difference = compareOutputs(scenario.expect.outputs, run.outputs, run.traits);
  return {
    name: scenario.name,
    result: difference === null ? 'pass' : 'differs',
    detail: difference ?? '',
    outputs: run.outputs,
  };
}

/** A module that is refused: right if Esper refuses it too. */
export function refusedAs(scenario: Scenario, error: unknown): ScenarioResult {
  const { name, expect } = scenario;
  const coded = error instanceof CodedError;
  if (coded && !expect.ok && error.code !== 'NOT_SUPPORTED' && error.code !== 'INTERNAL') {
    return { name, result: 'pass', detail: '', outputs: [] };
  }
  return { name, result: coded ? 'rejected' : 'crash', detail: describe(error), outputs: [] };
}

export function describe(error: unknown): string {
  if (error instanceof CodedError) return `${error.code}: ${error.describe()}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

class CentralRun {
  readonly outputs: ScenarioOutput[] = [];
  readonly traits = new Map<string, StatementTraits>();
  readonly #scenario: Scenario;
  readonly #engine = new Engine({ startMs: 0 });
  readonly #catalog = new LayeredCatalog();
  readonly #deployments: Deployment[] = [];
  readonly #seqs = new Map<string, number>();
  #step = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  start(): void {
    for (const type of scenarioTypes(this.#scenario)) {
      this.#catalog.addType(type);
      this.#engine.addEventType(type);
    }
    this.#deploy(this.#scenario.epl);
  }

  #deploy(epl: string): void {
    const module = analyzeModule(parseModule(epl), this.#catalog);
    const deployment = this.#engine.deploy(module, { listener: this.#listen });
    this.#deployments.push(deployment);
    this.#catalog.addModule(module);
    traitsOf(module, this.traits);
  }

  readonly #listen = (output: StatementOutput): void => {
    const { statement } = output;
    const { listen } = this.#scenario;
    if (statement === null || (listen !== null && !listen.includes(statement))) return;
    this.outputs.push({
      step: this.#step,
      statement,
      new: output.insert.map(rowToObject),
      old: output.remove.map(rowToObject),
    });
  };

  steps(): void {
    this.#scenario.steps.forEach((step, i) => {
      this.#step = i;
      try {
        this.#run(step);
      } catch (error) {
        const coded = toCodedError(error);
        if (coded.code === 'INTERNAL') throw error;
        this.outputs.push({ step: i, error: `${coded.code}: ${coded.message}` });
      }
    });
  }

  #run(step: ScenarioStep): void {
    if (step.t !== undefined) this.#engine.advanceTime(step.t);
    if (step.send !== undefined) this.#send(step.send, step);
    if (step.setvar !== undefined) {
      this.#engine.setVariable(step.setvar, toValue(step.value), this.#key(CLIENT_DOMAIN));
    }
    if (step.deploy !== undefined) this.#deploy(step.deploy);
    if (step.iterate !== undefined) this.#iterate(step.iterate);
    if (step.query !== undefined) this.#query(step.query);
  }

  #query(epl: string): void {
    const checked = analyzeQuery(parseStatement(epl), this.#catalog);
    const { rows } = this.#engine.query(checked, this.#key(CLIENT_DOMAIN));
    this.outputs.push({ step: this.#step, query: rows.map(rowToObject) });
  }

  #key(domain: string): ReturnType<typeof eventKey> {
    const seq = (this.#seqs.get(domain) ?? 0) + 1;
    this.#seqs.set(domain, seq);
    return eventKey(this.#engine.nowMs, domain, seq);
  }

  #send(typeName: string, step: ScenarioStep): void {
    const domain = this.#scenario.domains === null ? '' : (step.domain ?? '');
    const { timestampMs, seq } = this.#key(domain);
    const values = domain === '' ? (step.event ?? {}) : { ...step.event, domain };
    const offered = domain !== '' && this.#catalog.eventType(`${domain}.${typeName}`) !== undefined;
    const name = offered ? `${domain}.${typeName}` : typeName;
    this.#engine.send(this.#engine.makeEvent(name, values, { timestampMs, domain, seq }));
  }

  #iterate(statement: string): void {
    for (const deployment of this.#deployments) {
      if (!deployment.module.statements.some((s) => s.name === statement)) continue;
      const iterate = this.#engine.iterate(deployment, statement).map(rowToObject);
      this.outputs.push({ step: this.#step, statement, iterate });
      return;
    }
    throw new CodedError('UNKNOWN_QUERY', `no statement is named '${statement}'`);
  }
}
