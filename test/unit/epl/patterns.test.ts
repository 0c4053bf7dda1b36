import { describe, expect, test } from 'vitest';
import { analyze, columns, errorOf } from './support.ts';

describe('types of tags', () => {
  test.each([
    ['a.host, b.used from pattern [every a=Cpu -> b=Mem(host = a.host)]', ['a.host: string', 'b.used: long']],
    ['* from pattern [every a=Cpu -> Mem]', ['a: Cpu']],
    ['* from pattern [every [2] a=Cpu -> b=Mem]', ['a: Cpu[]', 'b: Mem']],
    ['a[0].load as l, a.countOf() as n from pattern [a=Cpu until b=Mem]', ['l: double', 'n: int']],
    ['p.a.host as h, m.util from pattern [a=Cpu]#length(1) as p, Mem#length(1) as m', ['h: string', 'm.util: double']],
    ['a.*, b.used from pattern [a=Cpu -> b=Mem]', ['host: string', 'load: double', 'cores: int', 'b.used: long']],
    ['p from pattern [a=Cpu] as p', ['p: pattern@14']],
  ])('select %s', (text, expected) => {
    expect(columns(`select ${text}`)).toEqual(expected);
  });

  test('inside a repeat a tag is one event', () => {
    expect(() => analyze('select * from pattern [every [2] (a=Cpu -> b=Mem(host = a.host))]')).not.toThrow();
  });

  test('a name alone means the arriving event, a name before a dot a tag', () => {
    expect(() => analyze('select * from pattern [every host=Cpu -> b=Mem(host = host.host)]')).not.toThrow();
  });
});

describe('messages', () => {
  test.each([
    [
      'every a=Cpu -> b=Mem(host = c.host)',
      "UNKNOWN_PROPERTY: neither a stream nor a property is named 'c' (line 1, column 52); did you mean 'b'?",
    ],
    [
      'every a=Cpu -> b=Mem(host = a.hots)',
      "UNKNOWN_PROPERTY: unknown property 'hots' of Cpu (line 1, column 54); did you mean 'host'?",
    ],
    [
      'every a=Cpu -> b=Mem(host > a.cores)',
      "TYPE_MISMATCH: '>' cannot compare host (a string) with a.cores (an int) (line 1, column 45); cast it: cast(host, double)",
    ],
    [
      'timer:cron(10 sec)',
      "UNKNOWN_FUNCTION: unknown pattern observer 'timer:cron' (line 1, column 24); there are timer:interval, timer:at, timer:schedule",
    ],
    [
      'every a=Cpu where timer:whitin(5 sec)',
      "UNKNOWN_FUNCTION: unknown pattern guard 'timer:whitin' (line 1, column 30); did you mean 'timer:within'?",
    ],
    ["timer:interval('x')", 'TYPE_MISMATCH: a time period is wanted, not a string (line 1, column 39); write 10 sec'],
    [
      'every timer:at(*,*,*)',
      'WRONG_ARGUMENTS: timer:at takes 5 to 9 fields, not 3 (line 1, column 30); minutes, hours, days of month, months, days of week and, if wanted, seconds',
    ],
    ['a=Cpu while (a.cores + 1)', "TYPE_MISMATCH: 'while' wants true or false, not an int (line 1, column 37)"],
    [
      '[2:4] a=Cpu',
      'INVALID_STATEMENT: a repeat with a range needs until (line 1, column 24); write [2:4] a until b, or [3] a',
    ],
    ['[0] a=Cpu', 'WRONG_ARGUMENTS: the bound of a repeat is a number from 1 (line 1, column 25)'],
    ['[4:2] a=Cpu until b=Mem', 'WRONG_ARGUMENTS: the lower bound 4 is above the upper bound 2 (line 1, column 24)'],
    [
      'every [2] a=Cpu -> b=Mem(host = a.host)',
      "UNKNOWN_PROPERTY: a Cpu[] has no part 'host' (line 1, column 58); it holds several: write [0].host for the first",
    ],
    [
      'a=Cpu -> a=Mem',
      "DUPLICATE_NAME: tag 'a' is an event of Cpu already (line 1, column 33); give this one another name",
    ],
    [
      'every-distinct(10 sec) a=Cpu',
      'WRONG_ARGUMENTS: every-distinct needs a key besides the period (line 1, column 24); write every-distinct(a.host, 10 sec) a=…',
    ],
    [
      'timer:schedule(perod: 5 sec)',
      "WRONG_ARGUMENTS: the parameters of timer:schedule are named (line 1, column 39); did you mean 'period'?",
    ],
    [
      'a=Cpu @foo',
      "SYNTAX: '@foo' cannot stand behind an atom of a pattern (line 1, column 30); there is @consume, or @consume(2)",
    ],
    [
      'every a=Cpu(sum(cores) > 3)',
      "AGGREGATE_NOT_ALLOWED: the aggregation 'sum' cannot stand in the filter of a pattern (line 1, column 36); use the having clause",
    ],
  ])('%s', (pattern, message) => {
    const error = errorOf(() => analyze(`select * from pattern [${pattern}]`));
    expect(`${error.code}: ${error.describe()}`).toBe(message);
  });

  test('an annotation of the pattern, a name that is no tag, a pattern in a subquery', () => {
    const messages = [
      'select * from pattern @Supress [every a=Cpu]',
      'select x.host from pattern [every a=Cpu -> b=Mem]',
      'select (select a.host from pattern [every a=Cpu]) from Mem',
    ].map((text) => {
      const error = errorOf(() => analyze(text));
      return `${error.code}: ${error.message}; ${error.hint ?? ''}`;
    });
    expect(messages).toEqual([
      "INVALID_STATEMENT: unknown annotation '@Supress' of a pattern; there are SuppressOverlappingMatches and DiscardPartialsOnMatch",
      "UNKNOWN_PROPERTY: neither a stream nor a property is named 'x'; did you mean 'a'?",
      'INVALID_STATEMENT: a subquery takes no pattern; ',
    ]);
  });
});
