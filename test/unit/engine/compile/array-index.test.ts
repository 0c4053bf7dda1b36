import { describe, expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const types = [
  eventType('Nic', { name: 'string' }),
  eventType('E', { n: 'int', host: 'string', tags: 'string[]', nics: 'Nic[]', o: 'object' }),
];
const event = { n: 1, tags: ['a', 'b'], nics: [{ name: 'eth0' }, { name: 'eth1' }], o: [7, 8] };

describe('an index that is an expression', () => {
  test.each([
    ['tags[n]', 'b'],
    ['tags[n - 1]', 'a'],
    ['tags[n + 1]', null],
    ['tags[-1]', null],
    ['tags[100000]', null],
    ['nics[n].name', 'eth1'],
    ['o[n]', 8],
  ])('%s', (expression, value) => {
    const run = new EplRun(types);
    run.deploy(`@name('s') select ${expression} as x from E`);
    run.send('E', event);
    run.send('E', { ...event, n: null });
    const known = ['tags[-1]', 'tags[100000]'].includes(expression);
    expect(run.rows().map(([[row]]) => row)).toEqual([{ x: value }, { x: known ? value : null }]);
  });

  test.each([
    ['tags[host]', 'an index is a whole number, not a string'],
    ['n[n]', 'an int is no array and has no indexes'],
    ['tags[1, 2]', 'an index is one number, not 2'],
  ])('%s is refused', (expression, message) => {
    expect(() => new EplRun(types).deploy(`select ${expression} as x from E`)).toThrow(message);
  });
});
