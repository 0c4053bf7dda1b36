/** Contexts beyond the golden scenarios: what opens and ends partitions, what they own, deployments that come and go. */
import { describe, expect, test } from 'vitest';
import { bucketOf } from '../../../../src/engine/context/hash.ts';
import { CodedError } from '../../../../src/model/errors.ts';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const TYPES = [
  eventType('Cpu', { host: 'string', util: 'double' }),
  eventType('Ctl', { cmd: 'string', host: 'string' }),
];

interface Sent {
  readonly t: number;
  readonly cpu?: readonly [host: string | null, util: number];
  readonly ctl?: readonly [cmd: string, host: string];
}

/** Inserted rows of `s` after each step, as JSON without quotes. */
function play(epl: string, steps: readonly Sent[], run = new EplRun(TYPES)): readonly string[] {
  run.deploy(epl);
  return steps.map((step) => {
    if (step.cpu !== undefined) run.send('Cpu', { host: step.cpu[0], util: step.cpu[1] }, step.t);
    else if (step.ctl !== undefined) run.send('Ctl', { cmd: step.ctl[0], host: step.ctl[1] }, step.t);
    else run.engine.advanceTime(step.t);
    return run
      .take()
      .filter((call) => call.statement === 's')
      .map((call) => call.insert.map((row) => Object.values(row).join(' ')).join(', '))
      .join('; ');
  });
}

function refused(epl: string): CodedError {
  try {
    play(epl, []);
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('keyed', () => {
  test('an ending event closes the partition of its key; one that finds none opens it', () => {
    const epl = `create context C partition by host from Cpu, host from Ctl terminated by Ctl(cmd = 'end');
      @name('s') context C select context.key1 as k, context.id as id, count(*) as n from Cpu`;
    expect(
      play(epl, [
        { t: 1, cpu: ['a', 1] },
        { t: 2, cpu: ['a', 1] },
        { t: 3, ctl: ['end', 'b'] },
        { t: 4, ctl: ['end', 'a'] },
        { t: 5, cpu: ['a', 1] },
        { t: 6, cpu: ['b', 1] },
      ]),
    ).toEqual(['a 0 1', 'a 0 2', '', '', 'a 2 1', 'b 1 1']);
  });

  test('a period ends each partition by its own beginning, before an event of that instant', () => {
    const epl = `create context C partition by host from Cpu terminated after 10 sec;
      @name('s') context C select host, count(*) as n from Cpu output last when terminated`;
    expect(
      play(epl, [
        { t: 1000, cpu: ['a', 1] },
        { t: 2000, cpu: ['b', 1] },
        { t: 3000, cpu: ['a', 1] },
        { t: 11_000, cpu: ['a', 1] },
        { t: 12_000 },
      ]),
    ).toEqual(['', '', '', 'a 2', 'b 1']);
  });
});

describe('overlapping', () => {
  const WATCH = `create context W initiated by distinct(c.host) Ctl(cmd = 'watch') as c
    terminated by Ctl(cmd = 'stop', host = c.host);`;

  test('what reads the context is tested in each partition', () => {
    const epl = `${WATCH} @name('s') context W select context.c.host as h, util from Cpu(host = context.c.host)`;
    expect(
      play(epl, [
        { t: 1, ctl: ['watch', 'a'] },
        { t: 2, ctl: ['watch', 'a'] },
        { t: 3, ctl: ['watch', 'b'] },
        { t: 4, cpu: ['a', 1] },
        { t: 5, cpu: ['c', 2] },
        { t: 6, ctl: ['stop', 'a'] },
        { t: 7, cpu: ['a', 3] },
        { t: 8, cpu: ['b', 4] },
      ]),
    ).toEqual(['', '', '', 'a 1', '', '', '', 'b 4']);
  });

  test('rows of all partitions make one call', () => {
    const epl = `create context W initiated by Ctl as c terminated after 5 sec;
      @name('s') context W select context.c.host as h, count(*) as n from Cpu`;
    expect(
      play(epl, [
        { t: 1000, ctl: ['x', 'a'] },
        { t: 2000, ctl: ['x', 'b'] },
        { t: 3000, cpu: ['q', 1] },
        { t: 6000, cpu: ['q', 1] },
      ]),
    ).toEqual(['', '', 'a 1, b 1', 'b 2']);
  });
});

test('one event may end a partition and begin the next', () => {
  const epl = `create context S start Ctl end Ctl;
    @name('s') context S select context.id as id, count(*) as n from Cpu output snapshot when terminated`;
  expect(
    play(epl, [
      { t: 1, ctl: ['x', 'a'] },
      { t: 2, cpu: ['a', 1] },
      { t: 3, ctl: ['x', 'a'] },
      { t: 4, ctl: ['x', 'a'] },
    ]),
  ).toEqual(['', '', '0 1', '1 0']);
});

test('a statement that is deployed later joins the partitions that are open', () => {
  const run = new EplRun(TYPES);
  run.deploy('create context C partition by host from Cpu; context C select * from Cpu');
  run.send('Cpu', { host: 'a', util: 1 }, 1);
  const late = `@name('s') context C select context.id as id, count(*) as n from Cpu`;
  expect(
    play(
      late,
      [
        { t: 2, cpu: ['b', 1] },
        { t: 3, cpu: ['a', 1] },
        { t: 4, cpu: ['a', 1] },
      ],
      run,
    ),
  ).toEqual(['1 1', '0 1', '0 2']);
});

test('an undeployed statement leaves its context and its timers behind', () => {
  const run = new EplRun(TYPES);
  run.deploy('create context C partition by host from Cpu');
  const d = run.deploy("@name('s') context C select irstream * from Cpu#time(5 sec)");
  run.send('Cpu', { host: 'a', util: 1 }, 1000);
  run.take();
  run.engine.undeploy(d);
  run.send('Cpu', { host: 'a', util: 1 }, 2000);
  run.engine.advanceTime(20_000);
  expect(run.take()).toEqual([]);
  expect(run.engine.nextTimerMs).toBe(Infinity);
});

test('each partition has variables and tables of its own', () => {
  const epl = `create context C partition by host from Cpu, host from Ctl;
    context C create variable int limit1 = 10;
    context C create table T (n count(*), worst maxever(double));
    context C into table T select count(*) as n, maxever(util) as worst from Cpu;
    context C on Ctl set limit1 = limit1 + 1;
    @name('s') context C select context.key1 as k, T.n as n, T.worst as w, limit1 as l from Ctl`;
  expect(
    play(epl, [
      { t: 1, cpu: ['a', 7] },
      { t: 2, cpu: ['a', 9] },
      { t: 3, cpu: ['b', 1] },
      { t: 4, ctl: ['x', 'a'] },
      { t: 5, ctl: ['x', 'b'] },
      { t: 6, ctl: ['x', 'a'] },
    ]).map((line) => line.split(' ').slice(0, 3).join(' ')),
  ).toEqual(['', '', '', 'a 2 9', 'b 1 1', 'a 2 9']);
});

test('nested: the inner level begins anew in each partition of the outer one', () => {
  const epl = `create context N context D start Ctl(cmd = 'on') as on1 end Ctl(cmd = 'off'), context H partition by host from Cpu;
    @name('s') context N select context.D.on1.host as who, context.H.key1 as k, count(*) as n from Cpu`;
  expect(
    play(epl, [
      { t: 1, cpu: ['a', 1] },
      { t: 2, ctl: ['on', 'bob'] },
      { t: 3, cpu: ['a', 1] },
      { t: 4, cpu: ['a', 1] },
      { t: 5, ctl: ['off', ''] },
      { t: 6, cpu: ['a', 1] },
      { t: 7, ctl: ['on', 'eve'] },
      { t: 8, cpu: ['a', 1] },
    ]),
  ).toEqual(['', '', 'bob a 1', 'bob a 2', '', '', '', 'eve a 1']);
});

describe('hash', () => {
  test('CRC-32 of the UTF-8 bytes, as published test vectors have it', () => {
    // "123456789" → cbf43926 (the check value of CRC-32/ISO-HDLC)
    expect(bucketOf('consistent_hash_crc32', ['123456789'], 1_000_000)).toBe(0xcbf43926 % 1_000_000);
    expect(bucketOf('consistent_hash_crc32', [null], 7)).toBe(0);
  });

  test("hash_code is Java's", () => {
    expect(bucketOf('hash_code', ['hello'], 1_000_000_000)).toBe(99_162_322);
    expect(bucketOf('hash_code', [42], 1000)).toBe(42);
  });
});

describe('refused with where and why', () => {
  test.each([
    ['context X select * from Cpu', 'UNKNOWN_CONTEXT', "unknown context 'X'"],
    [
      'create context C partition by host from Cpu; context Cc select * from Cpu',
      'UNKNOWN_CONTEXT',
      "did you mean 'C'",
    ],
    ['create context C partition by host from Cpu; create context C start @now', 'DUPLICATE_NAME', 'exists already'],
    ['create context C partition by nohost from Cpu', 'UNKNOWN_PROPERTY', "'nohost'"],
    ['create context C partition by host from Cpu, cmd and host from Ctl', 'INVALID_STATEMENT', '1 key(s), here 2'],
    ['create context C partition by util from Cpu, host from Ctl', 'TYPE_MISMATCH', 'key 1'],
    ['create context C coalesce by md5(host) from Cpu granularity 4', 'UNKNOWN_FUNCTION', 'consistent_hash_crc32'],
    ['create context C coalesce by hash_code(host) from Cpu granularity 0', 'INVALID_STATEMENT', '1 to 100000'],
    ['create context C group by util as x from Cpu', 'TYPE_MISMATCH', ''],
    ['create context C partition by host from Cpu; context C select * from Ctl', 'INVALID_STATEMENT', 'it divides Cpu'],
    [
      'create context C partition by host from Cpu; context C select context.key2 as k from Cpu',
      'UNKNOWN_PROPERTY',
      "'key2'",
    ],
    ['select context.id as id from Cpu', 'UNKNOWN_PROPERTY', 'context'],
    ['create context C start @now end Ctl(host = z.host)', 'UNKNOWN_PROPERTY', ''],
  ])('%s', (epl, code, text) => {
    const error = refused(epl);
    expect(error.code).toBe(code);
    expect(error.describe()).toContain(text);
    expect(error.position?.line).toBe(1);
  });
});
