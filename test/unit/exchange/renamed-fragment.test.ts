/** A domain that lost its disk: another fragment id, numbers and row ids that begin anew (DESIGN §6). */
import { expect, test } from 'vitest';
import { FragmentReceiver } from '../../../src/exchange/fragment-receiver.ts';
import { netDeltas } from '../../../src/exchange/net-deltas.ts';
import { timerKey } from '../../../src/model/cause-key.ts';
import { COLUMNS, CountingCounters, delta, insertion, row, rowId } from '../../support/exchange-fixtures.ts';

function renamed() {
  const receiver = new FragmentReceiver(
    { counters: new CountingCounters() },
    { fragmentId: 'old', domain: 'a', kind: 'view', columns: COLUMNS, epoch: 9 },
  );
  receiver.begin({ startMs: 100, lastSeq: 0 });
  const frame = { keyId: '', watermarkMs: 110 };
  receiver.accept({ fragmentId: 'old', epoch: 9, seq: 1, deltas: [insertion(110, 'a', 1)], ...frame }, 0);
  receiver.take();
  receiver.rename('new', 1);
  return receiver;
}

test('the present content comes by a snapshot of a lower epoch; nothing of the old disk stays, though ids repeat', () => {
  const receiver = renamed();
  expect([receiver.fragmentId, receiver.epoch, receiver.needsSnapshot]).toEqual(['new', 1, true]);
  const rows = [row('a', 1, ['h', 7])];
  expect(receiver.applySnapshot({ kind: 'snapshot', epoch: 1, seq: 4, watermarkMs: 200, rows }, 0)).toBe('accepted');
  expect(receiver.take()).toEqual([
    {
      key: timerKey(200),
      gap: true,
      updates: [
        { insert: [], remove: [{ id: rowId('a', 1) }] },
        { insert: rows, remove: [] },
      ],
    },
  ]);
  receiver.accept({ fragmentId: 'new', epoch: 1, seq: 5, keyId: '', watermarkMs: 210, deltas: [] }, 0);
  expect([receiver.takenSeq, receiver.needsSnapshot]).toEqual([4, false]);
});

test('frames of the old id are foreign from then on', () => {
  const receiver = renamed();
  const old = { fragmentId: 'old', epoch: 9, seq: 2, keyId: '', watermarkMs: 120, deltas: [] };
  expect(receiver.accept(old, 0)).toBe('foreign');
});

test('a second snapshot is again a difference by row id', () => {
  const receiver = renamed();
  const snapshot = { kind: 'snapshot', epoch: 1, seq: 4, watermarkMs: 200, rows: [row('a', 1)] } as const;
  receiver.applySnapshot(snapshot, 0);
  receiver.applySnapshot({ ...snapshot, seq: 5, rows: [row('a', 1), row('a', 2)] }, 0);
  expect(receiver.take()[1]?.updates).toEqual([{ insert: [row('a', 2)], remove: [] }]);
});

test('of deltas in which an id leaves and comes again for another row, both are left: the removal first', () => {
  const leaving = delta(timerKey(1), [], [{ id: rowId('a', 1) }]);
  const again = insertion(2, 'a', 1);
  expect(netDeltas(timerKey(3), [leaving, again]).updates).toEqual([
    { insert: [], remove: [{ id: rowId('a', 1) }] },
    { insert: [row('a', 1)], remove: [] },
  ]);
  expect(netDeltas(timerKey(3), [again, leaving]).updates).toEqual([]);
});
