/**
 * What this agent knows of the federation: the catalogs that domains gave it, as types that a query is checked against.
 *
 * `renci.MemUtil` is the stream of one domain, a subtype of `MemUtil`, the union over all domains that offer it. The
 * union has the properties on which all its domains agree; what they disagree on is kept for the refusal (DESIGN §3).
 */
import { compareDomains } from '../model/cause-key.ts';
import type { CatalogMetric, DomainCatalog } from '../model/control.ts';
import { CodedError } from '../model/errors.ts';
import type { EventType, Property, VariableType } from '../model/event-type.ts';
import { stringifyStreamName, type DomainName } from '../model/ids.ts';
import { STRING, stringifyType } from '../model/value.ts';
import type { FederatedCatalog } from '../planner/catalog.ts';

/** The property that the registry adds to every metric. */
export const DOMAIN_PROPERTY: Property = { name: 'domain', type: STRING };

/** The two types of a metric at one domain: its own stream and its part of the union. */
export function typesOfMetric(
  domain: DomainName,
  metric: string,
  properties: readonly Property[],
): readonly [EventType, EventType] {
  const all = [...properties, DOMAIN_PROPERTY];
  return [
    { name: metric, supertypes: [], properties: all },
    { name: stringifyStreamName(domain, metric), supertypes: [metric], properties: all },
  ];
}

interface Offer {
  readonly domain: DomainName;
  readonly metric: CatalogMetric;
}

export class CatalogOfDomains implements FederatedCatalog {
  readonly #types = new Map<string, EventType>();
  readonly #domains = new Map<string, readonly DomainName[]>();
  /** Domains of a type out of which only aggregates go. */
  readonly #aggregateOnly = new Map<string, readonly DomainName[]>();
  /** `Metric.property` → how its domains differ. */
  readonly #conflicts = new Map<string, string>();

  readonly unionsFixed: boolean;

  /** `unionsFixed`: as in {@link FederatedCatalog}. */
  constructor(catalogs: readonly DomainCatalog[], options: { readonly unionsFixed?: boolean | undefined } = {}) {
    this.unionsFixed = options.unionsFixed ?? false;
    const offers = new Map<string, Offer[]>();
    const sorted = [...catalogs].sort((a, b) => compareDomains(a.domain, b.domain));
    for (const { domain, metrics } of sorted) {
      for (const metric of metrics) {
        const [, own] = typesOfMetric(domain, metric.name, metric.properties);
        this.#types.set(own.name, own);
        this.#domains.set(own.name, [domain]);
        if (metric.aggregateOnly === true) this.#aggregateOnly.set(own.name, [domain]);
        const list = offers.get(metric.name) ?? [];
        list.push({ domain, metric });
        offers.set(metric.name, list);
      }
    }
    for (const [name, list] of offers) this.#addUnion(name, list);
  }

  eventType(name: string): EventType | undefined {
    return this.#types.get(name);
  }

  eventTypeNames(): Iterable<string> {
    return this.#types.keys();
  }

  variable(_name: string): VariableType | undefined {
    return undefined;
  }

  domainsOf(typeName: string): readonly DomainName[] | null {
    return this.#domains.get(typeName) ?? null;
  }

  aggregateOnly(typeName: string): readonly DomainName[] {
    return this.#aggregateOnly.get(typeName) ?? [];
  }

  /**
   * An unknown property of a union may be one that its domains disagree on: then the refusal says which domain differs
   * how. Any other error is answered as it is.
   */
  explain(error: unknown): unknown {
    if (!(error instanceof CodedError) || error.code !== 'UNKNOWN_PROPERTY') return error;
    const text = error.message;
    for (const [key, difference] of this.#conflicts) {
      const property = key.slice(key.lastIndexOf('.') + 1);
      if (!text.includes(`'${property}'`)) continue;
      return new CodedError(
        'SCHEMA_CONFLICT',
        `domains disagree on property '${property}' of ${key.slice(0, key.lastIndexOf('.'))}: ${difference}`,
        {
          position: error.position,
          hint: 'name the domain whose stream is meant',
          cause: error,
        },
      );
    }
    return error;
  }

  #addUnion(name: string, offers: readonly Offer[]): void {
    const [first] = offers;
    if (first === undefined) return;
    const agreed: Property[] = [];
    const names = new Set(offers.flatMap((o) => o.metric.properties.map((p) => p.name)));
    for (const property of names) {
      const kinds = offers.map((o) => {
        const found = o.metric.properties.find((p) => p.name === property);
        return { domain: o.domain, type: found?.type };
      });
      const [reference] = kinds;
      const same = kinds.every(
        (k) =>
          k.type !== undefined &&
          reference?.type !== undefined &&
          stringifyType(k.type) === stringifyType(reference.type),
      );
      if (same && reference?.type !== undefined) agreed.push({ name: property, type: reference.type });
      else {
        const difference = kinds
          .map((k) => (k.type === undefined ? `${k.domain} has none` : `${k.domain} has ${stringifyType(k.type)}`))
          .join(', ');
        this.#conflicts.set(`${name}.${property}`, difference);
      }
    }
    this.#types.set(name, { name, supertypes: [], properties: [...agreed, DOMAIN_PROPERTY] });
    this.#domains.set(
      name,
      offers.map((o) => o.domain),
    );
    const grouped = offers.filter((o) => o.metric.aggregateOnly === true);
    if (grouped.length > 0)
      this.#aggregateOnly.set(
        name,
        grouped.map((o) => o.domain),
      );
    for (const { domain } of offers) {
      const own = this.#types.get(stringifyStreamName(domain, name));
      if (own !== undefined) this.#types.set(own.name, { ...own, supertypes: [name] });
    }
  }
}
