/**
 * A golden scenario spread over random domains: each of its types is offered by one to three of them, each event comes from
 * one that offers its type, and events move together so that several share an instant. File order stays the order of cause
 * keys (t, then the domain's bytes, then its number), so that one engine that reads the file says what is right.
 */
import type { SeededRandom } from '../../../sim/world/seeded-random.ts';
import type { Scenario, ScenarioStep } from '../../../src/cli/replay/scenario.ts';
import { compareDomains } from '../../../src/model/cause-key.ts';

/** Before and after `client`, the domain of control steps, and apart by their bytes only. */
const DOMAINS = ['Zeta', 'anl', 'es-net', 'esnet', 'renci'] as const;

const MAX_DOMAINS = 3;

/** How often an event moves to the instant of the step before it. */
const TIES = [0, 0.3, 0.7] as const;

/** How often a reference to a type names one of its domains. */
const NAMED = [0, 0.3, 0.8] as const;

/** The clock runs on at the end, so that what events of the last instant armed is seen. */
const TAIL_MS = 10_000;

/** Null: its streams cannot be given to domains (a type has a property `domain`, or is made by the text, or nothing is sent). */
export function goldenCase(golden: Scenario, seed: number, random: SeededRandom): Scenario | null {
  if (golden.domains !== null || !golden.expect.ok) return null;
  const sent = new Set(golden.steps.flatMap((s) => (s.send === undefined ? [] : [s.send])));
  if (sent.size === 0 || [...sent].some((name) => golden.types[name] === undefined)) return null;
  if (Object.values(golden.types).some((properties) => 'domain' in properties)) return null;
  const pool = shuffled(DOMAINS, random).slice(0, 1 + random.below(MAX_DOMAINS));
  const homes = new Map(
    [...sent].map((name) => [name, shuffled(pool, random).slice(0, 1 + random.below(pool.length))]),
  );
  const used = [...new Set([...homes.values()].flat())].sort(compareDomains);
  const domains = Object.fromEntries(
    used.map((d) => [d, [...homes].flatMap(([name, at]) => (at.includes(d) ? [name] : []))]),
  );
  const placed = golden.steps.map((s): ScenarioStep => {
    const at = s.send === undefined ? undefined : homes.get(s.send);
    return at === undefined ? s : { ...s, domain: at[random.below(at.length)] };
  });
  const steps = inKeyOrder(timed(placed, TIES[random.below(TIES.length)] ?? 0, random));
  const epl = naming(golden.epl, homes, NAMED[random.below(NAMED.length)] ?? 0, random);
  return { ...golden, name: `${golden.name}~${seed}`, domains, epl, steps };
}

/** The text with some references to `Cpu` as `anl.Cpu`; by sight, so that one engine may refuse what comes out. */
function naming(
  epl: string,
  homes: ReadonlyMap<string, readonly string[]>,
  chance: number,
  random: SeededRandom,
): string {
  return epl.replaceAll(REFERENCE, (all: string, before: string, name: string) => {
    const at = homes.get(name);
    if (at === undefined || random.next() >= chance) return all;
    return `${before}\`${at[random.below(at.length)] ?? ''}\`.${name}`;
  });
}

/** A type in the from clause, after a comma or `join` in it, or in an atom of a pattern. */
const REFERENCE = /(\bfrom +|\bjoin +|-> *(?:every +)?(?:\w+ *= *)?|\bevery +(?:\w+ *= *)?|\w= *)(\w+)(?=[ (#\])]|$)/g;

/** Each step with its time. What is no event has its instant to itself: it is a cause of `client`, in the order of the file. */
function timed(steps: readonly ScenarioStep[], ties: number, random: SeededRandom): readonly ScenarioStep[] {
  const out: ScenarioStep[] = [];
  let now = 0;
  let before: 'event' | 'control' | 'clock' = 'clock';
  for (const step of steps) {
    const kind = kindOf(step);
    const together = kind === 'event' && before === 'event' && random.next() < ties;
    if (!together) now = Math.max(now, step.t ?? now);
    if ((kind === 'control' && before === 'event') || (kind === 'event' && before === 'control')) {
      if (out.at(-1)?.t === now) now++;
    }
    out.push({ ...step, t: now });
    if (kind !== 'clock') before = kind;
  }
  out.push({ t: now + TAIL_MS });
  return out;
}

function kindOf(step: ScenarioStep): 'event' | 'control' | 'clock' {
  if (step.send !== undefined) return 'event';
  const control = step.deploy ?? step.setvar ?? step.iterate ?? step.query;
  return control === undefined ? 'clock' : 'control';
}

/** Events of one instant by the bytes of their domains; those of one domain stay as they are. */
function inKeyOrder(steps: readonly ScenarioStep[]): readonly ScenarioStep[] {
  const at = (s: ScenarioStep): number => s.t ?? 0;
  const rank = (s: ScenarioStep): number => (s.send === undefined ? 0 : 1);
  return steps
    .map((s) => s)
    .sort((a, b) => {
      if (at(a) !== at(b)) return at(a) - at(b);
      // Steps of `timed` that are no events never share an instant with events, but for those that only move the clock.
      if (rank(a) !== rank(b)) return rank(a) - rank(b);
      return rank(a) === 0 ? 0 : compareDomains(a.domain ?? '', b.domain ?? '');
    });
}

function shuffled<T>(list: readonly T[], random: SeededRandom): readonly T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const [a, b] = [out[i], out[j]];
    if (a === undefined || b === undefined) continue;
    out[i] = b;
    out[j] = a;
  }
  return out;
}
