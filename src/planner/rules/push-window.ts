/**
 * Rule "push the data window": the domain that owns the stream keeps the window and sends what enters and leaves.
 *
 * Safe when: the reference has one domain (then membership depends on rows of that domain alone), and no prev, prior,
 * variable or subquery touches the window.
 * Unsafe when: several domains feed one window whose rows displace each other (length, unique(host), sort, every batch …):
 * then only inserts are shipped and the window stays in the residual.
 *
 * Worth it only if a where conjunct rides on top: otherwise the inserts alone say as much as inserts and removals. For
 * windows whose membership depends only on the row itself and the clock (time, keepall) the receiver expires by the same
 * rule (DESIGN §5, "leave expiry of #time to the receiver") and the conjunct may move into the stream's filter.
 */
import type { CheckedStream, WindowSpec } from '../../model/checked.ts';
import { walkExpression } from '../../model/expression-tree.ts';

/** Windows where a newer row displaces an older one, and that hand out single rows. */
const DISPLACING: ReadonlySet<string> = new Set([
  'length',
  'lastevent',
  'unique',
  'firstunique',
  'firstevent',
  'firstlength',
  'sort',
  'rank',
  'groupwin',
]);

/** Windows where a row's stay depends on itself and the clock alone. */
const OWN_EXPIRY: ReadonlySet<string> = new Set(['time', 'keepall']);

/** True if all windows of the stream can run at its domain, above it a conjunct, with deltas by row id. */
export function windowCanMove(stream: CheckedStream): boolean {
  return stream.windows.length > 0 && stream.windows.every((w) => DISPLACING.has(w.name) && readsNoVariable(w));
}

/** True if dropping rows before the window is the same as dropping them after it. */
export function windowIgnoresOthers(stream: CheckedStream): boolean {
  return stream.windows.every((w) => OWN_EXPIRY.has(w.name));
}

/** True if the window's parameters are the same wherever it runs. */
export function readsNoVariable(window: WindowSpec): boolean {
  let plain = true;
  for (const arg of window.args) {
    walkExpression(arg, (e) => {
      if (e.kind === 'variable' || e.kind === 'contextProperty' || e.kind === 'subquery') plain = false;
    });
  }
  return plain;
}
