/** Annotations: Esper's are known in any spelling of capitals, others are refused as Esper refuses them. */
import { expect, it } from 'vitest';
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { LayeredCatalog } from '../../../src/epl/catalog.ts';
import { parseModule } from '../../../src/epl/parse.ts';

const check = (epl: string) => analyzeModule(parseModule(epl), new LayeredCatalog());

it('known ones', () => {
  expect(
    check(
      "@name('a') @Description('d') @Tag(name='k', value='v') @PRIORITY(2) @Hint('x') @public @buseventtype @OnSilence('wait') create schema A(x int)",
    ).statements,
  ).toHaveLength(1);
});

it.each([
  ["@Nmae('a') create schema A(x int)", "did you mean 'Name'?"],
  ['@NoSuchThing(x=1) create schema A(x int)', undefined],
])('%s is refused', (epl, hint) => {
  expect(() => check(epl)).toThrow(expect.objectContaining({ code: 'INVALID_STATEMENT', hint }));
});
