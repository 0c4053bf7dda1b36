/**
 * Modules that the golden scenarios do not hold, over random traces: events within events, undeclared members, a subtype with
 * properties of its own, and every kind of state fed from several streams. Spread over domains by golden-case.ts.
 */
import type { SeededRandom } from '../../../sim/world/seeded-random.ts';
import type { Scenario, ScenarioStep } from '../../../src/cli/replay/scenario.ts';

const TYPES = {
  Slot: { id: 'string', w: 'int' },
  Rack: { rack: 'string', slots: 'Slot[]', main: 'Slot', tags: 'map', n: 'int' },
  Cpu: { host: 'string', util: 'double' },
  GpuCpu: { gpu: 'string' },
  Mem: { host: 'string', used: 'double' },
};

export const MODULES: readonly string[] = [
  "@name('a') select r.main as m, r.slots as s from Rack#length(2) as r",
  "@name('a') select * from Rack#length(3); @name('b') select r, c from Rack#lastevent as r, Cpu#lastevent as c",
  "@name('a') insert into X select main as m, slots as s, rack from Rack; @name('b') select m.w as w, s.sumOf(q => q.w) as t from X#length(2)",
  "@name('a') insert into X select r as ev from Rack as r; @name('b') select ev.main.w as w, ev.slots[0].id as i, ev.tags('k') as k from X",
  "create window W#keepall as Rack; insert into W select * from Rack; @name('b') select main.w as w, tags('k') as k from W; @name('c') on Cpu select w.main.w as x, w.slots.countOf() as n from W as w",
  "@name('a') select a.main.w as w, b.host as h, a.tags('k') as k from pattern [every a=Rack -> b=Cpu(util > a.main.w)]",
  "@name('a') select a, b from pattern [every a=Rack -> b=Cpu]",
  "@name('a') select c.gpu? as g, c.host as h, typeof(c) as t from Cpu as c; @name('b') select gpu? as g from Cpu#length(2)",
  "@name('a') select * from Cpu; @name('b') select c.* from Cpu as c unidirectional, Mem#lastevent as m; @name('d') select typeof(c) as t, count(*) as n from Cpu#length(2) as c group by typeof(c)",
  "@name('a') select * from Cpu match_recognize (measures A.host as h, B.host as g, A.extra? as e pattern (A B) define B as B.util > A.util)",
  "@name('a') select * from Rack match_recognize (measures last(A.n) as h, A[0].slots as s, B.rack as g pattern (A+ B) define A as A.n > 1, B as B.n <= 1)",
  "@name('a') select * from Cpu match_recognize (partition by host measures A.util as u, count(B.util) as g pattern (A B*) interval 2 seconds or terminated define B as B.util > A.util)",
  "@name('a') select host, extra? as e, (select max(m.used) from Mem#length(2) as m where m.xx? is null) as q from Cpu as c",
  "@name('a') select c.host as h, m.xx? as x from Cpu#length(2) as c left outer join Mem#length(2) as m on c.host = m.host where c.extra? is not null",
  "@name('a') select c.host as h from Cpu#length(2) as c, Mem#length(2) as m where c.host = m.host and c.extra? = m.xx?",
  "create context P partition by host from Cpu, host from Mem; @name('a') context P select host, sum(util) as s from Cpu#length(2); @name('b') context P select a.util as u, b.used as v from pattern [every a=Cpu -> b=Mem]; @name('c') context P select c.util as u, m.used as v from Cpu#lastevent as c, Mem#lastevent as m",
  "create context I initiated by Cpu(util > 3) as c terminated after 2 seconds; @name('a') context I select context.c.host as h, sum(used) as s from Mem output snapshot when terminated; @name('b') context I select context.c.extra? as e, count(*) as n from Mem",
  "create context S start pattern [every c=Cpu] end after 1500 milliseconds; @name('a') context S select sum(used) as s, context.c.util as u from Mem",
  "create table T (host string primary key, s sum(double), n count(*)); into table T select sum(util) as s, count(*) as n from Cpu#length(4) group by host; @name('a') select T[host].s as s, T[host].n as n, used from Mem",
  "create table T (host string primary key, u double); @name('m') on Cpu as c merge T as t where t.host = c.host when matched and c.util < 2 then delete when matched then update set u = c.util when not matched then insert select host, util as u; @name('a') on Mem as m select t.u as u, m.used as x from T as t where t.host = m.host",
  "@name('a') on Cpu as c insert into Hot select host, util where util > 2 insert into Cold select host, util output all; @name('b') select sum(util) as s from Hot#time(2 sec); @name('d') select h.host as h, c.host as g from Hot#lastevent as h, Cold#lastevent as c",
  "create window W#time(2 sec) (host string, u double); @name('i') insert into W select host, util as u from Cpu; insert into W select host, used as u from Mem; @name('a') select irstream * from W; @name('b') select host, sum(u) as s from W group by host output snapshot every 1 sec",
  "create variable int n = 1; @name('o') on Cpu(util > 3) set n = n + 1; @name('a') select host, n from Mem; @name('b') select host from Mem#expr(current_count <= n); @name('c') select count(*) as c from Cpu output when n > 2 then set n = 0",
  "@name('a') select host, util, prev(1, util) as p, prior(1, util) as q from Cpu#length(3) where util > 1 output last every 2 events",
  "@name('a') select rstream host, util from Cpu#time_batch(1 sec); @name('b') select host, avg(util) as a from Cpu#time(2 sec) group by rollup(host) output all every 1 sec",
  "@name('a') select a.host as h, b.host as g from pattern [every a=Cpu -> (b=Mem(host = a.host) or timer:interval(1 sec))]; @name('b') select * from pattern [every timer:interval(1 sec) and not Mem]; @name('c') select a[0].host as h, a[1].host as g, b.used as u from pattern [every [2] a=Cpu -> b=Mem]",
  "@name('a') select * from pattern [every-distinct(a.host, 2 sec) a=Cpu -> b=Mem]; @name('b') select count(*) as c from pattern [every (Cpu and Mem)]#time(2 sec)",
];

const EVENTS = 24;
const STEPS_MS = [0, 250, 500, 1000] as const;
const HOSTS = ['a', 'b', 'c'] as const;

export function moduleCase(index: number, random: SeededRandom): Scenario {
  const steps: ScenarioStep[] = [];
  let t = 1000;
  for (let i = 0; i < EVENTS; i++) {
    t += STEPS_MS[random.below(STEPS_MS.length)] ?? 0;
    steps.push({ t, ...eventOf(random) });
  }
  return {
    name: `modules/${index}`,
    features: [],
    types: TYPES,
    inherits: { GpuCpu: ['Cpu'] },
    domains: null,
    epl: MODULES[index] ?? '',
    listen: null,
    steps,
    expect: { ok: true, outputs: [], error: null },
  };
}

function eventOf(random: SeededRandom): Pick<ScenarioStep, 'send' | 'event'> {
  const host = HOSTS[random.below(HOSTS.length)];
  const extra = random.below(2) === 0 ? {} : { extra: random.below(3) };
  switch (random.below(4)) {
    case 0:
      return { send: 'Cpu', event: { host, util: random.below(6), ...extra } };
    case 1:
      return { send: 'GpuCpu', event: { host, util: random.below(6), gpu: `g${random.below(2)}`, ...extra } };
    case 2:
      return {
        send: 'Mem',
        event: { host, used: random.below(6), ...(random.below(2) === 0 ? {} : { xx: random.below(3) }) },
      };
    default: {
      const main = random.below(4) === 0 ? {} : { main: { id: 'm', w: random.below(5) } };
      const slots = [
        { id: 's', w: random.below(5) },
        { id: 't', w: 2 },
      ];
      return { send: 'Rack', event: { rack: host, n: random.below(3), ...main, slots, tags: { k: random.below(3) } } };
    }
  }
}
