import { expect, test } from 'vitest';
import { GroupQueries } from '../../../src/agent/group-queries.ts';

test('an answer goes to who asked, and a failure too; neither comes twice', async () => {
  const queries = new GroupQueries();
  const first = queries.add();
  const second = queries.add();
  const answer = { columns: [], rows: [[1]] };
  queries.answer(second.id, () => answer);
  queries.answer(first.id, () => {
    throw new Error('broken');
  });
  let again = false;
  queries.answer(second.id, () => {
    again = true;
    return answer;
  });
  await expect(second.answer).resolves.toBe(answer);
  await expect(first.answer).rejects.toThrow('broken');
  expect(again).toBe(false);
});
