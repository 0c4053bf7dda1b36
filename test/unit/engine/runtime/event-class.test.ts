import { expect, test } from 'vitest';
import { rowToObject } from '../../../../src/engine/engine.ts';
import { toValue } from '../../../../src/engine/runtime/event-class.ts';
import { hasMember } from '../../../../src/engine/functions/members.ts';
import { EventTypes } from '../../../../src/engine/runtime/types.ts';
import { CodedError } from '../../../../src/model/errors.ts';
import type { Value } from '../../../../src/model/value.ts';
import { eventType } from '../../../support/epl-run.ts';

const meta = { timestampMs: 5, domain: 'renci', seq: 7 };

test('absent and undefined members become null, undeclared ones go to extra', () => {
  const types = new EventTypes();
  const made = types
    .add(eventType('Cpu', { host: 'string', load: 'double' }))
    .fromObject({ host: 'a', load: undefined, hint: 3 }, meta);
  expect(made.$host).toBe('a');
  expect(made.$load).toBeNull();
  expect(made.extra).toEqual({ hint: 3 });
  expect([made.timestampMs, made.domain, made.seq, made.part]).toEqual([5, 'renci', 7, 0]);
});

test('nested typed values become events, maps lose their prototype, floats are rounded to 32 bits', () => {
  const types = new EventTypes();
  types.add(eventType('Inner', { x: 'int' }));
  const outer = types.add(eventType('Outer', { one: 'Inner', many: 'Inner[]', tags: 'map', f: 'float' }));
  const made = outer.fromObject({ one: { x: 1 }, many: [{ x: 2 }, null], tags: { constructor: 'k' }, f: 0.1 }, meta);
  expect(rowToObject(made)).toEqual({
    one: { x: 1 },
    many: [{ x: 2 }, null],
    tags: { constructor: 'k' },
    f: Math.fround(0.1),
  });
  expect(Object.getPrototypeOf(made.$tags)).toBeNull();
});

test('names of properties that are special in JavaScript are ordinary', () => {
  const types = new EventTypes();
  const names = ['__proto__', 'constructor', 'type', 'a"];throw 1;//', '\u2028', 'toString'];
  const values = Object.fromEntries(names.map((name, i) => [name, i]));
  const made = types
    .add(eventType('Odd', Object.fromEntries(names.map((name) => [name, 'int']))))
    .fromObject(values, meta);
  expect(made.$constructor).toBe(1);
  expect(made.$type).toBe(2);
  expect(made['$a"];throw 1;//']).toBe(3);
  expect(made.type.name).toBe('Odd');
});

test('types of the same properties share one hidden class', () => {
  const types = new EventTypes();
  const a = types.add(eventType('MemUtil', { host: 'string' }));
  const b = types.add(eventType('renci.MemUtil', { host: 'string' }, { supertypes: ['MemUtil'] }));
  expect(b.fromObject({}, meta).constructor).toBe(a.fromObject({}, meta).constructor);
  expect([...types.lineage('renci.MemUtil')]).toEqual(['renci.MemUtil', 'MemUtil']);
});

test('an event of an unknown type is refused with its code', () => {
  expect(() => new EventTypes().get('Nope')).toThrow(CodedError);
});

test('values nested too deep are refused', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100; i++) deep = [deep];
  const type = new EventTypes().add(eventType('Deep', { x: 'object' }));
  expect(() => type.fromObject({ x: deep }, meta)).toThrow(/deeper/);
});

test('rows from a border: maps of nested typed values become events again, events stay, the rest is as it came', () => {
  const types = new EventTypes();
  const inner = types.add(eventType('Inner', { x: 'int' }));
  const outer = types.add(eventType('Outer', { one: 'Inner', many: 'Inner[]', tags: 'map' }));
  const event = inner.fromObject({ x: 3 }, meta);
  const tags = toValue({ x: 4 });
  const made = outer.fromRow([toValue({ x: 1, hint: 'h' }), [toValue({ x: 2 }), null, event], tags], 9, {
    ...meta,
    part: 2,
  });
  expect(rowToObject(made)).toEqual({ one: { x: 1 }, many: [{ x: 2 }, null, { x: 3 }], tags: { x: 4 } });
  const nested = [made.$one, ...(Array.isArray(made.$many) ? made.$many : [])];
  expect(nested.map((e) => e !== null && typeof e === 'object' && 'type' in e && e.type)).toEqual([
    inner.type,
    inner.type,
    false,
    inner.type,
  ]);
  expect([made.timestampMs, made.domain, made.seq, made.part]).toEqual([9, 'renci', 7, 2]);
});

test('columns behind the properties become undeclared members and tell what an event lacked', () => {
  const types = new EventTypes();
  const memberColumns = ['~!host', '~?a', '~!a', '~?b', '~!b', '~?c'];
  const made = types.add({ ...eventType('Cpu', { host: 'string' }), memberColumns });
  const row = (values: readonly Value[]): unknown => made.fromRow(values, 9, { ...meta, part: 0 }).extra;
  expect(row([null, false, 7, true, null, true, null])).toEqual({ a: 7, b: null });
  const lacking = made.fromRow([null, false, null, false, null, false, false], 9, { ...meta, part: 0 });
  expect(lacking.extra).toEqual({ c: false });
  expect(hasMember(lacking, 'host')).toBe(false);
  expect(hasMember(lacking, 'a')).toBe(false);
  expect(row(['h', true, null, null, null, null, null])).toBeNull();
});
