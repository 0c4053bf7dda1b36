/**
 * Events of workload n: an online auction as Nexmark's generator makes it, of our own making and seeded. In every 50 events
 * come 1 Person, 3 Auctions, 46 Bids; event time advances by 1 ms every few events; a half of the bids goes to one hot
 * auction, three quarters come of one hot bidder, three quarters of the auctions of one hot seller, the rest to and from
 * those of late. Prices are spread evenly over the orders of magnitude.
 */
import type { Event } from '../../../../src/model/event.ts';
import { eventType, randomOf } from '../../../support/epl-run.ts';
import { EventMaker, names, pick } from '../workload.ts';

const PERSON = eventType('Person', {
  id: 'long',
  name: 'string',
  emailAddress: 'string',
  creditCard: 'string',
  city: 'string',
  state: 'string',
  dateTime: 'long',
  extra: 'string',
});
const AUCTION = eventType('Auction', {
  id: 'long',
  itemName: 'string',
  description: 'string',
  initialBid: 'long',
  reserve: 'long',
  dateTime: 'long',
  expires: 'long',
  seller: 'long',
  category: 'int',
  extra: 'string',
});
const BID = eventType('Bid', {
  auction: 'long',
  bidder: 'long',
  price: 'long',
  channel: 'string',
  url: 'string',
  dateTime: 'long',
  extra: 'string',
});
export const NEXMARK_TYPES = [PERSON, AUCTION, BID];

/** Events per ms of event time: people are active for 17 s, so that some have more than one session of q11. */
const PER_MS = 3;
/** Half of a trace before midnight: the queries by day see two of them. */
const MIDNIGHT_MS = 20_000 * 86_400_000;
const SEED = 20_261_123;
const FIRST_ID = 1000;
const FIRST_CATEGORY = 10;
const CATEGORIES = 5;
const PER_EPOCH = 50;
const AUCTIONS_PER_EPOCH = 3;
/** Auctions that are open at a time, people that are active; how far ahead of the newest an id may lie. */
const IN_FLIGHT = 100;
const ACTIVE_PEOPLE = 1000;
const LEAD = 10;
const HOT_EVERY = 100;
const CHANNELS = 10_000;

const PLACES: readonly (readonly [string, string])[] = [
  ['Phoenix', 'AZ'],
  ['Los Angeles', 'CA'],
  ['San Francisco', 'CA'],
  ['Boise', 'ID'],
  ['Portland', 'OR'],
  ['Bend', 'OR'],
  ['Redmond', 'WA'],
  ['Seattle', 'WA'],
  ['Kent', 'WA'],
  ['Cheyenne', 'WY'],
];
const HOT_CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple'];

/** Whole numbers and choices of a seeded generator. */
class Dice {
  readonly random: () => number;
  constructor(seed: number) {
    this.random = randomOf(seed);
  }
  below(n: number): number {
    return Math.floor(this.random() * n);
  }
  price(): number {
    return Math.round(10 ** (this.random() * 6) * 100);
  }
  /** Of the newest `active` ids up to `newest`, and a few that are yet to come. */
  recent(newest: number, active: number): number {
    return newest - Math.min(newest, active) + this.below(Math.min(newest, active) + LEAD);
  }
  /** The last round number up to `newest` with the chance `hot`, otherwise a recent one. */
  skewed(newest: number, active: number, hot: number): number {
    return this.random() < hot ? newest - (newest % HOT_EVERY) : this.recent(newest, active);
  }
}

/** `count` events in order of event time; the same ones at each call. */
export function nexmarkTrace(count: number): readonly Event[] {
  const dice = new Dice(SEED);
  const maker = new EventMaker(NEXMARK_TYPES);
  const channels = names('channel-', CHANNELS);
  const startMs = MIDNIGHT_MS - Math.floor(count / PER_MS / 2);
  const make = (i: number): Event => {
    const dateTime = startMs + Math.floor(i / PER_MS);
    const epoch = Math.floor(i / PER_EPOCH);
    const place = i % PER_EPOCH;
    if (place === 0) {
      const [city, state] = PLACES[dice.below(PLACES.length)] ?? ['', ''];
      const name = `person ${epoch}`;
      const emailAddress = `p${epoch}@example.org`;
      const creditCard = String(1e15 + dice.below(1e9));
      return maker.make(
        'Person',
        { id: FIRST_ID + epoch, name, emailAddress, creditCard, city, state, dateTime, extra: 'x' },
        dateTime,
      );
    }
    if (place <= AUCTIONS_PER_EPOCH) {
      const id = FIRST_ID + epoch * AUCTIONS_PER_EPOCH + place - 1;
      const initialBid = dice.price();
      const openMs = Math.ceil((IN_FLIGHT * PER_EPOCH) / AUCTIONS_PER_EPOCH / PER_MS);
      return maker.make(
        'Auction',
        {
          id,
          itemName: `item ${id}`,
          description: 'an item',
          initialBid,
          reserve: initialBid + dice.price(),
          dateTime,
          expires: dateTime + 1 + dice.below(2 * openMs),
          seller: FIRST_ID + dice.skewed(epoch, ACTIVE_PEOPLE, 0.75),
          category: FIRST_CATEGORY + dice.below(CATEGORIES),
          extra: 'x',
        },
        dateTime,
      );
    }
    const newest = epoch * AUCTIONS_PER_EPOCH + AUCTIONS_PER_EPOCH - 1;
    const channel = pick(dice.random() < 0.5 ? HOT_CHANNELS : channels, dice.random);
    return maker.make(
      'Bid',
      {
        auction: FIRST_ID + dice.skewed(newest, IN_FLIGHT, 0.5),
        bidder: FIRST_ID + dice.skewed(epoch, ACTIVE_PEOPLE, 0.75),
        price: dice.price(),
        channel,
        url: 'https://example.org/item',
        dateTime,
        extra: 'x',
      },
      dateTime,
    );
  };
  return Array.from({ length: count }, (_, i) => make(i));
}
