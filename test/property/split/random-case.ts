/**
 * Random queries over random domains and traces, for the property "split = central" (DESIGN §1, §10).
 *
 * A case is data, so that it can be made smaller clause by clause. Stamps lie on a grid of one second, and window lengths are
 * whole seconds: ties between domains, and of events with timers, are frequent. File order is the order of cause keys.
 */
import type { Scenario, ScenarioStep } from '../../../src/cli/replay/scenario.ts';
import { compareDomains } from '../../../src/model/cause-key.ts';
import type { SeededRandom } from '../../../sim/world/seeded-random.ts';

export interface StreamSpec {
  /** Without domain; `Mid0` for a stream that the query itself makes. */
  readonly type: string;
  /** Null: the union. */
  readonly domain: string | null;
  readonly filter: string | null;
  readonly windows: string;
  readonly alias: string;
  readonly unidirectional: boolean;
}

export interface JoinSpec {
  readonly kind: '' | 'inner' | 'left outer' | 'right outer' | 'full outer';
  readonly on: string | null;
}

export interface StatementSpec {
  /** Declared expressions before the statement; empty for none. */
  readonly declarations: string;
  /** Null for statements that nobody listens to. */
  readonly name: string | null;
  readonly into: string | null;
  readonly selector: '' | 'irstream' | 'rstream';
  readonly distinct: boolean;
  readonly items: readonly string[];
  readonly streams: readonly StreamSpec[];
  readonly joins: readonly JoinSpec[];
  readonly where: readonly string[];
  readonly groupBy: readonly string[];
  readonly having: string | null;
  readonly output: string | null;
  readonly orderBy: string | null;
  readonly limit: string | null;
}

export interface SplitCase {
  readonly name: string;
  /** `create variable …`, `on … set …`. */
  readonly prelude: readonly string[];
  readonly statements: readonly StatementSpec[];
  readonly domains: Readonly<Record<string, readonly string[]>>;
  /** `R` is a subtype of `P` with a column more. */
  readonly inherits: boolean;
  readonly steps: readonly ScenarioStep[];
}

/** Some sort before `client` (the owner), some after; bytes, not collation, decide. */
const DOMAINS = ['Zed', 'anl', 'es-net', 'es_net', 'renci', 'uky'];
const TYPES = ['P', 'Q', 'R'];
const COLUMNS = { k: 'string', v: 'int', d: 'double', ts: 'long' };
const KEYS = ['h1', 'h2', 'h3'];

/** Distance of two stamps, ms. */
const GRID_MS = 1000;

export function printCase(c: SplitCase): string {
  return [...c.prelude, ...c.statements.map(printStatementSpec)].join('; ');
}

/** As the replay of scenarios takes it. */
export function scenarioOf(c: SplitCase): Scenario {
  return {
    name: c.name,
    features: [],
    types: Object.fromEntries(TYPES.map((t) => [t, c.inherits && t === 'R' ? { extra: 'int' } : COLUMNS])),
    inherits: c.inherits ? { R: ['P'] } : {},
    domains: c.domains,
    epl: printCase(c),
    listen: null,
    steps: c.steps,
    expect: { ok: true, outputs: [], error: null },
  };
}

function printStatementSpec(s: StatementSpec): string {
  const [first, ...others] = s.streams.map(printStream);
  const from = others.map((text, i) => {
    const { kind, on } = s.joins[i] ?? { kind: '', on: null };
    return kind === '' ? `, ${text}` : ` ${kind} join ${text}${on === null ? '' : ` on ${on}`}`;
  });
  return [
    s.name === null ? '' : `@name('${s.name}') `,
    s.declarations === '' ? '' : `${s.declarations} `,
    s.into === null ? '' : `insert into ${s.into} `,
    `select ${s.selector === '' ? '' : `${s.selector} `}${s.distinct ? 'distinct ' : ''}${s.items.join(', ')}`,
    ` from ${first ?? ''}${from.join('')}`,
    s.where.length === 0 ? '' : ` where ${s.where.join(' and ')}`,
    s.groupBy.length === 0 ? '' : ` group by ${s.groupBy.join(', ')}`,
    s.having === null ? '' : ` having ${s.having}`,
    s.output === null ? '' : ` output ${s.output}`,
    s.orderBy === null ? '' : ` order by ${s.orderBy}`,
    s.limit === null ? '' : ` limit ${s.limit}`,
  ].join('');
}

function printStream(s: StreamSpec): string {
  const name = s.domain === null ? s.type : `\`${s.domain}\`.${s.type}`;
  const filter = s.filter === null ? '' : `(${s.filter})`;
  const [windows, retain] = s.windows.split(' retain-');
  const after = retain === undefined ? '' : ` retain-${retain}`;
  const alias = s.alias === s.type ? '' : ` as ${s.alias}`;
  return `${name}${filter}${windows}${alias}${s.unidirectional ? ' unidirectional' : ''}${after}`;
}

/** Makes one case; everything of it comes from `random`. */
export class CaseMaker {
  readonly #random: SeededRandom;
  #domains: Readonly<Record<string, readonly string[]>> = {};
  #hasVariable = false;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  make(name: string): SplitCase {
    this.#domains = this.#assignDomains();
    this.#hasVariable = this.#chance(0.15);
    const prelude = this.#hasVariable ? this.#variable() : [];
    const statements = this.#chance(0.2) ? this.#chain() : [this.#statement('s0', null)];
    if (this.#chance(0.15)) statements.push(this.#statement('s1', null));
    const inherits = this.#chance(0.1);
    return { name, prelude, statements, domains: this.#domains, inherits, steps: this.#trace(statements) };
  }

  #assignDomains(): Readonly<Record<string, readonly string[]>> {
    const names = this.#some(DOMAINS, 2 + this.#random.below(3));
    const offers = new Map<string, string[]>(names.map((n) => [n, []]));
    for (const type of TYPES) {
      const where = this.#some(names, 1 + this.#random.below(names.length));
      for (const d of where) offers.get(d)?.push(type);
    }
    return Object.fromEntries([...offers].filter(([, types]) => types.length > 0));
  }

  #variable(): string[] {
    return this.#chance(0.5)
      ? ['create variable int lim = 4']
      : ['create variable int lim = 4', `on ${this.#reference().text} as u set lim = u.v`];
  }

  #chain(): StatementSpec[] {
    const first = this.#statement(null, 'Mid0');
    const items = [`a.k as k`, `a.v as v`, `a.d as d`, `a.ts as ts`, `a.domain as domain`];
    const feed: StatementSpec = {
      ...first,
      items,
      distinct: false,
      groupBy: [],
      having: null,
      orderBy: null,
      limit: null,
    };
    const more = this.#chance(0.3) ? [{ ...feed, streams: [this.#stream('a', null, true)], joins: [], where: [] }] : [];
    return [feed, ...more, this.#statement('s0', null, 'Mid0')];
  }

  #reference(): { readonly type: string; readonly domain: string | null; readonly text: string } {
    const type = this.#one(TYPES);
    const offering = Object.entries(this.#domains)
      .filter(([, types]) => types.includes(type))
      .map(([d]) => d);
    const domain = this.#chance(0.55) ? this.#one(offering) : null;
    return { type, domain, text: domain === null ? type : `\`${domain}\`.${type}` };
  }

  #stream(alias: string, mid: string | null, bare: boolean, sliding = false): StreamSpec {
    const { type, domain } = this.#reference();
    return {
      type: mid ?? type,
      domain: mid === null ? domain : null,
      filter: this.#chance(0.4) ? this.#predicate('') : null,
      windows: bare ? '' : this.#windows(sliding),
      alias,
      unidirectional: false,
    };
  }

  #windows(sliding: boolean): string {
    const r = this.#random;
    const n = 1 + r.below(4);
    const sec = `${1 + r.below(4)} sec`;
    // What the planner's rules move, or must not move, comes often.
    const moved = [
      `#length(${n})`,
      `#time(${sec})`,
      '#keepall',
      '#lastevent',
      '#unique(k)',
      `#sort(${n}, v desc, ts)`,
      `#length_batch(${n})`,
      `#groupwin(k)#length(${n})`,
      `#length(${n})#unique(k) retain-union`,
    ];
    if (!sliding && this.#chance(0.5)) return this.#one(moved);
    const plain = [
      '',
      `#length(${n})`,
      `#time(${sec})`,
      `#time(${sec})`,
      '#keepall',
      '#lastevent',
      '#unique(k)',
      '#unique(domain)',
      '#unique(k, domain)',
      '#firstunique(k)',
      `#firstlength(${n})`,
      '#firstevent',
      `#firsttime(${sec})`,
      `#sort(${n}, v desc, ts)`,
      `#rank(k, ${n}, v desc)`,
      `#time_order(ts, ${sec})`,
      '#timetolive(ts + 2000)',
      `#ext_timed(ts, ${sec})`,
      `#time_accum(${sec})`,
      `#expr(current_count <= ${n})`,
      '#expr(newest_timestamp - oldest_timestamp <= 2000)',
      `#groupwin(k)#length(${n})`,
      `#groupwin(domain)#length(${n})`,
      `#groupwin(k)#time(${sec})`,
      '#groupwin(k)#lastevent',
      `#length(${n})#unique(k)`,
      `#time(${sec})#length(${n})`,
      `#length(${n})#unique(k) retain-union`,
      `#time(${sec})#firstlength(${n}) retain-union`,
    ];
    const batches = [
      `#length_batch(${n})`,
      `#time_batch(${sec})`,
      `#time_batch(${sec}, 'FORCE_UPDATE')`,
      `#time_batch(${sec}, 'START_EAGER')`,
      `#time_batch(${sec}, 'FORCE_UPDATE, START_EAGER')`,
      `#time_length_batch(${sec}, ${n})`,
      `#ext_timed_batch(ts, ${sec})`,
      `#expr_batch(current_count > ${n})`,
      `#groupwin(k)#length_batch(${n})`,
      `#groupwin(k)#time_batch(${sec})`,
      `#unique(k)#length_batch(${n})`,
    ];
    return this.#one(sliding || this.#chance(0.7) ? plain : batches);
  }

  #statement(name: string | null, into: string | null, mid: string | null = null): StatementSpec {
    const dice = this.#random.next();
    if (dice < 0.45) return this.#single(name, into, mid);
    if (dice < 0.8) return this.#join(name, into, mid);
    return this.#withSubquery(name, into, mid);
  }

  #single(name: string | null, into: string | null, mid: string | null): StatementSpec {
    const stream = this.#stream('a', mid, false);
    if (mid === null && into === null && this.#chance(0.1)) return this.#unaliased(name, stream);
    const look = stream.windows !== '' && this.#chance(0.15) ? [this.#lookBack()] : [];
    const spec = this.#clauses(name, into, [stream], []);
    if (into === null && look.length === 0 && this.#chance(0.05)) return this.#derived(spec, stream);
    return look.length === 0 ? spec : { ...spec, items: ['a.k as k0', ...look], groupBy: [], having: null };
  }

  /** The stream goes by the name of its type. */
  #unaliased(name: string | null, stream: StreamSpec): StatementSpec {
    const { type } = stream;
    const spec = this.#clauses(name, null, [{ ...stream, domain: null, alias: type }], []);
    const having = spec.having?.replaceAll('a.', `${type}.`) ?? null;
    return { ...spec, having, orderBy: null, where: spec.where.map((w) => w.replaceAll('a.', `${type}.`)) };
  }

  /** Derived-value windows: the row is what they compute. */
  #derived(spec: StatementSpec, stream: StreamSpec): StatementSpec {
    const behind = this.#one(['#uni(v)', '#size', '#correl(v, d)', '#weighted_avg(v, d)', '#linest(v, d)']);
    const windows = `${stream.windows === '' || stream.windows.includes('retain-union') ? '#length(3)' : stream.windows}${behind}`;
    return {
      ...spec,
      items: ['*'],
      streams: [{ ...stream, windows }],
      where: [],
      groupBy: [],
      having: null,
      orderBy: null,
      distinct: false,
    };
  }

  #lookBack(): string {
    return this.#one([
      'prev(1, a.v) as p',
      'prior(1, a.v) as p',
      'prior(2, a.v) as p',
      'prevcount(a.v) as p',
      'prevtail(0, a.v) as p',
      'prevwindow(a.v) as p',
    ]);
  }

  #join(name: string | null, into: string | null, mid: string | null): StatementSpec {
    const n = this.#chance(0.3) ? 3 : 2;
    const aliases = ['a', 'b', 'c'].slice(0, n);
    const solo = this.#chance(0.1);
    const streams = aliases.map((alias, i) => {
      const s = this.#stream(alias, i === 0 ? mid : null, solo && i === 0);
      if (solo && i === 0) return { ...s, unidirectional: true };
      return s.windows === '' ? { ...s, windows: '#length(2)' } : s;
    });
    if (!solo && mid === null && n > 2 && this.#chance(0.6)) return this.#together(name, into, streams);
    const comma = this.#chance(0.5);
    const joins = aliases.slice(1).map((alias, i): JoinSpec => {
      if (comma) return { kind: '', on: null };
      const kind = this.#one(['inner', 'left outer', 'left outer', 'right outer', 'full outer'] as const);
      const left = aliases[this.#random.below(i + 1)] ?? 'a';
      return { kind, on: this.#one([`${left}.k = ${alias}.k`, `${left}.v = ${alias}.v`, `${left}.k = ${alias}.k`]) };
    });
    return this.#clauses(name, into, streams, joins);
  }

  /** Two of the streams live in one domain and are tied to each other: they may be joined there. */
  #together(name: string | null, into: string | null, streams: readonly StreamSpec[]): StatementSpec {
    const offers = Object.entries(this.#domains);
    const [domain, types] = this.#one(offers);
    const pair = this.#some(streams, 2).map((s) => s.alias);
    const steady = [
      '#length(2)',
      '#length(1)',
      '#time(2 sec)',
      '#keepall',
      '#lastevent',
      '#unique(k)',
      '#firstunique(k)',
    ];
    const placed = streams.map((s) =>
      pair.includes(s.alias)
        ? { ...s, type: this.#one(types), domain, windows: this.#chance(0.9) ? this.#one(steady) : s.windows }
        : s,
    );
    const comma = placed.slice(1).map((): JoinSpec => ({ kind: '', on: null }));
    const spec = this.#clauses(name, into, placed, comma);
    const [a = 'a', b = 'b'] = pair;
    const tie = this.#one([`${a}.k = ${b}.k`, `${a}.k = ${b}.k`, `${a}.v > ${b}.v`]);
    const plain = this.#chance(0.7);
    return {
      ...spec,
      where: [...spec.where, tie],
      output: null,
      limit: null,
      ...(plain ? { items: [`${a}.k as x`, `${b}.v as y`, 'a.v', 'c.d as z'], groupBy: [], having: null } : {}),
    };
  }

  #withSubquery(name: string | null, into: string | null, mid: string | null): StatementSpec {
    const stream = this.#stream('a', mid, this.#chance(0.6));
    const spec = this.#clauses(name, into, [stream], []);
    const inner = { ...this.#stream('x', null, false, true), alias: 'x' };
    const windows = inner.windows === '' ? '#lastevent' : inner.windows;
    const correlated = this.#chance(0.5)
      ? ` where ${this.#one(['x.k = a.k', 'x.v > a.v', 'x.k = a.k and x.v > 2'])}`
      : '';
    const from = printStream({ ...inner, windows });
    const aggregated = this.#one([
      `(select sum(x.v) from ${from}${correlated})`,
      `(select count(*) from ${from}${correlated})`,
      `(select max(x.d) from ${from}${correlated})`,
    ]);
    const test = this.#one([
      `exists (select * from ${from}${correlated})`,
      `not exists (select * from ${from}${correlated})`,
      `a.v in (select x.v from ${from}${correlated})`,
      `a.v > all (select x.v from ${from}${correlated})`,
      `a.v <= any (select x.v from ${from}${correlated})`,
      `a.v > ${aggregated}`,
    ]);
    if (this.#chance(0.5) || into !== null) return { ...spec, where: [...spec.where, test] };
    if (this.#chance(0.2)) return { ...spec, streams: [{ ...stream, filter: test.replaceAll('a.', 'a.') }] };
    return { ...spec, items: [...spec.items, `${aggregated} as sq`], groupBy: [], having: null };
  }

  /** Select, where, group by, having, output, order: over streams that stand. */
  #clauses(
    name: string | null,
    into: string | null,
    streams: readonly StreamSpec[],
    joins: readonly JoinSpec[],
  ): StatementSpec {
    const aliases = streams.map((s) => s.alias);
    const where: string[] = [];
    if (this.#chance(0.5)) where.push(this.#predicate(`${this.#one(aliases)}.`));
    if (this.#chance(0.15)) where.push(this.#predicate(`${this.#one(aliases)}.`));
    if (aliases.length > 1 && this.#chance(0.5)) where.push(this.#pairPredicate(aliases));
    const aggregated = into === null && this.#chance(0.5);
    const grouped = aggregated && this.#chance(0.6);
    const key = this.#one(['k', 'domain', 'v']);
    const owner = this.#one(aliases);
    const second = key === 'k' ? 'domain' : 'k';
    const groupBy = !grouped ? [] : this.#groupBy(`${owner}.${key}`, `${owner}.${second}`);
    const items = aggregated ? this.#aggregates(aliases) : this.#plainItems(aliases);
    if (grouped && this.#chance(0.8)) items.unshift(`${owner}.${key} as g`);
    if (aggregated && this.#chance(0.15)) items.push(`${this.#one(aliases)}.v as free`);
    const declared = this.#chance(0.05);
    if (declared) where.push(`big(${owner})`);
    return {
      declarations: declared ? 'expression big { x => x.v > 2 }' : '',
      name,
      into,
      selector: this.#one(['', '', '', 'irstream', 'irstream', 'irstream', 'irstream', 'rstream'] as const),
      distinct: !aggregated && into === null && this.#chance(0.08),
      items,
      streams,
      joins,
      where,
      groupBy,
      having:
        aggregated && this.#chance(0.3)
          ? this.#one(['count(*) > 1', 'sum(a.v) > 6', 'avg(a.d) > 2', 'max(a.v) >= 5'])
          : null,
      output: this.#chance(0.15) ? this.#output() : null,
      orderBy: into === null && this.#chance(0.1) ? (aggregated ? 'count(*) desc' : 'a.v, a.k desc') : null,
      limit: into === null && this.#chance(0.05) ? `${1 + this.#random.below(3)}` : null,
    };
  }

  #groupBy(first: string, second: string): string[] {
    if (this.#chance(0.8)) return [first];
    return this.#one([
      [first, second],
      [`rollup(${first}, ${second})`],
      [`cube(${first}, ${second})`],
      [`grouping sets((${first}), (${second}), ())`],
    ]);
  }

  #plainItems(aliases: readonly string[]): string[] {
    if (this.#chance(0.1)) return ['*'];
    if (this.#chance(0.05)) return [`${this.#one(aliases)}.*`];
    const items: string[] = [];
    for (const a of aliases) {
      for (const c of ['k', 'v', 'd', 'domain']) if (this.#chance(0.45)) items.push(`${a}.${c} as ${a}${c}`);
    }
    if (this.#chance(0.1)) items.push(`current_timestamp() as now`);
    if (this.#chance(0.05)) items.push(`typeof(${this.#one(aliases)}) as kind`);
    return items.length === 0 ? ['a.v as av'] : items;
  }

  #aggregates(aliases: readonly string[]): string[] {
    const make = (): string => {
      const a = this.#one(aliases);
      return this.#one([
        `sum(${a}.v)`,
        'count(*)',
        `avg(${a}.d)`,
        `min(${a}.v)`,
        `max(${a}.v)`,
        `median(${a}.v)`,
        `stddev(${a}.d)`,
        `count(distinct ${a}.k)`,
        `first(${a}.v)`,
        `last(${a}.v)`,
        `window(${a}.v)`,
        `maxby(${a}.v).k`,
        `sum(${a}.v, ${a}.v > 3)`,
        `maxever(${a}.v)`,
      ]);
    };
    return Array.from({ length: 1 + this.#random.below(3) }, (_, i) => `${make()} as x${i}`);
  }

  #output(): string {
    const n = 2 + this.#random.below(2);
    const what = this.#one(['', 'last ', 'first ', 'all ', 'snapshot ']);
    if (this.#chance(0.05)) return `after ${n} events`;
    if (this.#chance(0.1)) return 'when count_insert > 2';
    return `${what}every ${n} ${what === 'snapshot ' || this.#chance(0.6) ? 'sec' : 'events'}`;
  }

  /** `at`: `a.` or nothing. */
  #predicate(at: string): string {
    const n = this.#random.below(6);
    const choices = [
      `${at}v > ${n}`,
      `${at}v < ${n + 4}`,
      `${at}k = 'h1'`,
      `${at}k != 'h2'`,
      `${at}k in ('h1', 'h3')`,
      `${at}v between ${Math.min(n, 3)} and ${n + 2}`,
      `${at}d is not null`,
      `coalesce(${at}d, 0) < 3.5`,
      `${at}v % 2 = 0`,
      `${at}k like 'h%'`,
      `(${at}v > 6 or ${at}d > 2)`,
      `${at}domain != '${this.#one(Object.keys(this.#domains))}'`,
    ];
    if (this.#hasVariable && this.#chance(0.5)) return `${at}v > lim`;
    if (at !== '' && this.#chance(0.05)) return 'current_timestamp() % 2000 = 0';
    return this.#one(choices);
  }

  #pairPredicate(aliases: readonly string[]): string {
    const [a, b] = this.#some(aliases, 2);
    return this.#one([`${a}.k = ${b}.k`, `${a}.v > ${b}.v`, `${a}.v + ${b}.v > 5`, `${a}.domain != ${b}.domain`]);
  }

  #trace(statements: readonly StatementSpec[]): readonly ScenarioStep[] {
    const r = this.#random;
    const steps: ScenarioStep[] = [];
    const offers = Object.entries(this.#domains).sort(([x], [y]) => compareDomains(x, y));
    const instants = 8 + r.below(14);
    const text = statements.map(printStatementSpec).join(' ');
    const read = new Set(TYPES.filter((type) => new RegExp(`\\b${type}\\b`).test(text)));
    let t = this.#chance(0.1) ? 0 : GRID_MS;
    for (let i = 0; i < instants; i++) {
      steps.push({ t });
      for (const [domain, types] of offers) {
        const events = r.next() < 0.55 ? 1 + (r.next() < 0.3 ? 1 : 0) : 0;
        const wanted = types.filter((type) => read.has(type));
        for (let e = 0; e < events; e++) {
          const send = this.#one(wanted.length > 0 && r.next() < 0.9 ? wanted : types);
          steps.push({ t, send, domain, event: this.#event(t) });
        }
      }
      if (this.#hasVariable && this.#chance(0.1)) steps.push({ t: t + 1, setvar: 'lim', value: r.below(8) });
      if (i > 2 && this.#chance(0.02)) steps.push({ t, deploy: printStatementSpec(this.#statement(`late${i}`, null)) });
      t += GRID_MS * (1 + (r.next() < 0.2 ? r.below(3) : 0));
    }
    steps.push({ t }, { t: t + 5 * GRID_MS });
    const [listened] = statements.flatMap((s) => (s.name === null || s.output !== null ? [] : [s.name]));
    if (listened !== undefined && this.#chance(0.1)) steps.push({ iterate: listened });
    return steps;
  }

  #event(t: number): Readonly<Record<string, unknown>> {
    const r = this.#random;
    return {
      k: this.#one(KEYS),
      v: r.below(10),
      d: r.next() < 0.15 ? null : r.below(10) / 2,
      ts: Math.max(0, t - GRID_MS * r.below(3)),
    };
  }

  #chance(p: number): boolean {
    return this.#random.next() < p;
  }

  #one<T>(list: readonly T[]): T {
    const found = list[this.#random.below(list.length)];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  }

  #some<T>(list: readonly T[], n: number): T[] {
    const left = [...list];
    const out: T[] = [];
    while (out.length < n && left.length > 0) out.push(...left.splice(this.#random.below(left.length), 1));
    return out;
  }
}
