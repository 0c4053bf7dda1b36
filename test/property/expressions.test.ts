/**
 * Random expressions through grammar, analysis, compiler and engine, on events full of nulls, NaN and empty arrays:
 * every outcome is a value or a coded error. Predicates agree with values: `where e` lets through what `select e` calls true.
 */
import { expect, test } from 'vitest';
import { Engine, rowToObject } from '../../src/engine/engine.ts';
import { analyzeModule } from '../../src/epl/analyze.ts';
import { parseModule } from '../../src/epl/parse.ts';
import type { Catalog, EventType } from '../../src/model/event-type.ts';
import { CodedError } from '../../src/model/errors.ts';
import { arrayOf, BOOLEAN, DOUBLE, FLOAT, INT, LONG, OBJECT, STRING } from '../../src/model/value.ts';

const RUNS = 6000;
const seed = Number(process.env['SEED'] ?? 20_261_122);

let state = seed;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}
function pick<T>(items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

const SLOT: EventType = {
  name: 'Slot',
  supertypes: [],
  properties: [
    { name: 'id', type: STRING },
    { name: 'watts', type: INT },
  ],
};
const ROOT: EventType = {
  name: 'R',
  supertypes: [],
  properties: [
    { name: 'i', type: INT },
    { name: 'l', type: LONG },
    { name: 'd', type: DOUBLE },
    { name: 'f', type: FLOAT },
    { name: 's', type: STRING },
    { name: 'b', type: BOOLEAN },
    { name: 'ai', type: arrayOf(INT) },
    { name: 'as', type: arrayOf(STRING) },
    { name: 'sl', type: arrayOf({ kind: 'event', typeName: 'Slot' }) },
    { name: 'm', type: { kind: 'map' } },
    { name: 'o', type: OBJECT },
    { name: 'e', type: { kind: 'event', typeName: 'Slot' } },
  ],
};
const catalog: Catalog = {
  eventType: (name) => [SLOT, ROOT].find((t) => t.name === name),
  eventTypeNames: () => ['Slot', 'R'],
  variable: () => undefined,
};

const LEAVES: readonly [string, ...string[]] = [
  '1',
  ..."2L|1.5|2.0f|'a'|'b%'|true|false|null|-3|0|1 sec|1 month|current_timestamp|nope?".split('|'),
  ..."i|l|d|f|s|b|ai|as|sl|m|o|e|x|y|m('k')|o?.q|e.id|e.watts|ai[0]|sl[1].watts".split('|'),
];

function leaf(): string {
  return pick(LEAVES);
}

/** Ill-typed as often as not: refusals are outcomes too. */
function expression(depth: number): string {
  if (depth <= 0) return leaf();
  const a = (): string => expression(depth - 1 - Math.floor(random() * 2));
  const list = (): string => pick(['ai', 'as', 'sl']);
  const not = (): string => pick(['', 'not ']);
  return pick([
    () => `(${a()} ${pick(['+', '-', '*', '/', '%', '&', '|', '^', '||'])} ${a()})`,
    () => `(${a()} ${pick(['=', '!=', '<', '<=', '>', '>=', 'is', 'is not', 'and', 'or'])} ${a()})`,
    () => `not ${a()}`,
    () => `${a()} ${not()}between ${a()} and ${a()}`,
    () => `${a()} ${not()}in (${a()}, ${a()})`,
    () => `${a()} ${not()}in [${a()}:${a()})`,
    () => `${a()} ${not()}${pick(['like', 'regexp'])} ${a()}`,
    () => `${a()} ${pick(['=', '!=', '>', '<='])} ${pick(['any', 'all'])} (${a()}, ${a()})`,
    () => `(case when ${a()} then ${a()} else ${a()} end)`,
    () => `(case ${a()} when ${a()} then ${a()} end)`,
    () => `${pick(['coalesce', 'max', 'min'])}(${a()}, ${a()})`,
    () => `cast(${a()}, ${pick(['int', 'long', 'double', 'string', 'boolean', 'float'])})`,
    () => `instanceof(${a()}, ${pick(['int', 'string', 'Slot'])})`,
    () => `${pick(['typeof', 'exists'])}(${a()})`,
    () => `{${a()}, ${a()}}`,
    () => `new {p = ${a()}, q = ${a()}}`,
    () =>
      `${list()}.${pick(['where', 'anyOf', 'allOf', 'countOf', 'firstOf', 'lastOf', 'takeWhile', 'takeWhileLast'])}(x => ${a()})`,
    () =>
      `${list()}.${pick(['selectFrom', 'orderBy', 'min', 'maxBy', 'sumOf', 'average', 'mostFrequent', 'distinctOf', 'groupBy'])}((x, y) => ${a()})`,
    () => `${list()}.${pick(['union', 'intersect', 'except', 'sequenceEqual'])}(${a()})`,
    () => `ai.aggregate(${a()}, (x, y) => ${a()})`,
    () => `l.${pick(['plus', 'minus', 'before', 'after', 'coincides'])}(${a()})`,
    () =>
      `l.${pick(['get', 'withMin', 'withMax', 'roundFloor', 'roundCeiling', 'roundHalf'])}('${pick(['min', 'day', 'week', 'month', 'year'])}')`,
    () => `l.between(${a()}, ${a()})`,
    () => `prev(1, ${pick(['i', 's'])})`,
    () => `(select ${pick(['id', 'watts', '*'])} from Slot#keepall${pick(['', ' where watts > i'])})`,
    () => `${a()} ${not()}in (select watts from Slot#keepall)`,
  ])();
}

function properties(): Record<string, unknown> {
  return {
    i: pick([null, 1, -5, 2_147_483_647]),
    l: pick([null, 3, 1_709_210_096_789]),
    d: pick([null, 1.5, -0, Number.NaN]),
    f: pick([null, 2.5]),
    s: pick([null, 'a', 'xyz']),
    b: pick([null, true, false]),
    ai: pick([null, [], [1, 2, 3], [null, 4]]),
    as: pick([null, ['a', 'b'], [null]]),
    sl: pick([null, [], [{ id: 'q', watts: 3 }, null]]),
    m: pick([null, { k: 1 }, { k: 'z' }]),
    o: pick([null, 5, 't', { q: [1] }]),
    e: pick([null, { id: 'w', watts: null }]),
  };
}

/** Runs a statement; outputs by event, null where evaluation ended in a coded error. */
function outputs(epl: string, events: readonly Record<string, unknown>[]): (readonly unknown[] | null)[] {
  const module = analyzeModule(parseModule(epl), catalog);
  const engine = new Engine({ startMs: 0 });
  engine.addEventType(SLOT);
  engine.addEventType(ROOT);
  let rows: unknown[] = [];
  engine.deploy(module, { listener: (output) => rows.push(...output.insert.map(rowToObject)) });
  return events.map((event, seq) => {
    rows = [];
    const meta = { timestampMs: 0, domain: '', seq };
    try {
      engine.send(engine.makeEvent('Slot', { id: 'a', watts: seq }, meta));
      engine.send(engine.makeEvent('R', event, meta));
    } catch (error) {
      if (!(error instanceof CodedError) || error.code === 'INTERNAL') throw error;
      return null;
    }
    return rows;
  });
}

test(`${RUNS} random expressions give values or coded errors (SEED=${seed})`, () => {
  let evaluated = 0;
  for (let run = 0; run < RUNS; run++) {
    const text = expression(2 + Math.floor(random() * 2));
    const events = [properties(), properties(), properties()];
    try {
      const values = outputs(`select ${text} as z from R#length(2)`, events);
      evaluated++;
      if (/\bprev\(/.test(text)) continue;
      let passed: (readonly unknown[] | null)[];
      try {
        passed = outputs(`select i from R#length(2) where ${text}`, events);
      } catch (error) {
        if (error instanceof CodedError && error.code === 'TYPE_MISMATCH') continue;
        throw error;
      }
      values.forEach((rows, i) => {
        if (rows === null || passed[i] === null) return;
        expect(passed[i]?.length, `${text} on ${JSON.stringify(events[i])}`).toBe(
          JSON.stringify(rows[0]) === '{"z":true}' ? 1 : 0,
        );
      });
    } catch (error) {
      if (error instanceof CodedError && error.code !== 'INTERNAL') continue;
      throw new Error(`SEED=${seed}: ${text}`, { cause: error });
    }
  }
  expect(evaluated).toBeGreaterThan(RUNS / 20);
});
