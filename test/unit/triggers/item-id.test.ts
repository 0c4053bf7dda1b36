import { expect, test } from 'vitest';
import { eventKey, timerKey } from '../../../src/model/cause-key.ts';
import { itemIdOf, type ItemIdParts } from '../../../src/triggers/item-id.ts';

const PARTS: ItemIdParts = {
  queryId: 'q',
  startMs: 1,
  statement: 's',
  key: eventKey(5, 'renci', 7),
  content: { insert: [['a', 1]], remove: [] },
  ordinal: 0,
};

test('equal parts give equal ids, whatever the order of members', () => {
  const a = { ...PARTS, content: { insert: [[{ x: 1, y: 2 }]], remove: [] } };
  const b = { ...PARTS, content: { insert: [[{ y: 2, x: 1 }]], remove: [] } };
  expect(itemIdOf(a)).toBe(itemIdOf(b));
  expect(itemIdOf(a)).toMatch(/^[\w-]{43}$/);
});

test('each part tells ids apart', () => {
  const others: readonly Partial<ItemIdParts>[] = [
    {},
    { queryId: 'r' },
    { startMs: 2 },
    { statement: 't' },
    { key: eventKey(5, 'renci', 8) },
    { key: timerKey(5) },
    { key: { ...PARTS.key, path: [0] } },
    { content: { insert: [], remove: [['a', 1]] } },
    { content: { insert: [['a', '1']], remove: [] } },
    { content: { insert: [['a', NaN]], remove: [] } },
    { content: { insert: [['a', 'NaN']], remove: [] } },
    { content: { insert: [['a', null]], remove: [] } },
    { content: { insert: [['a', 0]], remove: [] } },
    { content: { insert: [['a', -0]], remove: [] } },
    { ordinal: 1 },
  ];
  expect(new Set(others.map((o) => itemIdOf({ ...PARTS, ...o }))).size).toBe(others.length);
});
