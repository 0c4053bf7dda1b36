/** Which windows may stand one behind the other (Esper reference §14.1, §14.3.10 groupwin and merge). */
import type { AstWindow } from '../model/ast.ts';
import { isDataWindow, windowName } from './check-windows.ts';
import { renderExpression } from './render.ts';
import { fail } from './scope.ts';

const BATCHES: ReadonlySet<string> = new Set([
  'length_batch',
  'time_batch',
  'time_length_batch',
  'ext_timed_batch',
  'expr_batch',
]);

/** Throws `INVALID_STATEMENT` with the window at fault. Each window has been checked by itself. */
export function requireChain(windows: readonly AstWindow[], retain: 'union' | 'intersection'): void {
  requireGroup(windows);
  const batches = windows.filter((w) => BATCHES.has(windowName(w)));
  const second = batches[1];
  if (second !== undefined && retain === 'intersection') {
    fail(
      'INVALID_STATEMENT',
      `'${batches[0]?.name}' and '${second.name}' are both batches and cannot be combined`,
      second.position,
      'leave one out',
    );
  }
}

function requireGroup(windows: readonly AstWindow[]): void {
  const group = windows.find((w) => windowName(w) === 'groupwin');
  const merge = windows.find((w) => windowName(w) === 'merge');
  const late = windows.slice(1).find((w) => windowName(w) === 'groupwin');
  if (late !== undefined) {
    fail(
      'INVALID_STATEMENT',
      `'${late.name}' stands first among the windows, and once`,
      late.position,
      `write #${late.name}(…) before the others`,
    );
  }
  if (group !== undefined && windows.length === 1) {
    fail(
      'INVALID_STATEMENT',
      `'${group.name}' needs a data window behind it`,
      group.position,
      'add one, such as #length(10), or use group by',
    );
  }
  if (merge === undefined) return;
  if (group === undefined) {
    fail('INVALID_STATEMENT', `'${merge.name}' needs groupwin in front`, merge.position, 'leave it out');
  }
  const keys = (w: AstWindow): string => w.args.map(renderExpression).join(', ');
  if (keys(group) !== keys(merge)) {
    fail(
      'INVALID_STATEMENT',
      `'${merge.name}' merges by (${keys(merge)}), which is not what groupwin groups by`,
      merge.position,
      `write ${merge.name}(${keys(group)})`,
    );
  }
  if (windows.filter((w) => isDataWindow(windowName(w))).length > 1) {
    fail('INVALID_STATEMENT', `'${merge.name}' follows one data window, not several`, merge.position, 'leave it out');
  }
}
