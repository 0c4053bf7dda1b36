/**
 * Nothing is disclosed that the policy in force forbids, and whoever lost admission is told (DESIGN §7). Judged are frames
 * as a peer could read them when they were sent, against the rule that the domain had at that moment:
 *
 * - envelopes that a peer could open, answers with deltas, snapshots, bounds or keys, and heartbeats: the peer is a reader,
 *   the fragment's text names no withheld column, every row with an id is an event that the row predicate admits;
 * - the ledger of the domain has at least what peers could open;
 * - at the end a query whose stream is closed for good says `POLICY_REFUSED`, no other query says anything.
 *
 * State: the texts of fragments by domain and id, when and under which rule each envelope was published.
 */
import type { ControlReply, ControlRequest } from '../../src/model/control.ts';
import type { DeltaEnvelope } from '../../src/model/delta.ts';
import { parseStreamName, type DomainName, type FragmentId } from '../../src/model/ids.ts';
import type { SimPolicy } from '../scenarios/scenario.ts';
import { runningQuery, type Checker, type QueryRun, type SimRun } from '../sim-run.ts';
import { checkQuery, streamsRead } from './oracle.ts';
import { forbids, worstEffect } from './policy-effect.ts';

/** Violations told; the rest is more of the same. */
const MAX_TOLD = 4;

interface Fragment {
  readonly epl: string;
  readonly metrics: ReadonlySet<string>;
}

interface Sent {
  readonly atMs: number;
  readonly policy: SimPolicy | undefined;
}

export class PolicyKept implements Checker {
  readonly name = 'policy';
  readonly #run: SimRun;
  readonly #fragments = new Map<string, Fragment>();
  readonly #sent = new WeakMap<DeltaEnvelope, Sent>();
  /** When a peer was admitted to a fragment last. */
  readonly #admittedMs = new Map<string, number>();
  readonly #counted = new Map<DeltaEnvelope, Set<DomainName>>();
  /** Rows that a peer could read, by domain, peer and fragment. */
  readonly #opened = new Map<string, number>();
  readonly #violations: string[] = [];
  /** Frames judged while a rule was in force. */
  judged = 0;

  constructor(run: SimRun) {
    this.#run = run;
    const { world } = run;
    if (!run.scenario.faults.some((f) => f.kind === 'policy')) return;
    world.network.tap({
      envelope: (from, envelope) => {
        this.#sent.set(envelope, { atMs: world.nowMs, policy: world.policyOf(from) });
      },
      opened: (from, to, envelope) => this.#read(from, to, envelope),
      heartbeat: (from, to, { fragments }) => {
        for (const { fragmentId } of fragments) this.#judge(from, to, fragmentId, world.policyOf(from), 'a heartbeat');
      },
      reply: (from, to, request, reply) => this.#answered(from, to, request, reply),
    });
  }

  finish(run: SimRun): readonly string[] {
    const crashed = new Set(run.scenario.faults.flatMap((f) => (f.kind === 'crash' ? [f.domain] : [])));
    for (const [key, rows] of this.#opened) {
      const [from = '', to = '', fragmentId = ''] = key.split(' ');
      if (crashed.has(from)) continue;
      const told =
        run.world
          .agent(from)
          ?.core.ledger.entries(to)
          .find((e) => e.fragmentId === fragmentId)?.rows ?? 0;
      if (told < rows)
        this.#tell(`the ledger of ${from} has ${told} rows of ${fragmentId} for ${to}, ${rows} were read`);
    }
    for (const query of run.queries) this.#told(run, query);
    return this.#violations;
  }

  #told(run: SimRun, query: QueryRun): void {
    const { spec, endClockMs, lastRefusal } = query;
    if (endClockMs !== null || spec.untilMs !== null) return;
    const refused = worstEffect(run, query, 'for-good') === 'forbidden';
    const detail = runningQuery(run, query)?.detail ?? (query.id === null ? (lastRefusal ?? '') : '');
    if (refused && !detail.startsWith('POLICY_REFUSED'))
      this.#violations.push(`${spec.name} is refused a stream for good and says '${detail}'`);
    if (!refused && worstEffect(run, query, 'ever') === 'none' && detail !== '')
      this.#tell(`no policy bears on ${spec.name}, it says '${detail}'`);
  }

  #answered(from: DomainName, to: DomainName, request: ControlRequest, reply: ControlReply): void {
    const { world } = this.#run;
    const policy = world.policyOf(from);
    switch (reply.kind) {
      case 'prepared': {
        if (request.kind !== 'prepare') return;
        const streams = streamsRead(world, checkQuery(world, request.epl));
        const metrics = new Set([...streams].map((s) => parseStreamName(s).metric));
        this.#fragments.set(nameOf(from, reply.fragmentId), { epl: request.epl, metrics });
        this.#admittedMs.set(`${from} ${to} ${reply.fragmentId}`, world.nowMs);
        this.#judge(from, to, reply.fragmentId, policy, 'admission');
        return;
      }
      case 'replayed':
        for (const envelope of reply.envelopes) {
          this.#judge(from, to, envelope.fragmentId, policy, 'a replay');
          this.#judgeRows(from, to, envelope, policy);
        }
        return;
      case 'snapshot':
      case 'silence':
      case 'key':
        if ('fragmentId' in request) this.#judge(from, to, request.fragmentId, policy, `an answer (${reply.kind})`);
        return;
      default:
    }
  }

  #read(from: DomainName, to: DomainName, envelope: DeltaEnvelope): void {
    const sent = this.#sent.get(envelope);
    const policy = sent?.policy;
    this.#judge(from, to, envelope.fragmentId, policy, 'an envelope');
    this.#judgeRows(from, to, envelope, policy);
    const readers = this.#counted.get(envelope) ?? new Set<DomainName>();
    if (readers.has(to)) return;
    this.#counted.set(envelope, readers.add(to));
    const key = `${from} ${to} ${envelope.fragmentId}`;
    // Who joins gets the key that others have: the ledger begins with what is sent from then on.
    if ((sent?.atMs ?? 0) < (this.#admittedMs.get(key) ?? 0)) return;
    const rows = envelope.deltas.flatMap((d) => d.updates.flatMap((u) => u.insert)).length;
    this.#opened.set(key, (this.#opened.get(key) ?? 0) + rows);
  }

  #judge(from: DomainName, to: DomainName, id: FragmentId, policy: SimPolicy | undefined, what: string): void {
    const fragment = this.#fragments.get(nameOf(from, id));
    if (fragment === undefined) {
      this.#tell(`${what} of ${from} for ${to}: nobody asked for fragment ${id}`);
      return;
    }
    if (policy === undefined) return;
    this.judged++;
    if (fragment.metrics.has(policy.metric) && forbids(this.#run, policy, to, fragment.epl))
      this.#tell(`${what} of ${from} for ${to} although its policy forbids it: ${fragment.epl}`);
  }

  #judgeRows(from: DomainName, to: DomainName, envelope: DeltaEnvelope, policy: SimPolicy | undefined): void {
    const metrics = this.#fragments.get(nameOf(from, envelope.fragmentId))?.metrics;
    // Rows of a join have ids of their own.
    if (policy === undefined || policy.rows === null || metrics?.size !== 1 || !metrics.has(policy.metric)) return;
    const { column, below } = policy.rows;
    for (const row of envelope.deltas.flatMap((d) => d.updates.flatMap((u) => u.insert))) {
      if (row.id === null) continue;
      const value = this.#run.world.sources.numbered(row.id.domain, row.id.seq)?.values[column];
      if (typeof value !== 'number' || value >= below)
        this.#tell(
          `${from} sent ${to} a row with ${column} ${String(value)}, its policy lets out what is below ${below}`,
        );
    }
  }

  #tell(message: string): void {
    if (this.#violations.length < MAX_TOLD) this.#violations.push(message);
  }
}

/** A domain's name has no blanks. */
function nameOf(domain: DomainName, id: FragmentId): string {
  return `${domain} ${id}`;
}
