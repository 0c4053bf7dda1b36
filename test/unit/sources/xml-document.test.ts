/** XML documents as events: paths, types, and what is refused of documents from outside. */
import { describe, expect, it } from 'vitest';
import { MetricRegistry } from '../../../src/agent/metric-registry.ts';
import { readXmlSchema } from '../../../src/agent/xml-schema.ts';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { LayeredCatalog } from '../../../src/epl/catalog.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import { printModule } from '../../../src/epl/print.ts';
import { MAX_DOCUMENT_DEPTH, MAX_DOCUMENT_LENGTH, parseDocument } from '../../../src/sources/xml-document.ts';
import { findNodes, parseXmlPath, textOf } from '../../../src/sources/xml-path.ts';
import { MemoryStore } from '../../../sim/world/memory-store.ts';

const DOCUMENT = `<?xml version="1.0"?>
<!-- a measurement -->
<m:disk xmlns:m="urn:m" host="a&amp;b" m:id="7">
  <used unit="GB">1.5e1</used>
  <part n="1"><name>root</name><free>10</free></part>
  <part n="2"><name>home</name><free>20</free></part>
  <note><![CDATA[x < y]]> &#65;</note>
  <ok>true</ok>
</m:disk>`;

describe('paths', () => {
  const root = parseDocument(DOCUMENT);
  it.each<readonly [string, readonly string[]]>([
    ['/disk/@host', ['a&b']],
    ['@host', ['a&b']],
    ['/m:disk/@m:id', ['7']],
    ['/disk/used', ['1.5e1']],
    ['used/@unit', ['GB']],
    ['part/name', ['root', 'home']],
    ['part[2]/name', ['home']],
    ['/disk/part[last()]/free', ['20']],
    ["/disk/part[@n='2']/name", ['home']],
    ["part[name='root']/@n", ['1']],
    ['part[@n][1]/name', ['root']],
    ['//free', ['10', '20']],
    ['/disk//name[1]', ['root', 'home']],
    ['*/@n', ['1', '2']],
    ['note', ['x < y A']],
    ['part/name/text()', ['root', 'home']],
    ['part[3]/name', []],
    ['/other/@host', []],
    ['.//@*', ['GB', '1', '2']],
  ])('%s', (path, expected) => {
    const found = findNodes(root, parseXmlPath(path)).map(textOf);
    if (path === './/@*') expect(found).toEqual(['a&b', '7', ...expected]);
    else expect(found).toEqual(expected);
  });

  it.each(['', '/', 'a/', 'a b', 'a[', 'a[b>1]', 'ancestor::a', 'a|b', '..', 'a[position()=1]', 'x'.repeat(2_000)])(
    "'%s' is none",
    (path) => {
      expect(() => parseXmlPath(path)).toThrow(expect.objectContaining({ code: 'INVALID_METRIC' }));
    },
  );
});

describe('documents from outside', () => {
  const refused = (text: string) => expect(() => parseDocument(text), text.slice(0, 60));
  it.each([
    '',
    'text',
    '<a>',
    '<a><b></a></b>',
    '<a/><b/>',
    '<a x=1/>',
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<!doctype a SYSTEM "file:///etc/passwd"><a/>',
    '<a>&unknown;</a>',
    '<a>&constructor;</a>',
    '<a>&#x110000;</a>',
  ])('%s is refused', (text) => {
    refused(text).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
  });

  it('size and depth are bounded', () => {
    refused(`<a>${' '.repeat(MAX_DOCUMENT_LENGTH)}</a>`).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
    const nested = (n: number) => '<a>'.repeat(n) + '</a>'.repeat(n);
    refused(nested(MAX_DOCUMENT_DEPTH + 1)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
    refused(nested(100_000)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
    expect(parseDocument(nested(MAX_DOCUMENT_DEPTH)).name).toBe('a');
    expect(textOf(parseDocument(`<a b="${'<'.repeat(0)}x>y"><!-- <a><a> -->t</a>`))).toBe('t');
  });

  it('names that every object has are names; those that reach its prototype are refused', () => {
    const root = parseDocument('<a __proto__="3"><toString x="2" valueOf="4"/></a>');
    expect(findNodes(root, parseXmlPath('toString/@x')).map(textOf)).toEqual(['2']);
    expect(findNodes(root, parseXmlPath('@__proto__')).map(textOf)).toEqual(['3']);
    expect(findNodes(root, parseXmlPath('@constructor'))).toEqual([]);
    refused('<a><constructor>1</constructor></a>').toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
  });
});

const SCHEMA = `@XMLSchema(rootElementName='disk')
  @XMLSchemaField(name='host', xpath='/disk/@host', type='string')
  @XMLSchemaField(name='used', xpath='/disk/used', type='number')
  @XMLSchemaField(name='id', xpath='@id', type='string', castToType='long')
  @XMLSchemaField(name='names', xpath='//part/name', type='nodeset')
  @XMLSchemaField(name='free', xpath='part/free', type='nodeset', castToType='int[]')
  @XMLSchemaField(name='parts', xpath='count(/disk/part)', type='number', castToType='int')
  @XMLSchemaField(name='has', xpath='ok', type='boolean')
  @XMLSchemaField(name='ok', xpath='ok', type='boolean', castToType='boolean')
  @XMLSchemaField(name='gone', xpath='nothing', type='number')
  create xml schema Disk()`;

describe('create xml schema', () => {
  it('maps a document to its fields', () => {
    const { fields, documents } = readXmlSchema('Disk', SCHEMA);
    expect(fields.map((f) => `${f.name} ${f.type}`).join(', ')).toBe(
      'host string, used double, id long, names string[], free int[], parts int, has boolean, ok boolean, gone double',
    );
    expect(documents.read(DOCUMENT)).toEqual({
      host: 'a&b',
      used: 15,
      id: 7,
      names: ['root', 'home'],
      free: [10, 20],
      parts: 2,
      has: true,
      ok: true,
      gone: null,
    });
    expect(() => documents.read('<disc/>')).toThrow(expect.objectContaining({ hint: "it must be 'disk'" }));
    expect(() => documents.read('<disk><used>much</used></disk>')).toThrow(
      expect.objectContaining({ code: 'INVALID_EVENT' }),
    );
  });

  it('is a type that statements read, and prints as it was written', () => {
    const text = `${SCHEMA}; select used from Disk(host = 'a')`;
    expect(analyzeModule(parseModule(text), new LayeredCatalog()).statements).toHaveLength(2);
    expect(printModule(parseModule(printModule(parseModule(text))))).toBe(printModule(parseModule(text)));
  });

  it.each([
    ['create xml schema D()', 'INVALID_STATEMENT'],
    ["@XMLSchema(rootElementName='d') create xml schema D()", 'INVALID_STATEMENT'],
    ["@XMLSchema(rootElementName='d') create xml schema D(a int)", 'INVALID_STATEMENT'],
    ["@XMLSchema(rootElementNam='d') create xml schema D()", 'INVALID_STATEMENT'],
    ["@XMLSchema(rootElementName='d', schemaResource='x.xsd') create xml schema D()", 'NOT_SUPPORTED'],
    [
      "@XMLSchema(rootElementName='d') @XMLSchemaField(name='a', xpath='b', type='node') create xml schema D()",
      'NOT_SUPPORTED',
    ],
    [
      "@XMLSchema(rootElementName='d') @XMLSchemaField(name='a', xpath='b', type='text') create xml schema D()",
      'INVALID_STATEMENT',
    ],
    [
      "@XMLSchema(rootElementName='d') @XMLSchemaField(name='a', type='string') create xml schema D()",
      'INVALID_STATEMENT',
    ],
    [
      "@XMLSchema(rootElementName='d') @XMLSchemaField(name='a', xpath='a|b', type='string') create xml schema D()",
      'INVALID_METRIC',
    ],
    [
      "@XMLSchema(rootElementName='d') @XMLSchemaField(name='a', xpath='b', type='string', castToType='date') create xml schema D()",
      'INVALID_STATEMENT',
    ],
    ['create schema D(a int)', 'INVALID_METRIC'],
  ])('%s', (text, code) => {
    expect(() => readXmlSchema('D', text)).toThrow(expect.objectContaining({ code }));
  });

  it('declares a metric to which documents are published, also after a restart', () => {
    const store = new MemoryStore();
    const make = (s: MemoryStore) => new MetricRegistry({ store: s, usesOf: () => [] }, { domain: 'renci' });
    make(store).declare({ name: 'Disk', description: '', properties: [], schema: SCHEMA });
    const registry = make(new MemoryStore(store.snapshot()));
    const seen: unknown[] = [];
    const batch = { client: 'c', metric: 'Disk', events: [DOCUMENT, { host: 'plain', used: 1 }] };
    expect(registry.publish(batch, 0, (v) => void seen.push([v['host'], v['used'], v['domain']]))).toMatchObject({
      accepted: 2,
    });
    expect(seen).toEqual([
      ['a&b', 15, 'renci'],
      ['plain', 1, 'renci'],
    ]);
    expect(registry.declare({ name: 'Disk', description: '', properties: [], schema: SCHEMA })).toBe(false);
    registry.declare({ name: 'Cpu', description: '', properties: [{ name: 'load', type: 'double' }] });
    expect(() => registry.publish({ client: 'c', metric: 'Cpu', events: ['<x/>'] }, 0, () => undefined)).toThrow(
      expect.objectContaining({ code: 'INVALID_EVENT' }),
    );
  });
});
