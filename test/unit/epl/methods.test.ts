/** Static types and refusals of date-time, interval and enumeration methods. */
import { describe, expect, test } from 'vitest';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import type { Catalog, EventType } from '../../../src/model/event-type.ts';
import { INT, LONG, STRING, stringifyType } from '../../../src/model/value.ts';

const TYPES: readonly EventType[] = [
  {
    name: 'Rack',
    supertypes: [],
    properties: [
      { name: 'ports', type: { kind: 'array', of: INT } },
      { name: 'slots', type: { kind: 'array', of: { kind: 'event', typeName: 'Slot' } } },
      { name: 'ts', type: LONG },
      { name: 'n', type: INT },
      { name: 'name', type: STRING },
    ],
  },
  {
    name: 'Slot',
    supertypes: [],
    properties: [
      { name: 'id', type: STRING },
      { name: 'watts', type: INT },
    ],
  },
  {
    name: 'Span',
    supertypes: [],
    properties: [
      { name: 's', type: LONG },
      { name: 'e', type: LONG },
    ],
    startTimestamp: 's',
    endTimestamp: 'e',
  },
];
const catalog: Catalog = {
  eventType: (name) => TYPES.find((t) => t.name === name),
  eventTypeNames: () => TYPES.map((t) => t.name),
  variable: () => undefined,
};

function typeOf(expression: string, from = 'Rack'): string {
  const module = analyzeModule(parseModule(`select ${expression} as x from ${from}`), catalog);
  const [statement] = module.statements;
  if (statement?.kind !== 'select') throw new Error('a select was written');
  return statement.columns.map((c) => stringifyType(c.type)).join();
}

const refusal = (code: string) => expect.objectContaining({ code, position: expect.objectContaining({ line: 1 }) });

describe('types', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['ports.where(p => p > n)', 'int[]'],
    ['ports.countOf()', 'int'],
    ['ports.sumOf()', 'int'],
    ['ports.average(p => p / 2)', 'double'],
    ['slots.selectFrom(s => s.id)', 'string[]'],
    ['slots.maxBy(s => s.watts).id', 'string'],
    ['slots.max(s => s.watts * 1.5)', 'double'],
    ['slots.firstOf()', 'Slot'],
    ['slots.toMap(s => s.id, s => s.watts)', 'map'],
    ['ports.aggregate(0, (r, p) => r + p)', 'int'],
    ['ports.where((p, i, size) => i < size - 1).anyOf(p => p = 1)', 'boolean'],
    ['ts.plus(1 hour).getHourOfDay()', 'int'],
    ["ts.roundFloor('day')", 'long'],
    ['ts.before(current_timestamp, 1 sec)', 'boolean'],
    ['ts.format()', 'string'],
    ['(select n from Rack#keepall).max()', 'int'],
  ];
  for (const [text, type] of cases) {
    test(text, () => {
      expect(typeOf(text)).toBe(type);
    });
  }
  test('events with a start timestamp are intervals', () => {
    expect(typeOf('a.overlaps(b)', 'Span#lastevent as a, Span#lastevent as b')).toBe('boolean');
    expect(typeOf('a.getYear()', 'Span as a')).toBe('int');
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['ports.frobnicate()', 'UNKNOWN_FUNCTION'],
    ['ports.where(p => p)', 'TYPE_MISMATCH'],
    ['ports.where(n)', 'WRONG_ARGUMENTS'],
    ['ports.where()', 'WRONG_ARGUMENTS'],
    ['ports.where((a, b, c, d) => true)', 'WRONG_ARGUMENTS'],
    ["ports.sumOf(p => 'x')", 'TYPE_MISMATCH'],
    ["ports.union({'x'})", 'TYPE_MISMATCH'],
    ['ports.take(1.5)', 'TYPE_MISMATCH'],
    ['name.where(x => true)', 'TYPE_MISMATCH'],
    ['n.plus(1 sec)', 'TYPE_MISMATCH'],
    ['ts.between(1000, 2000)', 'TYPE_MISMATCH'],
    ["ts.get('fortnight')", 'WRONG_ARGUMENTS'],
    ["ts.plus('1 sec')", 'TYPE_MISMATCH'],
    ['r.before(r)', 'TYPE_MISMATCH'],
  ];
  for (const [text, code] of cases) {
    test(text, () => {
      expect(() => typeOf(text, 'Rack as r')).toThrow(refusal(code));
    });
  }
});
