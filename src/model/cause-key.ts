/**
 * Cause keys: the one total order of everything that happens (DESIGN §4).
 *
 * (timestampMs, phase, domain, seq, path), compared field by field, domains by their UTF-8 bytes.
 */

/** 0: timers due at the instant that were armed before it. 1: an event or control operation. 2: timers armed during the instant for it. */
export type Phase = 0 | 1 | 2;

export interface CauseKey {
  readonly timestampMs: number;
  readonly phase: Phase;
  /** The domain that stamped the cause; empty for timers: one instant is one cause everywhere. */
  readonly domain: string;
  /** Ingestion number at that domain; 0 for timers. */
  readonly seq: number;
  /** Steps of insert-into routing, breadth first; empty for the cause itself. */
  readonly path: readonly number[];
}

const NO_PATH: readonly number[] = Object.freeze([]);

export function timerKey(timestampMs: number, phase: 0 | 2 = 0): CauseKey {
  return { timestampMs, phase, domain: '', seq: 0, path: NO_PATH };
}

export function eventKey(timestampMs: number, domain: string, seq: number): CauseKey {
  return { timestampMs, phase: 1, domain, seq, path: NO_PATH };
}

export function compareKeys(a: CauseKey, b: CauseKey): number {
  return (
    a.timestampMs - b.timestampMs ||
    a.phase - b.phase ||
    compareDomains(a.domain, b.domain) ||
    a.seq - b.seq ||
    comparePaths(a.path, b.path)
  );
}

export function sameKey(a: CauseKey, b: CauseKey): boolean {
  return compareKeys(a, b) === 0;
}

/** Order of the UTF-8 bytes, which is the order of code points (not of UTF-16 units). */
export function compareDomains(a: string, b: string): number {
  if (a === b) return 0;
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xSurrogate = (x & 0xf800) === 0xd800;
    const ySurrogate = (y & 0xf800) === 0xd800;
    if (xSurrogate !== ySurrogate) return xSurrogate ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function comparePaths(a: readonly number[], b: readonly number[]): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] ?? 0) - (b[i] ?? 0);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/** `1000/1/renci/17` and `1000/1/renci/17/0.2`: for item ids, logs and the store; unique per key. */
export function stringifyKey(key: CauseKey): string {
  const path = key.path.length === 0 ? '' : `/${key.path.join('.')}`;
  return `${key.timestampMs}/${key.phase}/${key.domain}/${key.seq}${path}`;
}
