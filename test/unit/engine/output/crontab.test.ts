import { describe, expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const types = [eventType('E', { n: 'int' })];

/** Instants at which `output at` calls, as ISO texts, from `from` on. */
function instants(fields: string, from: string, until: string, more = ''): readonly string[] {
  const run = new EplRun(types, Date.parse(from));
  run.deploy(`${more}@name('s') select count(*) as c from E output last at (${fields})`);
  run.send('E', { n: 1 });
  run.engine.advanceTime(Date.parse(until));
  return run.take().map((call) => new Date(call.timeMs).toISOString().replace(':00.000Z', ''));
}

describe('output at (minutes, hours, days of month, months, days of week, seconds), from January 2024', () => {
  test.each([
    ['0, 0, last, *, *', ['2024-01-31T00:00', '2024-02-29T00:00', '2024-03-31T00:00']],
    ['0, 0, *, *, 5 last', ['2024-01-26T00:00', '2024-02-23T00:00', '2024-03-29T00:00']],
    ['0, 0, lastweekday, *, *', ['2024-01-31T00:00', '2024-02-29T00:00', '2024-03-29T00:00']],
    // the 2nd of March 2024 is a Saturday, the 1st of September 2024 a Sunday
    ['0, 0, 2 weekday, 3, *', ['2024-03-01T00:00']],
    ['0, 0, 1 weekday, 9, *', ['2024-09-02T00:00']],
    // the 1st of June 2024 is a Saturday: no weekday of another month; the 31st of March a Sunday
    ['0, 0, 1 weekday, 6, *', ['2024-06-03T00:00']],
    ['0, 0, 31 weekday, 3, *', ['2024-03-29T00:00']],
    ['0, 12, *, 1, last', ['2024-01-06T12:00', '2024-01-13T12:00', '2024-01-20T12:00', '2024-01-27T12:00']],
    // either of two day fields is enough
    [
      '0, 0, 15, 2, 4',
      ['2024-02-01T00:00', '2024-02-08T00:00', '2024-02-15T00:00', '2024-02-22T00:00', '2024-02-29T00:00'],
    ],
    ['0, 0, [1, 10:11], 5, *', ['2024-05-01T00:00', '2024-05-10T00:00', '2024-05-11T00:00']],
    ["0, 0, 1, 7, *, 0, 'UTC'", ['2024-07-01T00:00']],
  ])('(%s)', (fields, wanted) => {
    const until = wanted.length === 3 && !fields.includes(', 5, *') ? '2024-04-01T00:00:00Z' : '2024-12-01T00:00:00Z';
    expect(instants(fields, '2024-01-01T00:00:00Z', until)).toEqual(wanted);
  });

  test('variables count as they are at deployment', () => {
    const found = instants(
      'h, *, *, *, *',
      '2024-01-01T00:00:00Z',
      '2024-01-01T01:00:00Z',
      'create variable int h = 30; ',
    );
    expect(found).toEqual(['2024-01-01T00:30']);
  });

  test('milliseconds of the deployment stay', () => {
    expect(instants('*, *, *, *, *', '2024-01-01T00:00:00.250Z', '2024-01-01T00:02:30Z')).toEqual([
      '2024-01-01T00:01:00.250Z',
      '2024-01-01T00:02:00.250Z',
    ]);
  });

  test.each([
    ['60, *, *, *, *', 'this field of a crontab holds numbers from 0 to 59'],
    ['last, *, *, *, *', 'this cannot stand in this field of a crontab'],
    ["*, *, *, *, *, *, 'CET'", 'a crontab is in UTC and in full seconds'],
    ['*/0, *, *, *, *', 'this cannot stand in this field of a crontab'],
  ])('(%s) is refused', (fields, message) => {
    expect(() => new EplRun(types).deploy(`select * from E output at (${fields})`)).toThrow(message);
  });
});
