/** Two to four transports in one process over loopback TCP with free ports, and polling with a deadline. */
import { setTimeout as sleep } from 'node:timers/promises';
import { generateIdentity, type Identity } from '../../src/federation/identity.ts';
import { Libp2pTransport } from '../../src/federation/libp2p-transport.ts';
import type { Member } from '../../src/federation/membership.ts';
import type { SupervisorTimes } from '../../src/federation/supervisor.ts';
import type { ControlReply, ControlRequest, Heartbeat } from '../../src/model/control.ts';
import type { DeltaEnvelope } from '../../src/model/delta.ts';
import type { DomainName } from '../../src/model/ids.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { CountingCounters } from '../support/exchange-fixtures.ts';

const POLL_MS = 2;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

const silent: Log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, child: () => silent };

/** Polls until `condition` holds; throws what was awaited when `deadlineMs` passes. */
export async function until(what: string, condition: () => boolean, deadlineMs = 15_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await sleep(POLL_MS);
  }
}

/** One domain's transport and everything that it was handed. */
export class Party {
  readonly domain: DomainName;
  readonly identity: Identity;
  readonly counters = new CountingCounters();
  readonly envelopes: { from: DomainName; envelope: DeltaEnvelope; atMs: number }[] = [];
  readonly heartbeats: { from: DomainName; heartbeat: Heartbeat }[] = [];
  readonly peers: string[] = [];
  answer: (from: DomainName, request: ControlRequest) => Promise<ControlReply> = () =>
    Promise.resolve({ kind: 'done' });
  transport: Libp2pTransport;
  #listen: string;
  readonly #times: Partial<SupervisorTimes>;

  constructor(
    domain: DomainName,
    identity: Identity,
    times: Partial<SupervisorTimes> = {},
    listen = '/ip4/127.0.0.1/tcp/0',
  ) {
    this.#listen = listen;
    this.domain = domain;
    this.identity = identity;
    this.#times = times;
    this.transport = this.#make([]);
  }

  static async make(domain: DomainName, times: Partial<SupervisorTimes> = {}): Promise<Party> {
    return new Party(domain, await generateIdentity(), times);
  }

  async start(): Promise<void> {
    await this.transport.start({
      onEnvelope: (from, envelope) => this.envelopes.push({ from, envelope, atMs: performance.now() }),
      onHeartbeat: (from, heartbeat) => this.heartbeats.push({ from, heartbeat }),
      onRequest: (from, request) => this.answer(from, request),
      onPeer: (domain, connected) => this.peers.push(`${domain} ${connected ? 'up' : 'down'}`),
    });
    this.takeAddress();
  }

  /** The port that was taken; called by itself only where somebody else started the transport. */
  takeAddress(): void {
    const [address] = this.transport.addresses();
    if (address !== undefined) this.#listen = address.replace(/\/p2p\/.*$/, '');
  }

  /** A new transport of the same domain, key and port; not started. */
  renew(members: readonly Member[]): void {
    this.transport = this.#make(members);
  }

  asMember(): Member {
    return { domain: this.domain, peerId: this.identity.peerId, addresses: [this.#listen] };
  }

  #make(members: readonly Member[]): Libp2pTransport {
    const deps = {
      clock: systemClock,
      counters: this.counters,
      log: silent,
      random: { bytes: (n: number) => new Uint8Array(n), next: () => 0.5 },
    };
    const options = { self: this.domain, identity: this.identity, listen: [this.#listen], members, times: this.#times };
    return new Libp2pTransport(deps, options);
  }
}

/** Starts parties that know each other and waits until all are connected. */
export async function connectAll(parties: readonly Party[]): Promise<void> {
  for (const party of parties) await party.start();
  introduce(parties);
  await until('all connected', () =>
    parties.every((p) => others(parties, p).every((o) => p.transport.connected(o.domain))),
  );
}

export function introduce(parties: readonly Party[]): void {
  for (const party of parties) party.transport.setMembers(others(parties, party).map((o) => o.asMember()));
}

export function others(parties: readonly Party[], party: Party): Party[] {
  return parties.filter((o) => o !== party);
}

export async function stopAll(parties: readonly Party[]): Promise<void> {
  await Promise.all(parties.map((p) => p.transport.stop()));
}
