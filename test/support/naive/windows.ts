/**
 * Naive reference of data windows: the content at an instant, computed anew from the whole history. Each function is the
 * definition in Esper's reference §14, with nothing kept between calls; slow on purpose and unlike the engine's code.
 */

export interface NaiveEvent {
  readonly id: number;
  readonly type: string;
  /** Engine time of arrival, ms. */
  readonly t: number;
  readonly host: string | null;
  readonly k: number | null;
  readonly v: number | null;
}

export type NaiveWindow =
  | { readonly kind: 'none' | 'keepall' | 'unique' | 'firstunique' | 'lastevent' | 'firstevent' }
  | {
      readonly kind:
        | 'length'
        | 'length_batch'
        | 'firstlength'
        | 'sort'
        | 'group_length'
        | 'unique_and_length'
        | 'unique_or_length'
        | 'expr_count';
      readonly n: number;
    }
  | {
      readonly kind: 'time' | 'time_batch' | 'time_accum' | 'firsttime' | 'ext_timed';
      readonly ms: number;
    };

export function windowText(window: NaiveWindow): string {
  switch (window.kind) {
    case 'none':
      return '';
    case 'keepall':
    case 'lastevent':
    case 'firstevent':
      return `#${window.kind}`;
    case 'unique':
    case 'firstunique':
      return `#${window.kind}(host)`;
    case 'length':
    case 'length_batch':
    case 'firstlength':
      return `#${window.kind}(${window.n})`;
    case 'sort':
      return `#sort(${window.n}, v asc)`;
    case 'group_length':
      return `#groupwin(host)#length(${window.n})`;
    case 'unique_and_length':
      return `#unique(host)#length(${window.n})`;
    case 'unique_or_length':
      return `#unique(host)#length(${window.n}) retain-union`;
    case 'expr_count':
      return `#expr(current_count <= ${window.n})`;
    case 'ext_timed':
      return `#ext_timed(ts, ${window.ms} msec)`;
    default:
      return `#${window.kind}(${window.ms} msec)`;
  }
}

/** What sees the rows of a batch: the last one that was released. */
export function isBatch(window: NaiveWindow): boolean {
  return window.kind === 'length_batch' || window.kind === 'time_batch';
}

/** The rows that stand in the window at `now` (for a batch: those released last), given all arrivals so far in order. */
export function contentOf(window: NaiveWindow, history: readonly NaiveEvent[], now: number): readonly NaiveEvent[] {
  const last = history.at(-1);
  const first = history[0];
  if (last === undefined || first === undefined) return [];
  switch (window.kind) {
    case 'none':
    case 'keepall':
      return history;
    case 'lastevent':
      return [last];
    case 'firstevent':
      return [first];
    case 'unique':
      return history.filter((e, i) => !history.slice(i + 1).some((later) => later.host === e.host));
    case 'firstunique':
      return history.filter((e, i) => !history.slice(0, i).some((earlier) => earlier.host === e.host));
    case 'length':
    case 'expr_count':
      return history.slice(-window.n);
    case 'firstlength':
      return history.slice(0, window.n);
    case 'length_batch': {
      const batches = Math.floor(history.length / window.n);
      return batches === 0 ? [] : history.slice((batches - 1) * window.n, batches * window.n);
    }
    case 'sort':
      return [...history].sort((a, b) => rankOf(a.v) - rankOf(b.v) || b.id - a.id).slice(0, window.n);
    case 'group_length':
      return history.filter((e, i) => history.slice(i + 1).filter((l) => l.host === e.host).length < window.n);
    case 'unique_and_length':
      return intersected(history, window.n);
    case 'unique_or_length': {
      const recent = history.slice(-window.n);
      return history.filter((e, i) => recent.includes(e) || !history.slice(i + 1).some((l) => l.host === e.host));
    }
    case 'time':
      return history.filter((e) => e.t + window.ms > now);
    case 'ext_timed':
      return history.filter((e) => e.t > last.t - window.ms);
    case 'firsttime':
      return history.filter((e) => e.t < window.ms);
    case 'time_batch': {
      const interval = (t: number): number => Math.floor((t - first.t) / window.ms);
      return history.filter((e) => interval(e.t) === interval(now) - 1);
    }
    case 'time_accum':
      return accumulated(history, window.ms, now);
  }
}

/** Null sorts lowest. */
function rankOf(v: number | null): number {
  return v ?? -1e9;
}

/** The rows since the last quiet spell; none when it is quiet. */
function accumulated(history: readonly NaiveEvent[], ms: number, now: number): readonly NaiveEvent[] {
  let kept: NaiveEvent[] = [];
  for (const e of history) {
    const previous = kept.at(-1);
    if (previous !== undefined && e.t - previous.t >= ms) kept = [];
    kept.push(e);
  }
  const last = kept.at(-1);
  return last !== undefined && now >= last.t + ms ? [] : kept;
}

/** `#unique(host)#length(n)`: a row goes as soon as one of the two drops it; both see the other's removals. */
function intersected(history: readonly NaiveEvent[], n: number): readonly NaiveEvent[] {
  let kept: readonly NaiveEvent[] = [];
  for (const e of history) {
    const all = [...kept, e];
    const oldest = all.length > n ? all[0] : undefined;
    kept = all.filter((x) => x === e || (x.host !== e.host && x !== oldest));
  }
  return kept;
}

/** Every instant in (from, to] at which time alone may change the content. */
export function duesOf(
  window: NaiveWindow,
  history: readonly NaiveEvent[],
  from: number,
  to: number,
): readonly number[] {
  const dues: number[] = [];
  const first = history[0];
  if (first === undefined) return dues;
  if (window.kind === 'time' || window.kind === 'time_accum') dues.push(...history.map((e) => e.t + window.ms));
  if (window.kind === 'time_batch') for (let due = first.t; due <= to; due += window.ms) dues.push(due);
  return dues.filter((due) => due > from && due <= to);
}
