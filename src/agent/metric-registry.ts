/**
 * The metrics of this domain: what is declared, and events checked against it on their way in.
 *
 * State: one document per metric in collection `metrics`, and the version of the catalog, which rises with every change
 * and survives restarts, so that peers can ask for what is new.
 */
import type { DomainCatalog } from '../model/control.ts';
import { CodedError } from '../model/errors.ts';
import type { DomainName } from '../model/ids.ts';
import { hintNames } from '../model/nearest-name.ts';
import type { Value } from '../model/value.ts';
import type { Collection, StateStore } from '../ports/store.ts';
import { checkValue } from './check-value.ts';
import {
  checkDeclaration,
  matchesSearch,
  readDocument,
  toDocument,
  type Declaration,
  type Metric,
  type MetricSearch,
} from './metric-declaration.ts';
import { SeenIds } from './seen-ids.ts';

/** Longest event id. */
export const MAX_ID_LENGTH = 256;

/** Values of one event by property, `domain` included; checked, every property present. */
export type CheckedValues = Readonly<Record<string, Value>>;

export interface MetricRegistryDeps {
  readonly store: StateStore;
  /** Queries and fragments that read the metric here; one that is read cannot be deleted. */
  readonly usesOf: (metric: string) => readonly string[];
}

export interface MetricRegistryOptions {
  readonly domain: DomainName;
  /** @default 1_000 */
  readonly maxMetrics?: number | undefined;
  /** Ids remembered per client and metric. @default 10_000 */
  readonly maxIds?: number | undefined;
}

export class MetricRegistry {
  readonly #deps: MetricRegistryDeps;
  readonly #options: MetricRegistryOptions;
  readonly #documents: Collection;
  readonly #state: Collection;
  readonly #metrics = new Map<string, Metric>();
  readonly #seen: SeenIds;
  #version: number;

  constructor(deps: MetricRegistryDeps, options: MetricRegistryOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#documents = deps.store.collection('metrics');
    this.#state = deps.store.collection('metrics_state');
    this.#seen = new SeenIds(options.maxIds ?? 10_000);
    this.#version = Number(this.#state.get('version') ?? 0);
    for (const [, document] of this.#documents.entries()) {
      const metric = readDocument(document);
      this.#metrics.set(metric.name, metric);
    }
  }

  /** Rises with every change. */
  get version(): number {
    return this.#version;
  }

  /**
   * Declares a metric; `false` if it is declared so already. A different declaration of the same name is refused with
   * `METRIC_EXISTS`, unless `replace` is given and nothing reads it. Throws also `INVALID_METRIC`, `LIMIT_EXCEEDED`.
   */
  declare(declaration: Declaration, options: { readonly replace?: boolean } = {}): boolean {
    const metric = checkDeclaration(declaration);
    const before = this.#metrics.get(metric.name);
    if (before !== undefined) {
      if (JSON.stringify(toDocument(before)) === JSON.stringify(toDocument(metric))) return false;
      if (options.replace !== true || this.#deps.usesOf(metric.name).length > 0) throw this.#exists(before);
    } else if (this.#metrics.size >= (this.#options.maxMetrics ?? 1_000)) {
      throw new CodedError('LIMIT_EXCEEDED', `${this.#metrics.size} metrics are declared already`, {
        hint: 'delete some, or raise limits.metrics',
      });
    }
    this.#change(() => this.#documents.put(metric.name, toDocument(metric)));
    this.#metrics.set(metric.name, metric);
    return true;
  }

  /** Throws `UNKNOWN_METRIC`, `METRIC_IN_USE`. */
  delete(name: string): void {
    this.require(name);
    const uses = this.#deps.usesOf(name);
    if (uses.length > 0) {
      const shown = uses.slice(0, 5).join(', ') + (uses.length > 5 ? ', …' : '');
      throw new CodedError('METRIC_IN_USE', `metric '${name}' is read by ${shown}`, { hint: 'delete these first' });
    }
    this.#change(() => this.#documents.delete(name));
    this.#metrics.delete(name);
  }

  get(name: string): Metric | undefined {
    return this.#metrics.get(name);
  }

  /** Throws `UNKNOWN_METRIC`. */
  require(name: string): Metric {
    const metric = this.#metrics.get(name);
    if (metric === undefined) {
      throw new CodedError('UNKNOWN_METRIC', `domain '${this.#options.domain}' has no metric '${name.slice(0, 80)}'`, {
        hint: hintNames(name, this.#metrics.keys(), 'metrics'),
      });
    }
    return metric;
  }

  /** By name; those that `filter` lets through. */
  list(filter: MetricSearch = {}): readonly Metric[] {
    return [...this.#metrics.values()]
      .filter((metric) => matchesSearch(metric, filter))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What this domain offers. */
  catalog(): DomainCatalog {
    return {
      domain: this.#options.domain,
      version: this.#version,
      metrics: this.list().map((metric) => ({
        name: metric.name,
        description: metric.description,
        properties: [...metric.types].map(([name, type]) => ({ name, type })),
        units: Object.fromEntries(metric.properties.flatMap((p) => (p.unit === undefined ? [] : [[p.name, p.unit]]))),
      })),
    };
  }

  /**
   * Checks one event's values against the metric. Members that are not declared are refused: a mistyped name must not
   * become a null. `where` names the event for the caller. Throws `UNKNOWN_METRIC`, `INVALID_EVENT`, `VALUE_OUT_OF_RANGE`.
   */
  ingest(name: string, values: Readonly<Record<string, unknown>>, nowMs: number, where = 'event'): CheckedValues {
    const metric = this.require(name);
    const checked: Record<string, Value> = Object.create(null);
    for (const [property, type] of metric.types) {
      const value = Object.hasOwn(values, property) ? values[property] : null;
      checked[property] = checkValue(value, type, `${where}.${property}`);
    }
    if (metric.paper) checked['timestamp'] ??= nowMs;
    const { domain } = this.#options;
    for (const [member, value] of Object.entries(values)) {
      if (metric.types.has(member) || (member === 'domain' && value === domain)) continue;
      if (member === 'domain') {
        throw new CodedError('INVALID_EVENT', `${where}.domain is not '${domain}'`, { hint: 'leave it out' });
      }
      throw new CodedError('INVALID_EVENT', `${where}: metric '${name}' has no property '${member.slice(0, 80)}'`, {
        hint: hintNames(member, metric.types.keys(), 'properties'),
      });
    }
    checked['domain'] = domain;
    return checked;
  }

  /**
   * Takes a batch from a client: all events are checked before the first is sent, so that none is taken if one is wrong.
   * A member `id` (unless the metric declares it) makes the event idempotent for that client. `send` gets the accepted
   * ones in order.
   */
  publish(
    batch: {
      readonly client: string;
      readonly metric: string;
      /** A text is an XML document. */
      readonly events: readonly (Readonly<Record<string, unknown>> | string)[];
    },
    nowMs: number,
    send: (values: CheckedValues) => void,
  ): { readonly accepted: number; readonly duplicates: number } {
    const { client, metric, events } = batch;
    const ownId = this.require(metric).types.has('id');
    const checked = events.map((given, i) => {
      const where = `events[${i}]`;
      const event = typeof given === 'string' ? this.#fromXml(metric, given, where) : given;
      if (ownId) return { id: null, values: this.ingest(metric, event, nowMs, where) };
      const { id = null, ...values } = event;
      return { id: id === null ? null : readId(id, where), values: this.ingest(metric, values, nowMs, where) };
    });
    let accepted = 0;
    for (const { id, values } of checked) {
      if (id !== null && this.#seen.has(client, metric, id)) continue;
      send(values);
      accepted++;
      if (id !== null) this.#seen.add(client, metric, id);
    }
    return { accepted, duplicates: checked.length - accepted };
  }

  #fromXml(metric: string, document: string, where: string): Readonly<Record<string, unknown>> {
    const { documents } = this.require(metric);
    if (documents !== undefined) return documents.read(document);
    throw new CodedError('INVALID_EVENT', `${where} is a string, and metric '${metric}' has no xml schema`, {
      hint: 'send {property: value, …}',
    });
  }

  #change(work: () => void): void {
    this.#deps.store.transaction(() => {
      work();
      this.#state.put('version', this.#version + 1);
    });
    this.#version++;
  }

  #exists(metric: Metric): CodedError {
    const shown = metric.properties.map((p) => `${p.name} ${p.type}`).join(', ');
    return new CodedError('METRIC_EXISTS', `metric '${metric.name}' is declared differently: ${shown}`, {
      hint: 'delete it first, or choose another name',
    });
  }
}

function readId(id: unknown, where: string): string {
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  if (typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH) return id;
  throw new CodedError('INVALID_EVENT', `${where}.id is no event id`, {
    hint: `a string of 1 to ${MAX_ID_LENGTH} characters`,
  });
}
