/** Rules of contexts beyond the golden scenarios: who opens, who ends, what is seen, who may use what partitions own. */
import { describe, expect, test } from 'vitest';
import { Engine, rowToObject } from '../../../../src/engine/engine.ts';
import { analyzeModule } from '../../../../src/epl/analyze.ts';
import { catalogOf } from '../../../../src/epl/catalog.ts';
import { parseModule } from '../../../../src/epl/parse.ts';
import { CodedError } from '../../../../src/model/errors.ts';
import type { EventType } from '../../../../src/model/event-type.ts';
import { INT, STRING } from '../../../../src/model/value.ts';

const rows = (name: string, supertypes: readonly string[] = []): EventType => ({
  name,
  supertypes,
  properties: [
    { name: 'k', type: STRING },
    { name: 'v', type: INT },
  ],
});
const TYPES = [rows('A'), rows('B'), rows('C'), rows('Both'), rows('Up', ['Both']), rows('Down', ['Both'])];

type Sent = readonly [atMs: number, type: string, k?: string | null, v?: number];

/** What the statement `s` tells, a line per listener call: its rows in order of their texts. */
function play(epl: string, sent: readonly Sent[], late?: { readonly before: number; readonly epl: string }): string[] {
  const catalog = catalogOf(TYPES);
  const engine = new Engine({ startMs: 0 });
  for (const type of TYPES) engine.addEventType(type);
  const lines: string[] = [];
  const deploy = (text: string): void => {
    const module = analyzeModule(parseModule(text), catalog);
    engine.deploy(module, {
      listener: ({ statement, insert }) => {
        if (statement !== 's' || insert.length === 0) return;
        const told = insert.map((row) => Object.values(rowToObject(row)).join(' ')).sort();
        lines.push(`${engine.nowMs}: ${told.join(', ')}`);
      },
    });
    catalog.addModule(module);
  };
  deploy(epl);
  sent.forEach(([atMs, type, k = null, v = 0], seq) => {
    if (late?.before === seq) deploy(late.epl);
    engine.advanceTime(atMs);
    engine.send(engine.makeEvent(type, { k, v }, { timestampMs: atMs, domain: '', seq }));
  });
  return lines;
}

function refusal(epl: string): CodedError {
  try {
    analyzeModule(parseModule(epl), catalogOf(TYPES));
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error(`accepted: ${epl}`);
}

describe('partition by', () => {
  test('a subtype of a listed type ends the partition of its key alone', () => {
    const epl = `create context P partition by k from Both, k from A terminated by Down;
      @name('s') context P select k, count(*) as c from A`;
    const sent: Sent[] = [
      [1, 'A', 'x'],
      [2, 'A', 'y'],
      [3, 'Down', 'x'],
      [4, 'A', 'x'],
      [5, 'A', 'y'],
    ];
    expect(play(epl, sent)).toEqual(['1: x 1', '2: y 1', '4: x 1', '5: y 2']);
  });

  test('what ends it may name the event that opened it', () => {
    const epl = `create context P partition by k from A as a terminated by C(v = a.v);
      @name('s') context P select k, count(*) as c from A`;
    const sent: Sent[] = [
      [1, 'A', 'x', 5],
      [2, 'A', 'y', 6],
      [3, 'C', 'q', 6],
      [4, 'A', 'x'],
      [5, 'A', 'y'],
    ];
    expect(play(epl, sent)).toEqual(['1: x 1', '2: y 1', '4: x 2', '5: y 1']);
  });

  test('what initiates has a key', () => {
    expect(refusal('create context P partition by k from A initiated by B').code).toBe('INVALID_STATEMENT');
  });
});

describe('patterns that begin partitions', () => {
  const of = (inclusive: string): string =>
    `create context P start pattern [a=A -> b=B(v > a.v)] ${inclusive} end C;
     @name('s') context P select k, count(*) as c from A(v > 0)`;
  const sent: Sent[] = [
    [1, 'A', 'x', 1],
    [2, 'B', 'y', 0],
    [3, 'B', 'y', 5],
    [4, 'A', 'z', 1],
  ];

  test('@inclusive: the tagged events are seen, each at the streams that it meets', () => {
    expect(play(of('@inclusive'), sent)).toEqual(['3: x 1', '4: z 2']);
  });

  test('without it none is seen', () => {
    expect(play(of(''), sent)).toEqual(['4: z 1']);
  });
});

test('a context without statements is at rest: it starts with the first', () => {
  const late = { before: 1, epl: "@name('s') context P select context.startTime as st, context.id as i, v from A" };
  const sent: Sent[] = [
    [1000, 'A', 'x', 1],
    [2000, 'A', 'x', 2],
    [6000, 'A', 'x', 3],
  ];
  expect(play('create context P start @now end after 5 sec', sent, late)).toEqual(['2000: 1000 0 2', '6000: 6000 1 3']);
});

test('output when a condition holds and when terminated', () => {
  const epl = `create variable int n = 0; create context P start A end B;
    @name('s') context P select k from C output when count_insert >= 2 then set n = n + 1 and when terminated`;
  const sent: Sent[] = [
    [1, 'A'],
    [2, 'C', 'x'],
    [3, 'C', 'y'],
    [4, 'C', 'z'],
    [5, 'B'],
  ];
  expect(play(epl, sent)).toEqual(['3: x, y', '5: z']);
});

describe('what partitions have for themselves', () => {
  const context = 'create context P partition by k from A; create context Q partition by k from A;';
  test.each([
    ['context P create window W#keepall as A; select * from W', 'W'],
    ['context P create window W#keepall as A; context Q select * from W', 'W'],
    ['context P create window W#keepall as A; on B delete from W', 'W'],
    ['context P create table T(c count(*)); select T.c from A', 'T'],
    ['context P create variable int x; select x from A', 'x'],
    ['context P create variable int x; on A set x = 1', 'x'],
  ])('is used within that context alone: %s', (statements, name) => {
    const { code, message, hint, position } = refusal(`${context} ${statements}`);
    expect(code).toBe('INVALID_STATEMENT');
    expect(message).toContain(`'${name}' belongs to the partitions of context 'P'`);
    expect(hint).toContain('context P');
    expect(position?.column).toBeGreaterThan(1);
  });
});

test.each([
  ['create context N context X partition by k from A', 'INVALID_STATEMENT'],
  ['create context P start A end after 5', 'TYPE_MISMATCH'],
  ['create context P start A end B; context P context P select * from A', 'SYNTAX'],
])('refused: %s', (epl, code) => {
  expect(refusal(epl).code).toBe(code);
});
