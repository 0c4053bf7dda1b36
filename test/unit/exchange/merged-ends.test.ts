/** MergedInputs: inputs that enter later, end at an instant, and know more of themselves than a watermark says. */
import { expect, test } from 'vitest';
import { MergedInputs, type MergedStep } from '../../../src/exchange/merged-inputs.ts';
import { eventKey, stringifyKey } from '../../../src/model/cause-key.ts';
import { CountingCounters, insertion } from '../../support/exchange-fixtures.ts';

const S = 100;

function make(...domains: readonly string[]) {
  const merged = new MergedInputs({ counters: new CountingCounters() }, S);
  for (const fragmentId of domains)
    merged.add({ fragmentId, domain: fragmentId.replace(/\d/, ''), kind: 'stream', watermarkMs: S });
  const drain = (): string[] => {
    const steps: string[] = [];
    for (let step = merged.next(); step !== null; step = merged.next()) steps.push(describeStep(step));
    return steps;
  };
  return { merged, drain };
}

function describeStep(step: MergedStep): string {
  return step.kind === 'advance' ? `→${step.toMs}` : stringifyKey(step.key);
}

test('an input that enters at an instant holds the clock there and not before; it misses nothing by entering late', () => {
  const { merged, drain } = make('a');
  merged.add({ fragmentId: 'b', domain: 'b', kind: 'stream', watermarkMs: 150, completeFromMs: S });
  merged.offer('a', insertion(140, 'a', 1));
  merged.offer('a', insertion(160, 'a', 2));
  merged.advance('a', 200);
  expect(drain()).toEqual(['→140', '140/1/a/1', '→150']);
  expect(merged.coverage().find((c) => c.domain === 'b')?.completeFromMs).toBe(S);
  merged.advance('b', 170);
  expect(drain()).toEqual(['→160', '160/1/a/2', '→170']);
});

test('an input that ends gives what it has before its end, and nothing of it from there on', () => {
  const { merged, drain } = make('a', 'b');
  merged.offer('a', insertion(140, 'a', 1));
  merged.end('a', 150);
  expect(merged.offer('a', insertion(150, 'a', 2))).toBe(false);
  merged.advance('a', 200);
  expect(merged.has('a')).toBe(true);
  merged.advance('b', 300);
  expect(drain()).toEqual(['→140', '140/1/a/1', '→300']);
  expect([merged.has('a'), merged.coverage().map((c) => c.domain)]).toEqual([false, ['b']]);
});

test('one that has given all already is out at once', () => {
  const { merged, drain } = make('a', 'b');
  merged.advance('a', 150);
  merged.advance('b', 300);
  expect(drain()).toEqual(['→150']);
  merged.end('a', 150);
  expect([merged.has('a'), drain()]).toEqual([false, ['→300']]);
});

test("a bound lets the owner's own causes go before its clock has moved on, and none before its time", () => {
  const { merged, drain } = make('own', 'own2', 'z');
  const { merged: lone, drain: drainLone } = make('own');
  lone.offer('own', insertion(120, 'own', 7));
  lone.advance('own', 120);
  expect(drainLone()).toEqual(['→120', '120/1/own/7']);
  merged.offer('own', insertion(120, 'own', 7));
  for (const fragment of ['own', 'own2']) merged.advance(fragment, 120);
  merged.advance('z', 120);
  expect(drain()).toEqual(['→120']);
  // The bound is the last event that was stamped: all that comes later lies behind it.
  for (const fragment of ['own', 'own2']) merged.bound(fragment, eventKey(120, 'own', 7));
  expect(drain()).toEqual(['120/1/own/7']);
  merged.offer('own', insertion(120, 'own', 8));
  expect(drain(), 'the other fragment may have a part in it').toEqual([]);
  merged.offer('own2', insertion(120, 'own', 8));
  for (const fragment of ['own', 'own2']) merged.bound(fragment, eventKey(120, 'own', 8));
  expect(drain()).toEqual(['120/1/own/8']);
  // A bound that says less than what is known changes nothing.
  merged.bound('own2', eventKey(110, 'own', 1));
  merged.offer('own2', insertion(120, 'own', 9));
  expect(drain()).toEqual([]);
});
