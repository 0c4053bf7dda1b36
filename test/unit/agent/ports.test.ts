/** The adapters of clock, random, counters and log. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { CountersInMemory, MAX_SERIES, stringifySeries } from '../../../src/agent/counters.ts';
import { createLog } from '../../../src/agent/log.ts';
import { SystemClock } from '../../../src/agent/system-clock.ts';
import { SystemRandom } from '../../../src/agent/system-random.ts';
import { CodedError } from '../../../src/model/errors.ts';

test('the clock runs a task once, unless it was cancelled', async () => {
  const clock = new SystemClock();
  const ran: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(0, () => ran.push('cancelled'));
  cancel();
  cancel();
  const cancelFar = clock.after(2 ** 40, () => ran.push('far'));
  clock.after(1, () => {
    ran.push('due');
    resolve();
  });
  await promise;
  cancelFar();
  expect(ran).toEqual(['due']);
  expect(Number.isInteger(clock.nowMs())).toBe(true);
});

test('random numbers are in range, and bytes are as many as asked for', () => {
  const random = new SystemRandom();
  expect(random.bytes(32)).toHaveLength(32);
  expect(random.bytes(32)).not.toEqual(random.bytes(32));
  for (let i = 0; i < 100; i++) expect(Math.floor(random.next())).toBe(0);
});

test('counters add up by name and labels, whatever their order', () => {
  const counters = new CountersInMemory();
  counters.add('a_total');
  counters.add('a_total', 2);
  counters.add('b_total', 1, { y: '2', x: '1"' });
  counters.add('b_total', 1, { x: '1"', y: '2' });
  expect(counters.snapshot()).toEqual({ a_total: 3, 'b_total{x="1\\"",y="2"}': 2 });
  expect(counters.get('b_total', { y: '2', x: '1"' })).toBe(2);
  expect(stringifySeries('a', {})).toBe('a');
});

test('series are bounded, and what is beyond is counted', () => {
  const counters = new CountersInMemory();
  for (let i = 0; i < MAX_SERIES + 10; i++) counters.add('n', 1, { i: String(i) });
  counters.add('n', 1, { i: '0' });
  expect(Object.keys(counters.snapshot()).length).toBe(MAX_SERIES + 1);
  expect(counters.get('counters_dropped_total')).toBe(10);
  expect(counters.get('n', { i: '0' })).toBe(2);
});

function lines(pretty: boolean, write: (log: ReturnType<typeof createLog>) => void): readonly string[] {
  let text = '';
  const to = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      text += chunk;
      done();
    },
  });
  write(createLog({ level: 'info', pretty, to }, { domain: 'renci' }));
  return text.trimEnd().split('\n');
}

test('the log writes fields as JSON, errors with code, hint and cause', () => {
  const [first = '', second = '', ...rest] = lines(false, (log) => {
    log.debug('hidden');
    log.child({ peer: 'esnet' }).warn('closed', { n: 1 });
    const cause = new Error('why');
    log.error('failed', { error: new CodedError('TIMEOUT', 'late', { hint: 'wait', cause }) });
  });
  expect(rest).toEqual([]);
  expect(JSON.parse(first)).toMatchObject({ level: 'warn', domain: 'renci', peer: 'esnet', n: 1, message: 'closed' });
  expect(JSON.parse(second)).toMatchObject({
    level: 'error',
    error: { code: 'TIMEOUT', message: 'late; wait', cause: { message: 'why' } },
  });
});

test('on a terminal an entry is one readable line', () => {
  const text = lines(true, (log) => log.info('query started', { queryId: 'q1', note: 'two words' }));
  expect(text).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3} info {2}query started {2}domain=renci queryId=q1 note="two words"$/),
  ]);
});
