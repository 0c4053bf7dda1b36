/** Contained-event selection: which property of which level each column holds. */
import { expect, it } from 'vitest';
import { EplRun, eventType } from '../../../support/epl-run.ts';

const TYPES = [
  eventType('Job', { id: 'int', host: 'string' }),
  eventType('Batch', { queue: 'string', size: 'int', jobs: 'Job[]' }),
];
const BATCH = {
  queue: 'q',
  size: 2,
  jobs: [
    { id: 1, host: 'a' },
    { id: 2, host: 'b' },
  ],
};

it.each([
  [
    'select queue, * from jobs',
    [
      { queue: 'q', id: 1, host: 'a' },
      { queue: 'q', id: 2, host: 'b' },
    ],
  ],
  [
    'select *, queue from jobs',
    [
      { id: 1, host: 'a', queue: 'q' },
      { id: 2, host: 'b', queue: 'q' },
    ],
  ],
  ['select queue as x, j.*, size from jobs as j where id = 2', [{ x: 'q', id: 2, host: 'b', size: 2 }]],
])('%s', (selection, rows) => {
  const run = new EplRun(TYPES);
  run.deploy(`select * from Batch[${selection}]`);
  run.send('Batch', BATCH);
  expect(run.rows()).toEqual([[rows, []]]);
});
