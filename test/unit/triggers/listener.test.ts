import { describe, expect, test } from 'vitest';
import { DOUBLE, LONG, STRING } from '../../../src/model/value.ts';
import { createListener, parseListenerSpec } from '../../../src/triggers/listener.ts';
import { triggerOf } from '../../support/triggers.ts';

const COLUMNS = [
  { name: 'host', type: STRING },
  { name: 'load', type: DOUBLE },
];
const ROWS = [
  ['b', 1],
  ['a', null],
  ['c', 5],
];

function take(spec: unknown, insert: readonly (readonly (string | number | null)[])[] = ROWS) {
  const listener = createListener(parseListenerSpec(spec), COLUMNS);
  return listener.take(triggerOf(1, { columns: COLUMNS, insert, remove: [['z', 9]] }));
}

describe('what is published', () => {
  test('everything, without a specification', () => {
    expect(take({})).toMatchObject({ columns: COLUMNS, insert: ROWS, remove: [['z', 9]] });
  });

  test('the columns named, in that order', () => {
    expect(take({ publish: ['load', 'host'] })).toMatchObject({
      columns: [COLUMNS[1], COLUMNS[0]],
      insert: [
        [1, 'b'],
        [null, 'a'],
        [5, 'c'],
      ],
      remove: [[9, 'z']],
    });
  });

  test.each([
    ['last', 5],
    ['first', 1],
    ['max', 5],
    ['min', 1],
    ['avg', 3],
    ['sum', 6],
    ['count', 2],
  ])('%s of the inserted rows, null left out', (reduction, expected) => {
    expect(take({ reduce: { load: reduction } })).toMatchObject({ insert: [[expected]], remove: [] });
  });

  test('a column beside the reduced ones takes its last value', () => {
    expect(take({ publish: ['host', 'load'], reduce: { load: 'max' } })).toMatchObject({ insert: [['c', 5]] });
  });

  test('reductions have their types', () => {
    const columns = createListener(parseListenerSpec({ reduce: { host: 'count', load: 'avg' } }), COLUMNS).columns;
    expect(columns).toEqual([
      { name: 'host', type: LONG },
      { name: 'load', type: DOUBLE },
    ]);
  });

  test('nothing is reduced to nothing; only nulls to null and count 0', () => {
    expect(take({ reduce: { load: 'max' } }, [])).toBeNull();
    expect(take({ reduce: { load: 'max', host: 'count' } }, [[null, null]])).toMatchObject({ insert: [[null, 0]] });
  });
});

describe('specifications that cannot be are refused', () => {
  test.each([
    ['no struct', 'INVALID_OPTION', 'all'],
    ['unknown member', 'UNKNOWN_OPTION', { publsh: ['host'] }],
    ['later member', 'NOT_SUPPORTED', { hold: '30 sec' }],
    ['later mode', 'NOT_SUPPORTED', { mode: 'edge' }],
    ['unknown mode', 'INVALID_OPTION', { mode: 'always' }],
    ['empty list', 'INVALID_OPTION', { publish: [] }],
    ['list of numbers', 'INVALID_OPTION', { publish: [1] }],
    ['column twice', 'INVALID_OPTION', { publish: ['host', 'host'] }],
    ['unknown column', 'INVALID_OPTION', { publish: ['cpu'] }],
    ['unknown reduction', 'INVALID_OPTION', { reduce: { load: 'median' } }],
    ['average of texts', 'INVALID_OPTION', { reduce: { host: 'avg' } }],
    ['reduced but not published', 'INVALID_OPTION', { publish: ['host'], reduce: { load: 'avg' } }],
    ['prototype', 'INVALID_OPTION', { publish: ['__proto__'] }],
  ])('%s', (_name, code, spec) => {
    expect(() => take(spec)).toThrowError(expect.objectContaining({ code }));
  });
});
