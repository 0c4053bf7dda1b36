/**
 * The rows of a join of two streams that one event makes with the rows of the other side that have its key, as one
 * generated function: what is left of the condition and the select clause stand within its loop.
 */
import type { CheckedExpression, Column } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { Ring } from '../join/ring.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import { instantiate } from './code-cache.ts';
import { emit } from './emit.ts';
import { isTrue } from './emit-logic.ts';
import { emitRow } from './emit-row.ts';
import { Scope } from './scope.ts';

/** Rows of one cause; null while there are none. */
export type PairRows = OutputRow[] | null;

/** Appends the rows of `event` with `others` to `out`, but for those with an event of `except`; the list is made with the first row. */
export type PairExpansion = (
  event: Event,
  others: Ring<Event>,
  context: EvaluationContext,
  out: PairRows,
  except: ReadonlySet<Event> | null,
) => PairRows;

export interface PairSpec {
  /** Stream of the event. */
  readonly from: 0 | 1;
  /** Conjuncts on the event alone. */
  readonly own: readonly CheckedExpression[];
  readonly conjuncts: readonly CheckedExpression[];
  readonly select: readonly CheckedExpression[];
  readonly columns: readonly Column[];
}

const EVENTS: ReadonlyMap<number, string> = new Map([
  [0, 'a'],
  [1, 'b'],
]);

/** Null of a condition counts as false. */
export function compilePairExpansion({ from, own, conjuncts, select, columns }: PairSpec): PairExpansion {
  const scope = new Scope(emit, { row: '[a,b]', events: EVENTS });
  const [event, other] = from === 0 ? ['a', 'b'] : ['b', 'a'];
  const stop = own.length === 0 ? '' : `if(!(${own.map((c) => isTrue(c, scope)).join('&&')}))return out;`;
  const skip = conjuncts.length === 0 ? '' : `if(!(${conjuncts.map((c) => isTrue(c, scope)).join('&&')}))continue;`;
  const row = emitRow(select, columns, scope);
  const body = `${stop}const items=others.items,mask=items.length-1,head=others.head,size=others.size;
for(let i=0;i<size;i++){const ${other}=items[head+i&mask];
if(except!==null&&except.has(${other}))continue;
${skip}const row=${row};if(out===null)out=[row];else out.push(row);}
return out;`;
  return instantiate(
    `${scope.prologue()}return function(${event},others,cx,out,except){${scope.declarations()}${body}};`,
    scope.constants,
  ) as PairExpansion;
}
