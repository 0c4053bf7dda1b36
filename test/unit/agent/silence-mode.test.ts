/** `@OnSilence` in the text, the option beside it, and what contradicts. */
import { describe, expect, it, test } from 'vitest';
import { GapHold } from '../../../src/agent/gap-hold.ts';
import { silenceModeOf } from '../../../src/agent/silence-mode.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import { codeOf } from './support.ts';

const modeOf = (text: string, asked: 'wait' | 'continue' | 'hold' | null = null) =>
  silenceModeOf(parseModule(text), asked);

describe('the mode of a query', () => {
  test.each([
    ['select * from A', null, 'continue'],
    ['select * from A', 'wait', 'wait'],
    ["@OnSilence('hold') select * from A", null, 'hold'],
    ["@onsilence('wait') @Name('x') select * from A; select * from B", null, 'wait'],
    ["@OnSilence('wait') select * from A; @OnSilence('wait') select * from B", 'wait', 'wait'],
  ] as const)('%s with %s: %s', (text, asked, mode) => {
    expect(modeOf(text, asked)).toBe(mode);
  });

  it('two modes are a mistake, with the place', () => {
    const other = "@OnSilence('wait') select * from A; @OnSilence('hold') select * from B";
    for (const work of [() => modeOf(other), () => modeOf("@OnSilence('wait') select * from A", 'continue')])
      expect(codeOf(work)).toBe('INVALID_OPTION');
    expect(() => modeOf(other)).toThrowError(
      expect.objectContaining({ position: expect.objectContaining({ line: 1 }) }),
    );
  });

  it('an unknown mode is a mistake, with the nearest', () => {
    expect(() => modeOf("@OnSilence('hodl') select * from A")).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', hint: "did you mean 'hold'?" }),
    );
    expect(codeOf(() => modeOf('@OnSilence select * from A'))).toBe('INVALID_OPTION');
    expect(codeOf(() => modeOf('@OnSilence(3) select * from A'))).toBe('INVALID_OPTION');
  });
});

describe('the state that a gap leaves', () => {
  const make = (removes: boolean) => {
    let rows: readonly (readonly number[])[] = [[1], [2]];
    const hold = new GapHold();
    hold.add({ statement: 's', columns: [], removes, feeds: false, content: () => rows });
    return { hold, set: (next: readonly (readonly number[])[]) => (rows = next) };
  };

  it('the same rows in another order are the same state', () => {
    const { hold, set } = make(true);
    hold.begin();
    set([[2], [1]]);
    expect([hold.holding, hold.end(), hold.holding]).toEqual([true, [], false]);
  });

  it('another state is told whole, with what was before for irstream', () => {
    for (const removes of [true, false]) {
      const { hold, set } = make(removes);
      hold.begin();
      set([[2], [2]]);
      hold.begin();
      const before = removes ? [[1], [2]] : [];
      expect(hold.end()).toMatchObject([{ insert: [[2], [2]], remove: before }]);
    }
  });
});
