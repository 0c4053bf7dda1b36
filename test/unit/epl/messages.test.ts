/** Typical mistakes: each message says the code, what is wrong with which text, where, and what would be right. */
import { describe, expect, test } from 'vitest';
import { analyze, errorOf } from './support.ts';

describe('messages of typical mistakes', () => {
  test.each([
    ['select lod from Cpu', "UNKNOWN_PROPERTY: unknown property 'lod' of Cpu (line 1, column 8); did you mean 'load'?"],
    ['select memutl from Mem', "UNKNOWN_PROPERTY: unknown property 'memutl' of Mem (line 1, column 8)"],
    ['select * from Cpuu', "UNKNOWN_STREAM: unknown stream 'Cpuu' (line 1, column 15); did you mean 'Cpu'?"],
    ['select * from renci.Cpu', "UNKNOWN_STREAM: unknown stream 'renci.Cpu' (line 1, column 15)"],
    ['select averge(load) from Cpu', "UNKNOWN_FUNCTION: unknown function 'averge' (line 1, column 8)"],
    [
      'select * from Cpu#lenght(3)',
      "UNKNOWN_WINDOW: unknown data window '#lenght' (line 1, column 18); did you mean 'length'?",
    ],
    ['select * from Cpu#time_window(3 sec)', "UNKNOWN_WINDOW: unknown data window '#time_window' (line 1, column 18)"],
    ['slect * from Cpu', "SYNTAX: unexpected 'slect' (line 1, column 1); did you mean 'select'?"],
    ['select * form Cpu', "SYNTAX: unexpected 'form' after '*' (line 1, column 10); did you mean 'from'?"],
    [
      'select * from Cpu wher load > 3',
      "SYNTAX: unexpected 'load' after 'wher' (line 1, column 24); did you mean 'where'?",
    ],
    [
      'select * from Cpu where load > 3 gruop by host',
      "SYNTAX: unexpected 'gruop' after '3' (line 1, column 34); did you mean 'group'?",
    ],
    [
      'select host, sum(load) from Cpu grup by host',
      "SYNTAX: unexpected 'by' (a reserved word) after 'grup' (line 1, column 38); did you mean 'group'?",
    ],
    ['select * from Cpu(load > 3', "SYNTAX: unexpected end of the text after '3' (line 1, column 27); expected ')'"],
    [
      'select (load + 3 from Cpu',
      "SYNTAX: unexpected 'from' (a reserved word) after '3' (line 1, column 18); expected ')'",
    ],
    [
      'select * from Cpu#time(20 sec',
      "SYNTAX: unexpected end of the text after 'sec' (line 1, column 30); expected ')'",
    ],
    [
      'select * from Cpu where (load > 3',
      "SYNTAX: unexpected end of the text after '3' (line 1, column 34); expected ')'",
    ],
    [
      'select count( from Cpu',
      "SYNTAX: unexpected 'from' (a reserved word) after '(' (line 1, column 15); expected ')'",
    ],
    ['select sum() from Cpu', 'WRONG_ARGUMENTS: sum does not take 0 argument(s) (line 1, column 8); it takes 1'],
    [
      'select sum(load, load, load) from Cpu',
      'TYPE_MISMATCH: the filter of an aggregation is true or false, not a double (line 1, column 24)',
    ],
    ['select avg(host) from Cpu', 'TYPE_MISMATCH: avg wants numbers, not a string (line 1, column 12)'],
    ['select max(host, load) from Cpu', 'TYPE_MISMATCH: max compares numbers, not a string (line 1, column 12)'],
    [
      "select * from Cpu#length('3')",
      "TYPE_MISMATCH: the data window 'length' wants a whole number, not a string (line 1, column 26)",
    ],
    [
      'select * from Cpu#length(3, 4)',
      "WRONG_ARGUMENTS: the data window 'length' does not take 2 parameter(s) (line 1, column 18); it takes (count)",
    ],
    [
      'select * from Cpu#length()',
      "WRONG_ARGUMENTS: the data window 'length' does not take 0 parameter(s) (line 1, column 18); it takes (count)",
    ],
    [
      'select * from Cpu#time(20 secs)',
      "SYNTAX: unexpected 'secs' after '20' (line 1, column 27); did you mean 'sec'?",
    ],
    ['select * from Cpu#time(20 foo)', "SYNTAX: unexpected 'foo' after '20' (line 1, column 27); expected ')'"],
    ['select * from Cpu#time(host)', "UNKNOWN_PROPERTY: unknown property 'host' (line 1, column 24)"],
    ['select * from Cpu#time(-5 sec)', 'TYPE_MISMATCH: a number is wanted, not a time period (line 1, column 25)'],
    [
      'select * from Cpu#length(-1)',
      "WRONG_ARGUMENTS: the data window 'length' wants a number above 0 (line 1, column 26)",
    ],
    [
      'select * from Cpu, Mem',
      "MISSING_WINDOW: the joined stream 'Cpu' has no data window (line 1, column 15); add one, such as #length(1) or #time(20 sec)",
    ],
    [
      'select * from Cpu#lastevent as c, Mem as m where c.host = m.host',
      "MISSING_WINDOW: the joined stream 'm' has no data window (line 1, column 35); add one, such as #length(1) or #time(20 sec)",
    ],
    [
      'select avg(load) as a from Cpu where a > 70',
      "UNKNOWN_PROPERTY: unknown property 'a' of Cpu (line 1, column 38); a column of the select clause cannot stand in where: repeat its expression, an aggregation in having",
    ],
    [
      'select load as l from Cpu where l > 3',
      "UNKNOWN_PROPERTY: unknown property 'l' of Cpu (line 1, column 33); a column of the select clause cannot stand in where: repeat its expression, an aggregation in having",
    ],
    [
      'select load as l from Cpu having l > 3',
      "UNKNOWN_PROPERTY: unknown property 'l' of Cpu (line 1, column 34); a column of the select clause cannot stand in having: repeat its expression",
    ],
    [
      'select host from Cpu where avg(load) > 70',
      "AGGREGATE_NOT_ALLOWED: the aggregation 'avg' cannot stand in the where clause (line 1, column 28); use the having clause",
    ],
    [
      'select host from Cpu group by avg(load)',
      "AGGREGATE_NOT_ALLOWED: the aggregation 'avg' cannot stand in the group by clause (line 1, column 31)",
    ],
    [
      'select x.load from Cpu as c',
      "UNKNOWN_PROPERTY: neither a stream nor a property is named 'x' (line 1, column 8); did you mean 'c'?",
    ],
    [
      'select c.load from Cpu',
      "UNKNOWN_PROPERTY: neither a stream nor a property is named 'c' (line 1, column 8); the stream is named Cpu",
    ],
    [
      'select host from Cpu#lastevent as a, Mem#lastevent as b',
      "AMBIGUOUS_PROPERTY: property 'host' is in more than one stream (line 1, column 8); write a.host or b.host",
    ],
    [
      'select host as x, load as x from Cpu',
      "DUPLICATE_NAME: column 'x' occurs twice in the select clause (line 1, column 19); give one another name with as",
    ],
    [
      'select host, host from Cpu',
      "DUPLICATE_NAME: column 'host' occurs twice in the select clause (line 1, column 14); give one another name with as",
    ],
    [
      'select * from Cpu output every 3 secnds',
      "SYNTAX: unexpected 'secnds' after '3' (line 1, column 34); did you mean 'seconds'?",
    ],
    [
      'select * from Cpu output evry 3 seconds',
      "SYNTAX: unexpected 'evry' after 'output' (line 1, column 26); did you mean 'every'?",
    ],
    ['select * from Cpu output every seconds', "UNKNOWN_PROPERTY: unknown property 'seconds' (line 1, column 32)"],
    [
      'select * from Cpu where host = 5',
      "TYPE_MISMATCH: '=' cannot compare host (a string) with 5 (an int) (line 1, column 25); write '5', or cast(host, double)",
    ],
    [
      "select * from Cpu where load = 'high'",
      'TYPE_MISMATCH: \'=\' cannot compare load (a double) with "high" (a string) (line 1, column 25); write a number',
    ],
    ['select * from Cpu where load', "TYPE_MISMATCH: 'where' wants true or false, not a double (line 1, column 25)"],
    [
      'select * from Cpu where host and load > 3',
      "TYPE_MISMATCH: 'and' wants true or false, not a string (line 1, column 25)",
    ],
    [
      'select * from Cpu where load > 3 and',
      "SYNTAX: unexpected end of the text after 'and' (line 1, column 37); expected an expression",
    ],
    [
      'select * from Cpu where load >> 3',
      "SYNTAX: unexpected '>' after '>' (line 1, column 31); expected an expression",
    ],
    ['select * from Cpu where load == 3', "SYNTAX: unexpected '=' after '=' (line 1, column 31); write = to compare"],
    [
      'select * from Cpu where load => 3',
      "SYNTAX: unexpected '=>' after 'load' (line 1, column 30); write >= to compare",
    ],
    [
      'select * from Cpu where load > 3 && cores > 2',
      "SYNTAX: unexpected '&' after '&' (line 1, column 35); write and",
    ],
    [
      'select * from Cpu where host = "a',
      'SYNTAX: the string that begins with "a has no end (line 1, column 32); close it with "',
    ],
    ['select * from Cpu where not host', "TYPE_MISMATCH: 'not' wants true or false, not a string (line 1, column 29)"],
    ['select host + 1 from Cpu', 'TYPE_MISMATCH: a number is wanted, not a string (line 1, column 8)'],
    [
      'select load + from Cpu',
      "SYNTAX: unexpected 'from' (a reserved word) after '+' (line 1, column 15); expected an expression",
    ],
    [
      'select host, from Cpu',
      "SYNTAX: unexpected 'from' (a reserved word) after ',' (line 1, column 14); expected an expression",
    ],
    [
      'select from Cpu',
      "SYNTAX: unexpected 'from' (a reserved word) after 'select' (line 1, column 8); expected an expression",
    ],
    ['select *', 'INVALID_STATEMENT: the from clause is missing (line 1, column 1); write from and a stream'],
    ['select * from', "SYNTAX: unexpected end of the text after 'from' (line 1, column 14); expected a name"],
    ['select * from Cpu order by nope', "UNKNOWN_PROPERTY: unknown property 'nope' of Cpu (line 1, column 28)"],
    [
      'select * from Cpu limit -',
      "SYNTAX: unexpected end of the text after '-' (line 1, column 26); expected a number",
    ],
    [
      "select host from Cpu limit 'a'",
      "SYNTAX: unexpected ''a'' after 'limit' (line 1, column 28); expected one of '-' a number a name",
    ],
    [
      'insert into X select host from Cpu; select hots from X',
      "UNKNOWN_PROPERTY: unknown property 'hots' of X (line 1, column 44); did you mean 'host'?",
    ],
    [
      'insert into Mem select host, load as utl from Cpu',
      "UNKNOWN_PROPERTY: 'Mem' has no property 'utl' (line 1, column 30); did you mean 'util'?",
    ],
    [
      'insert into Mem(host, util) select host from Cpu',
      'WRONG_ARGUMENTS: 2 columns are listed and 1 selected (line 1, column 1)',
    ],
    ['create schema S (a integr)', "TYPE_MISMATCH: unknown type 'integr' (line 1, column 18); did you mean 'integer'?"],
    ['create variable itn v = 3', "TYPE_MISMATCH: unknown type 'itn' (line 1, column 1); did you mean 'int'?"],
    ["create variable int v = 'x'", 'TYPE_MISMATCH: cannot put a string into an int (line 1, column 25)'],
    ['on Cpu set nov = 3', "UNKNOWN_VARIABLE: unknown variable 'nov' (line 1, column 12)"],
    ['select cast(load, itn) from Cpu', "TYPE_MISMATCH: unknown type 'itn' (line 1, column 19); did you mean 'int'?"],
    [
      'select prev(load) from Cpu',
      'MISSING_WINDOW: prev looks into a data window, and the stream has none (line 1, column 8); add one, such as #length(10)',
    ],
    [
      "select prev('a', load) from Cpu#length(3)",
      'TYPE_MISMATCH: prev counts by a whole number, not a string (line 1, column 13)',
    ],
    [
      'select nics.wheer(n => n.mbps > 3) from E',
      "UNKNOWN_FUNCTION: unknown method 'wheer' (line 1, column 13); did you mean 'where'?",
    ],
    [
      'select nics.where(n => n.mbs > 3) from E',
      "UNKNOWN_PROPERTY: unknown property 'mbs' of Nic (line 1, column 26); did you mean 'mbps'?",
    ],
    [
      'select nics.where(n.mbps > 3) from E',
      "WRONG_ARGUMENTS: 'where' wants a lambda expression (line 1, column 19); write where(x => …)",
    ],
    [
      'select big.pluss(3 sec) from E',
      "UNKNOWN_FUNCTION: unknown method 'pluss' (line 1, column 12); did you mean 'plus'?",
    ],
    [
      "select big.get('moth') from E",
      'WRONG_ARGUMENTS: the name of a calendar field is wanted (line 1, column 16); msec, sec, min, hour, day, week, month, year',
    ],
    [
      'select geo.ctiy from E',
      "UNKNOWN_PROPERTY: unknown property 'ctiy' of Geo (line 1, column 12); did you mean 'city'?",
    ],
    ['select tags.foo from E', "UNKNOWN_PROPERTY: a string[] has no part 'foo' (line 1, column 13)"],
    ['select n.x from E', "UNKNOWN_PROPERTY: an int has no part 'x' (line 1, column 10)"],
    ['select geo[0] from E', 'UNKNOWN_PROPERTY: an event of Geo has no indexes (line 1, column 11)'],
    [
      'select coalesce(host) from Cpu',
      'WRONG_ARGUMENTS: coalesce does not take 1 argument(s) (line 1, column 8); it takes 2 to 256',
    ],
    [
      'select case when load > 3 then 1 from Cpu',
      "SYNTAX: unexpected 'from' (a reserved word) after '1' (line 1, column 34); expected 'end'",
    ],
    [
      "select case when load > 3 then 'a' else 1 end from Cpu",
      'TYPE_MISMATCH: the branches of case mix a string with an int (line 1, column 41)',
    ],
    ['select host in () from Cpu', "SYNTAX: unexpected ')' after '(' (line 1, column 17); expected an expression"],
    [
      'select load between 3 from Cpu',
      "SYNTAX: unexpected 'from' (a reserved word) after '3' (line 1, column 23); expected 'and'",
    ],
    ['select host like 5 from Cpu', "TYPE_MISMATCH: 'like' wants a string, not an int (line 1, column 18)"],
    ['select load like 5 from Cpu', "TYPE_MISMATCH: 'like' wants a string, not an int (line 1, column 18)"],
    [
      'select (select util from Mem) from Cpu',
      'MISSING_WINDOW: the stream of a subquery needs a data window (line 1, column 26); add one, such as #lastevent',
    ],
    [
      'select (select util, used from Mem#lastevent) > 3 from Cpu',
      "TYPE_MISMATCH: '>' cannot compare (select util @8) (a map) with 3 (an int) (line 1, column 8)",
    ],
    [
      'select * from Cpu as c left outer join Mem#lastevent as m',
      'INVALID_STATEMENT: an outer join needs an on clause (line 1, column 24); write on a.x = b.y',
    ],
    [
      'select * from Cpu#lastevent as c left outer join Mem#lastevent as m on c.host > m.host',
      'INVALID_STATEMENT: on takes equalities of properties joined by and (line 1, column 72); put other conditions into where',
    ],
    [
      'select * from Cpu#lastevent as c left outer join Mem#lastevent as m on c.hots = m.host',
      "UNKNOWN_PROPERTY: unknown property 'hots' of Cpu (line 1, column 74); did you mean 'host'?",
    ],
    [
      'select * from Cpu#keepall#keepall(3)',
      "WRONG_ARGUMENTS: the data window 'keepall' does not take 1 parameter(s) (line 1, column 26); it takes ()",
    ],
    [
      'select * from Cpu#sort(load)',
      "WRONG_ARGUMENTS: the data window 'sort' does not take 1 parameter(s) (line 1, column 18); it takes (count, key)",
    ],
    [
      'select * from Cpu#unique()',
      "WRONG_ARGUMENTS: the data window 'unique' does not take 0 parameter(s) (line 1, column 18); it takes (value)",
    ],
    [
      'select * from Cpu#expr(load)',
      "TYPE_MISMATCH: the data window 'expr' wants true or false, not a double (line 1, column 24)",
    ],
    [
      'select * from Cpu output at (1,2,3)',
      'WRONG_ARGUMENTS: a crontab takes 5 to 9 fields, not 3 (line 1, column 30); minutes, hours, days of month, months, days of week, seconds, time zone, milliseconds, microseconds',
    ],
    ['select * from Cpu output when load > 3', "UNKNOWN_PROPERTY: unknown property 'load' (line 1, column 31)"],
    [
      'select grouping(host) from Cpu group by load',
      'WRONG_ARGUMENTS: grouping wants expressions of the group by clause (line 1, column 17)',
    ],
    [
      'select window(load, 3) from Cpu',
      'WRONG_ARGUMENTS: window does not take 2 argument(s) (line 1, column 8); it takes 1',
    ],
    [
      "select first(load, 'a') from Cpu",
      'TYPE_MISMATCH: the index of first is a whole number, not a string (line 1, column 20)',
    ],
    ['select nth(load) from Cpu', 'WRONG_ARGUMENTS: nth does not take 1 argument(s) (line 1, column 8); it takes 2'],
    [
      'select count(distinct) from Cpu',
      'WRONG_ARGUMENTS: count does not take 0 argument(s) (line 1, column 8); it takes 1',
    ],
    [
      'select distinct from Cpu',
      "SYNTAX: unexpected 'from' (a reserved word) after 'distinct' (line 1, column 17); expected an expression",
    ],
    [
      'select * from Cpu;; select * from Memm',
      "UNKNOWN_STREAM: unknown stream 'Memm' (line 1, column 35); did you mean 'Mem'?",
    ],
    [
      'select * from Cpu where host is nul',
      "UNKNOWN_PROPERTY: unknown property 'nul' of Cpu (line 1, column 33); did you mean 'null'?",
    ],
    [
      'select * from Cpu where exists (select * from Mem where host = c.host)',
      "UNKNOWN_PROPERTY: neither a stream nor a property is named 'c' (line 1, column 64); the stream is named Mem",
    ],
    [
      'select * from Cpu where current_timestmp > 3',
      "UNKNOWN_PROPERTY: unknown property 'current_timestmp' of Cpu (line 1, column 25); did you mean 'current_timestamp'?",
    ],
    [
      "update istream Cpu set load = 3 wher host = 'a'",
      "SYNTAX: unexpected 'wher' after '3' (line 1, column 33); did you mean 'where'?",
    ],
    [
      'select sum(avg(load)) from Cpu',
      "AGGREGATE_NOT_ALLOWED: the aggregation 'avg' cannot stand inside an aggregation (line 1, column 12)",
    ],
    [
      'select unique(host) from Cpu',
      "UNKNOWN_FUNCTION: unknown function 'unique' (line 1, column 8); write #unique(x) behind the stream",
    ],
    [
      'select Load from Cpu',
      "UNKNOWN_PROPERTY: unknown property 'Load' of Cpu (line 1, column 8); did you mean 'load'?",
    ],
    ['select * from cpu', "UNKNOWN_STREAM: unknown stream 'cpu' (line 1, column 15); did you mean 'Cpu'?"],
    ['select AVG(load) from CPU', "UNKNOWN_STREAM: unknown stream 'CPU' (line 1, column 23); did you mean 'Cpu'?"],
    [
      "SELECT * FROM Cpu WHERE HOST = 'a'",
      "UNKNOWN_PROPERTY: unknown property 'HOST' of Cpu (line 1, column 25); did you mean 'host'?",
    ],
    ['select top 3 * from Cpu', "SYNTAX: unexpected '3' after 'top' (line 1, column 12); write limit 3 at the end"],
    [
      'select * from Cpu c join Mem m using (host)',
      "SYNTAX: unexpected 'using' after 'm' (line 1, column 32); expected the end of the statement or another clause",
    ],
    [
      'select host from Cpu where load > 70 having avg(load)',
      "TYPE_MISMATCH: 'having' wants true or false, not a double (line 1, column 45)",
    ],
    ['select host from Cpu group host', "SYNTAX: unexpected 'host' after 'group' (line 1, column 28); expected 'by'"],
    [
      'select count(*) from Cpu every 5 seconds',
      "SYNTAX: unexpected 'every' (a reserved word) after 'Cpu' (line 1, column 26); write output every …",
    ],
    [
      'select * from Cpu#time(5 sec)#',
      "SYNTAX: unexpected end of the text after '#' (line 1, column 31); expected a name",
    ],
    [
      'select * from Cpu.win:lengthh(3)',
      "UNKNOWN_WINDOW: unknown data window '.win:lengthh' (line 1, column 18); did you mean 'length'?",
    ],
    [
      'select * from Cpu.std:length(3)',
      "UNKNOWN_WINDOW: unknown data window '.std:length' (line 1, column 18); write .win:length or #length",
    ],
    [
      'select * from Cpu as select',
      "SYNTAX: unexpected 'select' (a reserved word) after 'as' (line 1, column 22); expected a name",
    ],
    [
      "select 'a from Cpu",
      "SYNTAX: the string that begins with 'a from Cpu has no end (line 1, column 8); close it with '",
    ],
    [
      'select load from Cpu where load > 1,5',
      "SYNTAX: unexpected ',' after '1' (line 1, column 36); a decimal point is wanted: 1.5",
    ],
    [
      'select load from Cpu where load > 1e',
      "SYNTAX: unexpected 'e' after '1' (line 1, column 36); expected the end of the statement or another clause",
    ],
    [
      'select load from Cpu where load in 3',
      "SYNTAX: unexpected '3' after 'in' (line 1, column 36); expected one of '[' '('",
    ],
    [
      'select load from Cpu where load in (3',
      "SYNTAX: unexpected end of the text after '3' (line 1, column 38); expected one of ']' ')'",
    ],
    [
      'drop stream Cpu',
      "SYNTAX: unexpected 'drop' (line 1, column 1); expected the end of the statement or another clause",
    ],
  ])('%s', (text, message) => {
    const error = errorOf(() => analyze(text));
    expect(`${error.code}: ${error.describe()}`).toBe(message);
    expect(error.position?.offset).toBeLessThanOrEqual(text.length);
  });
});
