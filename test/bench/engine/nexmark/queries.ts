/**
 * The queries of workload n in EPL. What EPL says otherwise than Nexmark's SQL:
 * q4, q9: a bid is joined with its auction as it comes (bids that come before their auction do not count anyway), and the
 * best bid of each auction so far is put out at each change, not only when the auction closes.
 * q5: a hop is `#time(10 sec)`, looked at every 2 s. q8: a tumbling window on both sides, `distinct` for its `group by`.
 * q11: a session is `#time_accum(10 sec)` per bidder, which lets all of a bidder's bids go when none came for 10 s; they
 * are counted out of its remove stream, which `#time_batch(1 sec)` holds together: up to 2 s late, as no two sessions of
 * a bidder end that near.
 * q12: processing time is the engine's clock, which follows event time here.
 * q15-q17: no window; the state is that of the days (and channels, auctions) seen.
 * q9, q18, q19: Nexmark's ROW_NUMBER; `#unique` keeps the last, `#rank` the dearest, with a key that is a bid's own, as EPL
 * keeps one of a key. Each bid is put out as it comes, and as removed when it leaves: at once if it does not rank.
 */

/** Name of a query and its statements, each a module, deployed in order. */
export interface NexmarkQuery {
  readonly id: string;
  /** In brief, for the table. */
  readonly what: string;
  readonly epl: readonly string[];
}

const DAY = 'dateTime - dateTime % 86400000L';
const LOW = 'price < 10000';
const MIDDLE = 'price >= 10000 and price < 1000000';
const HIGH = 'price >= 1000000';

/** `count(*)` over all, and over three ranks of price. */
const BIDS_BY_RANK = `count(*) as total, count(*, ${LOW}) as r1, count(*, ${MIDDLE}) as r2, count(*, ${HIGH}) as r3`;

/** The number of different values over all, and over three ranks of price. */
function distinctByRank(property: string, prefix: string): string {
  const ranks = [LOW, MIDDLE, HIGH].map(
    (rank, i) => `count(distinct ${property}, filter: ${rank}) as ${prefix}${i + 1}`,
  );
  return [`count(distinct ${property}) as ${prefix}0`, ...ranks].join(', ');
}

const STATISTICS = [BIDS_BY_RANK, distinctByRank('bidder', 'p'), distinctByRank('auction', 'a')].join(', ');

/** Bids within the time of their auction. */
const VALID = `insert into Valid select a.id as id, a.category as category, a.itemName as itemName, a.seller as seller,
  b.bidder as bidder, b.price as price, b.dateTime as dateTime
  from Bid as b unidirectional, Auction#keepall as a
  where a.id = b.auction and b.dateTime between a.dateTime and a.expires`;

export const NEXMARK_QUERIES: readonly NexmarkQuery[] = [
  {
    id: 'q0',
    what: 'pass through',
    epl: ['select auction, bidder, price, dateTime, extra from Bid'],
  },
  {
    id: 'q1',
    what: 'currency conversion',
    epl: ['select auction, bidder, 0.908 * price as price, dateTime, extra from Bid'],
  },
  {
    id: 'q2',
    what: 'selection, auction % 123 = 0',
    epl: ['select auction, price from Bid(auction % 123 = 0)'],
  },
  {
    id: 'q3',
    what: 'local items: Auction#keepall with Person#keepall on seller',
    epl: [
      `select p.name as name, p.city as city, p.state as state, a.id as id
        from Auction(category = 10)#keepall as a, Person(state in ('OR', 'ID', 'CA'))#keepall as p where a.seller = p.id`,
    ],
  },
  {
    id: 'q4',
    what: 'average winning price per category',
    epl: [
      VALID,
      'insert into Winning select id, category, max(price) as price from Valid group by id, category',
      'select category, avg(price) as price from Winning#unique(id) group by category',
    ],
  },
  {
    id: 'q5',
    what: 'hot items: most bids of 10 s, every 2 s',
    epl: [
      'insert into Counts select auction, count(*) as num from Bid#time(10 sec) group by auction output snapshot every 2 sec',
      'select auction, num from Counts#time_batch(1 sec) having num = max(num)',
    ],
  },
  {
    id: 'q7',
    what: 'highest bid of each 10 s, #ext_timed_batch',
    epl: [
      'select auction, bidder, price, dateTime from Bid#ext_timed_batch(dateTime, 10 sec, 0L) having price = max(price)',
    ],
  },
  {
    id: 'q8',
    what: 'new users with auctions in the same 10 s: two #time_batch',
    epl: [
      `select distinct p.id as id, p.name as name from Person#time_batch(10 sec, 0L) as p,
        Auction#time_batch(10 sec, 0L) as a where p.id = a.seller`,
    ],
  },
  {
    id: 'q9',
    what: 'winning bids: join, then #groupwin(id)#rank',
    epl: [
      VALID,
      'select irstream * from Valid#groupwin(id)#rank(bidder, dateTime, price, 1, price desc, dateTime asc)',
    ],
  },
  {
    id: 'q11',
    what: 'bids per session of a bidder, gap 10 s: #groupwin#time_accum',
    epl: [
      'insert rstream into Ended select rstream bidder, dateTime from Bid#groupwin(bidder)#time_accum(10 sec)',
      `select bidder, count(*) as bids, min(dateTime) as began, max(dateTime) as ended from Ended#time_batch(1 sec)
        group by bidder having count(*) > 0`,
    ],
  },
  {
    id: 'q12',
    what: 'bids per bidder and 10 s: #time_batch',
    epl: ['select bidder, count(*) as bids from Bid#time_batch(10 sec, 0L) group by bidder having count(*) > 0'],
  },
  {
    id: 'q15',
    what: 'statistics per day, 8 of them distinct',
    epl: [`select ${DAY} as day, ${STATISTICS} from Bid group by ${DAY}`],
  },
  {
    id: 'q16',
    what: 'the same per channel and day',
    epl: [`select channel, ${DAY} as day, max(dateTime) as latest, ${STATISTICS} from Bid group by channel, ${DAY}`],
  },
  {
    id: 'q17',
    what: 'statistics per auction and day',
    epl: [
      `select auction, ${DAY} as day, ${BIDS_BY_RANK}, min(price) as least, max(price) as most, avg(price) as mean,
        sum(price) as sum from Bid group by auction, ${DAY}`,
    ],
  },
  {
    id: 'q18',
    what: 'last bid of a bidder for an auction: #unique',
    epl: ['select irstream * from Bid#unique(bidder, auction)'],
  },
  {
    id: 'q19',
    what: 'ten dearest bids per auction: #groupwin(auction)#rank',
    epl: ['select irstream * from Bid#groupwin(auction)#rank(bidder, dateTime, price, 10, price desc)'],
  },
  {
    id: 'q20',
    what: 'bids with their auction, category 10: two #keepall',
    epl: [
      `select b.auction as auction, b.bidder as bidder, b.price as price, a.itemName as itemName, a.seller as seller
        from Bid#keepall as b, Auction(category = 10)#keepall as a where b.auction = a.id`,
    ],
  },
];
