import { expect, test } from 'vitest';
import { SortedIndex } from '../../../../src/engine/store/store-index.ts';
import { randomOf } from '../../../support/epl-run.ts';

interface Row {
  readonly value: number | string | null;
  readonly id: number;
}

const ALL = { low: null, lowInclusive: true, high: null, highInclusive: true } as const;

test('ranges answer what a scan answers, through inserts and removes of several chunks', () => {
  const seed = 7;
  const random = randomOf(seed);
  const index = new SortedIndex<Row>((row) => row.value);
  const rows = new Set<Row>();
  for (let i = 0; i < 5000; i++) {
    if (random() < 0.3 && rows.size > 0) {
      const [gone] = [...rows].slice(Math.floor(random() * rows.size));
      if (gone === undefined) continue;
      rows.delete(gone);
      index.remove(gone);
    } else {
      const row = { value: random() < 0.02 ? null : Math.floor(random() * 200), id: i };
      rows.add(row);
      index.add(row);
    }
    if (i % 100 !== 0) continue;
    const low = Math.floor(random() * 200);
    const high = low + Math.floor(random() * 50);
    const bounds = { low, lowInclusive: random() < 0.5, high, highInclusive: random() < 0.5 };
    const wanted = [...rows].filter(({ value }) => {
      if (typeof value !== 'number') return false;
      if (bounds.lowInclusive ? value < low : value <= low) return false;
      return bounds.highInclusive ? value <= high : value < high;
    });
    const found = [...index.range(bounds)];
    expect(new Set(found), `seed ${seed} step ${i}`).toEqual(new Set(wanted));
    expect(found.map((r) => Number(r.value))).toEqual(found.map((r) => Number(r.value)).toSorted((a, b) => a - b));
  }
});

test('null and structures are in no range', () => {
  const index = new SortedIndex<Row>((row) => row.value);
  index.add({ value: null, id: 1 });
  index.add({ value: 'b', id: 2 });
  index.add({ value: 'a', id: 3 });
  expect([...index.range(ALL)].map((r) => r.id)).toEqual([3, 2]);
});
