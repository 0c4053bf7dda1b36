/** Workload n by plain code: the rows that a query has to put out over a trace. */
import type { Event } from '../../../../src/model/event.ts';
import type { Sink } from '../workload.ts';
import { num } from '../workload.ts';

/** Puts a query's rows into the sink, or only their number where their order is the engine's affair. */
export type Hand = (trace: readonly Event[], sink: Sink) => void;

const DAY_MS = 86_400_000;
const WINDOW_MS = 10_000;
const HOP_MS = 2_000;
const LOCAL = new Set<unknown>(['OR', 'ID', 'CA']);

function isBid(event: Event): boolean {
  return event.type.name === 'Bid';
}

function timeOf(event: Event): number {
  return num(event.$dateTime);
}

const everyBid: Hand = (trace, sink) => {
  for (const event of trace) if (isBid(event)) sink.outputs++;
};

/** A row per bid, or none. */
function perBid(row: (bid: Event) => Readonly<Record<string, unknown>> | null): Hand {
  return (trace, sink) => {
    for (const event of trace) {
      const made = isBid(event) ? row(event) : null;
      if (made !== null) sink.take(made);
    }
  };
}

/** Calls `take` with each bid within the time of its auction. */
function validBids(trace: readonly Event[], take: (bid: Event, auction: Event) => void): void {
  const auctions = new Map<unknown, Event>();
  for (const event of trace) {
    if (event.type.name === 'Auction') auctions.set(event.$id, event);
    if (!isBid(event)) continue;
    const auction = auctions.get(event.$auction);
    if (auction === undefined || timeOf(event) < timeOf(auction) || timeOf(event) > num(auction.$expires)) continue;
    take(event, auction);
  }
}

/** How many bids each auction (or bidder) has. */
function tally(bids: Iterable<Event>, key: (bid: Event) => unknown): ReadonlyMap<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const bid of bids) counts.set(key(bid), (counts.get(key(bid)) ?? 0) + 1);
  return counts;
}

/** Bids by the window of 10 s that their time falls into. */
function tumbling(trace: readonly Event[]): readonly (readonly Event[])[] {
  const windows = Map.groupBy(trace, (event) => Math.floor(timeOf(event) / WINDOW_MS));
  return [...windows.values()];
}

const localItems: Hand = (trace, sink) => {
  const people = new Set<unknown>();
  for (const e of trace) if (e.type.name === 'Person' && LOCAL.has(e.$state)) people.add(e.$id);
  for (const e of trace) if (e.type.name === 'Auction' && e.$category === 10 && people.has(e.$seller)) sink.outputs++;
};

const averageWinning: Hand = (trace, sink) => {
  const best = new Map<unknown, number>();
  const categories = new Map<unknown, { sum: number; count: number }>();
  validBids(trace, (bid, { $id, $category }) => {
    const before = best.get($id);
    const after = Math.max(before ?? 0, num(bid.$price));
    best.set($id, after);
    let category = categories.get($category);
    if (category === undefined) categories.set($category, (category = { sum: 0, count: 0 }));
    category.sum += after - (before ?? 0);
    if (before === undefined) category.count++;
    sink.take({ category: $category, price: category.sum / category.count });
  });
};

const hotItems: Hand = (trace, sink) => {
  const bids = trace.filter(isBid);
  const [first, last] = [trace[0], bids[bids.length - 1]];
  if (first === undefined || last === undefined) return;
  for (let end = timeOf(first) + HOP_MS; end < timeOf(last) + WINDOW_MS; end += HOP_MS) {
    const within = bids.filter((bid) => timeOf(bid) < end && timeOf(bid) > end - WINDOW_MS);
    const counts = [...tally(within, (bid) => bid.$auction).values()];
    const most = counts.reduce((a, b) => Math.max(a, b), 0);
    sink.outputs += counts.filter((n) => n === most).length;
  }
};

const highestBids: Hand = (trace, sink) => {
  const windows = tumbling(trace.filter(isBid));
  // by event time the last window never closes
  for (const bids of windows.slice(0, -1)) {
    const most = bids.reduce((price, bid) => Math.max(price, num(bid.$price)), 0);
    for (const { $auction, $bidder, $price, $dateTime } of bids)
      if ($price === most) sink.take({ auction: $auction, bidder: $bidder, price: $price, dateTime: $dateTime });
  }
};

const newUsers: Hand = (trace, sink) => {
  for (const events of tumbling(trace)) {
    const sellers = new Set(events.filter((e) => e.type.name === 'Auction').map((e) => e.$seller));
    sink.outputs += events.filter((e) => e.type.name === 'Person' && sellers.has(e.$id)).length;
  }
};

const sessions: Hand = (trace, sink) => {
  const latest = new Map<unknown, number>();
  for (const event of trace) {
    if (!isBid(event)) continue;
    const before = latest.get(event.$bidder);
    if (before === undefined || timeOf(event) - before >= WINDOW_MS) sink.outputs++;
    latest.set(event.$bidder, timeOf(event));
  }
};

const bidsPerBidder: Hand = (trace, sink) => {
  for (const bids of tumbling(trace.filter(isBid))) sink.outputs += tally(bids, (bid) => bid.$bidder).size;
};

function rankOf(bid: Event): 1 | 2 | 3 {
  const price = num(bid.$price);
  if (price < 10_000) return 1;
  return price < 1_000_000 ? 2 : 3;
}

/** Counts of one group of q15: all, then by rank of price. */
class Statistics {
  readonly #totals = [0, 0, 0, 0];
  readonly #bidders = Array.from({ length: 4 }, () => new Set<unknown>());
  readonly #auctions = Array.from({ length: 4 }, () => new Set<unknown>());
  add(bid: Event): void {
    for (const i of [0, rankOf(bid)]) {
      this.#totals[i] = (this.#totals[i] ?? 0) + 1;
      this.#bidders[i]?.add(bid.$bidder);
      this.#auctions[i]?.add(bid.$auction);
    }
  }
  row(): Readonly<Record<string, unknown>> {
    const [total, r1, r2, r3] = this.#totals;
    const [p0, p1, p2, p3] = this.#bidders.map((set) => set.size);
    const [a0, a1, a2, a3] = this.#auctions.map((set) => set.size);
    return { total, r1, r2, r3, p0, p1, p2, p3, a0, a1, a2, a3 };
  }
}

/** q15, q16: by day, and by what `key` says besides. */
function statistics(key: (bid: Event) => Readonly<Record<string, unknown>>): Hand {
  return (trace, sink) => {
    const groups = new Map<string, Statistics>();
    for (const bid of trace) {
      if (!isBid(bid)) continue;
      const columns = { ...key(bid), day: timeOf(bid) - (timeOf(bid) % DAY_MS) };
      const name = Object.values(columns).join(' ');
      let group = groups.get(name);
      if (group === undefined) groups.set(name, (group = new Statistics()));
      group.add(bid);
      sink.take({ ...columns, ...group.row() });
    }
  };
}

const auctionStatistics: Hand = (trace, sink) => {
  const groups = new Map<string, { total: number; least: number; most: number; sum: number }>();
  for (const bid of trace) {
    if (!isBid(bid)) continue;
    const day = timeOf(bid) - (timeOf(bid) % DAY_MS);
    const name = `${num(bid.$auction)} ${day}`;
    let group = groups.get(name);
    if (group === undefined) groups.set(name, (group = { total: 0, least: Infinity, most: 0, sum: 0 }));
    const price = num(bid.$price);
    group.total++;
    group.least = Math.min(group.least, price);
    group.most = Math.max(group.most, price);
    group.sum += price;
    sink.take({ auction: bid.$auction, day, ...group, mean: group.sum / group.total });
  }
};

const withAuction: Hand = (trace, sink) => {
  const items = new Set(trace.filter((e) => e.type.name === 'Auction' && e.$category === 10).map((e) => e.$id));
  for (const event of trace) if (isBid(event) && items.has(event.$auction)) sink.outputs++;
};

export const NEXMARK_BY_HAND: Readonly<Record<string, Hand>> = {
  q0: perBid(({ $auction, $bidder, $price, $dateTime, $extra }) => ({
    auction: $auction,
    bidder: $bidder,
    price: $price,
    dateTime: $dateTime,
    extra: $extra,
  })),
  q1: perBid(({ $auction, $bidder, $price, $dateTime, $extra }) => ({
    auction: $auction,
    bidder: $bidder,
    price: 0.908 * num($price),
    dateTime: $dateTime,
    extra: $extra,
  })),
  q2: perBid(({ $auction, $price }) => (num($auction) % 123 === 0 ? { auction: $auction, price: $price } : null)),
  q3: localItems,
  q4: averageWinning,
  q5: hotItems,
  q7: highestBids,
  q8: newUsers,
  q9: (trace, sink) => validBids(trace, () => sink.outputs++),
  q11: sessions,
  q12: bidsPerBidder,
  q15: statistics(() => ({})),
  q16: statistics(({ $channel }) => ({ channel: $channel })),
  q17: auctionStatistics,
  q18: everyBid,
  q19: everyBid,
  q20: withAuction,
};
