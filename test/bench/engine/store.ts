/** Workload tm of issue 5: on-merge into a table of 10^5 rows. */
import type { Event } from '../../../src/model/event.ts';
import { eventType, randomOf } from '../../support/epl-run.ts';
import { EventMaker, names, num, pick } from './workload.ts';
import type { Workload } from './workload.ts';

const LINK = eventType('Link', { link: 'string', bps: 'long' });
const SEED = 20_261_123;
const ROWS = 100_000;

export const mergeIntoTable: Workload = {
  id: 'tm',
  what: 'on-merge (update or insert by key) into a table of 100,000 rows',
  esper: null,
  aim: null,
  types: [LINK],
  epl: [
    `create table T (link string primary key, total long, cnt int);
     on Link as e merge T as t where t.link = e.link
       when matched then update set total = t.total + e.bps, cnt = t.cnt + 1
       when not matched then insert select e.link as link, e.bps as total, 1 as cnt`,
  ],
  // Every link at least a few times: the table is full before the clock starts.
  fill: 1_200_000,
  perRound: 1_000_000,
  pool: 400_000,
  source: () => {
    const random = randomOf(SEED);
    const maker = new EventMaker([LINK]);
    const links = names('l', ROWS);
    return (): Event => maker.make('Link', { link: pick(links, random), bps: Math.floor(random() * 1000) }, 0);
  },
  hand: (sink) => {
    const rows = new Map<unknown, { readonly link: unknown; readonly total: number; readonly cnt: number }>();
    return (event) => {
      const before = rows.get(event.$link);
      const bps = num(event.$bps);
      const row =
        before === undefined
          ? { link: event.$link, total: bps, cnt: 1 }
          : { link: event.$link, total: before.total + bps, cnt: before.cnt + 1 };
      rows.set(event.$link, row);
      sink.take({ link: String(row.link), total: row.total, cnt: row.cnt });
    };
  },
};
