/** Messages: what is right round-trips; what is wrong is refused with code and place; every defect of the package is caught. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeCall,
  decodeResponse,
  encodeCall,
  encodeFault,
  encodeResponse,
  MESSAGE_LIMITS,
  type XmlRpcValue,
} from '../../../src/management/xml-rpc-codec.ts';
import { CodedError } from '../../../src/model/errors.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const call = (value: string) =>
  bytes(
    `<?xml version="1.0"?>\n<methodCall><methodName>m</methodName><params><param>${value}</param></params></methodCall>`,
  );
const read = (value: string): unknown => decodeCall(call(value)).params[0];

function refusal(message: Uint8Array): CodedError {
  try {
    decodeCall(message);
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('reading', () => {
  test.each<readonly [string, unknown]>([
    ['<value><int>5</int></value>', 5],
    ['<value><i4> -5 </i4></value>', -5],
    ['<value><i8>1800000000000</i8></value>', 1_800_000_000_000],
    ['<value><ex:i8>+7</ex:i8></value>', 7],
    ['<value><int>1800000000000</int></value>', 1_800_000_000_000],
    ['<value><double>1.0</double></value>', 1],
    ['<value><double>-.5e-3</double></value>', -0.0005],
    ['<value><boolean>1</boolean></value>', true],
    ['<value><boolean>0</boolean></value>', false],
    ['<value><string>a &lt; b &amp;&#x1F600;&#10;</string></value>', 'a < b &\u{1F600}\n'],
    ['<value><string><![CDATA[<int>&amp;]]> x</string></value>', '<int>&amp; x'],
    ['<value>plain <!-- not this --> text</value>', 'plain  text'],
    ['<value>  </value>', '  '],
    ['<value/>', ''],
    ['<value><string/></value>', ''],
    ['<value>\n  <int>5</int>\n</value>', 5],
    ['<value><nil/></value>', null],
    ['<value><ex:nil/></value>', null],
    ['<value><base64>aGk=\n</base64></value>', Buffer.from('hi')],
    ['<value><dateTime.iso8601>20260102T03:04:05</dateTime.iso8601></value>', new Date('2026-01-02T03:04:05Z')],
    [
      '<value><dateTime.iso8601>2026-01-02T03:04:05.678+0130</dateTime.iso8601></value>',
      new Date('2026-01-02T01:34:05.678Z'),
    ],
    ['<value><array><data/></array></value>', []],
    ['<value><array><data><value>a</value><value><nil/></value></data></array></value>', ['a', null]],
    ['<value><struct/></value>', {}],
    ['<value><struct><member><name>a b</name><value>c</value></member></struct></value>', { 'a b': 'c' }],
    ['<value><struct><member><name>constructor</name><value>c</value></member></struct></value>', { constructor: 'c' }],
    ['<value>a\r\nb\rc</value>', 'a\nb\nc'],
  ])('%s', (xml, expected) => {
    expect(read(xml)).toEqual(expected);
  });

  test.each<readonly [string, string, string]>([
    ['<value><int>12abc</int></value>', 'REQUEST_MALFORMED', "'12abc' is not an integer"],
    ['<value><int></int></value>', 'REQUEST_MALFORMED', 'not an integer'],
    ['<value><i4>1.5</i4></value>', 'REQUEST_MALFORMED', 'not an integer'],
    ['<value><i8>9007199254740993</i8></value>', 'VALUE_OUT_OF_RANGE', '2^53'],
    ['<value><double>NaN</double></value>', 'VALUE_OUT_OF_RANGE', 'NaN'],
    ['<value><double>-Infinity</double></value>', 'VALUE_OUT_OF_RANGE', 'Infinity'],
    ['<value><double>1e999</double></value>', 'VALUE_OUT_OF_RANGE', '1e999'],
    ['<value><double>1,5</double></value>', 'REQUEST_MALFORMED', 'not a double'],
    ['<value><double>0x10</double></value>', 'REQUEST_MALFORMED', 'not a double'],
    ['<value><boolean>true</boolean></value>', 'REQUEST_MALFORMED', 'use 0 or 1'],
    ['<value><dateTime.iso8601>yesterday</dateTime.iso8601></value>', 'REQUEST_MALFORMED', 'not a date'],
    ['<value><dateTime.iso8601>20260230T00:00:00</dateTime.iso8601></value>', 'REQUEST_MALFORMED', 'no such date'],
    ['<value><base64>a</base64></value>', 'REQUEST_MALFORMED', 'base64'],
    ['<value><nil>x</nil></value>', 'REQUEST_MALFORMED', '<nil>'],
    ['<value><int>1</int><int>2</int></value>', 'REQUEST_MALFORMED', '<int> in <value>'],
    ['<value>x<int>1</int></value>', 'REQUEST_MALFORMED', 'text beside'],
    ['<value><int><int>1</int></int></value>', 'REQUEST_MALFORMED', '<int> in <int>'],
    [
      '<value><struct><member><value>a</value><name>b</name></member></struct></value>',
      'REQUEST_MALFORMED',
      '<value> in <member>',
    ],
    [
      '<value><struct><member><name>b</name></member></struct></value>',
      'REQUEST_MALFORMED',
      '<member> is not complete',
    ],
    [
      '<value><struct><member><name>__proto__</name><value>a</value></member></struct></value>',
      'REQUEST_MALFORMED',
      '__proto__',
    ],
    [
      '<value><struct><member><name>a</name><value>1</value></member><member><name>a</name><value>2</value></member></struct></value>',
      'REQUEST_MALFORMED',
      "'a' twice",
    ],
    ['<value><list/></value>', 'REQUEST_MALFORMED', 'unknown element <list>'],
    ['<value><array/></value>', 'REQUEST_MALFORMED', '<array> is not complete'],
    ['<value>&nbsp;</value>', 'REQUEST_MALFORMED', "'&nbsp;'"],
    ['<value>&#0;</value>', 'REQUEST_MALFORMED', "'&#0;'"],
    ['<value>&#xD800;</value>', 'REQUEST_MALFORMED', "'&#xD800;'"],
    ['<value>a & b</value>', 'REQUEST_MALFORMED', "'&'"],
    ['<value>\u0001</value>', 'REQUEST_MALFORMED', 'character'],
    ['<value><int>1</value></int>', 'REQUEST_MALFORMED', '</value> where </int>'],
    ['<?php evil ?><value/>', 'REQUEST_MALFORMED', 'processing instruction'],
    ['<value><!ENTITY x "y"></value>', 'REQUEST_MALFORMED', 'document type'],
    ['<value a=b>x</value>', 'REQUEST_MALFORMED', 'a tag that cannot be read'],
  ])('refuses %s', (xml, code, text) => {
    const error = refusal(call(xml));
    expect(error.describe()).toContain(text);
    expect(error.code).toBe(code);
    expect(error.position?.line).toBe(2);
  });

  test.each<readonly [string, string]>([
    ['', 'no message'],
    ['GET', 'text outside'],
    ['<methodCall>', '<methodCall> is not closed'],
    ['<methodCall/>', 'not complete'],
    ['<methodCall><methodName></methodName></methodCall>', 'did not contain a method name'],
    ['<methodResponse><params/></methodResponse>', '<methodResponse> where <methodCall> belongs'],
    ['<methodCall><methodName>a</methodName></methodCall>x', 'text outside'],
    ['<methodCall><methodName>a</methodName></methodCall><methodCall/>', '<methodCall> where'],
    ['<!DOCTYPE x [<!ENTITY a "b">]><methodCall/>', 'document type'],
    ['<?xml version="1.0" encoding="iso-8859-1"?><methodCall/>', 'iso-8859-1'],
  ])('refuses the message %j', (xml, text) => {
    const error = refusal(bytes(xml));
    expect([error.code, error.describe()]).toEqual(['REQUEST_MALFORMED', expect.stringContaining(text)]);
  });

  test('a call without parameters, with attributes and a byte order mark', () => {
    const xml = `\ufeff<?xml version='1.0' encoding='UTF-8'?><methodCall xmlns:ex="http://x"><methodName> a.b </methodName></methodCall>\n`;
    expect(decodeCall(bytes(xml))).toEqual({ method: 'a.b', params: [] });
  });

  test('bytes that are not UTF-8 are refused', () => {
    expect(refusal(Uint8Array.of(0x3c, 0xff, 0xfe)).code).toBe('REQUEST_MALFORMED');
  });

  test('size, depth and number of values are bounded', () => {
    const nested = (n: number) =>
      `<value>${'<array><data><value>'.repeat(n)}${'</value></data></array>'.repeat(n)}</value>`;
    expect(read(nested(32))).toBeDefined();
    expect([33, 20_000].map((n) => refusal(call(nested(n))).code)).toEqual(['REQUEST_TOO_LARGE', 'REQUEST_TOO_LARGE']);
    const many = (n: number) => `<value><array><data>${'<value/>'.repeat(n)}</data></array></value>`;
    expect(refusal(call(many(200_000))).code).toBe('REQUEST_TOO_LARGE');
    expect(refusal(new Uint8Array(MESSAGE_LIMITS.bytes + 1)).code).toBe('REQUEST_TOO_LARGE');
  });

  test('no member name touches a prototype', () => {
    const value = read('<value><struct><member><name>toString</name><value>x</value></member></struct></value>');
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });
});

describe('writing', () => {
  test('integers beyond 32 bits go as i8, fractions as double, nulls of structs not at all', () => {
    const xml = encodeResponse({ a: 1, b: 2 ** 31, c: -(2 ** 31) - 1, d: 0.5, e: null, f: undefined, g: [null] });
    expect(xml).toContain('<int>1</int>');
    expect(xml).toContain('<i8>2147483648</i8>');
    expect(xml).toContain('<i8>-2147483649</i8>');
    expect(xml).toContain('<double>0.5</double>');
    expect(xml.match(/<name>.<\/name>/g)).toEqual([
      '<name>a</name>',
      '<name>b</name>',
      '<name>c</name>',
      '<name>d</name>',
      '<name>g</name>',
    ]);
    expect(xml).toContain('<nil/>');
  });

  test('what XML cannot carry is replaced, never thrown at', () => {
    expect(decodeResponse(bytes(encodeResponse({ 'a\u0000': '\u0001\ud800x' })))).toEqual({
      'a\ufffd': '\ufffd\ufffdx',
    });
  });

  test('NaN and infinities are refused with a code', () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      expect(() => encodeResponse(value)).toThrow(expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }));
    }
  });

  test('a fault keeps number, code, message, position and hint', () => {
    const position = { offset: 3, length: 1, line: 1, column: 4 };
    const xml = encodeFault(new CodedError('SYNTAX', "unexpected '\u0002'", { position, hint: 'a name' }));
    expect(xml).toContain('<int>100</int>');
    expect(() => decodeResponse(bytes(xml))).toThrow(
      expect.objectContaining({ code: 'SYNTAX', message: "unexpected '\ufffd' (line 1, column 4); a name" }),
    );
  });

  test('a fault of another kind of server is PROTOCOL', () => {
    const xml =
      '<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member><member><name>faultString</name><value>Too many</value></member></struct></value></fault></methodResponse>';
    expect(() => decodeResponse(bytes(xml))).toThrow(
      expect.objectContaining({ code: 'PROTOCOL', message: 'fault 4: Too many' }),
    );
  });
});

const text = fc
  .string({ unit: 'binary' })
  .map((s) => s.replaceAll(/[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]|[\ud800-\udfff](?![\udc00-\udfff])/gu, ''));
const leaf: fc.Arbitrary<XmlRpcValue> = fc.oneof(
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  text,
  fc
    .date({ noInvalidDate: true, min: new Date('1000-01-01'), max: new Date('9999-01-01') })
    .map((d) => new Date(Math.floor(d.getTime() / 1000) * 1000)),
  fc.uint8Array().map((a) => Buffer.from(a)),
);
const { value } = fc.letrec<{ value: XmlRpcValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(fc.oneof(tie('value'), fc.constant(null)), { maxLength: 5 }),
    fc.dictionary(
      text.filter((s) => s !== '__proto__'),
      tie('value'),
      { maxKeys: 5, noNullPrototype: false },
    ),
  ),
}));

test('every value round-trips', () => {
  fc.assert(
    fc.property(value, (v) => {
      expect(decodeResponse(bytes(encodeResponse(v)))).toEqual(v);
      expect(decodeCall(bytes(encodeCall('m', [v, v])))).toEqual({ method: 'm', params: [v, v] });
    }),
    { numRuns: 300 },
  );
});

const pieces = [
  '<',
  '>',
  '</',
  '/>',
  'value',
  'struct',
  'member',
  'name',
  'int',
  '1',
  '&',
  '&#x41;',
  '<!',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  ' ',
  '"',
  '=',
  '<value>',
  '</value>',
  '<array><data>',
  '</data></array>',
  '\u0000',
  'é',
];

test('hostile text gets a coded refusal and nothing else', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((p) => call(p.join(''))),
    fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((p) => bytes(p.join(''))),
  );
  fc.assert(
    fc.property(hostile, (message) => {
      try {
        decodeCall(message);
      } catch (error) {
        expect(error).toBeInstanceOf(CodedError);
        expect((error as CodedError).code).not.toBe('INTERNAL');
      }
    }),
    { numRuns: 2000 },
  );
});

test('reading takes time in proportion to the message', () => {
  const shapes = [
    (n: number) => ' '.repeat(n),
    (n: number) => `<${' a'.repeat(n)}`,
    (n: number) => `<a${' '.repeat(n)}`,
    (n: number) => `<value ${'a="b" '.repeat(n)}<`,
    (n: number) => '&'.repeat(n),
    (n: number) => `<value>${'&amp;'.repeat(n)}</value>`,
    (n: number) => `<value><string>${'<!---->'.repeat(n)}</string></value>`,
  ];
  for (const shape of shapes) {
    const message = call(shape(300_000));
    const start = performance.now();
    try {
      decodeCall(message);
    } catch {
      // Refused or not: what counts is how long it took. Quadratic time would be minutes.
    }
    expect(performance.now() - start).toBeLessThan(5_000);
  }
});
