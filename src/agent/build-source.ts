/** Configuration of a source → the monitoring client that it names. */
import { unreachable } from '../model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { MeasurementSource } from '../ports/source.ts';
import { HostMetricsSource } from '../sources/host-metrics.ts';
import { XmppPubsubSource } from '../sources/xmpp-pubsub.ts';
import type { SourceConfig } from './config-schema.ts';
import type { XmppAccess } from './xmpp-access.ts';

export interface SourceDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly counters: Counters;
}

/** XMPP sources use the agent's own account. Throws `CONFIG_INVALID`. */
export function buildSource(config: SourceConfig, deps: SourceDeps, xmpp: XmppAccess): MeasurementSource {
  switch (config.kind) {
    case 'host':
      return new HostMetricsSource({ clock: deps.clock }, { metrics: config.metrics, intervalMs: config.intervalMs });
    case 'xmpp-pubsub': {
      const properties = config.properties.map(({ path: _, ...property }) => property);
      const fields = Object.fromEntries(config.properties.map((p) => [p.name, p.path]));
      const metric = { name: config.metric, description: config.description, properties };
      return new XmppPubsubSource(deps, {
        name: config.name ?? `xmpp-pubsub ${config.node}`,
        xmpp: { ...xmpp.connection, resource: `source-${config.metric}` },
        nodes: [
          {
            service: config.service,
            node: config.node,
            metric,
            mapping: { format: config.format, rows: config.rows, fields },
            backlog: config.backlog,
          },
        ],
      });
    }
    default:
      return unreachable(config);
  }
}
