/**
 * The sending end of a silent having (DESIGN §5), before the fragment's {@link FragmentSender}: watches the bounds that the
 * query's owner gave, and while they hold keeps what would be sent. Sans-I/O.
 *
 * loud → armed: the bounds hold and are watched; everything is still sent. armed → silent: deltas from `atMs` on are kept,
 * the fragment's watermark stands, heartbeats say up to when the bounds held. → loud: the owner says so, at an instant T up
 * to which it knows every domain's bounds to have held; what is not in the window just before T any more is forgotten, all
 * else goes out, in order, once. So silence never sends more than no silence would.
 *
 * State: deltas since the silence began whose row is in the window, or left it after `proved` (the owner may still go back
 * to there). Bound: KEEP_DELTAS, KEEP_BYTES; what comes beyond counts as a violation, so that the owner ends the silence.
 */
import type { CauseKey } from '../model/cause-key.ts';
import type { Delta, InsertedRow } from '../model/delta.ts';
import { assert } from '../model/errors.ts';
import {
  groupName,
  type SilenceReply,
  type SilenceRequest,
  type SilentBounds,
  type SilentCondition,
  type SilentProgress,
  type SilentReport,
} from '../model/silence.ts';
import { KEEP_BYTES, KEEP_DELTAS } from './limits.ts';
import { SILENT_GROUPS } from './silence-bounds.ts';
import { isStrict, levelOf, type PartialValues } from './silence-levels.ts';
import { estimateDeltaBytes } from './size.ts';

/** Partial aggregates by group, kept by whoever evaluates the window (engine/aggregate/partial-groups.ts). */
export interface Partials {
  readonly size: number;
  all(): Iterable<PartialOfGroup>;
  find(name: string): PartialOfGroup | null;
  enter(id: string, values: InsertedRow['values']): string;
  leave(id: string): string | null;
}

export interface PartialOfGroup {
  readonly key: InsertedRow['values'];
  readonly rows: number;
  of(column: number | null): PartialValues;
}

interface Kept {
  readonly delta: Delta;
  readonly bytes: number;
  /** When its row left the window; Infinity while it is in. */
  leftMs: number;
}

export interface SilenceSenderOptions {
  readonly condition: SilentCondition;
  /** @default 16_384 */
  readonly keepDeltas?: number | undefined;
  /** @default 8_388_608 */
  readonly keepBytes?: number | undefined;
}

const NOTHING: readonly Delta[] = [];

export class SilenceSender {
  readonly #partials: Partials;
  readonly #condition: SilentCondition;
  readonly #keepDeltas: number;
  readonly #keepBytes: number;
  #kept = new Map<string, Kept>();
  #bytes = 0;
  #state: 'loud' | 'armed' | 'silent' = 'loud';
  #version = 0;
  #endedVersion = 0;
  #bounds: SilentBounds | null = null;
  #listed = new Map<string, number>();
  /** From here on deltas are kept. */
  #silentMs = Infinity;
  /** When the bounds ceased to hold. */
  #brokenMs = Infinity;
  /** The owner will not go back before this. */
  #provedMs = 0;
  /** Rows left since `#kept` was looked through. */
  #left = 0;

  constructor(deps: { readonly partials: Partials }, options: SilenceSenderOptions) {
    this.#partials = deps.partials;
    this.#condition = options.condition;
    this.#keepDeltas = options.keepDeltas ?? KEEP_DELTAS;
    this.#keepBytes = options.keepBytes ?? KEEP_BYTES;
  }

  /** True while deltas are kept back, or will be. */
  get silent(): boolean {
    return this.#state === 'silent';
  }

  get broken(): boolean {
    return this.#brokenMs < Infinity;
  }

  get kept(): number {
    return this.#kept.size;
  }

  /** The fragment's watermark may say no more than this. */
  watermarkUpTo(stampMs: number): number {
    return Math.min(stampMs, this.#silentMs);
  }

  /** A delta of the window, rows by id. Answers what is to be sent of it: its inserts, or nothing. */
  take(delta: Delta): Delta | null {
    const touched = new Set<string>();
    for (const update of delta.updates) {
      for (const row of update.insert)
        if (row.id !== null) touched.add(this.#partials.enter(nameOf(row.id), row.values));
      for (const row of update.remove) if ('id' in row) this.#leave(nameOf(row.id), delta.key, touched);
    }
    if (this.#bounds !== null && !this.broken) {
      for (const name of touched) if (!this.#holds(name)) this.#break(delta.key);
    }
    const updates = delta.updates.flatMap((u) => (u.insert.length === 0 ? [] : [{ insert: u.insert, remove: [] }]));
    if (updates.length === 0) return null;
    const sent = { ...delta, updates };
    if (this.#state !== 'silent' || delta.key.timestampMs < this.#silentMs) return sent;
    this.#keep(sent);
    return null;
  }

  /** What the owner asks. `stampMs`: the domain's clock; all causes before it have been taken. */
  ask(request: SilenceRequest, stampMs: number): { readonly reply: SilenceReply; readonly released: readonly Delta[] } {
    const { step, version, atMs, bounds } = request;
    const answer = (done: boolean, report?: SilentReport): SilenceReply => ({
      kind: 'silence',
      done,
      // Later causes of this very instant are watched as well.
      atMs: stampMs + 1,
      ...(report === undefined ? {} : { report }),
    });
    if (step === 'end') {
      const released = version >= this.#version ? this.end(atMs) : NOTHING;
      this.#endedVersion = Math.max(this.#endedVersion, version);
      return { reply: answer(true), released };
    }
    if (version <= this.#endedVersion || version < this.#version) return { reply: answer(false), released: NOTHING };
    switch (step) {
      case 'report': {
        const report = this.#report();
        return { reply: report === null ? answer(false) : answer(true, report), released: NOTHING };
      }
      case 'arm':
        if (this.#state === 'silent' || bounds === undefined) return { reply: answer(false), released: NOTHING };
        // Asked once more: what broke since the first time stays broken.
        if (this.#state === 'armed' && version === this.#version)
          return { reply: answer(!this.broken), released: NOTHING };
        return { reply: answer(this.#arm(version, bounds)), released: NOTHING };
      case 'begin':
        if (version !== this.#version || this.#state === 'loud' || this.broken)
          return { reply: answer(false), released: NOTHING };
        if (this.#state === 'armed') {
          this.#state = 'silent';
          this.#silentMs = atMs;
          this.#provedMs = atMs;
        }
        return { reply: answer(true), released: NOTHING };
    }
  }

  /** Everything that may be in the window just before `atMs`, and all from then on; afterwards nothing is kept. */
  end(atMs: number): readonly Delta[] {
    const released: Delta[] = [];
    for (const { delta, leftMs } of this.#kept.values()) if (leftMs >= atMs) released.push(delta);
    this.#forget();
    return released;
  }

  /** Nothing that was kept is wanted any more: the consumer begins anew. */
  drop(): void {
    this.#endedVersion = Math.max(this.#endedVersion, this.#version);
    this.#forget();
  }

  /** The owner knows that every domain's bounds held up to `provedMs`. */
  proved(provedMs: number): void {
    if (provedMs <= this.#provedMs) return;
    this.#provedMs = provedMs;
    this.#trim();
  }

  /** Null while nothing is watched. */
  progress(stampMs: number): SilentProgress | null {
    if (this.#bounds === null) return null;
    return { version: this.#version, heldMs: Math.min(stampMs, this.#brokenMs), broken: this.broken };
  }

  #leave(id: string, key: CauseKey, touched: Set<string>): void {
    const name = this.#partials.leave(id);
    if (name !== null) touched.add(name);
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    kept.leftMs = key.timestampMs;
    this.#left++;
    if (this.#left > 64 + this.#kept.size / 2) this.#trim();
  }

  #keep(delta: Delta): void {
    const [id] = delta.updates.flatMap((u) => u.insert.flatMap((r) => (r.id === null ? [] : [r.id])));
    assert(id !== undefined, 'rows of a silent fragment have ids');
    const bytes = estimateDeltaBytes(delta);
    this.#kept.set(nameOf(id), { delta, bytes, leftMs: Infinity });
    this.#bytes += bytes;
    if (this.#kept.size > this.#keepDeltas || this.#bytes > this.#keepBytes) {
      this.#trim();
      if (this.#kept.size > this.#keepDeltas || this.#bytes > this.#keepBytes) this.#break(delta.key);
    }
  }

  #trim(): void {
    this.#left = 0;
    for (const [id, kept] of this.#kept) {
      if (kept.leftMs >= this.#provedMs) {
        if (kept.leftMs < Infinity) this.#left++;
        continue;
      }
      this.#kept.delete(id);
      this.#bytes -= kept.bytes;
    }
  }

  #forget(): void {
    this.#kept = new Map();
    this.#bytes = 0;
    this.#left = 0;
    this.#state = 'loud';
    this.#bounds = null;
    this.#listed = new Map();
    this.#silentMs = Infinity;
    this.#brokenMs = Infinity;
  }

  #break(key: CauseKey): void {
    this.#brokenMs = Math.min(this.#brokenMs, key.timestampMs);
  }

  #arm(version: number, bounds: SilentBounds): boolean {
    this.#forget();
    this.#version = version;
    this.#bounds = bounds;
    this.#listed = new Map(bounds.groups.map((g) => [groupName(g.key), g.bound]));
    const names = new Set(this.#listed.keys());
    for (const group of this.#partials.all()) names.add(groupName(group.key));
    for (const name of names) {
      if (this.#holds(name)) continue;
      this.#forget();
      return false;
    }
    this.#state = 'armed';
    return true;
  }

  #holds(name: string): boolean {
    const atom = this.#condition.atoms[this.#bounds?.atom ?? -1];
    if (atom === undefined || this.#bounds === null) return false;
    const group = this.#partials.find(name);
    const empty = group === null || group.rows === 0;
    const listed = this.#listed.get(name);
    if (empty && listed === undefined) return true;
    const bound = listed ?? this.#bounds.others;
    if (bound === null) return false;
    const values = group?.of(atom.column) ?? EMPTY;
    if (atom.wraps && !(values.mass <= this.#bounds.mass)) return false;
    const level = levelOf(atom, values);
    return bound === Infinity || (isStrict(atom) ? level < bound : level <= bound);
  }

  #report(): SilentReport | null {
    if (this.#partials.size > SILENT_GROUPS) return null;
    const { atoms } = this.#condition;
    return {
      groups: [...this.#partials.all()].map((g) => ({
        key: g.key,
        levels: atoms.map((a) => levelOf(a, g.of(a.column))),
      })),
    };
  }
}

const EMPTY: PartialValues = { count: 0, sum: 0, mass: 0, min: null, max: null, special: 0 };

function nameOf(id: { readonly domain: string; readonly seq: number; readonly part: number }): string {
  return `${id.domain}/${id.seq}/${id.part}`;
}
