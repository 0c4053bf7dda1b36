import { describe, expect, test } from 'vitest';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { MAX_EPL_DEPTH, MAX_EPL_LENGTH } from '../../../src/epl/lexer.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import { catalogFor, scenarios, textsOf } from './scenarios.ts';
import { analyze, errorOf } from './support.ts';

describe('messages', () => {
  test.each([
    [
      'select host, from Cpu',
      "SYNTAX: unexpected 'from' (a reserved word) after ',' (line 1, column 14); expected an expression",
    ],
    ['select * from', "SYNTAX: unexpected end of the text after 'from' (line 1, column 14); expected a name"],
    ['select * from Cpu#length(3', "SYNTAX: unexpected end of the text after '3' (line 1, column 27); expected ')'"],
    [
      "select * from Cpu where host = 'open",
      "SYNTAX: the string that begins with 'open has no end (line 1, column 32); close it with '",
    ],
    [
      'select\n  ä from Cpu',
      "SYNTAX: unexpected character 'ä' (line 2, column 3); names of other than ASCII letters, digits, _ and $ are written in back-quotes",
    ],
    ['select memutl from Cpu', "UNKNOWN_PROPERTY: unknown property 'memutl' of Cpu (line 1, column 8)"],
    [
      'select c.laod from Cpu as c',
      "UNKNOWN_PROPERTY: unknown property 'laod' of Cpu (line 1, column 10); did you mean 'load'?",
    ],
    ['select * from Cpus', "UNKNOWN_STREAM: unknown stream 'Cpus' (line 1, column 15); did you mean 'Cpu'?"],
    ['select avrg(load) from Cpu', "UNKNOWN_FUNCTION: unknown function 'avrg' (line 1, column 8); did you mean 'avg'?"],
    [
      'select * from Cpu#lenght(3)',
      "UNKNOWN_WINDOW: unknown data window '#lenght' (line 1, column 18); did you mean 'length'?",
    ],
    [
      'select * from Cpu.win:unique(host)',
      "UNKNOWN_WINDOW: unknown data window '.win:unique' (line 1, column 18); write .std:unique or #unique",
    ],
    [
      'select * from Cpu where host > 5',
      "TYPE_MISMATCH: '>' cannot compare host (a string) with 5 (an int) (line 1, column 25); write '5', or cast(host, double)",
    ],
    [
      'select host || cores from Cpu',
      "TYPE_MISMATCH: '||' joins strings, not an int (line 1, column 16); cast it: cast(x, string)",
    ],
    [
      'select host from Cpu#lastevent, Mem#lastevent',
      "AMBIGUOUS_PROPERTY: property 'host' is in more than one stream (line 1, column 8); write Cpu.host or Mem.host",
    ],
    [
      'select avg(load) as a from Cpu#time(20 sec) where a > 70',
      "UNKNOWN_PROPERTY: unknown property 'a' of Cpu (line 1, column 51); a column of the select clause cannot stand in where: repeat its expression, an aggregation in having",
    ],
    [
      'select host from Cpu where sum(load) > 1',
      "AGGREGATE_NOT_ALLOWED: the aggregation 'sum' cannot stand in the where clause (line 1, column 28); use the having clause",
    ],
    [
      'select * from Cpu as c, Mem#lastevent as m',
      "MISSING_WINDOW: the joined stream 'c' has no data window (line 1, column 15); add one, such as #length(1) or #time(20 sec)",
    ],
    ['create schema S (a strng)', "TYPE_MISMATCH: unknown type 'strng' (line 1, column 18); did you mean 'string'?"],
    [
      'create variable int v1 = 1; on Cpu set v2 = cores',
      "UNKNOWN_VARIABLE: unknown variable 'v2' (line 1, column 40); did you mean 'v1'?",
    ],
    [
      'create window W as Cpu',
      "MISSING_WINDOW: the named window 'W' needs data windows, and nothing else, behind its name (line 1, column 1); write create window W#keepall",
    ],
    [
      'create table T (host string primary key, n sum(lng))',
      "TYPE_MISMATCH: unknown type 'lng' (line 1, column 48); did you mean 'long'?",
    ],
    [
      'create window W#keepall as Cpu; on Mem as m update W set lod = 1',
      "UNKNOWN_PROPERTY: 'W' has no column 'lod' (line 1, column 58); did you mean 'load'?",
    ],
    [
      'create window Loads#keepall as Cpu; on Mem delete from Load',
      "UNKNOWN_STREAM: unknown named window or table 'Load' (line 1, column 37); did you mean 'Loads'?",
    ],
    [
      'create table T (host string primary key, n int); on Cpu as c update T set host = c.host',
      "INVALID_STATEMENT: 'host' is a key of the table 'T' and cannot be set (line 1, column 75); delete the row and insert another",
    ],
    [
      'create table T (n max(double)); into table T select max(load) as n from Cpu',
      'MISSING_WINDOW: max needs a data window, as rows must leave (line 1, column 53); declare maxever in the table',
    ],
  ])('%s', (text, message) => {
    const error = errorOf(() => analyze(text));
    expect(`${error.code}: ${error.describe()}`).toBe(message);
  });
});

describe('refused', () => {
  test.each([
    ['select host as h, load as h from Cpu', 'DUPLICATE_NAME'],
    ['select host, host from Cpu', 'DUPLICATE_NAME'],
    ['select x.* from Cpu as c', 'UNKNOWN_STREAM'],
    ['select prev(1, load) from Cpu', 'MISSING_WINDOW'],
    ['select prior(1) from Cpu', 'WRONG_ARGUMENTS'],
    ['select prior(-1, load) from Cpu', 'WRONG_ARGUMENTS'],
    ['select coalesce(load) from Cpu', 'WRONG_ARGUMENTS'],
    ['select sum(host) from Cpu', 'TYPE_MISMATCH'],
    ['select sum(sum(load)) from Cpu', 'AGGREGATE_NOT_ALLOWED'],
    ['select sum(load, filter: load + 1) from Cpu', 'TYPE_MISMATCH'],
    ['select * from Cpu(cores)', 'TYPE_MISMATCH'],
    ['select * from Cpu(sum(load) > 1)', 'AGGREGATE_NOT_ALLOWED'],
    ['select * from Cpu where load and true', 'TYPE_MISMATCH'],
    ['select not load as x from Cpu', 'TYPE_MISMATCH'],
    ['select case when cores then 1 end as x from Cpu', 'TYPE_MISMATCH'],
    ["select case when true then 1 else 'a' end as x from Cpu", 'TYPE_MISMATCH'],
    ['select load & 1 as x from Cpu', 'TYPE_MISMATCH'],
    ['select count(*) as c from Cpu group by count(*)', 'AGGREGATE_NOT_ALLOWED'],
    ['select host from Cpu having sum(load) + 1', 'TYPE_MISMATCH'],
    ['select * from Cpu#time', 'WRONG_ARGUMENTS'],
    ['select * from Cpu#length(3)#groupwin(host)#length(2)', 'INVALID_STATEMENT'],
    ['select * from Cpu#groupwin(host)#groupwin(cores)#length(2)', 'INVALID_STATEMENT'],
    ['select * from Cpu#groupwin(host)', 'INVALID_STATEMENT'],
    ['select * from Cpu#length(2)#merge(host)', 'INVALID_STATEMENT'],
    ['select * from Cpu#groupwin(host)#length(2)#merge(cores)', 'INVALID_STATEMENT'],
    ['select * from Cpu#groupwin(host)#length(2)#time(5)#merge(host)', 'INVALID_STATEMENT'],
    ['select * from Cpu#length_batch(2)#time_batch(5 sec)', 'INVALID_STATEMENT'],
    ['select countMinSketch(cores) as s from Cpu', 'INVALID_STATEMENT'],
    ['select * from Cpu#length(0)', 'WRONG_ARGUMENTS'],
    ["select * from Cpu#length('x')", 'TYPE_MISMATCH'],
    ["select * from Cpu#time_batch(5 sec, 'EAGER')", 'WRONG_ARGUMENTS'],
    ['select * from Cpu#sort(3, nope desc)', 'UNKNOWN_PROPERTY'],
    ['select * from Cpu#lastevent as c unidirectional, Mem#lastevent as m', 'INVALID_STATEMENT'],
    ['select * from Cpu as c unidirectional', 'INVALID_STATEMENT'],
    ['select * from Cpu as c unidirectional, Mem as m unidirectional', 'INVALID_STATEMENT'],
    ['select * from Cpu#keepall as c left outer join Mem#keepall as m on c.host > m.host', 'INVALID_STATEMENT'],
    ['select * from Cpu#keepall as c left outer join Mem#keepall as m', 'INVALID_STATEMENT'],
    ['select (select load from Cpu) as x from Mem', 'MISSING_WINDOW'],
    ['select (select load, cores from Cpu#lastevent) + 1 as x from Mem', 'TYPE_MISMATCH'],
    ['select util in (select host from Cpu#lastevent) as x from Mem', 'TYPE_MISMATCH'],
    ['select * from Mem where util in (select load, cores from Cpu#lastevent)', 'TYPE_MISMATCH'],
    ['insert into X(a, b) select host from Cpu', 'WRONG_ARGUMENTS'],
    ['insert into Mem select host, load as used from Cpu', 'TYPE_MISMATCH'],
    ['insert into Mem select host as hast from Cpu', 'UNKNOWN_PROPERTY'],
    ['insert into X select host from Cpu; insert into X select host, load from Cpu', 'UNKNOWN_PROPERTY'],
    ['insert into X select host, load from Cpu; insert into X select host from Cpu', 'SCHEMA_CONFLICT'],
    ['create schema Cpu (a int)', 'DUPLICATE_NAME'],
    ['create schema S (a int, a long)', 'DUPLICATE_NAME'],
    ["create variable int v = 'a'", 'TYPE_MISMATCH'],
    ['create constant variable int v = 1; on Cpu set v = 2', 'INVALID_STATEMENT'],
    ['create variable int v = 1; create variable int v = 2', 'DUPLICATE_NAME'],
    ['create variable int cores = 1; select cores from Cpu', 'AMBIGUOUS_PROPERTY'],
    ['select host from Cpu limit x', 'UNKNOWN_VARIABLE'],
    ['select host from Cpu output every x events', 'UNKNOWN_VARIABLE'],
    ['select host from Cpu output at (*, *)', 'WRONG_ARGUMENTS'],
    ["@name('a') select * from Cpu; @name('a') select * from Mem", 'DUPLICATE_NAME'],
    ['context C select * from Cpu', 'UNKNOWN_CONTEXT'],
    ['expression f {x => f(x)} select f(c) as y from Cpu as c', 'EPL_TOO_DEEP'],
    ['expression f {(a, b) => a.load} select f(c) as x from Cpu as c', 'WRONG_ARGUMENTS'],
    ['delete from Cpu', 'INVALID_STATEMENT'],
    ['update istream Cpu set laod = 1', 'UNKNOWN_PROPERTY'],
    ["update istream Cpu set load = 'a'", 'TYPE_MISMATCH'],
    ['on Cpu insert into A select host where load insert into B select cores', 'TYPE_MISMATCH'],
    ['select * from Cpu#keepall as c inner join Mem#keepall as m on c.host = c.host', 'INVALID_STATEMENT'],
    [
      'select * from Cpu#keepall as c inner join Mem#keepall as m on c.host = x.host inner join E#keepall as x on x.n = c.cores',
      'UNKNOWN_PROPERTY',
    ],
    ['select * from Cpu#length(cores)', 'UNKNOWN_PROPERTY'],
    ['select instanceof(load, strng) as x from Cpu', 'TYPE_MISMATCH'],
    ['select exists(load + 1) as x from Cpu', 'WRONG_ARGUMENTS'],
    ['select c.host from Cpu#lastevent as c, Mem#lastevent as c', 'AMBIGUOUS_PROPERTY'],
    ['select count(distinct *) as c from Cpu', 'WRONG_ARGUMENTS'],
    ['select host from', 'SYNTAX'],
    ['select 0xFF as a from Cpu', 'SYNTAX'],
    ['select a.5L from Cpu', 'SYNTAX'],
    ['select 1.5L as a from Cpu', 'SYNTAX'],
  ])('%s: %s', (text, code) => {
    const error = errorOf(() => analyze(text));
    expect(`${error.code} (${error.message})`).toContain(code);
    expect(error.position).toBeDefined();
  });
});

describe('limits', () => {
  test('a text that is too long', () => {
    expect(errorOf(() => parseModule(`select * from E /*${'x'.repeat(MAX_EPL_LENGTH)}*/`)).code).toBe('EPL_TOO_LONG');
  });

  test.each([
    ['parentheses', `${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['not', `${'not '.repeat(5000)}ok`],
    ['minus', `${'- '.repeat(5000)}n`],
    ['case', `${'case when true then '.repeat(2000)}1${' end'.repeat(2000)}`],
    ['sums', `n${' + n'.repeat(5000)}`],
    ['methods', `tags${'.reverse()'.repeat(3000)}`],
    ['comparisons', `n${' = n'.repeat(5000)}`],
  ])('%s nested too deeply', (_, expression) => {
    expect(errorOf(() => parseModule(`select ${expression} as x from E`)).code).toBe('EPL_TOO_DEEP');
  });

  test('arguments of declared expressions that double at each level', () => {
    const nested = `${'f('.repeat(30)}c.load${')'.repeat(30)}`;
    const error = errorOf(() => analyze(`expression f {x => x + x} select ${nested} as y from Cpu as c`));
    expect(error.code).toBe('EPL_TOO_DEEP');
  });

  test('comments and strings without an end are found at once', () => {
    expect(errorOf(() => parseModule('/* '.repeat(20_000))).message).toBe('a comment has no end');
    expect(errorOf(() => parseModule(`select '${"\\'".repeat(30_000)} from E`)).message).toContain('has no end');
  });

  test('what is just within the depth is taken', () => {
    const depth = MAX_EPL_DEPTH - 1;
    expect(parseModule(`select ${'('.repeat(depth)}1${')'.repeat(depth)} as x from E`).statements).toHaveLength(1);
  });

  test('and, or and commas may be many', () => {
    expect(parseModule(`select * from E where ${'n = 1 or '.repeat(4000)}n = 2`).statements).toHaveLength(1);
  });
});

describe('golden scenarios', () => {
  /** Kinds of statements that are parsed and not yet analysed. */
  const LATER =
    /^(a pattern|match_recognize|a named window|a table|an index|a context|update istream|this on statement) cannot be evaluated yet$/;

  test('what Esper accepts is accepted, or refused as not supported yet', () => {
    const wrong: string[] = [];
    for (const scenario of scenarios().filter((s) => s.expect.ok)) {
      try {
        analyzeModule(parseModule(scenario.epl), catalogFor(scenario));
      } catch (error) {
        const coded = errorOf(() => {
          throw error;
        });
        if (coded.code !== 'NOT_SUPPORTED' || !LATER.test(coded.message))
          wrong.push(`${scenario.name}: ${coded.describe()}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('what Esper rejects is rejected', () => {
    const rejected = scenarios().filter((s) => !s.expect.ok);
    expect(rejected.length).toBeGreaterThan(60);
    for (const scenario of rejected) {
      const error = errorOf(() => analyzeModule(parseModule(scenario.epl), catalogFor(scenario)));
      expect(error.position, scenario.name).toBeDefined();
    }
  });
});

describe('hostile texts', () => {
  /** A small generator with a printed seed (STYLE 34). */
  function random(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  }

  test('mutated texts give a coded error or a module, never a crash', () => {
    const seed = 20_261_122;
    const next = random(seed);
    const all = scenarios();
    const pieces = all.flatMap((s) => textsOf(s).flatMap((t) => t.split(/(?<=[\s(),.;[\]])/)));
    for (let i = 0; i < 3000; i++) {
      const scenario = all[next(all.length)];
      if (scenario === undefined) continue;
      let text = scenario.epl;
      for (let edits = 1 + next(3); edits > 0; edits--) {
        const from = next(text.length);
        const to = Math.min(text.length, from + next(8));
        text = text.slice(0, from) + (next(2) === 0 ? '' : (pieces[next(pieces.length)] ?? '')) + text.slice(to);
      }
      try {
        analyzeModule(parseModule(text), catalogFor(scenario));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'CodedError') {
          throw new Error(`seed ${seed}, text ${i}: ${text}`, { cause: error });
        }
      }
    }
  });
});
