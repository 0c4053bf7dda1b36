/**
 * `on X [insert into T] select [and delete] … from W …` (Esper reference §6.4): each trigger selects from the window's
 * present rows that meet `where`; aggregates are over those rows alone. State: none beside the subqueries'.
 */
import type { SelectStatement } from '../../model/checked.ts';
import type { OnSelect } from '../../model/checked-store.ts';
import { assert } from '../../model/errors.ts';
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import type { EventType } from '../../model/event-type.ts';
import type { EventRow } from '../evaluation.ts';
import { Finish } from '../result/finish.ts';
import { Outcome } from '../result/outcome.ts';
import type { ResultSet } from '../result/result-set.ts';
import type { LookupProgram } from '../store/lookup.ts';
import { planLookup, StoreLookup } from '../store/lookup.ts';
import type { Store } from '../store/store.ts';
import { InsertTarget } from './insert-target.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import { ResultRow } from './output-row.ts';
import type { ResultParts } from './result-parts.ts';
import { compileResult, makeResultSet } from './result-parts.ts';
import type { InstanceHost, StatementInstance, StatementProgram, Told } from './statement.ts';
import type { TriggerProgram } from './trigger-streams.ts';
import { compileTrigger, TriggerStreams } from './trigger-streams.ts';

interface Parts {
  readonly select: SelectStatement;
  readonly store: string;
  readonly trigger: TriggerProgram;
  readonly lookup: LookupProgram;
  readonly result: ResultParts;
  readonly delete: boolean;
}

export function compileOnSelect(
  statement: OnSelect,
  index: number,
  typeOf: (name: string) => EventType,
): StatementProgram {
  const { select } = statement;
  const [target, trigger] = select.streams;
  assert(target !== undefined && trigger !== undefined, 'on select has a window and a trigger');
  const program = compileTrigger({ ...trigger, unidirectional: false }, select.subqueries);
  const parts: Parts = {
    select,
    store: target.eventType.name,
    trigger: program,
    lookup: planLookup(select.where),
    result: compileResult(select, { leaves: false, removes: false }),
    delete: statement.delete,
  };
  return {
    name: statement.name,
    index,
    columns: select.insertInto === null ? select.columns : typeOf(select.insertInto.typeName).properties,
    streams: program.streams,
    views: program.views,
    consumers: program.consumers,
    instantiate: (host) => new OnSelectInstance(parts, host),
  };
}

class OnSelectInstance implements StatementInstance {
  readonly context: InstanceContext;
  readonly #parts: Parts;
  readonly #host: InstanceHost;
  readonly #streams: TriggerStreams;
  readonly #store: Store;
  readonly #lookup: StoreLookup;
  readonly #resultSet: ResultSet;
  readonly #finish: Finish;
  readonly #target: InsertTarget | null;
  #insert: OutputRow[] = [];
  #part = 0;

  constructor(parts: Parts, host: InstanceHost) {
    this.#parts = parts;
    this.#host = host;
    this.context = host.newContext();
    this.#streams = new TriggerStreams(parts.trigger, host, this.context);
    this.#store = host.store(parts.store);
    this.#lookup = new StoreLookup(parts.lookup, this.#store);
    this.#resultSet = makeResultSet(parts.result, this.context);
    this.#finish = new Finish(parts.select, (name) => host.variable(name));
    const { insertInto, columns } = parts.select;
    this.#target = insertInto === null ? null : new InsertTarget(insertInto, columns, host);
  }

  accept(slot: number, events: readonly Event[]): void {
    this.#streams.accept(slot, events);
  }
  acceptOne(slot: number, event: Event): void {
    this.#streams.accept(slot, [event]);
  }
  acceptUpdates(slot: number, updates: readonly Update[]): void {
    this.#streams.acceptUpdates(slot, updates);
  }
  acceptChange(slot: number, insert: readonly Event[], remove: readonly Event[]): void {
    this.#streams.acceptChange(slot, insert, remove);
  }

  evaluate(): void {
    const triggers = this.#streams.take();
    if (triggers.length === 0) return;
    this.#part = 0;
    for (const trigger of triggers) {
      const found = this.#lookup.find([null, trigger], this.context);
      this.#select(found.map((row) => [row, trigger]));
      if (this.#parts.delete && found.length > 0) this.#store.apply({ remove: found, changes: [], insert: [] });
    }
  }

  #select(rows: readonly EventRow[]): void {
    const outcome = new Outcome();
    this.#resultSet.clear();
    this.#resultSet.process(rows, [], outcome);
    const made = this.#finish.apply(outcome.insert);
    for (const row of this.#target === null ? made : this.#targeted(this.#target, made)) this.#insert.push(row);
  }

  #targeted(target: InsertTarget, rows: readonly OutputRow[]): readonly OutputRow[] {
    const { insertInto } = this.#parts.select;
    return rows.map((row) => {
      const made = target.make(row, this.#part++);
      if (!(made instanceof ResultRow) && insertInto !== null) this.#host.route(made, insertInto.typeName);
      return made;
    });
  }

  finish(): Told | null {
    if (this.#insert.length === 0) return null;
    const told = { insert: this.#insert, remove: [], updates: null };
    this.#insert = [];
    return told;
  }
  iterate(): readonly OutputRow[] {
    return [];
  }
  stop(): void {
    this.#streams.stop();
  }
}
