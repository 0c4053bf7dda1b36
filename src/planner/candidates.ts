/**
 * The ways to plan one module, and the cheapest of them (DESIGN §5).
 *
 * A choice is a place where a rewrite is safe and not always better (`Planning.chooses`). Up to MAX_CHOICES places every
 * combination is planned; beyond that the search begins with everything done, everything left, and each rule left by
 * itself, and goes on from the best of these by turning one place at a time while that helps.
 */
import type { Plan, PlanAlternative, PlannedFragment } from '../model/plan.ts';
import { crossingBytesHz } from './cost/plan-bytes.ts';
import type { Choice } from './draft.ts';
import type { PlanOptions } from './planning.ts';
import { RULE_TITLES, type RuleName } from './rules/rule-names.ts';

/** 2^5 plans at most by brute force: a plan of hundreds of fragments takes a few ms to draft. */
export const MAX_CHOICES = 5;

/** Turns of single places that the search beyond takes at most. */
export const MAX_TURNS = 64;

/** Alternatives that are told; the dearest are left out. */
export const MAX_ALTERNATIVES = 8;

/**
 * A plan that sends events where another sends results of the same statement has to save a third of the bytes: results say
 * less, and what a domain works out itself survives a restart of the owner.
 */
export const HOME_FACTOR = 1.5;

export type Decide = (choice: Choice) => boolean;

export type DraftPlan = (decide: Decide) => { readonly plan: Plan; readonly choices: readonly Choice[] };

interface Candidate {
  readonly plan: Plan;
  readonly choices: readonly Choice[];
  /** Sites at which the rewrite is left out. */
  readonly left: ReadonlySet<string>;
  readonly bytesHz: number;
}

function weightOf({ bytesHz, choices, left }: Candidate): number {
  const sendsEvents = choices.some((c) => c.rule === 'ship-whole' && left.has(c.site));
  return sendsEvents ? bytesHz * HOME_FACTOR : bytesHz;
}

/** The cheapest plan, with the others that were weighed. Of equals the one with more rewrites. */
export function bestPlan(draft: DraftPlan, options: PlanOptions): Plan {
  const search = new Search(draft);
  const first = search.candidate(new Set());
  if (options.choose === 'always' || first.choices.length === 0) return first.plan;
  search.explore(first);
  const [best, ...others] = [...search.found].sort((a, b) => weightOf(a) - weightOf(b) || a.left.size - b.left.size);
  if (best === undefined) return first.plan;
  const alternatives = others.slice(0, MAX_ALTERNATIVES).map((o) => alternativeTo(best, o));
  return { ...best.plan, alternatives };
}

class Search {
  readonly #draft: DraftPlan;
  readonly #seen = new Map<string, Candidate>();

  constructor(draft: DraftPlan) {
    this.#draft = draft;
  }

  /** Each different plan once. */
  get found(): Iterable<Candidate> {
    const byShape = new Map<string, Candidate>();
    for (const c of this.#seen.values()) {
      const shape = JSON.stringify([c.plan.fragments.map(shapeOf), c.plan.statements]);
      const known = byShape.get(shape);
      if (known === undefined || c.left.size < known.left.size) byShape.set(shape, c);
    }
    return byShape.values();
  }

  candidate(left: ReadonlySet<string>): Candidate {
    const key = [...left].sort().join('\n');
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    const { plan, choices } = this.#draft((choice) => !left.has(choice.site));
    const candidate = { plan, choices, left, bytesHz: crossingBytesHz(plan) };
    this.#seen.set(key, candidate);
    return candidate;
  }

  explore(first: Candidate): void {
    if (this.#bruteForce(first)) return;
    const { choices } = first;
    const starts = [first, this.candidate(new Set(choices.map((c) => c.site)))];
    for (const rule of new Set(choices.map((c) => c.rule))) starts.push(this.candidate(sitesOf(choices, rule)));
    let [best] = starts.sort((a, b) => weightOf(a) - weightOf(b));
    let turns = 0;
    for (let helped = true; helped && best !== undefined;) {
      helped = false;
      for (const { site } of best.choices) {
        if (turns++ >= MAX_TURNS) return;
        const turned = this.candidate(toggled(best.left, site));
        if (weightOf(turned) >= weightOf(best)) continue;
        best = turned;
        helped = true;
      }
    }
  }

  /** Leaving one rewrite may open further choices: these are followed too. False when there are too many. */
  #bruteForce(first: Candidate): boolean {
    const waiting = [first];
    const sites = new Set<string>();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const c of next.choices) sites.add(c.site);
      if (sites.size > MAX_CHOICES) return false;
      for (const { site } of next.choices) {
        if (next.left.has(site)) continue;
        const left = toggled(next.left, site);
        if (!this.#seen.has([...left].sort().join('\n'))) waiting.push(this.candidate(left));
      }
    }
    return true;
  }
}

function shapeOf({ domain, kind, epl, placed }: PlannedFragment): unknown {
  return [domain, kind, epl, placed?.fragments.map(shapeOf)];
}

function sitesOf(choices: readonly Choice[], rule: RuleName): ReadonlySet<string> {
  return new Set(choices.filter((c) => c.rule === rule).map((c) => c.site));
}

function toggled(left: ReadonlySet<string>, site: string): ReadonlySet<string> {
  const next = new Set(left);
  if (!next.delete(site)) next.add(site);
  return next;
}

/** What it does otherwise than the best plan. */
function alternativeTo(best: Candidate, other: Candidate): PlanAlternative {
  const done = (c: Candidate): Map<string, string> =>
    new Map(c.choices.filter((x) => !c.left.has(x.site)).map((x) => [x.site, `${RULE_TITLES[x.rule]} (${x.about})`]));
  const here = done(other);
  const there = done(best);
  const without = [...there].filter(([site]) => !here.has(site)).map(([, title]) => `without: ${title}`);
  const also = [...here].filter(([site]) => !there.has(site)).map(([, title]) => `with: ${title}`);
  return { title: [...without, ...also].join('; '), bytesHz: other.bytesHz };
}
