/** How long to wait before the next attempt. */
import type { Random } from '../ports/random.ts';

/** First wait: a server that restarts is back in about this time. */
export const BACKOFF_FIRST_MS = 250;
/** Longest wait: a person who mends a server does not want to wait longer than this for us. */
export const BACKOFF_LAST_MS = 30_000;

/** Doubles with each failure in a row, with jitter down to its half so that many clients do not come back at once. */
export function backoffMs(failures: number, random: Random): number {
  const full = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures, 20));
  return Math.round(full * (0.5 + random.next() / 2));
}
