import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../src/model/errors.ts';
import { mapPayload, MAX_ROWS_PER_ITEM, type ItemMapping } from '../../../src/sources/xmpp-item.ts';
import { cleanText, parseXml } from '../../../src/triggers/xml-text.ts';

const PROPERTIES = [
  { name: 'host', type: 'string' },
  { name: 'load', type: 'double' },
  { name: 'up', type: 'boolean' },
  { name: 'tags', type: 'string[]' },
];

function map(xml: string, mapping: ItemMapping) {
  return mapPayload(parseXml(xml, 1_000_000), mapping, PROPERTIES);
}

const XML: ItemMapping = {
  format: 'xml',
  fields: { host: 'node/@name', load: 'node/load/one', up: 'node/up', tags: 'node/tag' },
};
const JSON_MAPPING: ItemMapping = {
  format: 'json',
  fields: { host: 'node/name', load: 'load/0', up: 'up', tags: 'tags' },
};
const json = (value: unknown): string => {
  const text = JSON.stringify(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<json xmlns="urn:xmpp:json:0">${text}</json>`;
};

describe('XML', () => {
  test('paths find children, attributes and lists, whatever their namespace', () => {
    const xml = `<m:data xmlns:m="urn:m"><m:node name="a&amp;b"><load xmlns="urn:l"><one> 1.5e1 </one></load><up>true</up><tag>x</tag><tag>y</tag></m:node></m:data>`;
    expect(map(xml, XML)).toEqual([{ host: 'a&b', load: 15, up: true, tags: ['x', 'y'] }]);
  });

  test('what is not there is null, and an empty list', () => {
    expect(map('<d><node name="a"/></d>', XML)).toEqual([{ host: 'a', load: null, up: null, tags: [] }]);
  });

  test('rows make several measurements', () => {
    const rows: ItemMapping = { format: 'xml', rows: 'r', fields: { host: '@h', load: '.' } };
    expect(map('<d><r h="a">1</r><r h="b">2</r></d>', rows)).toEqual([
      { host: 'a', load: 1, up: null, tags: [] },
      { host: 'b', load: 2, up: null, tags: [] },
    ]);
  });

  test('texts that look like numbers stay texts', () => {
    expect(map('<d><node name="007"/></d>', XML)).toMatchObject([{ host: '007' }]);
  });

  test.each([
    ['a text for a number', '<d><node name="a"><load><one>high</one></load></node></d>'],
    ['a hexadecimal number', '<d><node name="a"><load><one>0x10</one></load></node></d>'],
    ['an empty number', '<d><node name="a"><load><one/></load></node></d>'],
    ['NaN', '<d><node name="a"><load><one>NaN</one></load></node></d>'],
    ['too large a number', '<d><node name="a"><load><one>1e999</one></load></node></d>'],
    ['a text for a boolean', '<d><node name="a"><up>yes</up></node></d>'],
    ['nothing that is configured', '<d><other/></d>'],
  ])('%s is malformed', (_name, xml) => {
    expect(() => map(xml, XML)).toThrowError(expect.objectContaining({ code: 'INVALID_EVENT' }));
  });
});

describe('JSON', () => {
  test('members and indexes; the container may be the payload or in it', () => {
    const value = { node: { name: 'a<b' }, load: [0.5, 2], up: false, tags: ['x'] };
    const expected = [{ host: 'a<b', load: 0.5, up: false, tags: ['x'] }];
    expect(map(json(value), JSON_MAPPING)).toEqual(expected);
    expect(map(`<event xmlns="urn:e">${json(value)}</event>`, JSON_MAPPING)).toEqual(expected);
  });

  test('rows of a list', () => {
    const mapping: ItemMapping = { format: 'json', rows: 'list/*', fields: { host: 'h' } };
    expect(map(json({ list: [{ h: 'a' }, { h: 'b' }] }), mapping).map((r) => r['host'])).toEqual(['a', 'b']);
  });

  test.each([
    ['no JSON', '<json xmlns="urn:xmpp:json:0">{</json>'],
    ['an object for a text', json({ node: { name: {} } })],
    ['a boolean for a number', json({ load: [true] })],
    ['an inherited member', json({ other: 1 })],
  ])('%s is malformed', (_name, xml) => {
    const mapping = { ...JSON_MAPPING, fields: { ...JSON_MAPPING.fields, up: 'constructor/name' } };
    expect(() => map(xml, mapping)).toThrowError(expect.objectContaining({ code: 'INVALID_EVENT' }));
  });

  test('too many rows are malformed', () => {
    const list = Array.from({ length: MAX_ROWS_PER_ITEM + 1 }, () => 1);
    expect(() => map(json(list), { format: 'json', rows: '*', fields: { load: '.' } })).toThrowError(
      expect.objectContaining({ code: 'INVALID_EVENT' }),
    );
  });

  test('any JSON gives rows of the declared types or a coded error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          for (const row of map(cleanText(json(value)), JSON_MAPPING)) {
            expect(row['host'] === null || typeof row['host'] === 'string').toBe(true);
            expect(row['load'] === null || Number.isFinite(row['load'])).toBe(true);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
    );
  });
});
