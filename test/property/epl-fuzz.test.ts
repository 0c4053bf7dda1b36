/**
 * Mutated EPL through parser, analysis, deployment and a few events: every text ends in success or in a coded error, and
 * soon. The texts are those of the golden scenarios, changed by token, by character, and by pieces of one another.
 *
 *   FUZZ_TEXTS=100000 FUZZ_SEED=1 vitest run --config test/vitest.config.ts --project property test/property/epl-fuzz
 */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../sim/world/seeded-random.ts';
import { Engine } from '../../src/engine/engine.ts';
import { analyzeModule } from '../../src/epl/analyze.ts';
import { parseModule } from '../../src/epl/parse.ts';
import { CodedError } from '../../src/model/errors.ts';
import { catalogFor, scenarios, textsOf, type Scenario } from '../unit/epl/scenarios.ts';

const TEXTS = Number(process.env['FUZZ_TEXTS'] ?? 10_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_122);

/** Texts of one test, so that a long run shows how far it is. */
const CHUNK = 1000;

/** Far above what a text takes (1 ms), far below what a stall takes. */
const MAX_TEXT_MS = 2000;

/** Events and clock steps that a deployed text sees. */
const MAX_STEPS = 8;

/** The clock moves by this much at most: a text may ask for a timer each millisecond. */
const MAX_ADVANCE_MS = 60_000;

interface Subject {
  readonly scenario: Scenario;
  readonly text: string;
  readonly tokens: readonly string[];
}

const subjects: readonly Subject[] = scenarios().flatMap((scenario) =>
  textsOf(scenario).map((text) => ({ scenario, text, tokens: text.match(/\w+|\s+|'[^']*'|[^\w\s]/g) ?? [] })),
);
const vocabulary = [
  ...new Set(subjects.flatMap((s) => s.tokens)),
  ...'0|-1|1e308|2147483647|9007199254740993L|null|*|()|[]|{}|::|..|=>|`x`|\u0000|é|%|(select 1 from E)|prev(1, x)'.split(
    '|',
  ),
];

interface Fuzzer {
  readonly random: SeededRandom;
}

function pick<T>({ random }: Fuzzer, items: readonly T[]): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function mutateTokens(fuzzer: Fuzzer, tokens: string[], donor: readonly string[]): void {
  const { random } = fuzzer;
  const at = random.below(tokens.length);
  const length = 1 + random.below(5);
  switch (random.below(6)) {
    case 0:
      tokens.splice(at, 1 + random.below(2));
      return;
    case 1:
      tokens.splice(at, 0, ...tokens.slice(random.below(tokens.length)).slice(0, length));
      return;
    case 2:
      tokens[at] = pick(fuzzer, vocabulary);
      return;
    case 3: {
      const other = random.below(tokens.length);
      [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
      return;
    }
    case 4:
      tokens.splice(at, length, ...donor.slice(random.below(donor.length)).slice(0, length));
      return;
    default: {
      const number = tokens.findIndex((t, i) => i >= at && /^\d+$/.test(t));
      tokens[number === -1 ? at : number] = pick(fuzzer, [
        '0',
        '1',
        '-1',
        '3.5',
        '100000',
        '2147483648',
        'null',
        "'q'",
      ]);
    }
  }
}

function mutate(fuzzer: Fuzzer, subject: Subject): string {
  const { random } = fuzzer;
  const tokens = [...subject.tokens];
  const donor = pick(fuzzer, subjects).tokens;
  for (let edits = 1 + random.below(4); edits > 0; edits--) if (tokens.length > 0) mutateTokens(fuzzer, tokens, donor);
  const text = tokens.join('');
  if (random.below(5) > 0) return text;
  const at = random.below(text.length + 1);
  return text.slice(0, at) + pick(fuzzer, vocabulary).slice(0, 1) + text.slice(at + random.below(3));
}

/** True if the text could be deployed. */
function outcome(text: string, scenario: Scenario): boolean {
  const catalog = catalogFor(scenario);
  const engine = new Engine({ startMs: 0 });
  try {
    for (const type of catalog.ownTypes().values()) engine.addEventType(type);
    engine.deploy(analyzeModule(parseModule(text), catalog), { listener: () => undefined });
  } catch (error) {
    if (error instanceof CodedError && error.code !== 'INTERNAL') return false;
    throw error;
  }
  let seq = 0;
  for (const step of scenario.steps.slice(0, MAX_STEPS)) {
    try {
      const now = Math.min(step.t ?? engine.nowMs, engine.nowMs + MAX_ADVANCE_MS);
      engine.advanceTime(now);
      const meta = { timestampMs: now, domain: step.domain ?? '', seq: ++seq };
      if (step.send !== undefined) engine.send(engine.makeEvent(step.send, step.event ?? {}, meta));
    } catch (error) {
      if (!(error instanceof CodedError) || error.code === 'INTERNAL') throw error;
    }
  }
  return true;
}

const first = Array.from({ length: Math.ceil(TEXTS / CHUNK) }, (_, i) => i);

describe(`mutated texts end in success or a coded error (FUZZ_SEED=${SEED} FUZZ_TEXTS=${TEXTS})`, () => {
  test.each(first)('thousand %i', (chunk) => {
    const fuzzer = { random: new SeededRandom(SEED * 1000 + chunk) };
    const failures: string[] = [];
    let deployed = 0;
    for (let i = 0; i < CHUNK; i++) {
      const subject = pick(fuzzer, subjects);
      const text = mutate(fuzzer, subject);
      const before = performance.now();
      try {
        if (outcome(text, subject.scenario)) deployed++;
      } catch (error) {
        const what =
          error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join('\n  ') : String(error);
        failures.push(`${subject.scenario.name}: ${text}\n  ${what}`);
      }
      const tookMs = performance.now() - before;
      if (tookMs > MAX_TEXT_MS) failures.push(`${subject.scenario.name} took ${tookMs} ms: ${text}`);
    }
    expect(failures.join('\n'), `FUZZ_SEED=${SEED}, thousand ${chunk}`).toBe('');
    // Else the texts would be refused before anything is tried.
    expect(deployed).toBeGreaterThan(CHUNK / 200);
  });
});
