import { expect, test } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const types = [
  eventType('Base', { host: 'string' }),
  eventType('Mid', { host: 'string', n: 'int' }, { supertypes: ['Base'] }),
  eventType('Leaf', { host: 'string', n: 'int', x: 'int' }, { supertypes: ['Mid'] }),
];

function newest(run: EplRun): unknown {
  return run.take().at(-1)?.insert;
}

test('what one module declares the next one uses: expressions, variables, schemas', () => {
  const run = new EplRun(types);
  run.deploy('create expression twice {x => x.n * 2}; create variable int more = 3; create schema S (v int)');
  run.deploy('create expression moreThanTwice {x => twice(x) + more}');
  run.deploy("insert into S select moreThanTwice(m) as v from Mid as m; @name('s') select v from S");
  run.send('Mid', { host: 'a', n: 2 });
  expect(newest(run)).toEqual([{ v: 7 }]);
  expect(() => run.deploy('create expression twice {x => x.n}')).toThrow("the expression 'twice' exists already");
});

test('instanceof and cast see supertypes of supertypes', () => {
  const run = new EplRun(types);
  run.deploy('select instanceof(b, Base) as i, cast(b, Base).host as h, instanceof(b, Leaf) as l from Base as b');
  run.send('Leaf', { host: 'a', n: 1, x: 2 });
  expect(newest(run)).toEqual([{ i: true, h: 'a', l: true }]);
  run.send('Mid', { host: 'm', n: 1 });
  expect(newest(run)).toEqual([{ i: true, h: 'm', l: false }]);
});

test('null may be inserted into a property of any type', () => {
  const run = new EplRun(types);
  run.deploy(
    "create schema S (v int, t Mid); insert into S select null as v, null as t from Base; @name('s') select * from S",
  );
  run.send('Base', { host: 'a' });
  expect(newest(run)).toEqual([{ v: null, t: null }]);
});

test('a variant stream of any type takes whole events; their properties are known at run time', () => {
  const run = new EplRun([...types, eventType('Cpu', { host: 'string', load: 'double' })]);
  run.deploy('create variable int n = 3; create variant schema V as *');
  run.deploy('insert into V select * from Base; insert into V select * from Cpu');
  run.deploy("@name('s') select v.n as vn, n, load, typeof(v) as t, current_timestamp as c from V(host = 'a') as v");
  run.send('Leaf', { host: 'a', n: 1, x: 2 });
  expect(newest(run)).toEqual([{ vn: 1, n: 3, load: null, t: 'Leaf', c: 0 }]);
  run.send('Cpu', { host: 'a', load: 0.5 });
  expect(newest(run)).toEqual([{ vn: null, n: 3, load: 0.5, t: 'Cpu', c: 0 }]);
  expect(() => run.deploy('insert into V select host from Cpu')).toThrow('takes whole events of its members only');
});
