/** Payloads against the published schema, judged by libxml2. */
import { expect, test } from 'vitest';
import { OBJECT, type Value } from '../../src/model/value.ts';
import { encodeTrigger } from '../../src/triggers/payload.ts';
import { triggerOf } from '../support/triggers.ts';
import { checkPayloads } from '../support/xmllint.ts';

const NUMBERS: readonly Value[] = [0, -0, 1e-300, NaN, Infinity, -Infinity];
const TEXTS: readonly Value[] = ['', ' a\tb\r\n', '\u0000\u0007', '<&>"\'', '\ud800', '\ufffe'];
const NESTED: readonly Value[] = [[], [1, [null], 'x'], {}, { a: { b: [1] }, 'c"<\u0001': null }];
const VALUES: readonly Value[] = [null, true, ...NUMBERS, ...TEXTS, ...NESTED];

test('every kind of value and every part is valid', () => {
  const columns = VALUES.map((_, i) => ({ name: `c${i}<"\u0002\n`, type: OBJECT }));
  const odd = triggerOf(1, {
    columns,
    insert: [VALUES, VALUES],
    remove: [VALUES],
    gap: true,
    statement: 'a "b" <c>\u0000',
    key: { timestampMs: 1, phase: 2, domain: '', seq: 0, path: [1, 2] },
    coverage: (['live', 'stale', 'silent', 'refilling'] as const).map((state) => ({
      domain: `d-${state}`,
      watermarkMs: -Infinity,
      state,
      completeFromMs: Infinity,
    })),
  });
  const cut = triggerOf(2, { insert: [['x'.repeat(300_000), 1]] });
  const empty = triggerOf(3, { columns: [], insert: [], coverage: [], eventTimeMs: 1e18 });
  expect(() => checkPayloads([odd, cut, empty, triggerOf(4)].map((t) => encodeTrigger(t).xml))).not.toThrow();
});

test.each([
  ['an unknown state', (xml: string) => xml.replace('state="live"', 'state="fine"')],
  ['an unknown kind', (xml: string) => xml.replace('kind="number"', 'kind="date"')],
  ['a missing part', (xml: string) => xml.replace(/<coverage>.*<\/coverage>/, '')],
  ['a missing attribute', (xml: string) => xml.replace(' owner="sc13"', '')],
  ['an unknown element', (xml: string) => xml.replace('<remove/>', '<remove/><more/>')],
])('the schema refuses %s', (_name, damage) => {
  const good = encodeTrigger(triggerOf(1)).xml;
  const bad = damage(good);
  expect(bad).not.toBe(good);
  expect(() => checkPayloads([bad])).toThrow('fails to validate');
});
