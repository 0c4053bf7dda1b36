/**
 * The paper's join of two domains' metrics at 100 events/s per stream, of which one in twenty is interesting, asked by a
 * third domain. In the first every column is asked for; in the second the events are records as perfSONAR 5 archives
 * them (20 columns) and the query asks for three: what the rewrites leave of a stream that nobody needs whole.
 */
import type { DomainName } from '../../src/model/ids.ts';
import type {
  FieldGenerator,
  FieldType,
  ScenarioDeclaration,
  SimGenerator,
  SimMetric,
  SimScenario,
} from './scenario.ts';
import { ask, USUAL } from './usual.ts';

const DOMAINS = ['renci', 'tacc'] as const;
const CLIENT = 'client';

const EVERY_MS = 10;

/** Above 95: one in twenty. */
const VALUE: FieldGenerator = { kind: 'uniform', min: 0, max: 100, digits: 2 };

const HOSTS: FieldGenerator = { kind: 'pick', of: ['h1', 'h2', 'h3', 'h4'] };

function scenario(
  metrics: readonly SimMetric[],
  fields: (domain: DomainName, metric: string) => SimGenerator['fields'],
  epl: string,
): SimScenario {
  return {
    ...USUAL,
    domains: [...DOMAINS, CLIENT],
    metrics,
    generators: DOMAINS.map((domain, i): SimGenerator => {
      const metric = metrics[i % metrics.length]?.name ?? '';
      return { domain, metric, everyMs: EVERY_MS, jitterMs: 5, fields: fields(domain, metric) };
    }),
    queries: [ask('join', CLIENT, epl)],
    gridMs: 1,
    durationMs: 60_000,
  };
}

export const PAPER_JOIN: ScenarioDeclaration = {
  name: 'paper-join',
  title: "the paper's join, 100 events/s per stream, 5 % interesting, all columns asked for",
  declare: () =>
    scenario(
      ['BWEvent', 'MemUtilEvent'].map((name) => ({
        name,
        properties: { host: 'string', metricName: 'string', metricValue: 'double' },
      })),
      (_domain, metric) => ({ host: HOSTS, metricName: { kind: 'constant', value: metric }, metricValue: VALUE }),
      `select b.host as host, b.metricName as metricName1, b.metricValue as metricValue1,
              m.metricName as metricName2, m.metricValue as metricValue2
         from BWEvent(metricValue > 95)#time(2 sec) as b, MemUtilEvent(metricValue > 95)#time(2 sec) as m
        where b.host = m.host`,
    ),
};

/** The columns of a throughput record of perfSONAR 5 (metadata of its archive and the merged result), in its order. */
const RECORD: Readonly<Record<string, FieldType>> = {
  source: 'string',
  destination: 'string',
  measurementAgent: 'string',
  inputSource: 'string',
  inputDestination: 'string',
  toolName: 'string',
  subjectType: 'string',
  eventType: 'string',
  metadataKey: 'string',
  ipTransportProtocol: 'string',
  bwParallelStreams: 'int',
  timeDuration: 'int',
  taskHref: 'string',
  runHref: 'string',
  startTime: 'string',
  throughput: 'double',
  retransmits: 'int',
  packetsSent: 'int',
  rtt: 'int',
  utilization: 'double',
};

const TASK = 'https://ps1.example.net/pscheduler/tasks/07e0d165-c79f-4786-b382-15cf8438c5c0';

function recordOf(domain: DomainName): SimGenerator['fields'] {
  const constant = (value: string | number): FieldGenerator => ({ kind: 'constant', value });
  return {
    source: HOSTS,
    destination: constant('192.0.2.2'),
    measurementAgent: constant(`ps1.${domain}.example.net`),
    inputSource: constant(`ps1.${domain}.example.net`),
    inputDestination: constant('ps2.example.net'),
    toolName: constant('pscheduler/iperf3'),
    subjectType: constant('point-to-point'),
    eventType: constant('throughput'),
    metadataKey: constant('197581be339f96ebda2d5b0f926ae9d9951c2f15e9ffe9a1823c48be26e4b748'),
    ipTransportProtocol: constant('tcp'),
    bwParallelStreams: constant(1),
    timeDuration: constant(5),
    taskHref: constant(TASK),
    runHref: constant(`${TASK}/runs/a44e447a-4cd0-429c-8937-cdcef742cc82`),
    startTime: constant('2019-09-10T14:55:35Z'),
    throughput: { kind: 'uniform', min: 1e8, max: 1e10, digits: 4 },
    retransmits: { kind: 'uniform', min: 0, max: 200, digits: 0 },
    packetsSent: { kind: 'uniform', min: 1e5, max: 1e6, digits: 0 },
    rtt: { kind: 'uniform', min: 900, max: 1_500, digits: 0 },
    utilization: VALUE,
  };
}

export const PERFSONAR_JOIN: ScenarioDeclaration = {
  name: 'perfsonar-join',
  title: 'the same join over records of 20 columns, three of them asked for',
  declare: () =>
    scenario(
      [{ name: 'Throughput', properties: RECORD }],
      (domain) => recordOf(domain),
      `select r.source as source, r.throughput as here, t.throughput as there
         from renci.Throughput(utilization > 95)#time(2 sec) as r, tacc.Throughput(utilization > 95)#time(2 sec) as t
        where r.source = t.source`,
    ),
};
