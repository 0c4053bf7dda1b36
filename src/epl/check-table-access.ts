/** `T[key].column`, `T.column`, `T[key]`, `T.keys()`: reading a table outside of the from clause (Esper reference §6.3.6). */
import type { AstCallStep, AstChain } from '../model/ast.ts';
import type { CheckedExpression } from '../model/checked.ts';
import type { EventType } from '../model/event-type.ts';
import { arrayOf, OBJECT } from '../model/value.ts';
import { didYouMeanHint } from './names.ts';
import { type Context, fail } from './scope.ts';
import { areEquatable, describeType } from './typing.ts';

const freeze = Object.freeze;

/** The access and the number of steps that it uses; null if the chain does not begin with a table. */
export function tableAccess(
  chain: AstChain,
  context: Context,
): { readonly expression: CheckedExpression; readonly used: number } | null {
  const [first, ...rest] = chain.steps;
  if (first?.kind !== 'name') return null;
  const table = context.environment.catalog.eventType(first.name);
  if (table?.kind !== 'table') return null;
  const keyNames = table.table?.keys ?? [];
  const [index] = rest;
  if (index?.kind === 'call') return { expression: keysOf(table, index, chain), used: 2 };
  const given = index?.kind === 'index' ? index.keys : [];
  const keys = given.map((k) => context.environment.check(k, { ...context, noAggregates: 'in the key of a table' }));
  if (keys.length !== keyNames.length) {
    const wanted = keyNames.length === 0 ? 'it has no key' : `its key is ${keyNames.join(', ')}`;
    fail(
      'WRONG_ARGUMENTS',
      `the table '${table.name}' is read by ${keyNames.length} key(s), not ${keys.length}`,
      index?.kind === 'index' ? index.position : first.position,
      wanted,
    );
  }
  keys.forEach((key, i) => requireKeyType(table, keyNames[i] ?? '', key));
  const at = index?.kind === 'index' ? 2 : 1;
  const step = chain.steps[at];
  if (step?.kind !== 'name') {
    const type = { kind: 'event', typeName: table.name } as const;
    return { expression: access(table, keys, null, type, chain), used: at };
  }
  const column = table.properties.find((p) => p.name === step.name);
  if (column === undefined) {
    const names = table.properties.map((p) => p.name);
    return fail(
      'UNKNOWN_PROPERTY',
      `the table '${table.name}' has no column '${step.name}'`,
      step.position,
      didYouMeanHint(step.name, names),
    );
  }
  return { expression: access(table, keys, column.name, column.type, chain), used: at + 1 };
}

function access(
  table: EventType,
  keys: readonly CheckedExpression[],
  column: string | null,
  type: CheckedExpression['type'],
  ast: AstChain,
): CheckedExpression {
  return freeze({ kind: 'tableAccess', table: table.name, keys: freeze(keys), column, type, nullable: true, ast });
}

/** `T.keys()`. */
function keysOf(table: EventType, step: AstCallStep, ast: AstChain): CheckedExpression {
  if (step.name.toLowerCase() !== 'keys') {
    fail('UNKNOWN_FUNCTION', `tables have no function '${step.name}'`, step.position, `write ${table.name}.keys()`);
  }
  if (step.args.length > 0) fail('WRONG_ARGUMENTS', 'keys takes no arguments', step.position);
  const [first, more] = table.table?.keys ?? [];
  if (first === undefined) {
    fail('INVALID_STATEMENT', `the table '${table.name}' has no key, and keys() no use`, step.position);
  }
  const declared = table.properties.find((p) => p.name === first)?.type ?? OBJECT;
  const type = arrayOf(more === undefined ? declared : arrayOf(OBJECT));
  const parts = { table: table.name, keys: freeze([]), listing: true, column: null };
  return freeze({ kind: 'tableAccess', ...parts, type, nullable: false, ast });
}

function requireKeyType(table: EventType, name: string, key: CheckedExpression): void {
  const declared = table.properties.find((p) => p.name === name);
  if (declared === undefined || areEquatable(key.type, declared.type)) return;
  fail(
    'TYPE_MISMATCH',
    `the key '${name}' of the table '${table.name}' is ${describeType(declared.type)}, not ${describeType(key.type)}`,
    key.ast.position,
  );
}
