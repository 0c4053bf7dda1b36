/** A data transfer between two facilities, slowed by the storage at one end: throughput here against load there. */
import type { ScenarioDeclaration } from './scenario.ts';
import { ask, USUAL } from './usual.ts';

export const DATA_TRANSFER: ScenarioDeclaration = {
  name: 'data-transfer',
  title: 'data transfer against storage load',
  declare: () => ({
    ...USUAL,
    domains: ['source', 'store', 'broker'],
    metrics: [
      {
        name: 'Transfer',
        properties: { file: 'string', gbps: 'double', retransmits: 'int', streams: 'int', window: 'int' },
      },
      { name: 'Storage', properties: { pool: 'string', busy: 'double', queue: 'int', writeMs: 'double' } },
    ],
    generators: [
      {
        domain: 'source',
        metric: 'Transfer',
        everyMs: 20,
        jitterMs: 5,
        fields: {
          file: { kind: 'pick', of: ['run1', 'run2', 'run3'] },
          gbps: { kind: 'rarely', low: 30, high: 5, noise: 4, share: 0.05 },
          retransmits: { kind: 'uniform', min: 0, max: 9, digits: 0 },
          streams: { kind: 'constant', value: 8 },
          window: { kind: 'constant', value: 67_108_864 },
        },
      },
      {
        domain: 'store',
        metric: 'Storage',
        everyMs: 20,
        jitterMs: 5,
        fields: {
          pool: { kind: 'pick', of: ['p1', 'p2'] },
          busy: { kind: 'rarely', low: 40, high: 97, noise: 3, share: 0.05 },
          queue: { kind: 'uniform', min: 0, max: 64, digits: 0 },
          writeMs: { kind: 'uniform', min: 1, max: 30, digits: 1 },
        },
      },
    ],
    queries: [
      ask(
        'stalled',
        'broker',
        `select t.file as file, t.gbps as gbps, s.busy as busy
           from source.Transfer(gbps < 10)#length(1) as t, store.Storage(busy > 90)#length(1) as s`,
      ),
      ask(
        'stalled-for-a-while',
        'broker',
        `select s.pool as pool, count(*) as n
           from source.Transfer(gbps < 10)#time(500 msec) as t, store.Storage(busy > 90)#time(500 msec) as s
          group by s.pool having count(*) > 3`,
      ),
      ask(
        'while-busy',
        'source',
        `select t.gbps as gbps, (select max(busy) from store.Storage#time(2 sec)) as busy
           from source.Transfer(gbps < 6) as t`,
      ),
    ],
    durationMs: 20_000,
  }),
};
