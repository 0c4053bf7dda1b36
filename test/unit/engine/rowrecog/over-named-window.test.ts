/** match_recognize over a named window: what the window lets go leaves its partial matches; later statements begin with the content. */
import { expect, test } from 'vitest';
import { Engine, rowToObject } from '../../../../src/engine/engine.ts';
import { analyzeModule } from '../../../../src/epl/analyze.ts';
import { catalogOf } from '../../../../src/epl/catalog.ts';
import { parseModule } from '../../../../src/epl/parse.ts';
import type { EventType } from '../../../../src/model/event-type.ts';
import { INT } from '../../../../src/model/value.ts';

const type = (name: string): EventType => ({ name, supertypes: [], properties: [{ name: 'v', type: INT }] });

test('rows of the window match; deleted ones do not; a late statement tells nothing of the past', () => {
  const types = [type('A'), type('B')];
  const catalog = catalogOf(types);
  const engine = new Engine({ startMs: 0 });
  for (const each of types) engine.addEventType(each);
  const lines: string[] = [];
  let seq = 0;
  const deploy = (epl: string): void => {
    const module = analyzeModule(parseModule(epl), catalog);
    engine.deploy(module, {
      listener: ({ statement, insert }) => {
        if (statement !== null && insert.length > 0)
          lines.push(`${statement} ${insert.map((r) => Object.values(rowToObject(r)).join('<')).join()}`);
      },
    });
    catalog.addModule(module);
  };
  const send = (name: string, v: number): void => {
    seq += 1;
    engine.advanceTime(seq);
    engine.send(engine.makeEvent(name, { v }, { timestampMs: seq, domain: '', seq }));
  };
  const recognize = `select * from W match_recognize
    (measures a.v as av, b.v as bv pattern (a b) define b as b.v > a.v)`;
  deploy(`create window W#keepall as A; insert into W select * from A; on B delete from W; @name('s') ${recognize}`);
  send('A', 1);
  send('A', 2);
  send('A', 3);
  send('B', 0);
  send('A', 4);
  deploy(`@name('late') ${recognize}`);
  send('A', 5);
  expect(lines.toSorted()).toEqual(['late 4<5', 's 1<2', 's 4<5']);
});
