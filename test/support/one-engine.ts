/** The oracle of the one law (DESIGN §1): a single engine that is fed every domain's events in the order of their cause keys. */
import { typesOfMetric } from '../../src/agent/federated-catalog.ts';
import { Engine, rowValues } from '../../src/engine/engine.ts';
import { analyzeModule } from '../../src/epl/analyze.ts';
import { LayeredCatalog } from '../../src/epl/catalog.ts';
import { rewriteAliasInWhere } from '../../src/epl/lenient.ts';
import { parseModule } from '../../src/epl/parse.ts';
import type { Property } from '../../src/model/event-type.ts';
import { stringifyStreamName } from '../../src/model/ids.ts';
import { DOUBLE, LONG, STRING, type Value } from '../../src/model/value.ts';

/** The paper's metric. */
export const PAPER_METRIC: readonly Property[] = [
  { name: 'metricName', type: STRING },
  { name: 'metricValue', type: DOUBLE },
  { name: 'timestamp', type: LONG },
];

export interface OracleMetric {
  readonly domain: string;
  readonly metric: string;
  readonly properties: readonly Property[];
}

export class OneEngine {
  readonly #engine = new Engine({ startMs: 0 });
  /** Inserted rows of all statements, in order. */
  readonly rows: (readonly Value[])[] = [];
  #seq = 0;

  constructor(epl: string, metrics: readonly OracleMetric[]) {
    const catalog = new LayeredCatalog();
    for (const { domain, metric, properties } of metrics) {
      for (const type of typesOfMetric(domain, metric, properties)) {
        catalog.addType(type);
        this.#engine.addEventType(type);
      }
    }
    const ast = parseModule(epl);
    const statements = ast.statements.map((s) => rewriteAliasInWhere(s, catalog).statement);
    const module = analyzeModule({ ...ast, statements }, catalog);
    this.#engine.deploy(module, {
      listener: ({ insert, columns }) => this.rows.push(...insert.map((row) => rowValues(row, columns))),
    });
  }

  /** One event; `timestampMs` not below that of any before. */
  send(domain: string, metric: string, values: Readonly<Record<string, unknown>>, timestampMs: number): void {
    const stream = stringifyStreamName(domain, metric);
    const meta = { timestampMs, domain, seq: ++this.#seq };
    this.#engine.send(this.#engine.makeEvent(stream, { ...values, domain }, meta));
  }
}
