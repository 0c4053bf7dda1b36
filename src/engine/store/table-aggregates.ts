/**
 * Aggregation columns of a table: per row one accumulator a column, filled by `into table` statements. An accumulator
 * reads its arguments from cells that the writing statement fills, so that several statements share a column whatever
 * they compute it from.
 */
import type { AggregateSpec, CheckedExpression } from '../../model/checked.ts';
import type { EventType, TableAggregate, TableArgument } from '../../model/event-type.ts';
import type { AstExpression } from '../../model/ast.ts';
import { argumentOf as argumentEvaluator } from '../aggregate/argument.ts';
import { sketchColumn } from '../aggregate/sketch-column.ts';
import { accumulatorFor } from '../aggregate/accumulator-for.ts';
import type { AccumulatorConstructor } from '../evaluation.ts';

const NOWHERE = { offset: 0, length: 0, line: 1, column: 1 } as const;

/** Name of the cell of an argument: no identifier of EPL, so it hides no variable. */
export function cellOf(argument: number): string {
  return `~${argument}`;
}

function argumentOf(argument: TableArgument, at: number, ast: AstExpression): CheckedExpression {
  const { type, property, descending } = argument;
  const value: CheckedExpression =
    property === null
      ? { kind: 'variable', name: cellOf(at), path: [], type, nullable: true, ast }
      : {
          kind: 'property',
          ref: { level: 0, stream: 0, tag: null },
          path: [{ kind: 'name', name: property, dynamic: false }],
          type,
          nullable: true,
          ast,
        };
  return descending ? { kind: 'call', name: 'desc', args: [value], type, nullable: true, ast } : value;
}

function accumulatorOf(aggregate: TableAggregate): AccumulatorConstructor {
  const ast: AstExpression = { kind: 'literal', type: 'null', value: null, position: NOWHERE };
  const spec: AggregateSpec = {
    name: aggregate.name,
    distinct: aggregate.distinct,
    wildcard: aggregate.wildcard,
    args: aggregate.args.map((a, i) => argumentOf(a, i, ast)),
    filter: null,
    groupBy: null,
    type: aggregate.type,
    ast,
  };
  const { sketch } = aggregate;
  return sketch === undefined ? accumulatorFor(spec, { leaves: true }) : sketchColumn(argumentEvaluator(spec), sketch);
}

/** Makes the accumulators of a row, in order of the columns. */
export function compileTableAggregates(type: EventType): readonly AccumulatorConstructor[] {
  return (type.table?.aggregates ?? []).map(accumulatorOf);
}
