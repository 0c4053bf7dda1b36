/**
 * Two-phase start of a plan's fragments (DESIGN §4, "Start"): prepare all, fix S, commit all.
 *
 * S is one more than the greatest stamp clock heard, plus a margin in which the commits can arrive: a domain whose stamp
 * clock has passed S when the commit comes has let events go by, so it refuses, and a later S is fixed for all.
 */
import type { PrepareFragment, PreparedReply, ResidualRequest, SnapshotReply } from '../model/control.ts';
import { CodedError } from '../model/errors.ts';
import type { DomainName, QueryId } from '../model/ids.ts';
import type { PlacedResidual, PlannedFragment } from '../model/plan.ts';
import { askAgain, expectReply, type Ask } from './ask.ts';

/** First margin; doubles with each refusal. */
export const START_MARGIN_MS = 100;

/** Refusals whose reason is the fragment's text. */
const ABOUT_THE_TEXT: ReadonlySet<string> = new Set(['POLICY_REFUSED', 'FRAGMENT_REFUSED', 'SCHEMA_CONFLICT']);

/** Starts that are tried before the registration fails. */
export const START_ATTEMPTS = 6;

/** Times that all is prepared anew because a domain had lost a fragment when it was to begin. */
const DEPLOY_ATTEMPTS = 3;

export interface DeployedFragment {
  readonly fragment: PlannedFragment;
  readonly prepared: PreparedReply;
  /** Nothing of the fragment before it belongs to the query. */
  readonly startMs: number;
  readonly lastSeq: number;
  /** Its content at the start; null for a fragment that starts empty. */
  readonly snapshot: SnapshotReply | null;
}

/** A fragment that its domain has admitted and named. */
export interface Prepared {
  readonly fragment: PlannedFragment;
  readonly reply: PreparedReply;
}

export interface DeployOptions {
  readonly queryId: QueryId;
  readonly consumer: DomainName;
  /** Domains that will hold rows or what is derived from them. */
  readonly readers: readonly DomainName[];
  /** What runs elsewhere never goes on without a domain. @default false */
  readonly waits?: boolean | undefined;
  /** The owner's own stamp clock. */
  readonly stampMs: () => number;
  /** S of the query: what is older is no part of it, also where it shares a fragment with an earlier one. @default 0 */
  readonly sinceMs?: number | undefined;
  /** No stamp later than this is believed: a domain whose clock is further ahead cannot fix the start. @default Infinity */
  readonly latestMs?: (() => number) | undefined;
  /** Called with each start that is tried, before anybody is told. */
  readonly onStart?: ((startMs: number) => void) | undefined;
  /** Start now, at the greatest stamp: whoever drives the world guarantees that nothing is under way. @default false */
  readonly barrier?: boolean | undefined;
}

export interface DeployedPlan {
  readonly startMs: number;
  readonly fragments: readonly DeployedFragment[];
}

/**
 * Rejects with the first refusal, after cancelling what was prepared. A fragment that its domain ended between the two
 * phases (its policy changed, it restarted) is prepared again: the domain admits it as it would now, or says why not.
 */
export async function deployFragments(
  fragments: readonly PlannedFragment[],
  ask: Ask,
  options: DeployOptions,
): Promise<DeployedPlan> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await deployOnce(fragments, ask, options);
    } catch (error) {
      if (attempt >= DEPLOY_ATTEMPTS || !(error instanceof CodedError) || error.code !== 'UNKNOWN_FRAGMENT')
        throw error;
    }
  }
}

async function deployOnce(
  fragments: readonly PlannedFragment[],
  ask: Ask,
  options: DeployOptions,
): Promise<DeployedPlan> {
  const prepared = await prepareFragments(fragments, ask, options);
  try {
    return await commitAll(prepared, ask, options);
  } catch (error) {
    await cancelPrepared(prepared, ask, options.queryId);
    throw error;
  }
}

/** The first phase, in the order of the fragments. Rejects with the first refusal, after cancelling what was prepared. */
export async function prepareFragments(
  fragments: readonly PlannedFragment[],
  ask: Ask,
  options: DeployOptions,
): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = [];
  const replies = await Promise.allSettled(
    fragments.map(async (fragment) => {
      const request = prepareRequest(fragment, options);
      const answer = await askAgain(ask, fragment.domain, request).catch((e: unknown) =>
        Promise.reject(refusedBy(fragment, e)),
      );
      prepared.push({ fragment, reply: expectReply(answer, 'prepared') });
    }),
  );
  const refusal = replies.find((r) => r.status === 'rejected');
  if (refusal !== undefined) {
    await cancelPrepared(prepared, ask, options.queryId);
    throw refusal.reason;
  }
  return fragments.flatMap((f) => prepared.filter((p) => p.fragment === f));
}

/** The second phase at an S that somebody else fixed. Rejects with `START_PASSED`, or what else was refused. */
export async function commitFragments(
  prepared: readonly Prepared[],
  startMs: number,
  ask: Ask,
  queryId: QueryId,
): Promise<readonly DeployedFragment[]> {
  const results = await Promise.allSettled(prepared.map((p) => commitOne(p, startMs, ask, queryId)));
  const refusals = results.flatMap((r): readonly unknown[] => (r.status === 'rejected' ? [r.reason] : []));
  if (refusals.length > 0) throw refusals.find((e) => !isLate(e)) ?? refusals[0];
  return results.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
}

function isLate(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'START_PASSED';
}

function cancelPrepared(prepared: readonly Prepared[], ask: Ask, queryId: QueryId): Promise<void> {
  const named = prepared.map((p) => ({ domain: p.fragment.domain, fragmentId: p.reply.fragmentId }));
  return cancelAll(named, ask, queryId);
}

/**
 * Takes fragments up again after a restart of either side: those that run on are left as they are, the others start anew;
 * each comes with its content (DESIGN §6, snapshots). Rejects with the first refusal; nothing is cancelled: what runs on
 * must not end because another domain is away, and leases that nobody renews run out.
 */
export async function resumeFragments(
  fragments: readonly PlannedFragment[],
  ask: Ask,
  options: DeployOptions,
): Promise<readonly DeployedFragment[]> {
  const prepared = await Promise.all(fragments.map((f) => prepareOne(f, ask, options)));
  const running = await runningOf(prepared, ask);
  await commitAll(
    prepared.filter((p) => !running.has(p)),
    ask,
    options,
  );
  return Promise.all(
    prepared.map(async ({ fragment, reply }) => {
      const request = { kind: 'snapshot', fragmentId: reply.fragmentId, fromMs: options.sinceMs } as const;
      const snapshot = expectReply(await ask(fragment.domain, request), 'snapshot');
      return { fragment, prepared: reply, startMs: snapshot.watermarkMs, lastSeq: snapshot.seq, snapshot };
    }),
  );
}

/** Those that run already: for an earlier run of this agent, or for another query. */
async function runningOf(prepared: readonly Prepared[], ask: Ask): Promise<ReadonlySet<Prepared>> {
  const domains = [...new Set(prepared.map((p) => p.fragment.domain))];
  const found = await Promise.all(
    domains.map(async (domain) => {
      const own = prepared.filter((p) => p.fragment.domain === domain);
      const fragmentIds = own.map((p) => p.reply.fragmentId);
      const reply = expectReply(await ask(domain, { kind: 'progress', fragmentIds, untilMs: 0 }), 'progress');
      const active = new Set(reply.heartbeat.fragments.map((f) => f.fragmentId));
      return own.filter((p) => active.has(p.reply.fragmentId));
    }),
  );
  return new Set(found.flat());
}

async function prepareOne(fragment: PlannedFragment, ask: Ask, options: DeployOptions): Promise<Prepared> {
  const request = prepareRequest(fragment, options);
  const answer = await ask(fragment.domain, request).catch((e: unknown) => Promise.reject(refusedBy(fragment, e)));
  return { fragment, reply: expectReply(answer, 'prepared') };
}

/**
 * What a domain refused, for who registered: which domain, and where in the text that it was sent. The position is that
 * of the fragment's text, so it goes into the message and the data, not where the query's own positions go.
 */
function refusedBy(fragment: PlannedFragment, error: unknown): unknown {
  if (!(error instanceof CodedError) || !ABOUT_THE_TEXT.has(error.code)) return error;
  const { code, message, hint, position } = error;
  const place = position === undefined ? '' : `, line ${position.line}, column ${position.column}`;
  const short = fragment.epl.length > 500 ? `${fragment.epl.slice(0, 500)}…` : fragment.epl;
  return new CodedError(
    code,
    `domain '${fragment.domain}' refuses: ${message} (in its fragment \`${short}\`${place})`,
    {
      hint,
      data: { domain: fragment.domain, fragment: short, line: position?.line, column: position?.column },
      cause: error,
    },
  );
}

function prepareRequest(
  fragment: PlannedFragment,
  options: Pick<DeployOptions, 'queryId' | 'consumer' | 'readers' | 'waits'>,
): PrepareFragment {
  return {
    kind: 'prepare',
    queryId: options.queryId,
    consumer: options.consumer,
    name: fragment.name,
    fragmentKind: fragment.kind,
    epl: fragment.epl,
    columns: fragment.columns,
    readers: options.readers,
    ...(fragment.placed === undefined ? {} : { residual: residualOf(fragment.placed, options.waits === true) }),
  };
}

function residualOf({ fragments, inputs }: PlacedResidual, waits: boolean): ResidualRequest {
  return {
    waits,
    inputs: inputs.map(({ name, kind, standsFor, columns, fragments: own }) => ({
      name,
      kind,
      standsFor,
      columns,
      fragments: fragments.flatMap((f) => (own.includes(f.name) ? { name: f.name, domain: f.domain, epl: f.epl } : [])),
    })),
  };
}

async function commitAll(prepared: readonly Prepared[], ask: Ask, options: DeployOptions): Promise<DeployedPlan> {
  for (const p of prepared) checkClock(p, options);
  let greatest = Math.max(options.stampMs(), ...prepared.map((p) => p.reply.stampMs));
  let marginMs = START_MARGIN_MS;
  for (let attempt = 1; ; attempt++) {
    const startMs = options.barrier === true ? greatest : greatest + 1 + marginMs;
    options.onStart?.(startMs);
    const results = await Promise.allSettled(prepared.map((p) => commitOne(p, startMs, ask, options.queryId)));
    const refusals = results.flatMap((r) => (r.status === 'rejected' ? [r.reason] : []));
    const late = refusals.filter((e): e is CodedError => e instanceof CodedError && e.code === 'START_PASSED');
    const other = refusals.find((e) => !(e instanceof CodedError && e.code === 'START_PASSED'));
    if (other !== undefined) throw other;
    if (late.length === 0) {
      const fragments = results.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
      return { startMs, fragments };
    }
    if (attempt >= START_ATTEMPTS) throw late[0];
    greatest = Math.max(greatest, options.stampMs());
    marginMs *= 2;
  }
}

function checkClock({ fragment, reply }: Prepared, { latestMs, stampMs }: DeployOptions): void {
  if (latestMs === undefined || reply.stampMs <= latestMs()) return;
  const aheadMs = reply.stampMs - stampMs();
  throw new CodedError('CLOCK_SKEW', `the clock of domain '${fragment.domain}' is ${aheadMs} ms ahead of this one`, {
    hint: 'a start that it fixed would lie in the future for everybody else: its clock, or this one, must be set',
    data: { domain: fragment.domain, aheadMs },
  });
}

async function commitOne(p: Prepared, startMs: number, ask: Ask, queryId: QueryId): Promise<DeployedFragment> {
  const request = { kind: 'commit', queryId, fragmentId: p.reply.fragmentId, startMs } as const;
  const reply = expectReply(await askAgain(ask, p.fragment.domain, request), 'committed');
  return { fragment: p.fragment, prepared: p.reply, startMs, lastSeq: reply.lastSeq, snapshot: null };
}

/** Tells the domains that a query no longer needs its fragments; who cannot be reached lets its lease end. */
export async function cancelAll(
  fragments: readonly { readonly domain: DomainName; readonly fragmentId: string }[],
  ask: Ask,
  queryId: QueryId,
): Promise<void> {
  await Promise.allSettled(fragments.map((f) => ask(f.domain, { kind: 'cancel', queryId, fragmentId: f.fragmentId })));
}
