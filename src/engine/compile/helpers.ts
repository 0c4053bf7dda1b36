/** Every function and class that generated code may use, by name. Nothing else is in its reach but its constants and arguments. */
import * as sketches from '../aggregate/sketch-column.ts';
import * as cast from '../functions/cast.ts';
import * as dateFormat from '../functions/date-format.ts';
import * as dateTime from '../functions/date-time.ts';
import * as folds from '../functions/enumeration-folds.ts';
import * as enumeration from '../functions/enumeration.ts';
import * as interval from '../functions/interval.ts';
import * as java from '../functions/java.ts';
import * as members from '../functions/members.ts';
import * as period from '../functions/period.ts';
import * as rows from '../functions/rows.ts';
import * as scalar from '../functions/scalar.ts';
import * as text from '../functions/text.ts';
import * as values from '../functions/values.ts';
import { rowClass } from '../runtime/row-class.ts';

export const HELPERS = {
  equals: values.equalValues,
  orderOf: values.orderOf,
  keyOf: values.keyOf,
  keyPart: values.keyPart,
  javaCall: java.javaCall,
  member: members.member,
  property: members.property,
  element: members.element,
  withElement: members.withElement,
  hasMember: members.hasMember,
  hasElement: members.hasElement,
  castTo: cast.castTo,
  isInstance: cast.isInstance,
  textOf: text.textOf,
  doubleText: text.doubleText,
  typeName: text.typeName,
  like: text.like,
  inList: scalar.inList,
  spread: scalar.spread,
  quantified: scalar.quantified,
  between: scalar.between,
  extreme: scalar.extreme,
  remainder: scalar.remainder,
  longBits: scalar.longBits,
  scalarOf: rows.scalarOf,
  structOf: rows.structOf,
  listOf: rows.listOf,
  inRows: rows.inRows,
  quantifiedRows: rows.quantifiedRows,
  formatDate: dateFormat.formatDate,
  parseDate: dateFormat.parseDate,
  applyDateTime: dateTime.applyDateTime,
  applyInterval: interval.applyInterval,
  periodOf: period.periodOf,
  secondsOf: period.secondsOf,
  where: enumeration.where,
  anyOf: enumeration.anyOf,
  allOf: enumeration.allOf,
  countOf: enumeration.countOf,
  firstOf: enumeration.firstOf,
  lastOf: enumeration.lastOf,
  selectFrom: enumeration.selectFrom,
  arrayOf: enumeration.arrayOf,
  take: enumeration.take,
  takeLast: enumeration.takeLast,
  takeWhile: enumeration.takeWhile,
  takeWhileLast: enumeration.takeWhileLast,
  reverse: enumeration.reverse,
  orderBy: enumeration.orderBy,
  distinctOf: enumeration.distinctOf,
  union: enumeration.union,
  intersect: enumeration.intersect,
  except: enumeration.except,
  sequenceEqual: enumeration.sequenceEqual,
  sumOf: folds.sumOf,
  average: folds.average,
  extremeOf: folds.extremeOf,
  extremeBy: folds.extremeBy,
  frequentOf: folds.frequentOf,
  toMap: folds.toMap,
  groupBy: folds.groupBy,
  fold: folds.aggregate,
  sketchFrequency: sketches.sketchFrequency,
  sketchTopk: sketches.sketchTopk,
  rowClass,
} as const;

export type HelperName = keyof typeof HELPERS;
