/** `set a[i] = x` (Esper reference, array element assignment). */
import { expect, it } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const TYPES = [eventType('E', { i: 'int' }), eventType('F', { i: 'int' })];

it('changes one element; later assignments see it, others of the array keep theirs', () => {
  const run = new EplRun(TYPES);
  run.deploy('create variable int[] v = {1, 2}; create variable int[] w = {0}');
  run.deploy("on E set v[1] = i, w = v, v[0] = v[1] + 1; @name('s') select v, w from F");
  run.send('E', { i: 7 });
  run.send('F', { i: 0 });
  expect(run.take().find((c) => c.statement === 's')?.insert).toEqual([{ v: [8, 7], w: [1, 7] }]);
});

it('an index outside the array is an error of that statement, and nothing changes', () => {
  const run = new EplRun(TYPES);
  run.deploy('create variable int[] v = {1, 2}; on E set v[i] = 9');
  expect(() => run.send('E', { i: 2 })).toThrow(expect.objectContaining({ code: 'EVALUATION' }));
  expect(run.engine.variable('v')).toEqual([1, 2]);
});

it.each([
  ["on E set v['a'] = 7", 'TYPE_MISMATCH'],
  ["on E set v[0] = 'x'", 'TYPE_MISMATCH'],
  ['on E set n[0] = 1', 'TYPE_MISMATCH'],
  ['on E set c[0] = 1', 'INVALID_STATEMENT'],
  ['on E set v.x = 1', 'INVALID_STATEMENT'],
])('%s is refused', (epl, code) => {
  const run = new EplRun(TYPES);
  run.deploy('create variable int[] v = {1}; create variable int n = 1; create constant variable int[] c = {1}');
  expect(() => run.deploy(epl)).toThrow(expect.objectContaining({ code }));
});
