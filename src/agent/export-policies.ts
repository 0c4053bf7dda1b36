/**
 * The export policies of this domain: which rule governs a metric for given readers, what the catalog offers to whom, and
 * a generation that rises when the policies change, so that the offered version does too (DESIGN §6, §7).
 */
import { createHash } from 'node:crypto';
import type { DomainCatalog, MetricFigures } from '../model/control.ts';
import { parseStreamName, type DomainName } from '../model/ids.ts';
import type { ExportPolicy } from '../model/policy.ts';
import type { StateStore } from '../ports/store.ts';

/** `open`: no rule at all; `closed`: there are rules, and none admits every reader. */
export type Governing = { readonly kind: 'open' } | { readonly kind: 'closed' } | Governed;

export interface Governed {
  readonly kind: 'rule';
  readonly policy: ExportPolicy;
}

export class ExportPolicies {
  readonly domain: DomainName;
  #policies: readonly ExportPolicy[];

  constructor(domain: DomainName, policies: readonly ExportPolicy[]) {
    this.domain = domain;
    this.#policies = policies;
  }

  get rules(): readonly ExportPolicy[] {
    return this.#policies;
  }

  /** Takes other rules; whoever holds fragments judges them again (`FragmentHost.recheck`). */
  replace(policies: readonly ExportPolicy[]): void {
    this.#policies = policies;
  }

  /** The readers that rules are about: this domain itself is none. */
  foreign(readers: Iterable<DomainName>): readonly DomainName[] {
    return [...new Set(readers)].filter((d) => d !== this.domain);
  }

  /** The metric behind a type name (`MemUtil`, `renci.MemUtil`). */
  metricOf(typeName: string): string {
    const { domain, metric } = parseStreamName(typeName);
    return domain === null || domain === this.domain ? metric : typeName;
  }

  governing(metric: string, readers: readonly DomainName[]): Governing {
    const foreign = this.foreign(readers);
    const rules = this.#rulesOf(metric);
    if (rules.length === 0 || foreign.length === 0) return { kind: 'open' };
    const policy = rules.find((r) => foreign.every((d) => admits(r, d)));
    return policy === undefined ? { kind: 'closed' } : { kind: 'rule', policy };
  }

  /** Readers that no rule of the metric admits; empty when each is admitted by some rule, though none by all. */
  refusedOf(metric: string, readers: readonly DomainName[]): readonly DomainName[] {
    const rules = this.#rulesOf(metric);
    return this.foreign(readers).filter((d) => !rules.some((r) => admits(r, d)));
  }

  /** What `reader` may know of: metrics closed to it and withheld columns do not appear. */
  offer(reader: DomainName, catalog: DomainCatalog): DomainCatalog {
    const metrics = catalog.metrics.flatMap((metric) => {
      const governing = this.governing(metric.name, [reader]);
      if (governing.kind === 'closed') return [];
      if (governing.kind === 'open') return [metric];
      const { columns, aggregateOnly } = governing.policy;
      const form = aggregateOnly === undefined ? {} : { aggregateOnly: true };
      if (columns === '*') return [{ ...metric, ...form }];
      const properties = metric.properties.filter((p) => columns.includes(p.name));
      const units = Object.fromEntries(Object.entries(metric.units).filter(([name]) => columns.includes(name)));
      return [{ ...metric, properties, units, ...form }];
    });
    return { ...catalog, metrics };
  }

  /**
   * Figures that `reader` may know: of streams that it may read event by event, in the columns it may read. Where rows are
   * withheld, none: the rate would tell of them.
   */
  figures(reader: DomainName, figures: readonly MetricFigures[]): readonly MetricFigures[] {
    return figures.flatMap((f) => {
      const governing = this.governing(f.metric, [reader]);
      if (governing.kind === 'closed') return [];
      if (governing.kind === 'open') return [f];
      const { columns, aggregateOnly, where } = governing.policy;
      if (aggregateOnly !== undefined || where !== undefined) return [];
      return [columns === '*' ? f : { ...f, columns: f.columns.filter((c) => columns.includes(c.name)) }];
    });
  }

  /** Counts the changes of the policies over all runs of the agent, durably; 0 while there have never been any. */
  generation(store: StateStore): number {
    const state = store.collection('agent');
    const digest = createHash('sha256').update(JSON.stringify(this.#policies)).digest('hex');
    const known = state.get('policy_digest');
    const generation = Number(state.get('policy_generation') ?? 0);
    if (known === digest || (known === undefined && this.#policies.length === 0)) return generation;
    store.transaction(() => {
      state.put('policy_digest', digest);
      state.put('policy_generation', generation + 1);
    });
    return generation + 1;
  }

  #rulesOf(metric: string): readonly ExportPolicy[] {
    const own = this.#policies.filter((p) => p.metric === metric);
    return own.length > 0 ? own : this.#policies.filter((p) => p.metric === '*');
  }
}

function admits(policy: ExportPolicy, domain: DomainName): boolean {
  return policy.domains === '*' || policy.domains.includes(domain);
}
