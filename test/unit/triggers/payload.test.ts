import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../src/model/errors.ts';
import { arrayOf, DOUBLE, LONG, OBJECT, STRING, type Value } from '../../../src/model/value.ts';
import { encodeTrigger, JSON_NAMESPACE, MAX_PAYLOAD_BYTES } from '../../../src/triggers/payload.ts';
import { MAX_READ_LENGTH, parseTrigger } from '../../../src/triggers/read-trigger.ts';
import { escapeText, parseXml, unescapeText } from '../../../src/triggers/xml-text.ts';
import { triggerOf } from '../../support/triggers.ts';

function roundTrip(value: Value): Value | undefined {
  const xml = encodeTrigger(triggerOf(1, { columns: [{ name: 'x', type: OBJECT }], insert: [[value]] })).xml;
  return parseTrigger(xml).insert[0]?.[0];
}

describe('payload', () => {
  test('what is written reads back equal', () => {
    const trigger = triggerOf(7, {
      key: { timestampMs: 5, phase: 1, domain: 'net.example.org', seq: 3, path: [0, 2] },
      remove: [['esnet-2', null]],
      gap: true,
    });
    const { columns, ...rest } = trigger;
    expect(parseTrigger(encodeTrigger(trigger).xml)).toEqual({
      ...rest,
      columns: columns.map((c) => ({ name: c.name, type: c.type.kind })),
      omitted: null,
    });
  });

  test('every kind of value reads back exactly', () => {
    const scalars: readonly Value[] = [null, true, false, 0, -0, 1.5, -1e-300, 2 ** 53 - 1, NaN, Infinity, -Infinity];
    const texts: readonly Value[] = [
      '',
      ' a\tb\n ',
      'a\r\nb',
      '\u0000\u001b[0m',
      '<&>"\'',
      '\\u0000',
      '\\\u0001\\',
      '\ud800',
      'x\udc00',
    ];
    const others: readonly Value[] = [
      '\ufffe\uffff',
      '\u{1f600}',
      ']]>',
      [1, [2, null], 'x'],
      { a: 1, 'b <': [{ c: null }] },
    ];
    const values = [...scalars, ...texts, ...others];
    for (const value of values) expect(roundTrip(value), JSON.stringify(value)).toEqual(value);
    expect(Object.is(roundTrip(-0), -0)).toBe(true);
  });

  test('any text reads back exactly and leaves nothing in the document that XML 1.0 forbids', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 50 }),
        fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }),
        (a, units) => {
          const text = a + String.fromCharCode(...units);
          const { text: carried, escaped } = escapeText(text);
          // oxlint-disable-next-line no-control-regex -- these are the characters to find
          expect(carried).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/);
          expect(carried.isWellFormed()).toBe(true);
          expect(escaped ? unescapeText(carried) : carried).toBe(text);
          expect(roundTrip(text)).toBe(text);
        },
      ),
    );
  });

  test('an event becomes its properties', () => {
    const type = {
      name: 'BW',
      supertypes: [],
      properties: [
        { name: 'rate', type: DOUBLE },
        { name: 'hop', type: STRING },
      ],
    };
    const event = { type, timestampMs: 1, domain: 'renci', seq: 2, part: 0, extra: null, $rate: 2.5, $hop: null };
    expect(roundTrip(event)).toEqual({ rate: 2.5, hop: null });
  });

  test('the JSON container says the same', () => {
    const trigger = triggerOf(1, {
      columns: [
        { name: 'n', type: DOUBLE },
        { name: 's', type: STRING },
        { name: 'l', type: arrayOf(LONG) },
      ],
      insert: [[NaN, 'a\u0000<b>\r\ufffe', [1, 2]]],
    });
    const root = parseXml(encodeTrigger(trigger).xml, MAX_PAYLOAD_BYTES);
    const json = JSON.parse(root.getChildText('json', JSON_NAMESPACE) ?? '');
    expect(json).toMatchObject({
      query: trigger.queryId,
      owner: 'sc13',
      item: trigger.itemId,
      cause: '1001/1/renci/1',
      gap: false,
      insert: [{ n: 'NaN', s: 'a\u0000<b>\r\ufffe', l: [1, 2] }],
      remove: [],
      coverage: trigger.coverage,
    });
    expect(json).not.toHaveProperty('omitted');
  });

  test('rows that do not fit are left out from the end, and counted', () => {
    const rows = Array.from({ length: 3_000 }, (_, i) => [`host-${i} é&`, i]);
    const trigger = triggerOf(1, { insert: rows, remove: rows.slice(0, 5) });
    const { xml, omitted } = encodeTrigger(trigger);
    expect(Buffer.byteLength(xml)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    expect(Buffer.byteLength(xml)).toBeGreaterThan(MAX_PAYLOAD_BYTES - 1_000);
    const read = parseTrigger(xml);
    expect(read.omitted).toEqual(omitted);
    expect(omitted.remove).toBe(5);
    expect(read.insert).toEqual(rows.slice(0, rows.length - omitted.insert));
    const json = JSON.parse(parseXml(xml, MAX_PAYLOAD_BYTES).getChildText('json') ?? '');
    expect(json.insert).toHaveLength(read.insert.length);
    expect(json.omitted).toEqual(omitted);
  });

  test('a row larger than the limit is left out; a trigger that is too large without rows is refused', () => {
    const large = triggerOf(1, { insert: [['x'.repeat(300_000), 1]] });
    expect(parseTrigger(encodeTrigger(large).xml)).toMatchObject({ insert: [], omitted: { insert: 1, remove: 0 } });
    const columns = Array.from({ length: 3_000 }, (_, i) => ({ name: `column-${i}-${'y'.repeat(100)}`, type: DOUBLE }));
    expect(() => encodeTrigger(triggerOf(1, { columns, insert: [] }))).toThrowError(
      expect.objectContaining({ code: 'TRIGGER_TOO_LARGE' }),
    );
  });

  test('deep values end in a text, not in a stack overflow', () => {
    let deep: Value = 1;
    for (let i = 0; i < 10_000; i++) deep = [deep];
    expect(JSON.stringify(roundTrip(deep))).toContain('nested deeper than 16');
  });
});

describe('reading', () => {
  const good = encodeTrigger(triggerOf(1)).xml;

  test.each([
    ['nothing', ''],
    ['no XML', 'hello'],
    ['half of it', good.slice(0, good.length / 2)],
    ['two roots', good + good],
    ['another root', '<x xmlns="urn:pqa:trigger:1"/>'],
    ['another namespace', good.replace('urn:pqa:trigger:1', 'urn:pqa:trigger:2')],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${good}`],
    ['an unknown entity', good.replace('renci-1', '&a;')],
    ['an unknown kind', good.replace('kind="number"', 'kind="date"')],
    ['a number that is none', good.replace('>1.5<', '>1.5x<')],
    ['a row too short', good.replace(/<column name="value"[^>]*kind[^>]*>[^<]*<\/column>/, '')],
    ['an unknown coverage state', good.replace('"stale"', '"fine"')],
    ['no coverage', good.replace(/<coverage>.*<\/coverage>/, '')],
    ['a deep nest', `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`.slice(0, 200_000)],
  ])('%s is refused with a code', (_name, xml) => {
    expect(() => parseTrigger(xml)).toThrowError(expect.objectContaining({ code: 'REQUEST_MALFORMED' }));
  });

  test('too long a text is refused before it is parsed', () => {
    expect(() => parseTrigger(' '.repeat(MAX_READ_LENGTH + 1))).toThrowError(
      expect.objectContaining({ code: 'REQUEST_TOO_LARGE' }),
    );
  });

  test('damaged bytes yield a trigger or a coded error', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ unit: 'binary', maxLength: 4 }), fc.nat(20), (at, junk, cut) => {
        try {
          parseTrigger(good.slice(0, at) + junk + good.slice(at + cut));
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
