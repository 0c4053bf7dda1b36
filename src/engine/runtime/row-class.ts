/**
 * Output rows as objects of one class per number of columns: a row is one object, not a list within an object, and its
 * list of values is made for whoever asks. All statements with as many columns share the class.
 */
import type { Column } from '../../model/checked.ts';
import { assert } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import { ResultRow } from './output-row.ts';

export type RowClass = new (columns: readonly Column[], ...values: readonly Value[]) => ResultRow;

/** Pure memo: widths are few, and each class costs less than a kilobyte. */
const classes: RowClass[] = [];

/** The class of rows with `width` columns; its constructor takes the columns, then a value for each. */
export function rowClass(width: number): RowClass {
  const known = classes[width];
  if (known !== undefined) return known;
  const names = Array.from({ length: width }, (_, i) => `v${i}`);
  const fields = names.map((v) => `this.${v}=${v};`).join('');
  const values = names.map((v) => `this.${v}`).join(',');
  const source = `'use strict';return class{constructor(${['c', ...names].join(',')}){this.columns=c;${fields}}get values(){return [${values}];}};`;
  // oxlint-disable-next-line no-new-func, no-implied-eval -- made of numbers alone
  const made: unknown = new Function(source)();
  assert(isRowClass(made), 'the generated source returns a class');
  // Not `extends`: a call of the parent's constructor per row would cost more than the row.
  Object.setPrototypeOf(made.prototype, ResultRow.prototype);
  classes[width] = made;
  return made;
}

function isRowClass(candidate: unknown): candidate is RowClass {
  return typeof candidate === 'function';
}
