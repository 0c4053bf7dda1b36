/**
 * A reference for patterns that keeps all history: the signals of an operator, from a point of the trace on, are computed
 * from the whole trace, each operand by itself and as often as it is started. No indexes, no timers, no state between
 * events. Follows Esper reference §7.5 and conformance/NOTES-patterns.md.
 */

export interface NaiveEvent {
  readonly t: number;
  /** Numbers the event. */
  readonly n: number;
  readonly host: string | null;
  readonly k: number;
  readonly v: number;
}

export type Link =
  | { readonly kind: 'host'; readonly tag: string; readonly is: boolean }
  | { readonly kind: 'above' | 'below' | 'near'; readonly tag: string };

export type NaivePattern =
  | { readonly kind: 'atom'; readonly tag: string; readonly k: number; readonly links: readonly Link[] }
  | { readonly kind: 'every'; readonly of: NaivePattern }
  | { readonly kind: 'distinct'; readonly tag: string; readonly ms: number | null; readonly of: NaivePattern }
  | {
      readonly kind: 'then';
      readonly of: readonly NaivePattern[];
      /** `-[n]>` before operand i; null for `->`. */
      readonly max: readonly (number | null)[];
    }
  | { readonly kind: 'and' | 'or'; readonly of: readonly NaivePattern[] }
  | { readonly kind: 'not'; readonly of: NaivePattern }
  | {
      readonly kind: 'repeat';
      readonly low: number | null;
      readonly high: number | null;
      readonly tags: readonly string[];
      readonly of: NaivePattern;
      readonly until: NaivePattern | null;
    }
  | { readonly kind: 'within'; readonly ms: number; readonly max: number | null; readonly of: NaivePattern }
  | { readonly kind: 'while'; readonly tag: string; readonly limit: number; readonly of: NaivePattern }
  | { readonly kind: 'interval'; readonly ms: number };

export type NaiveTags = Readonly<Record<string, NaiveEvent | readonly NaiveEvent[]>>;

/** An operator turns true with some tags, or false. */
interface Signal {
  readonly at: number;
  readonly tags: NaiveTags | null;
  /** Nothing follows. */
  readonly ended: boolean;
}

/** More signals than this, and a case is given up: nested every doubles. */
export const MAX_SIGNALS = 3000;
export class TooMany extends Error {}

/** Points of a trace: timers of an instant come before its events. */
const PER_MS = 10_000;

interface Child {
  readonly place: number;
  readonly signals: readonly Signal[];
  next: number;
}

/** Signals of several operands by time, those started first before others of one point. */
class Merge {
  readonly children: Child[] = [];
  readonly out: Signal[] = [];
  add(place: number, signals: readonly Signal[]): Child {
    const child = { place, signals, next: 0 };
    this.children.push(child);
    return child;
  }
  drop(child: Child): void {
    const at = this.children.indexOf(child);
    if (at >= 0) this.children.splice(at, 1);
  }
  true(at: number, tags: NaiveTags, ended: boolean): void {
    if (this.out.length >= MAX_SIGNALS) throw new TooMany();
    this.out.push({ at, tags, ended });
    if (ended) this.children.length = 0;
  }
  false(at: number): void {
    this.out.push({ at, tags: null, ended: true });
    this.children.length = 0;
  }
  run(handle: (signal: Signal, child: Child) => void): readonly Signal[] {
    for (;;) {
      let first: Child | null = null;
      for (const child of this.children) {
        const signal = child.signals[child.next];
        if (signal === undefined) continue;
        if (first === null || signal.at < (first.signals[first.next]?.at ?? Infinity)) first = child;
      }
      const signal = first?.signals[first.next];
      if (first === null || signal === undefined) return this.out;
      first.next++;
      if (signal.ended) this.drop(first);
      handle(signal, first);
    }
  }
}

export class NaiveMatcher {
  readonly #events: readonly NaiveEvent[];
  readonly #endMs: number;

  constructor(events: readonly NaiveEvent[], endMs: number) {
    this.#events = events;
    this.#endMs = endMs;
  }

  /** Matches of the whole pattern with their times. */
  matches(pattern: NaivePattern): readonly { readonly t: number; readonly at: number; readonly tags: NaiveTags }[] {
    return this.#of(pattern, {}, 0).flatMap(({ at, tags }) =>
      tags === null ? [] : [{ t: Math.floor(at / PER_MS), at: at % PER_MS, tags }],
    );
  }

  #of(p: NaivePattern, begin: NaiveTags, from: number): readonly Signal[] {
    switch (p.kind) {
      case 'atom':
        return this.#atom(p, begin, from);
      case 'interval': {
        const dueMs = Math.floor(from / PER_MS) + p.ms;
        return dueMs > this.#endMs ? [] : [{ at: dueMs * PER_MS, tags: begin, ended: true }];
      }
      case 'every':
      case 'distinct':
        return this.#every(p, begin, from);
      case 'then':
        return this.#then(p, begin, from);
      case 'and':
        return this.#and(p, begin, from);
      case 'or': {
        const merge = new Merge();
        p.of.forEach((of, i) => merge.add(i, this.#of(of, begin, from)));
        return merge.run(({ at, tags, ended }) => {
          if (tags !== null) merge.true(at, tags, ended);
          else if (merge.children.length === 0) merge.false(at);
        });
      }
      case 'not': {
        const gone = this.#of(p.of, begin, from).find((s) => s.ended && s.tags !== null);
        const held: Signal = { at: from, tags: begin, ended: false };
        return gone === undefined ? [held] : [held, { at: gone.at, tags: null, ended: true }];
      }
      case 'repeat':
        return this.#repeat(p, begin, from);
      case 'within': {
        const merge = new Merge();
        const dueMs = Math.floor(from / PER_MS) + p.ms;
        if (dueMs <= this.#endMs) merge.add(1, [{ at: dueMs * PER_MS, tags: null, ended: true }]);
        merge.add(0, this.#of(p.of, begin, from));
        let passed = 0;
        return merge.run(({ at, tags, ended }) => {
          if (tags === null || (p.max !== null && ++passed > p.max)) merge.false(at);
          else merge.true(at, tags, ended);
        });
      }
      case 'while': {
        const merge = new Merge();
        merge.add(0, this.#of(p.of, begin, from));
        return merge.run(({ at, tags, ended }) => {
          const event = tags?.[p.tag];
          const holds = event !== undefined && 'v' in event && event.v < p.limit;
          if (tags !== null && holds) merge.true(at, tags, ended);
          else merge.false(at);
        });
      }
    }
  }

  #atom(p: NaivePattern & { readonly kind: 'atom' }, begin: NaiveTags, from: number): readonly Signal[] {
    for (const [i, event] of this.#events.entries()) {
      const at = event.t * PER_MS + 1 + i;
      if (at <= from || event.k !== p.k || !p.links.every((link) => meets(event, link, begin))) continue;
      return [{ at, tags: { ...begin, [p.tag]: event }, ended: true }];
    }
    return [];
  }

  #every(p: NaivePattern & { readonly kind: 'every' | 'distinct' }, begin: NaiveTags, from: number): readonly Signal[] {
    const merge = new Merge();
    const keys = new Map<Child, Map<string | null, number>>();
    keys.set(merge.add(0, this.#of(p.of, begin, from)), new Map());
    return merge.run(({ at, tags, ended }, child) => {
      const mine = keys.get(child) ?? new Map<string | null, number>();
      const next = merge.add(0, this.#of(p.of, begin, at));
      keys.set(next, new Map());
      if (tags === null) return;
      if (p.kind === 'every') {
        merge.true(at, tags, false);
        return;
      }
      const t = Math.floor(at / PER_MS);
      const event = tags[p.tag];
      const key = event !== undefined && 'host' in event ? event.host : null;
      const seen = (mine.get(key) ?? -1) > t;
      if (!seen) mine.set(key, p.ms === null ? Infinity : t + p.ms);
      keys.set(next, ended ? mine : new Map(mine));
      if (!seen) merge.true(at, tags, false);
    });
  }

  #then(p: NaivePattern & { readonly kind: 'then' }, begin: NaiveTags, from: number): readonly Signal[] {
    const merge = new Merge();
    merge.add(0, this.#of(p.of[0] ?? p, begin, from));
    return merge.run(({ at, tags, ended }, child) => {
      if (tags === null) {
        if (merge.children.length === 0) merge.false(at);
        return;
      }
      const place = child.place + 1;
      const next = p.of[place];
      if (next === undefined) {
        merge.true(at, tags, ended && merge.children.length === 0);
        return;
      }
      const max = p.max[place] ?? null;
      if (max !== null && merge.children.filter((c) => c.place === place).length >= max) return;
      merge.add(place, this.#of(next, tags, at));
    });
  }

  #and(p: NaivePattern & { readonly kind: 'and' | 'or' }, begin: NaiveTags, from: number): readonly Signal[] {
    const merge = new Merge();
    const found: NaiveTags[][] = p.of.map(() => []);
    p.of.forEach((of, i) => merge.add(i, this.#of(of, begin, from)));
    return merge.run(({ at, tags }, child) => {
      if (tags === null) {
        merge.false(at);
        return;
      }
      found[child.place]?.push(tags);
      if (found.some((list) => list.length === 0)) return;
      let combined: NaiveTags[] = [tags];
      found.forEach((list, i) => {
        if (i !== child.place) combined = combined.flatMap((c) => list.map((other) => ({ ...other, ...c })));
      });
      const over = merge.children.every((c) => p.of[c.place]?.kind === 'not');
      for (const [i, each] of combined.entries()) merge.true(at, each, over && i === combined.length - 1);
    });
  }

  #repeat(p: NaivePattern & { readonly kind: 'repeat' }, begin: NaiveTags, from: number): readonly Signal[] {
    const merge = new Merge();
    if (p.until !== null) merge.add(1, this.#of(p.until, begin, from));
    merge.add(0, this.#of(p.of, begin, from));
    const arrays: Record<string, NaiveEvent[]> = {};
    let count = 0;
    return merge.run(({ at, tags, ended }, child) => {
      if (tags === null) {
        merge.false(at);
        return;
      }
      if (child.place === 1) {
        if (p.low !== null && count < p.low) merge.false(at);
        else merge.true(at, { ...tags, ...arrays }, true);
        return;
      }
      count++;
      for (const tag of p.tags) {
        const value = tags[tag];
        if (value !== undefined) arrays[tag] = [...(arrays[tag] ?? []), ...('n' in value ? [value] : value)];
      }
      if (p.low !== null && p.low === p.high && count === p.low) {
        merge.true(at, { ...tags, ...arrays }, true);
        return;
      }
      const more = p.high === null || count < p.high;
      if (!more) merge.drop(child);
      else if (ended) merge.add(0, this.#of(p.of, begin, at));
    });
  }
}

function meets(event: NaiveEvent, link: Link, tags: NaiveTags): boolean {
  const other = tags[link.tag];
  const tagged = other !== undefined && 'n' in other ? other : null;
  switch (link.kind) {
    case 'host': {
      const theirs = tagged?.host ?? null;
      return link.is ? event.host === theirs : theirs !== null && event.host === theirs;
    }
    case 'above':
      return tagged !== null && event.v > tagged.v;
    case 'below':
      return tagged !== null && event.v <= tagged.v;
    case 'near':
      return tagged !== null && Math.abs(event.v - tagged.v) < 2;
  }
}

// ---------------------------------------------------------------------------------------------- text

function linkText({ kind, tag, ...rest }: Link): string {
  switch (kind) {
    case 'host':
      return `host ${'is' in rest && rest.is ? 'is' : '='} ${tag}.host`;
    case 'above':
      return `v > ${tag}.v`;
    case 'below':
      return `${tag}.v >= v`;
    case 'near':
      return `v - ${tag}.v < 2 and ${tag}.v - v < 2`;
  }
}

/** As EPL, with parentheses everywhere. */
export function patternText(p: NaivePattern): string {
  switch (p.kind) {
    case 'atom':
      return `${p.tag}=E(${[`k = ${p.k}`, ...p.links.map(linkText)].join(', ')})`;
    case 'every':
      return `(every ${patternText(p.of)})`;
    case 'distinct':
      return `(every-distinct(${p.tag}.host${p.ms === null ? '' : `, ${p.ms} msec`}) ${patternText(p.of)})`;
    case 'then':
      return `(${p.of
        .map((of, i) => {
          const max = p.max[i] ?? null;
          return `${i === 0 ? '' : max === null ? '-> ' : `-[${max}]> `}${patternText(of)}`;
        })
        .join(' ')})`;
    case 'and':
    case 'or':
      return `(${p.of.map(patternText).join(` ${p.kind} `)})`;
    case 'not':
      return `not ${patternText(p.of)}`;
    case 'repeat': {
      const range = p.low !== null && p.low === p.high ? `[${p.low}]` : `[${p.low ?? ''}:${p.high ?? ''}]`;
      const bounded = p.low !== null || p.high !== null;
      return `(${bounded ? `${range} ` : ''}${patternText(p.of)}${p.until === null ? '' : ` until ${patternText(p.until)}`})`;
    }
    case 'within':
      return `(${patternText(p.of)} where timer:within${p.max === null ? '' : 'max'}(${p.ms} msec${p.max === null ? '' : `, ${p.max}`}))`;
    case 'while':
      return `(${patternText(p.of)} while (${p.tag}.v < ${p.limit}))`;
    case 'interval':
      return `timer:interval(${p.ms} msec)`;
  }
}
