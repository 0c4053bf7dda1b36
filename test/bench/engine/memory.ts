/** Workload m of issue 3: bytes per event of a time window that holds 10^6 events. */
import { eventType, randomOf } from '../../support/epl-run.ts';
import { collectGarbage } from './measure.ts';
import { BenchEngine, EventMaker, names, pick } from './workload.ts';

const E = eventType('E', { host: 'string', value: 'double' });
const EVENTS = 1_000_000;

export interface WindowMemory {
  readonly id: 'm';
  readonly what: string;
  readonly unit: 'bytes';
  /** Heap and array buffers per event: the event itself and its place in the window. */
  readonly bytesPerEvent: number;
}

function used(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

export function measureWindowMemory(): WindowMemory {
  const random = randomOf(1);
  const bench = new BenchEngine([E]);
  bench.deploy('select avg(value) as a from E#time(1 hour)');
  const maker = new EventMaker([E]);
  const hosts = names('h', 1000);
  const before = used();
  for (let i = 0; i < EVENTS; i++) {
    bench.engine.send(maker.make('E', { host: pick(hosts, random), value: random() * 100 }, 1 + Math.floor(i / 1000)));
  }
  const bytes = used() - before;
  if (bench.outcome().outputs !== EVENTS) throw new Error('m: one row per event is expected');
  return {
    id: 'm',
    what: '10^6 events {host string, value double} in #time(1 hour)',
    unit: 'bytes',
    bytesPerEvent: bytes / EVENTS,
  };
}
