/**
 * The catalogs of the federation as this agent knows them: its own registry, and what the other domains told it when it
 * last asked. Asked anew, by version, at each registration and when a domain connects (DESIGN §6).
 */
import type { DomainCatalog, MetricFigures } from '../model/control.ts';
import type { DomainName } from '../model/ids.ts';
import { toCodedError } from '../model/errors.ts';
import type { StreamFigures } from '../planner/cost/statistics.ts';
import type { Log } from '../ports/log.ts';
import type { ExchangeTransport } from '../ports/transport.ts';
import { expectReply, type Ask } from './ask.ts';
import { CatalogOfDomains } from './federated-catalog.ts';

/** A registration waits no longer than this for a domain's catalog; it then goes by the last one known. */
export const CATALOG_TIMEOUT_MS = 2_000;

export interface CatalogsDeps {
  readonly transport: Pick<ExchangeTransport, 'members' | 'connected'>;
  readonly ask: Ask;
  readonly log: Log;
  readonly own: () => DomainCatalog;
  /** What was measured of the streams here. @default nothing */
  readonly ownFigures?: (() => readonly MetricFigures[]) | undefined;
}

export class Catalogs {
  readonly #deps: CatalogsDeps;
  readonly #known = new Map<DomainName, DomainCatalog>();
  readonly #figures = new Map<DomainName, readonly MetricFigures[]>();

  constructor(deps: CatalogsDeps) {
    this.#deps = deps;
  }

  /** All that is known, this domain first. */
  get all(): readonly DomainCatalog[] {
    return [this.#deps.own(), ...this.#known.values()];
  }

  async refresh(): Promise<void> {
    const connected = this.#deps.transport.members().filter((d) => this.#deps.transport.connected(d));
    await Promise.all(connected.map((d) => this.refreshOne(d)));
  }

  async refreshOne(domain: DomainName): Promise<void> {
    const knownVersion = this.#known.get(domain)?.version ?? 0;
    try {
      const reply = expectReply(
        await this.#deps.ask(domain, { kind: 'catalog', knownVersion }, CATALOG_TIMEOUT_MS),
        'catalog',
      );
      // A domain speaks for itself alone.
      if (reply.catalog !== null && reply.catalog.domain === domain) this.#known.set(domain, reply.catalog);
      this.#figures.set(domain, reply.figures ?? []);
    } catch (error) {
      this.#deps.log.debug('no catalog from domain', { domain, code: toCodedError(error).code });
    }
  }

  /** The domain is no member any more. */
  forget(domain: DomainName): void {
    this.#known.delete(domain);
    this.#figures.delete(domain);
  }

  /** Figures of one metric as its domain told them last; null where it told none. */
  figures(domain: DomainName, metric: string): StreamFigures | null {
    const own = domain === this.#deps.own().domain;
    const known = own ? this.#deps.ownFigures?.() : this.#figures.get(domain);
    const found = known?.find((f) => f.metric === metric);
    if (found === undefined) return null;
    const { rateHz, columns } = found;
    return {
      rateHz,
      columnBytes: Object.fromEntries(columns.map((c) => [c.name, c.bytes])),
      distinct: Object.fromEntries(columns.map((c) => [c.name, c.distinct])),
    };
  }

  async federated(): Promise<CatalogOfDomains> {
    await this.refresh();
    return new CatalogOfDomains(this.all);
  }
}
