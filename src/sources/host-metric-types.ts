/** What the host source measures: names, types, units (UCUM where it has one) and meanings. */
import type { MeasurementSource } from '../ports/source.ts';

/** As the configuration asks for it. The `paper-` ones have the names and form of the paper's own examples. */
export type HostMetric = 'memory' | 'cpu' | 'network' | 'paper-memory' | 'paper-network';

const HOST = { name: 'host', type: 'string', description: 'Name of the machine.' };
const MEASURED_AT = { name: 'measuredAt', type: 'long', unit: 'ms', description: 'When it was measured, UTC.' };

/** The form that the paper gives its metrics. */
const PAPER = [
  { name: 'metricName', type: 'string', description: 'What was measured.' },
  { name: 'metricValue', type: 'double', description: 'Its value.' },
  HOST,
  MEASURED_AT,
];

type HostMetricType = MeasurementSource['metrics'][number];

/** What is measured, by the name under which the configuration asks for it. Units are UCUM where it has one. */
export const HOST_METRICS: Readonly<Record<HostMetric, readonly HostMetricType[]>> = {
  memory: [
    {
      name: 'HostMemory',
      description: 'Main memory of the machine.',
      properties: [
        HOST,
        MEASURED_AT,
        {
          name: 'memutil',
          type: 'double',
          unit: '%',
          description: 'Used part of the memory: usedBytes of totalBytes.',
        },
        {
          name: 'usedBytes',
          type: 'long',
          unit: 'By',
          description: 'In use, without what can be had back from caches.',
        },
        { name: 'availableBytes', type: 'long', unit: 'By', description: 'Can be given to programs without swapping.' },
        { name: 'totalBytes', type: 'long', unit: 'By', description: 'All memory.' },
        { name: 'swapUsedBytes', type: 'long', unit: 'By', description: 'Swap space in use.' },
        { name: 'swapTotalBytes', type: 'long', unit: 'By', description: 'All swap space.' },
      ],
    },
  ],
  cpu: [
    {
      name: 'HostCpu',
      description: 'Processors of the machine, all cores together.',
      properties: [
        HOST,
        MEASURED_AT,
        { name: 'cpuutil', type: 'double', unit: '%', description: 'Time not idle since the last measurement.' },
        {
          name: 'load1',
          type: 'double',
          unit: '1',
          description: 'Load average over 1 minute: processes that want to run.',
        },
        { name: 'load5', type: 'double', unit: '1', description: 'Load average over 5 minutes.' },
        { name: 'load15', type: 'double', unit: '1', description: 'Load average over 15 minutes.' },
        { name: 'cores', type: 'int', unit: '1', description: 'Cores.' },
      ],
    },
  ],
  network: [
    {
      name: 'HostNetwork',
      description: 'One network interface of the machine.',
      properties: [
        HOST,
        MEASURED_AT,
        { name: 'interface', type: 'string', description: 'Name of the interface, such as eth0.' },
        { name: 'rxBitsPerSecond', type: 'double', unit: 'bit/s', description: 'Received since the last measurement.' },
        { name: 'txBitsPerSecond', type: 'double', unit: 'bit/s', description: 'Sent since the last measurement.' },
        { name: 'rxBytes', type: 'long', unit: 'By', description: 'Received since the interface came up.' },
        { name: 'txBytes', type: 'long', unit: 'By', description: 'Sent since the interface came up.' },
        { name: 'up', type: 'boolean', description: 'Whether the interface is in operation.' },
      ],
    },
  ],
  'paper-memory': [
    {
      name: 'MemUtilEvent',
      description: "Memory utilisation, as the paper's first query reads it.",
      properties: [
        HOST,
        MEASURED_AT,
        { name: 'memutil', type: 'double', unit: '%', description: 'Used part of the memory.' },
      ],
    },
    {
      name: 'MemoryUtilization',
      description: "Used part of the memory in %, in the paper's form.",
      properties: PAPER,
    },
  ],
  'paper-network': [
    {
      name: 'BWUtilization',
      description: "Sent and received over all interfaces in bit/s, in the paper's form.",
      properties: PAPER,
    },
  ],
};
