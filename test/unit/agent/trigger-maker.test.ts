import { describe, expect, it } from 'vitest';
import type { GroupOutput } from '../../../src/agent/group-output.ts';
import type { Query } from '../../../src/agent/query.ts';
import { speaks, TriggerMaker } from '../../../src/agent/trigger-maker.ts';
import { LayeredCatalog } from '../../../src/epl/catalog.ts';
import { eventKey } from '../../../src/model/cause-key.ts';
import type { Plan, PlannedStatement } from '../../../src/model/plan.ts';
import { plan } from '../planner/support.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';
import { HOST } from './support.ts';

const NO_PLAN: Plan = { owner: 'client', clock: 'merged', fragments: [], inputs: [], statements: [], notes: [] };

function query(id: string, startMs = 1_000): Query {
  return {
    id,
    epl: '',
    canonical: '',
    options: { jid: null, subscribers: [], listener: null, onSilence: 'wait', name: null },
    notes: [],
    createdMs: 0,
    state: 'running',
    detail: '',
    startMs,
    plan: NO_PLAN,
    group: null,
    catalog: new LayeredCatalog(),
    readers: [],
    changes: [],
    models: new Map(),
    variables: new Map(),
    triggers: 0,
    lastTriggerMs: null,
  };
}

function output(changes: Partial<GroupOutput> = {}): GroupOutput {
  return {
    statement: 's0',
    key: eventKey(2_000, 'renci', 7),
    timeMs: 2_000,
    columns: [HOST],
    insert: [['h1']],
    remove: [],
    gap: false,
    feeds: false,
    source: null,
    ...changes,
  };
}

const maker = (): TriggerMaker => new TriggerMaker({ clock: new VirtualTime(5_000) }, { owner: 'client' });

describe('triggers', () => {
  it('carry what was put out, when, and when they were made', () => {
    expect(maker().make(query('q'), output())).toMatchObject({
      queryId: 'q',
      owner: 'client',
      statement: 's0',
      eventTimeMs: 2_000,
      createdMs: 5_000,
      insert: [['h1']],
      remove: [],
      gap: false,
      coverage: [],
    });
  });

  it('of one cause and content have one id, whoever makes them and when', () => {
    const later = new TriggerMaker({ clock: new VirtualTime(9_000) }, { owner: 'client' });
    expect(maker().make(query('q'), output()).itemId).toBe(later.make(query('q'), output()).itemId);
  });

  it.each([
    ['query', query('other'), output()],
    ['start', query('q', 1_001), output()],
    ['statement', query('q'), output({ statement: 's1' })],
    ['cause', query('q'), output({ key: eventKey(2_000, 'renci', 8) })],
    ['routed step of the cause', query('q'), output({ key: { ...eventKey(2_000, 'renci', 7), path: [0] } })],
    ['content', query('q'), output({ insert: [['h2']] })],
    ['direction', query('q'), output({ insert: [], remove: [['h1']] })],
  ])('have another id for another %s', (_, q, out) => {
    expect(maker().make(q, out).itemId).not.toBe(maker().make(query('q'), output()).itemId);
  });

  it('that agree in all else are told apart by their ordinal, in the same way at each try', () => {
    const ids = (): readonly string[] => {
      const m = maker();
      return [output(), output({ insert: [['h2']] }), output()].map((o) => m.make(query('q'), o).itemId);
    };
    expect(new Set(ids()).size).toBe(3);
    expect(ids()).toEqual(ids());
  });

  it('ordinals begin anew with each cause, and are counted per query', () => {
    const m = maker();
    const first = m.make(query('q'), output()).itemId;
    m.make(query('other'), output());
    m.make(query('q'), output({ key: eventKey(3_000, 'renci', 8) }));
    m.forget('q');
    expect(m.make(query('q'), output()).itemId).toBe(first);
  });
});

describe('which statements speak', () => {
  const speaking = (epl: string): readonly boolean[] => {
    const p = plan(epl);
    return p.statements.map((s: PlannedStatement) => speaks(p, s));
  };

  it('one that feeds another stream does not, named or not', () => {
    expect(speaking('insert into Hot select host from Mem; select count(*) as n from Hot')).toEqual([false, true]);
    expect(speaking("@name('a') insert into Hot select host from Mem; @name('b') select host from Hot")).toEqual([
      false,
      true,
    ]);
  });

  it('all do where every one feeds: else the query would be mute', () => {
    expect(speaking('insert into A select host from Mem; insert into B select host from A')).toEqual([true, true]);
  });

  it('a text that only mentions insert into feeds nothing', () => {
    expect(speaking("select host from Mem(host = 'insert into x'); select util from Mem")).toEqual([true, true]);
  });

  it('a window, a table or a variable is there for others, unless it has a name', () => {
    const text = (head: string): string =>
      `${head}create window W#keepall as Mem; insert into W select * from Mem; select host from W`;
    expect(speaking(text(''))).toEqual([false, false, true]);
    expect(speaking(text("@name('w') "))).toEqual([true, false, true]);
    expect(speaking('create window W#keepall as Mem; insert into W select * from Mem')).toEqual([true, true]);
  });

  it('a statement that is shipped whole speaks', () => {
    expect(speaking('select host from renci.Mem; insert into A select host from Mem')).toEqual([true, false]);
  });
});
