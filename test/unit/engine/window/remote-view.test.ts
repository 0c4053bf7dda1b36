import { expect, test } from 'vitest';
import { eventKey, timerKey } from '../../../../src/model/cause-key.ts';
import type { CauseKey } from '../../../../src/model/cause-key.ts';
import type { StatementOutput } from '../../../../src/engine/engine.ts';
import { analyzeModule } from '../../../../src/epl/analyze.ts';
import { parseModule } from '../../../../src/epl/parse.ts';
import { EplRun, eventType, randomOf } from '../../../support/epl-run.ts';

const PROPERTIES = { host: 'string', v: 'int' };
const E = eventType('E', PROPERTIES);
const F = eventType('F', PROPERTIES);

/** The statement in one engine; and with the window of E in another, whose updates it reads as a remote view. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['#length(3)', '', 'select irstream count(*) as n, sum(v) as s from @'],
  ['#time(3 sec)', '', 'select irstream host, max(v) as m from @ group by host having count(*) > 1'],
  ['#unique(host)', ' where v > 3', 'select irstream host, v from @'],
  ['#groupwin(host)#time(2 sec)', '', 'select sum(v) as s from @'],
  ['#time_batch(2 sec)', '', 'select irstream v from @'],
  ['#sort(2, v)', '', 'select irstream e.v as a, f.v as b from @ as e, F#length(2) as f where e.host = f.host'],
  ['#time(3 sec)', '', 'select e.v as a, f.v as b from F#keepall as f left outer join @ as e on e.host = f.host'],
];

test('behind a remote view everything is as behind the window itself', () => {
  for (const [window, where, epl] of CASES) {
    const seed = 99;
    const random = randomOf(seed);
    const central = new EplRun([E, F]);
    central.deploy(`@name('s') ${inOneEngine(epl, window, where)}`);

    const residual = new EplRun([eventType('V', PROPERTIES, { kind: 'view' }), F]);
    residual.deploy(`@name('s') ${epl.replace('@', 'V')}`);
    const source = new EplRun([E]);
    const deltas: { key: CauseKey; output: StatementOutput }[] = [];
    const module = analyzeModule(parseModule(`select irstream host, v from E${window}${where}`), source.catalog);
    source.engine.deploy(module, { emit: 'updates', listener: (output) => deltas.push({ key: output.key, output }) });

    const ship = (): void => {
      for (const { key, output } of deltas.splice(0)) {
        residual.process(key, [{ typeName: 'V', updates: output.updates ?? [] }]);
      }
    };
    let t = 0;
    for (let i = 1; i <= 200; i++) {
      t += Math.floor(random() * 3) * 500;
      const values = { host: 'abc'[Math.floor(random() * 3)], v: Math.floor(random() * 6) };
      const type = random() < 0.7 ? 'E' : 'F';
      const send = (run: EplRun): void => {
        run.engine.send(run.engine.makeEvent(type, values, { timestampMs: t, domain: 'd', seq: i }));
      };
      send(central);
      source.engine.advanceTime(t);
      ship();
      residual.engine.advanceTime(t);
      if (type === 'E') send(source);
      else send(residual);
      ship();
      const strip = (run: EplRun): unknown =>
        run
          .take()
          .filter((c) => c.insert.length + c.remove.length > 0)
          .map((c) => [c.key, c.insert, c.remove]);
      expect(strip(residual), `${window} ${epl}, seed ${seed}, event ${i}`).toEqual(strip(central));
    }
  }
});

function inOneEngine(epl: string, window: string, where: string): string {
  const stream = epl.replace('@', `E${window}`);
  return where === '' ? stream : `${stream}${where}`;
}

test('a view fragment ships inserts with ids and removals by id, and nothing twice', () => {
  const source = new EplRun([E]);
  source.deploy("@name('f') select irstream v from E#length(1) where v > 5", 'updates');
  source.send('E', { v: 9 }, 10, 'renci');
  source.send('E', { v: 1 }, 11, 'renci');
  source.send('E', { v: 2 }, 12, 'renci');
  expect(source.take().map((c) => [c.key, c.updates])).toEqual([
    ['10/1/renci/1', [{ insert: [{ id: { domain: 'renci', seq: 1, part: 0 }, values: [9] }], remove: [] }]],
    ['11/1/renci/2', [{ insert: [], remove: [{ id: { domain: 'renci', seq: 1, part: 0 } }] }]],
  ]);
});

test('a stream input delivers all rows of an update together, with their own ids', () => {
  const run = new EplRun([eventType('S', { v: 'int' })]);
  run.deploy("@name('s') select v from S#length_batch(3)");
  const row = (seq: number): { id: { domain: string; seq: number; part: number }; values: number[] } => ({
    id: { domain: 'd', seq, part: seq },
    values: [seq],
  });
  run.process(eventKey(5, 'd', 1), [
    { typeName: 'S', updates: [{ insert: [row(1), row(2), row(3), row(4)], remove: [] }] },
  ]);
  expect(run.take().map((c) => c.insert)).toEqual([[{ v: 1 }, { v: 2 }, { v: 3 }, { v: 4 }]]);
});

test('removals of rows that are not there change nothing', () => {
  const run = new EplRun([eventType('V', { v: 'int' }, { kind: 'view' })]);
  run.deploy("@name('s') select irstream v from V");
  run.process(timerKey(5), [
    { typeName: 'V', updates: [{ insert: [], remove: [{ id: { domain: 'd', seq: 9, part: 0 } }] }] },
  ]);
  expect(run.take()).toEqual([]);
});
