/**
 * The methods of the management interface: signature, help, and the checks of every parameter. What they ask for is done
 * by the {@link ManagementTarget}; introspection is in `system-methods.ts`.
 */
import { CodedError } from '../model/errors.ts';
import type { ExportPolicy } from '../model/policy.ts';
import type { PropertyDeclaration } from '../ports/registry.ts';
import {
  MAX_DESCRIPTION_LENGTH,
  checkCount,
  isList,
  readBareJid,
  readBoolean,
  readList,
  readName,
  readOptions,
  readString,
  readStruct,
  readWord,
} from './parameters.ts';
import type {
  Caller,
  ManagementTarget,
  MetricDeclaration,
  MetricFilter,
  PublishedEvent,
  QueryRequest,
} from './target.ts';
import type { XmlRpcValue } from './xml-rpc-codec.ts';

/** Types of the answer and the parameters, as XML-RPC introspection names them. */
export type Signature = readonly [answer: string, ...parameters: string[]];

export interface Method {
  readonly name: string;
  readonly signatures: readonly Signature[];
  /** First line: the call with its parameters. */
  readonly help: string;
  call(params: readonly XmlRpcValue[], caller: Caller): Promise<XmlRpcValue>;
}

/** Longest text of a query that is passed on; the parser has the finer limit (`EPL_TOO_LONG`). */
const MAX_EPL_LENGTH = 1_000_000;
/** Events of one call: enough to amortise it, few enough that reading and checking them (some 20 µs each) delays no heartbeat. */
export const MAX_EVENTS = 5_000;
/** Properties of one metric. */
const MAX_PROPERTIES = 1_000;
/** Longest text of a metric's schema. */
const MAX_SCHEMA_LENGTH = 100_000;
/** Members of one query's node besides who registers. */
const MAX_SUBSCRIBERS = 100;

const SILENCE_MODES = ['wait', 'continue', 'hold'] as const;

export function managementMethods(target: ManagementTarget): readonly Method[] {
  return [...metricMethods(target), ...queryMethods(target), ...statusMethods(target)];
}

function metricMethods(target: ManagementTarget): readonly Method[] {
  return [
    {
      name: 'registerMetric',
      signatures: [
        ['boolean', 'string'],
        ['boolean', 'string', 'array'],
        ['boolean', 'string', 'struct'],
        ['boolean', 'string', 'array', 'struct'],
        ['boolean', 'string', 'struct', 'struct'],
      ],
      help: `registerMetric(name, properties, options)
Declares a metric of this domain; true. The same declaration again does no harm.
properties: [{name, type, unit?, description?}, ...] or {name: type, ...}; a type is string, int, long, float, double,
boolean, map, or one of these followed by []. Without properties (none or an empty array) it is the paper's metric:
metricName string, metricValue double, timestamp long (when left out of an event, the time of ingestion).
options: {description, schema: EPL in place of properties: "@XMLSchema(rootElementName='e') @XMLSchemaField(name='p',
xpath='/e/@p', type='number') create xml schema NAME()"}`,
      async call(params, caller) {
        checkCount(params, 1, 3, 'registerMetric(name, properties, options)');
        await target.registerMetric(readMetric(params), caller);
        return true;
      },
    },
    {
      name: 'deleteMetric',
      signatures: [['boolean', 'string']],
      help: `deleteMetric(name)
Takes back a metric of this domain; true. Refused while a query reads it (METRIC_IN_USE).`,
      async call(params, caller) {
        checkCount(params, 1, 1, 'deleteMetric(name)');
        await target.deleteMetric(readName(params[0], 'parameter 1 (name)'), caller);
        return true;
      },
    },
    {
      name: 'listMetrics',
      signatures: [['array'], ['array', 'struct']],
      help: `listMetrics(options)
Metrics: [{domain, name, description, properties: [{name, type, unit?, description?}], uses}, ...].
options: {match: text within a name or description, unit, domain, federation: true for the other domains' too}`,
      async call(params) {
        checkCount(params, 0, 1, 'listMetrics(options)');
        const listed = await target.listMetrics(readMetricFilter(params[0]));
        return listed.map((metric) => ({ ...metric, properties: metric.properties.map((p) => ({ ...p })) }));
      },
    },
    {
      name: 'publish',
      signatures: [
        ['struct', 'string', 'array'],
        ['struct', 'string', 'array', 'struct'],
      ],
      help: `publish(metric, events, options)
Measurements of an application: {accepted, duplicates}. All events are taken or none.
events: [{property: value, ...}, ...], at most ${MAX_EVENTS}; XML documents as strings where the metric has an xml schema. An event may carry an id (a string; not where the metric
declares a property of that name): one seen before from the same client is acknowledged without effect.
options: {client: who publishes, for these ids}`,
      async call(params, caller) {
        checkCount(params, 2, 3, 'publish(metric, events, options)');
        const metric = readName(params[0], 'parameter 1 (metric)');
        const events = readList(params[1], 'parameter 2 (events)', MAX_EVENTS).map((event, i): PublishedEvent =>
          typeof event === 'string' ? event : readStruct(event, `events[${i}]`),
        );
        const options = readOptions(params[2], 'options', ['client']);
        const identity =
          options['client'] === undefined ? caller.identity : readName(options['client'], 'options.client');
        return { ...(await target.publish(metric, events, { identity })) };
      },
    },
  ];
}

function queryMethods(target: ManagementTarget): readonly Method[] {
  return [
    {
      name: 'registerQuery',
      signatures: [
        ['struct', 'string'],
        ['struct', 'string', 'struct'],
      ],
      help: `registerQuery(epl, options)
Registers a continuous query: {queryId, node, service, uri, notes: [...], plan}. Its triggers are published on the pubsub
node 'node' of the XMPP service 'service'. The same registration again gives the same query.
options: {jid: bare JID of who registers, subscribers: [further bare JIDs], listener: 'every' | {publish: [columns],
reduce: {column: last | first | max | min | avg | sum | count}}, onSilence: 'wait' | 'continue' | 'hold' (when a domain falls silent), name}`,
      async call(params, caller) {
        checkCount(params, 1, 2, 'registerQuery(epl, options)');
        const answer = await target.registerQuery(readQuery(params), caller);
        return { ...answer };
      },
    },
    {
      name: 'deleteQuery',
      signatures: [['boolean', 'string']],
      help: `deleteQuery(queryId)
Ends a query and deletes its node; true.`,
      async call(params, caller) {
        checkCount(params, 1, 1, 'deleteQuery(queryId)');
        await target.deleteQuery(readName(params[0], 'parameter 1 (queryId)'), caller);
        return true;
      },
    },
    {
      name: 'listQueries',
      signatures: [['array']],
      help: `listQueries()
Queries registered here: [{queryId, name, epl, state, node, service, uri, createdMs, triggersTotal}, ...].`,
      async call(params, caller) {
        checkCount(params, 0, 0, 'listQueries()');
        return (await target.listQueries(caller)).map((query) => ({ ...query }));
      },
    },
    {
      name: 'getQuery',
      signatures: [['struct', 'string']],
      help: `getQuery(queryId)
What listQueries tells of one query, and {jid, subscribers, onSilence, notes, plan, coverage}. plan is as explainQuery
answers it, with measured: {fragments: [{name, seconds, bytesHz, deltasHz, insertsHz, removesHz}, ...], latencyMs: {count, p50,
p99}}: rates of the last minute, and milliseconds from the stamp of the event to the trigger.`,
      async call(params, caller) {
        checkCount(params, 1, 1, 'getQuery(queryId)');
        return { ...(await target.getQuery(readName(params[0], 'parameter 1 (queryId)'), caller)) };
      },
    },
    {
      name: 'getVariables',
      signatures: [['array', 'string']],
      help: `getVariables(queryId)
Variables that the query's text declares: [{name, type, value, constant, waiting}, ...]. waiting: a newer value has yet to
find its place among events that are under way.`,
      async call(params, caller) {
        checkCount(params, 1, 1, 'getVariables(queryId)');
        const listed = await target.getVariables(readName(params[0], 'parameter 1 (queryId)'), caller);
        return listed.map((v) => ({ ...v }));
      },
    },
    {
      name: 'setVariable',
      signatures: [
        ['struct', 'string', 'string', 'string'],
        ['struct', 'string', 'string', 'int'],
        ['struct', 'string', 'string', 'double'],
        ['struct', 'string', 'string', 'boolean'],
        ['struct', 'string', 'string', 'array'],
        ['struct', 'string', 'string', 'struct'],
      ],
      help: `setVariable(queryId, name, value)
Sets a variable of a query, as a cause of this domain at the present instant: {timestampMs, domain, seq}. Events before it
see the old value, later ones the new. The value is kept over restarts. Constants are refused.`,
      async call(params, caller) {
        checkCount(params, 3, 3, 'setVariable(queryId, name, value)');
        const id = readName(params[0], 'parameter 1 (queryId)');
        const name = readName(params[1], 'parameter 2 (name)');
        return { ...(await target.setVariable(id, name, params[2], caller)) };
      },
    },
    {
      name: 'fireAndForget',
      signatures: [['struct', 'string', 'string']],
      help: `fireAndForget(queryId, epl)
Asks the named windows and tables of a query once: select, insert into, update or delete. {columns: [{name, type}, ...],
rows: [{column: value, ...}, ...]}. A change is a cause of this domain at the present instant, and answers the rows of a
named window that it touched (of a table none). The answer comes when all domains are known to be past that instant.`,
      async call(params, caller) {
        checkCount(params, 2, 2, 'fireAndForget(queryId, epl)');
        const id = readName(params[0], 'parameter 1 (queryId)');
        const { columns, rows } = await target.fireAndForget(id, readEpl(params[1]), caller);
        return { columns: columns.map((c) => ({ ...c })), rows: rows.map((r) => ({ ...r })) };
      },
    },
    {
      name: 'explainQuery',
      signatures: [
        ['struct', 'string'],
        ['struct', 'string', 'struct'],
      ],
      help: `explainQuery(epl, options)
How the query would be run, without registering it: {text: for people, notes, plan}. plan: {text, owner, clock, fragments:
[{name, domain, kind, epl, columns, rules, estimate}], statements, estimate: {bytesHz, deltaBytesHz, heartbeatBytesHz},
alternatives: [{title, bytesHz}], disclosures: [{domain, to, of, columns, kind, epl}]}; rates are per second.
options: {onSilence}`,
      async call(params, caller) {
        checkCount(params, 1, 2, 'explainQuery(epl, options)');
        const options = readOptions(params[1], 'options', ['onSilence']);
        const silence = options['onSilence'];
        const onSilence = silence === undefined ? undefined : readWord(silence, 'options.onSilence', SILENCE_MODES);
        return { ...(await target.explainQuery({ epl: readEpl(params[0]), onSilence }, caller)) };
      },
    },
  ];
}

function statusMethods(target: ManagementTarget): readonly Method[] {
  return [
    {
      name: 'listDomains',
      signatures: [['array']],
      help: `listDomains()
The federation as this agent sees it: [{domain, peerId, self, connected, aheadMs, addresses, metrics}, ...].
aheadMs: how far the domain's clock is ahead of this agent's, ms; empty when it was not heard of late.`,
      async call(params) {
        checkCount(params, 0, 0, 'listDomains()');
        return (await target.listDomains()).map((domain) => ({ ...domain, aheadMs: domain.aheadMs ?? '' }));
      },
    },
    {
      name: 'listSources',
      signatures: [['array']],
      help: `listSources()
Monitoring clients of this agent: [{name, metrics, state, detail, eventsTotal, failuresTotal, lastEventMs?}, ...].`,
      async call(params) {
        checkCount(params, 0, 0, 'listSources()');
        return (await target.listSources()).map((source) => ({ ...source }));
      },
    },
    {
      name: 'listPolicies',
      signatures: [['array']],
      help: `listPolicies()
What leaves this domain: [{metric, domains, columns, where?, aggregateOnly?, maxRowsPerSecond?}, ...], as in the configuration.`,
      async call(params) {
        checkCount(params, 0, 0, 'listPolicies()');
        return (await target.listPolicies()).map(policyStruct);
      },
    },
    {
      name: 'setPolicies',
      signatures: [['boolean', 'string', 'array']],
      help: `setPolicies(metric, rules)
Puts rules in place of those of one metric, in the configuration file and at once; an empty list removes them. Fragments that
they forbid end, and the queries that read them say why. rules: as listPolicies tells them.`,
      async call(params, caller) {
        checkCount(params, 2, 2, 'setPolicies(metric, rules)');
        const rules = readList(params[1], 'parameter 2 (rules)', MAX_RULES);
        await target.setPolicies(readName(params[0], 'parameter 1 (metric)'), rules, caller);
        return true;
      },
    },
    {
      name: 'getLedger',
      signatures: [['array'], ['array', 'struct']],
      help: `getLedger(options)
What this domain disclosed, latest first: [{consumer, fragmentId, fragments, epl, columns, rows, bytes, firstMs, lastMs, ended?, endedMs?}, ...];
ended: why the domain ended it (policy, membership, rate-cap).
options: {consumer: one domain's entries only}`,
      async call(params) {
        checkCount(params, 0, 1, 'getLedger(options)');
        const { consumer } = readOptions(params[0], 'options', ['consumer']);
        const entries = await target.getLedger(
          consumer === undefined ? undefined : readName(consumer, 'options.consumer'),
        );
        return entries.map((entry) => ({ ...entry, columns: [...entry.columns] }));
      },
    },
    {
      name: 'getStatus',
      signatures: [['struct']],
      help: `getStatus()
The agent: {domain, peerId, version, startedMs, nowMs, queries, metrics, xmpp: {state, detail, outbox},
peers: [{domain, connected}], clock: {aheadMs, ingests}, counters: {name: number}}.`,
      async call(params) {
        checkCount(params, 0, 0, 'getStatus()');
        const status = await target.getStatus();
        return { ...status, xmpp: { ...status.xmpp }, peers: status.peers.map((peer) => ({ ...peer })) };
      },
    },
  ];
}

/** Rules that one metric may have. */
const MAX_RULES = 1_000;

function policyStruct(p: ExportPolicy): XmlRpcValue {
  const { aggregateOnly: a } = p;
  return {
    metric: p.metric,
    domains: p.domains === '*' ? '*' : [...p.domains],
    columns: p.columns === '*' ? '*' : [...p.columns],
    ...(p.where === undefined ? {} : { where: p.where }),
    ...(a === undefined ? {} : { aggregateOnly: { ...a, groupBy: [...a.groupBy], filters: [...a.filters] } }),
    ...(p.maxRowsPerSecond === undefined ? {} : { maxRowsPerSecond: p.maxRowsPerSecond }),
  };
}

function readMetric(params: readonly XmlRpcValue[]): MetricDeclaration {
  const options = readOptions(params[2], 'options', ['description', 'schema']);
  const { schema } = options;
  return {
    name: readName(params[0], 'parameter 1 (name)'),
    description: readOptionalText(options['description'], 'options.description'),
    properties: readProperties(params[1]),
    ...(schema === undefined ? {} : { schema: readString(schema, 'options.schema', MAX_SCHEMA_LENGTH) }),
  };
}

function readProperties(value: XmlRpcValue | undefined): readonly PropertyDeclaration[] {
  if (value === undefined || value === null) return [];
  if (!isList(value)) {
    const struct = readStruct(value, 'parameter 2 (properties)');
    return Object.entries(struct).map(([name, type]) => ({ name, type: readName(type, `properties.${name}`) }));
  }
  return readList(value, 'parameter 2 (properties)', MAX_PROPERTIES).map((item, i) => {
    const where = `properties[${i}]`;
    const property = readOptions(readStruct(item, where), where, ['name', 'type', 'unit', 'description']);
    return {
      name: readName(property['name'], `${where}.name`),
      type: readName(property['type'], `${where}.type`),
      ...(property['unit'] === undefined ? {} : { unit: readString(property['unit'], `${where}.unit`) }),
      ...(property['description'] === undefined
        ? {}
        : { description: readOptionalText(property['description'], `${where}.description`) }),
    };
  });
}

function readMetricFilter(value: XmlRpcValue | undefined): MetricFilter {
  const options = readOptions(value, 'options', ['match', 'unit', 'domain', 'federation']);
  const text = (name: string) =>
    options[name] === undefined ? undefined : readString(options[name], `options.${name}`);
  return {
    match: text('match'),
    unit: text('unit'),
    domain: text('domain'),
    federation: options['federation'] === undefined ? false : readBoolean(options['federation'], 'options.federation'),
  };
}

function readQuery(params: readonly XmlRpcValue[]): QueryRequest {
  const options = readOptions(params[1], 'options', ['jid', 'subscribers', 'listener', 'onSilence', 'name']);
  const { jid, subscribers, listener, onSilence, name } = options;
  const members =
    subscribers === undefined
      ? []
      : readList(subscribers, 'options.subscribers', MAX_SUBSCRIBERS).map((subscriber, i) =>
          readBareJid(subscriber, `options.subscribers[${i}]`),
        );
  return {
    epl: readEpl(params[0]),
    jid: jid === undefined ? undefined : readBareJid(jid, 'options.jid'),
    subscribers: [...new Set(members)],
    ...(listener === undefined || listener === 'every' ? {} : { listener: readStruct(listener, 'options.listener') }),
    onSilence: onSilence === undefined ? undefined : readWord(onSilence, 'options.onSilence', SILENCE_MODES),
    name: name === undefined ? undefined : readName(name, 'options.name'),
  };
}

function readEpl(value: XmlRpcValue | undefined): string {
  const epl = readString(value, 'parameter 1 (epl)', MAX_EPL_LENGTH);
  if (epl.trim() === '') throw new CodedError('INVALID_PARAMETERS', 'parameter 1 (epl) is empty');
  return epl;
}

function readOptionalText(value: XmlRpcValue | undefined, where: string): string {
  return value === undefined ? '' : readString(value, where, MAX_DESCRIPTION_LENGTH);
}
