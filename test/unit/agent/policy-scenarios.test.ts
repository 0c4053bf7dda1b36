/**
 * The column check against another way to know: what is admitted with a column withheld must be readable where the column
 * does not exist at all. Statements: those of the golden scenarios that are one select.
 */
import { expect, it } from 'vitest';
import { ExportPolicies } from '../../../src/agent/export-policies.ts';
import { enforcePolicies } from '../../../src/agent/policy-check.ts';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import { printStatement } from '../../../src/epl/print.ts';
import type { SelectStatement } from '../../../src/model/checked.ts';
import { CodedError } from '../../../src/model/errors.ts';
import type { Catalog } from '../../../src/model/event-type.ts';
import { catalogFor, scenarios, textsOf } from '../epl/scenarios.ts';

function selectOf(epl: string, catalog: Catalog) {
  const ast = parseModule(epl);
  const module = analyzeModule(ast, catalog);
  const [statement, ...more] = module.statements;
  return statement?.kind === 'select' && more.length === 0 ? { ast, module, statement } : null;
}

/** The catalog in which a type has no such property. */
function without(catalog: Catalog, typeName: string, property: string): Catalog {
  return {
    eventType: (name) => {
      const type = catalog.eventType(name);
      if (name !== typeName || type === undefined) return type;
      return { ...type, properties: type.properties.filter((p) => p.name !== property) };
    },
    eventTypeNames: () => catalog.eventTypeNames(),
    variable: (name) => catalog.variable(name),
  };
}

function tried<T>(work: () => T): T | CodedError {
  try {
    return work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

const columnsOf = (s: SelectStatement) => s.columns.map((c) => c.name);

it('what is admitted with a column withheld reads the same where there is no such column', () => {
  let [admitted, refused] = [0, 0];
  for (const scenario of scenarios()) {
    const catalog = catalogFor(scenario);
    for (const epl of textsOf(scenario)) {
      const checked = tried(() => selectOf(epl, catalog));
      if (checked === null || checked instanceof CodedError) continue;
      const types = new Set(
        checked.statement.streams.flatMap((s) => (s.source.kind === 'filter' ? [s.source.eventType] : [])),
      );
      for (const type of types) {
        for (const withheld of type.properties.filter((p) => p.name !== 'domain')) {
          const columns = type.properties.map((p) => p.name).filter((name) => name !== withheld.name);
          const policies = new ExportPolicies('owner', [{ metric: type.name, domains: '*', columns }]);
          const answer = tried(() => enforcePolicies(checked, policies, ['reader'], catalog));
          if (answer instanceof CodedError) {
            expect(answer.code).toBe('POLICY_REFUSED');
            refused++;
            continue;
          }
          admitted++;
          const text = printStatement(answer.statement.ast);
          const reread = tried(() => selectOf(text, without(catalog, type.name, withheld.name)));
          const place = `${scenario.name}, ${type.name}.${withheld.name}: ${text}`;
          if (reread === null || reread instanceof CodedError) throw new Error(`${place}: ${String(reread)}`);
          expect(columnsOf(reread.statement), place).toEqual(columnsOf(answer.statement));
        }
      }
    }
  }
  expect(admitted).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(100);
});
