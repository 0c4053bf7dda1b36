/** "Did you mean": near names are found, far ones are not offered. */
import { expect, test } from 'vitest';
import { hintNames, nearestName } from '../../../src/model/nearest-name.ts';

const NAMES = ['listMetrics', 'listDomains', 'getStatus', 'jid'];

test.each([
  ['listMetric', 'listMetrics'],
  ['LISTMETRICS', 'listMetrics'],
  ['lsitDomains', 'listDomains'],
  ['getStats', 'getStatus'],
  ['jdi', 'jid'],
  ['jd', 'jid'],
  ['xyz', undefined],
  ['', undefined],
  ['listEverything', undefined],
  ['x'.repeat(10_000), undefined],
])('%s → %s', (name, expected) => {
  expect(nearestName(name, NAMES)).toBe(expected);
});

test('the first of equally near names is taken', () => {
  expect(nearestName('ab', ['ac', 'ad'])).toBe('ac');
});

test('the hint names the nearest, else the known ones, a few of many', () => {
  expect(hintNames('jdi', NAMES)).toBe("did you mean 'jid'?");
  expect(hintNames('xyz', NAMES, 'methods')).toBe('methods: listMetrics, listDomains, getStatus, jid');
  expect(hintNames('xyz', [])).toBeUndefined();
  const many = Array.from({ length: 30 }, (_, i) => `name-${i}`);
  expect(hintNames('zzz', many)).toMatch(/name-19, …$/);
});
