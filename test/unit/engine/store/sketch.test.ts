import { expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const WORD = eventType('Word', { word: 'string', host: 'string', n: 'int' });
const ASK = eventType('Ask', { word: 'string', host: 'string' });

function told(run: EplRun, statement: string): readonly unknown[] {
  return run
    .take()
    .filter((c) => c.statement === statement)
    .map((c) => c.insert);
}

function words(run: EplRun, ...all: readonly string[]): void {
  for (const word of all) run.send('Word', { word, host: word.length > 2 ? 'long' : 'short', n: 1 });
}

test('a table of one sketch: frequency and the most frequent values', () => {
  const run = new EplRun([WORD, ASK]);
  run.deploy(`create table T (words countMinSketch({epsOfTotalCount: 0.000002, confidence: 0.999, seed: 38576, topk: 2,
        agent: 'com.espertech.esper.common.client.util.CountMinSketchAgentStringUTF16Forge'}));
    into table T select countMinSketchAdd(word) as words from Word;
    @name('f') select T.words.countMinSketchFrequency(word) as f from Ask;
    @name('k') select T.words.countMinSketchTopk() as k, T.words.countMinSketchTopk().firstOf().value as v from Ask`);
  run.send('Ask', { word: 'a' });
  words(run, 'a', 'b', 'a', 'c', 'c', 'a');
  run.send('Word', { n: 1 });
  run.send('Ask', { word: 'a' });
  run.send('Ask', { word: 'none' });
  run.send('Ask', {});
  const calls = run.take();
  const of = (name: string): readonly unknown[] => calls.filter((c) => c.statement === name).map((c) => c.insert);
  const k = [
    { frequency: 3, value: 'a' },
    { frequency: 2, value: 'c' },
  ];
  expect(of('f')).toEqual([[{ f: null }], [{ f: 3 }], [{ f: 0 }], [{ f: null }]]);
  expect(of('k')).toEqual([[{ k: null, v: null }], [{ k, v: 'a' }], [{ k, v: 'a' }], [{ k, v: 'a' }]]);
});

test('a sketch per key; a filter; without topk no values; rows that leave a window stay counted', () => {
  const run = new EplRun([WORD, ASK]);
  run.deploy(`create table T (host string primary key, words countMinSketch(), c count(*));
    into table T select countMinSketchAdd(word, n > 0) as words, count(*) as c from Word#length(1) group by host;
    @name('f') select T[host].words.countMinSketchFrequency(word) as f, T[host].words.countMinSketchTopk() as k, T[host].c as c from Ask`);
  words(run, 'a', 'long', 'a');
  run.send('Word', { word: 'a', host: 'short', n: 0 });
  run.send('Ask', { word: 'a', host: 'short' });
  run.send('Ask', { word: 'a', host: 'long' });
  run.send('Ask', { word: 'long', host: 'long' });
  run.send('Ask', { word: 'a', host: 'none' });
  expect(told(run, 'f')).toEqual([
    [{ f: 2, k: [], c: 1 }],
    [{ f: 0, k: [], c: 0 }],
    [{ f: 1, k: [], c: 0 }],
    [{ f: null, k: null, c: null }],
  ]);
});

test('a table in from and in a subquery; reset; delete', () => {
  const run = new EplRun([WORD, ASK]);
  run.deploy(`create table T (host string primary key, words countMinSketch({topk: 1}));
    into table T select countMinSketchAdd(word) as words from Word group by host;
    @name('j') select T.host as h, words.countMinSketchFrequency(a.word) as f from T, Ask(host is null) as a unidirectional order by T.host;
    @name('s') select (select words.countMinSketchFrequency(a.word) from T where T.host = a.host) as f from Ask(host is not null) as a;
    on Ask(word = 'reset') as a update T as t set t.words.reset() where t.host = a.host;
    on Ask(word = 'delete') as a delete from T as t where t.host = a.host`);
  words(run, 'a', 'a', 'long');
  run.send('Ask', { word: 'a' });
  run.send('Ask', { word: 'a', host: 'short' });
  run.send('Ask', { word: 'reset', host: 'short' });
  run.send('Ask', { word: 'delete', host: 'long' });
  run.send('Ask', { word: 'a' });
  const calls = run.take().filter((c) => c.statement === 'j' || c.insert.some((r) => 'f' in r));
  expect(calls.map((c) => c.insert)).toEqual([
    [
      { h: 'long', f: 0 },
      { h: 'short', f: 2 },
    ],
    [{ f: 2 }],
    [{ f: 0 }],
    [{ f: 0 }],
    [{ h: 'short', f: 0 }],
  ]);
  words(run, 'a');
  run.send('Ask', { word: 'a', host: 'short' });
  expect(told(run, 's')).toEqual([[{ f: 1 }]]);
});

test.each([
  ['create table T (w countMinSketch(10))', 'WRONG_ARGUMENTS'],
  ['create table T (w countMinSketch({tokp: 10}))', 'WRONG_ARGUMENTS'],
  ['create table T (w countMinSketch({topk: 10, topk: 11}))', 'WRONG_ARGUMENTS'],
  ['create table T (w countMinSketch({topk: 1.5}))', 'WRONG_ARGUMENTS'],
  ['create table T (w countMinSketch({epsOfTotalCount: 1}))', 'WRONG_ARGUMENTS'],
  ["create table T (w countMinSketch({confidence: 'high'}))", 'WRONG_ARGUMENTS'],
  ["create table T (w countMinSketch({agent: 'my.Agent'}))", 'NOT_SUPPORTED'],
  ['create table T (w countMinSketch({epsOfTotalCount: 0.0000001}))', 'LIMIT_EXCEEDED'],
  ['create table T (w countMinSketch() primary key)', 'INVALID_STATEMENT'],
  ['create table T (w countMinSketch()); into table T select countMinSketchAdd(n) as w from Word', 'TYPE_MISMATCH'],
  ['create table T (w countMinSketch()); into table T select count(*) as w from Word', 'TYPE_MISMATCH'],
  ['create table T (w count(*)); into table T select countMinSketchAdd(word) as w from Word', 'TYPE_MISMATCH'],
  [
    'create table T (w countMinSketch()); into table T select countMinSketchAdd(distinct word) as w from Word',
    'WRONG_ARGUMENTS',
  ],
  ['select countMinSketch() from Word', 'INVALID_STATEMENT'],
  ['select countMinSketchAdd(word) from Word', 'INVALID_STATEMENT'],
  ['select (select countMinSketchAdd(word) from Word#keepall) as x from Ask', 'INVALID_STATEMENT'],
  ["select word.countMinSketchFrequency('a') from Word", 'TYPE_MISMATCH'],
  ['create table T (w countMinSketch()); select T.w.countMinSketchFrequency(5) as f from Ask', 'TYPE_MISMATCH'],
  ['create table T (w countMinSketch()); select T.w.countMinSketchTopk(5) as f from Ask', 'WRONG_ARGUMENTS'],
])('refused: %s', (epl, code) => {
  const run = new EplRun([WORD, ASK]);
  expect(() => run.deploy(epl)).toThrow(expect.objectContaining({ code }));
});
