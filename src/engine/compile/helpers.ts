/** Every function that generated code may call, by name. Nothing else is in its reach but its constants and arguments. */
import * as cast from '../functions/cast.ts';
import * as members from '../functions/members.ts';
import * as rows from '../functions/rows.ts';
import * as scalar from '../functions/scalar.ts';
import * as text from '../functions/text.ts';
import * as values from '../functions/values.ts';

export const HELPERS = {
  equals: values.equalValues,
  orderOf: values.orderOf,
  keyOf: values.keyOf,
  keyPart: values.keyPart,
  member: members.member,
  property: members.property,
  element: members.element,
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
  longBits: scalar.longBits,
  scalarOf: rows.scalarOf,
  structOf: rows.structOf,
  listOf: rows.listOf,
  inRows: rows.inRows,
  quantifiedRows: rows.quantifiedRows,
} as const;

export type HelperName = keyof typeof HELPERS;
