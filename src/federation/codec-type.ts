/** Columns and their types ↔ wire. */
import type { Column } from '../model/checked.ts';
import type { ValueType } from '../model/value.ts';
import { list, Malformed, name, present } from './decoded.ts';
import { COLUMNS, DEPTH, NAME_UNITS } from './limits.ts';
import type { WireColumn, WireType } from './wire/wire.ts';

export function toWireColumn(column: Column): WireColumn {
  return { name: column.name, type: toWireType(column.type) };
}

export function fromWireColumn(column: WireColumn): Column {
  return columnAt(column, 0);
}

function columnAt(column: WireColumn, depth: number): Column {
  return { name: name(column.name, 'column', NAME_UNITS), type: fromWireType(present(column.type, 'type'), depth) };
}

export function toWireType(type: ValueType): WireType {
  switch (type.kind) {
    case 'array':
      return { kind: type.kind, of: toWireType(type.of) };
    case 'struct':
      return { kind: type.kind, members: type.members.map(toWireColumn) };
    case 'event':
      return { kind: type.kind, name: type.typeName };
    default:
      return { kind: type.kind };
  }
}

function fromWireType(type: WireType, depth: number): ValueType {
  if (depth > DEPTH) throw new Malformed(`a type nested deeper than ${DEPTH}`);
  const kind = type.kind ?? '';
  switch (kind) {
    case 'null':
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'string':
    case 'object':
    case 'map':
      return { kind };
    case 'array':
      return { kind, of: fromWireType(present(type.of, 'type of an array'), depth + 1) };
    case 'struct':
      return { kind, members: list(type.members, 'members', COLUMNS).map((m) => columnAt(m, depth + 1)) };
    case 'event':
      return { kind, typeName: name(type.name, 'type name', NAME_UNITS) };
    default:
      throw new Malformed('an unknown type');
  }
}
