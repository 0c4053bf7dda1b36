import { describe, expect, it } from 'vitest';
import { JoinedRows } from '../../../src/agent/joined-rows.ts';
import { eventKey, timerKey } from '../../../src/model/cause-key.ts';
import type { Update } from '../../../src/model/delta.ts';
import type { Value } from '../../../src/model/value.ts';

const inserted = (...rows: readonly (readonly Value[])[]): Update => ({
  insert: rows.map((values) => ({ id: null, values })),
  remove: [],
});
const removed = (...rows: readonly (readonly Value[])[]): Update => ({
  insert: [],
  remove: rows.map((values) => ({ values })),
});
const id = (seq: number, part: number) => ({ domain: 'renci', seq, part });

describe('ids of joined rows', () => {
  it('a row has the number of its cause and its place in it', () => {
    const rows = new JoinedRows('renci');
    const first = rows.identify(inserted(['a', 1], ['b', 2]), eventKey(1000, 'renci', 7));
    expect(first.insert.map((r) => r.id)).toEqual([id(7, 0), id(7, 1)]);
    const next = rows.identify(inserted(['c', 3]), eventKey(2000, 'renci', 9));
    expect(next.insert.map((r) => r.id)).toEqual([id(9, 0)]);
  });

  it('what leaves by values leaves by id, the oldest of equal rows first', () => {
    const rows = new JoinedRows('renci');
    rows.identify(inserted(['a'], ['b'], ['a']), eventKey(1000, 'renci', 7));
    expect(rows.identify(removed(['a']), timerKey(2000)).remove).toEqual([{ id: id(7, 0) }]);
    expect(rows.identify(removed(['a'], ['b']), timerKey(3000)).remove).toEqual([{ id: id(7, 2) }, { id: id(7, 1) }]);
    expect(rows.identify(removed(['a']), timerKey(4000)).remove).toEqual([]);
  });

  it('a row that enters and leaves in one cause has its id in both', () => {
    const rows = new JoinedRows('renci');
    const both = { insert: [{ id: null, values: ['a'] }], remove: [{ values: ['a'] }] };
    const { insert, remove } = rows.identify(both, eventKey(1000, 'renci', 1));
    expect(remove).toEqual(insert.map((r) => ({ id: r.id })));
  });

  it('values that JSON writes alike are told apart', () => {
    const rows = new JoinedRows('renci');
    const odd: readonly Value[] = [null, NaN, Infinity, -Infinity, 0, -0, '0', 'NaN'];
    rows.identify(inserted(...odd.map((v) => [v])), eventKey(1000, 'renci', 1));
    for (const [part, v] of odd.entries())
      expect(rows.identify(removed([v]), timerKey(2000)).remove).toEqual([{ id: id(1, part) }]);
  });

  it('is full beyond its bound', () => {
    const rows = new JoinedRows('renci', { maxRows: 2 });
    rows.identify(inserted(['a'], ['b']), eventKey(1000, 'renci', 1));
    expect(rows.full).toBe(false);
    rows.identify(inserted(['c']), eventKey(1000, 'renci', 2));
    expect(rows.full).toBe(true);
    rows.clear();
    expect(rows.full).toBe(false);
  });
});
