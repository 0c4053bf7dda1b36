/**
 * Fire-and-forget queries (Esper reference, "Fire-and-forget queries"): a select is a statement that starts from what the
 * windows and tables hold, is iterated and stopped; insert, update and delete are one step on the window or table.
 * State: none that outlives the query.
 */
import type { Column } from '../../model/checked.ts';
import type { CheckedQuery } from '../../model/checked-store.ts';
import { CodedError, unreachable } from '../../model/errors.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import { compileEvaluators } from '../compile/compile.ts';
import { planLookup, StoreLookup } from '../store/lookup.ts';
import { changeRow, compileAssignments } from '../store/step.ts';
import { compileSubquery } from '../subquery/subquery-program.ts';
import { SubqueryState } from '../subquery/subquery-state.ts';
import { InsertTarget } from './insert-target.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import { ListRow, ResultRow } from './output-row.ts';
import { compileSelect } from './select-program.ts';
import type { InstanceHost, StatementInstance, StatementProgram } from './statement.ts';

const NO_EVENTS: readonly Event[] = [];

export interface QueryProgram {
  readonly program: StatementProgram;
  readonly columns: readonly Column[];
  /** True if it changes rows: it is then a cause of its own. */
  readonly changes: boolean;
}

export function compileQuery(query: CheckedQuery, typeOf: (name: string) => EventType): QueryProgram {
  if (query.kind === 'select') {
    const program = compileSelect(query.select, 0, 'rows', typeOf);
    return { program, columns: query.select.columns, changes: false };
  }
  const columns =
    query.kind === 'insert' ? typeOf(query.insertInto.typeName).properties : query.target.eventType.properties;
  const make = actionOf(query);
  const subqueries = query.subqueries.map(compileSubquery);
  const program: StatementProgram = {
    name: null,
    index: 0,
    columns,
    streams: [],
    views: [],
    instantiate: (host) => {
      const context = host.newContext();
      context.subqueries = subqueries.map((s) => new SubqueryState(s, host));
      return new QueryInstance(host, context, make);
    },
  };
  return { program, columns, changes: true };
}

/** Acts, and answers the rows that it touched. */
type Action = (host: InstanceHost, context: InstanceContext) => readonly Event[];

function actionOf(query: Exclude<CheckedQuery, { readonly kind: 'select' }>): Action {
  switch (query.kind) {
    case 'insert': {
      const { insertInto, columns } = query;
      const rows = query.rows.map(compileEvaluators);
      return (host, context) => {
        const target = new InsertTarget(insertInto, columns, host);
        const made = rows.flatMap((row, i): Event[] => {
          const event = target.make(new ListRow(columns, row([], context)), i);
          return event instanceof ResultRow ? [] : [event];
        });
        host.store(insertInto.typeName).insert(made);
        return made;
      };
    }
    case 'update': {
      const { eventType } = query.target;
      const assignments = compileAssignments(query.assignments, eventType);
      const lookup = planLookup(query.where);
      return (host, context) => {
        const store = host.store(eventType.name);
        const eventClass = host.eventClass(eventType.name);
        const found = new StoreLookup(lookup, store).find([null], context);
        const changes = found.map((row) => changeRow(assignments, row, null, row, eventClass, context));
        return found.length === 0 ? NO_EVENTS : store.apply({ remove: [], changes, insert: [] }).after;
      };
    }
    case 'delete': {
      const lookup = planLookup(query.where);
      return (host, context) => {
        const store = host.store(query.target.eventType.name);
        const found = new StoreLookup(lookup, store).find([null], context);
        if (found.length > 0) store.apply({ remove: found, changes: [], insert: [] });
        return found;
      };
    }
    default:
      return unreachable(query);
  }
}

/** A query that changes rows acts when it is iterated. */
class QueryInstance implements StatementInstance {
  readonly context: InstanceContext;
  readonly #host: InstanceHost;
  readonly #act: Action;

  constructor(host: InstanceHost, context: InstanceContext, act: Action) {
    this.#host = host;
    this.context = context;
    this.#act = act;
  }
  accept(): void {}
  acceptOne(): void {}
  acceptUpdates(): void {}
  evaluate(): void {}
  finish(): null {
    return null;
  }
  /** Nothing of a table: Esper answers no rows there (conformance state/nw-faf-01, NOTES). */
  iterate(): readonly OutputRow[] {
    const touched = this.#act(this.#host, this.context);
    return touched[0]?.type.kind === 'table' ? [] : touched;
  }
  stop(): void {}
}

/** Throws `LIMIT_EXCEEDED` for an answer that is too large to hand out at once. */
export function requireAnswerable(rows: readonly OutputRow[]): readonly OutputRow[] {
  if (rows.length <= MAX_ANSWER_ROWS) return rows;
  throw new CodedError('LIMIT_EXCEEDED', `the query has ${rows.length} rows, the limit is ${MAX_ANSWER_ROWS}`, {
    hint: 'add where or limit',
  });
}

/** Rows of one answer: what is larger is not read by a person, and does not fit a message. */
export const MAX_ANSWER_ROWS = 1_000_000;
