/** Checked expressions by hand, and events to evaluate them on. */
import type { AggregateSpec, CheckedExpression, CompareOp } from '../../../../src/model/checked.ts';
import type { AstExpression } from '../../../../src/model/ast.ts';
import type { Event } from '../../../../src/model/event.ts';
import type { EventType } from '../../../../src/model/event-type.ts';
import { BOOLEAN, DOUBLE, INT, LONG, NULL_TYPE, STRING } from '../../../../src/model/value.ts';
import type { Value, ValueType } from '../../../../src/model/value.ts';
import type { EvaluationContext, EventRow, WindowAccess } from '../../../../src/engine/evaluation.ts';
import { compileExpression } from '../../../../src/engine/compile/compile.ts';

export const AST = {
  kind: 'literal',
  value: null,
  position: { offset: 0, length: 1, line: 1, column: 1 },
} as unknown as AstExpression;

export function lit(value: Value, type?: ValueType): CheckedExpression {
  return { kind: 'literal', value, type: type ?? typeOf(value), nullable: value === null, ast: AST };
}

function typeOf(value: Value): ValueType {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? ((value | 0) === value ? INT : LONG) : DOUBLE;
    case 'string':
      return STRING;
    case 'boolean':
      return BOOLEAN;
    default:
      return NULL_TYPE;
  }
}

export function prop(name: string, type: ValueType = DOUBLE, stream = 0, nullable = true): CheckedExpression {
  return {
    kind: 'property',
    ref: { level: 0, stream, tag: null },
    path: [{ kind: 'name', name, dynamic: false }],
    type,
    nullable,
    ast: AST,
  };
}

export function compare(op: CompareOp, left: CheckedExpression, right: CheckedExpression): CheckedExpression {
  return { kind: 'compare', op, left, right, type: BOOLEAN, nullable: true, ast: AST };
}

export function logical(op: 'and' | 'or', ...operands: readonly CheckedExpression[]): CheckedExpression {
  return { kind: 'logical', op, operands, type: BOOLEAN, nullable: true, ast: AST };
}

export function not(operand: CheckedExpression): CheckedExpression {
  return { kind: 'not', operand, type: BOOLEAN, nullable: true, ast: AST };
}

export function arith(
  op: '+' | '-' | '*' | '/' | '%',
  left: CheckedExpression,
  right: CheckedExpression,
  type: ValueType,
): CheckedExpression {
  return { kind: 'arithmetic', op, left, right, type, nullable: true, ast: AST };
}

export function aggregateSpec(
  name: string,
  args: readonly CheckedExpression[],
  more: Partial<AggregateSpec> = {},
): AggregateSpec {
  return {
    name,
    distinct: false,
    wildcard: args.length === 0,
    args,
    filter: null,
    groupBy: null,
    type: args[0]?.type ?? LONG,
    ast: AST,
    ...more,
  };
}

class TestEvent {
  [slot: `$${string}`]: Value;
  readonly type: EventType;
  readonly timestampMs: number;
  readonly domain = '';
  readonly seq = 0;
  readonly part = 0;
  readonly extra: Readonly<Record<string, Value>> | null;

  constructor(type: EventType, timestampMs: number, extra: Readonly<Record<string, Value>> | null) {
    this.type = type;
    this.timestampMs = timestampMs;
    this.extra = extra;
  }
}

export function makeEvent(
  properties: Readonly<Record<string, Value>>,
  options: { name?: string; timestampMs?: number; extra?: Readonly<Record<string, Value>>; supertypes?: string[] } = {},
): Event {
  const type: EventType = {
    name: options.name ?? 'E',
    supertypes: options.supertypes ?? [],
    properties: Object.entries(properties).map(([name, value]) => ({ name, type: typeOf(value) })),
  };
  const event = new TestEvent(type, options.timestampMs ?? 0, options.extra ?? null);
  for (const [name, value] of Object.entries(properties)) event[`$${name}`] = value;
  return event;
}

export function makeContext(more: Partial<EvaluationContext> = {}): EvaluationContext {
  return {
    nowMs: 0,
    aggregates: [],
    outer: [],
    rolledUp: 0,
    variable: () => null,
    tableRow: () => null,
    tableKeys: () => [],
    contextProperty: () => null,
    window: (): WindowAccess => {
      throw new Error('no window');
    },
    removing: false,
    subquery: () => [],
    ...more,
  };
}

/** Evaluates on events made of the given properties, one per stream. */
export function evaluate(
  e: CheckedExpression,
  ...events: readonly (Event | Readonly<Record<string, Value>> | null)[]
): Value {
  const row: EventRow = events.map((x) =>
    x === null || x instanceof TestEvent ? (x as Event | null) : makeEvent(x as Readonly<Record<string, Value>>),
  );
  return compileExpression(e)(row, makeContext());
}
