/**
 * `on X select | delete | update | merge` on named windows and tables (Esper reference §6.4 to §6.7). Each triggering
 * event finds the rows that meet `where` and acts on them at once; what it does to a named window is one step.
 * Rows of expressions: [window's row, trigger, row before the statement]. State: none beside the subqueries'.
 */
import type { CheckedExpression, Column } from '../../model/checked.ts';
import type { MergeAction, MergeBranch, OnDelete, OnMerge, OnUpdate, StoreAccess } from '../../model/checked-store.ts';
import { assert } from '../../model/errors.ts';
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import { compilePredicate } from '../compile/compile.ts';
import type { Predicate } from '../evaluation.ts';
import { compileProjection } from '../result/projection.ts';
import type { Projection } from '../result/projection.ts';
import type { LookupProgram } from '../store/lookup.ts';
import { planLookup, StoreLookup } from '../store/lookup.ts';
import type { AssignmentsProgram } from '../store/step.ts';
import { changeRow, compileAssignments } from '../store/step.ts';
import type { RowChange, Store } from '../store/store.ts';
import type { EventClass } from './event-class.ts';
import { InsertTarget } from './insert-target.ts';
import type { InstanceContext } from './instance-context.ts';
import type { OutputRow } from './output-row.ts';
import { ResultRow } from './output-row.ts';
import type { InstanceHost, StatementInstance, StatementProgram, Told } from './statement.ts';
import type { TriggerProgram } from './trigger-streams.ts';
import { compileTrigger, TriggerStreams } from './trigger-streams.ts';

/** What the statement does with the rows that one trigger has found. */
export interface StoreAction {
  act(found: readonly Event[], trigger: Event): void;
}

interface Parts {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly trigger: TriggerProgram;
  readonly lookup: LookupProgram;
  readonly action: ActionProgram;
}

type ActionProgram =
  | { readonly kind: 'delete' }
  | { readonly kind: 'update'; readonly assignments: AssignmentsProgram }
  | { readonly kind: 'merge'; readonly insertOnly: boolean; readonly branches: readonly BranchProgram[] };

interface BranchProgram {
  readonly matched: boolean;
  readonly condition: Predicate;
  readonly actions: readonly MergeProgram[];
}

type MergeProgram =
  | {
      readonly kind: 'insert';
      readonly action: Extract<MergeAction, { kind: 'insert' }>;
      readonly project: Projection;
      readonly where: Predicate;
    }
  | { readonly kind: 'update'; readonly assignments: AssignmentsProgram; readonly where: Predicate }
  | { readonly kind: 'delete'; readonly where: Predicate };

export function compileOnStore(statement: OnDelete | OnUpdate | OnMerge, index: number): StatementProgram {
  const { target } = statement;
  const trigger = triggerOf(statement);
  const parts: Parts = {
    name: target.eventType.name,
    columns: target.eventType.properties,
    trigger,
    lookup: planLookup(statement.where),
    action: actionOf(statement),
  };
  return {
    name: statement.name,
    index,
    columns: parts.columns,
    streams: trigger.streams,
    views: trigger.views,
    consumers: trigger.consumers,
    instantiate: (host) => new OnStoreInstance(parts, host),
  };
}

export function triggerOf({ trigger, subqueries }: Pick<StoreAccess, 'trigger' | 'subqueries'>): TriggerProgram {
  assert(trigger !== null, 'an on-statement has a trigger');
  return compileTrigger(trigger, subqueries);
}

function actionOf(statement: OnDelete | OnUpdate | OnMerge): ActionProgram {
  switch (statement.kind) {
    case 'onDelete':
      return { kind: 'delete' };
    case 'onUpdate':
      return { kind: 'update', assignments: compileAssignments(statement.assignments, statement.target.eventType) };
    case 'onMerge':
      return {
        kind: 'merge',
        insertOnly: statement.insertOnly,
        branches: statement.branches.map((b) => branchOf(b, statement)),
      };
  }
}

function branchOf(branch: MergeBranch, access: StoreAccess): BranchProgram {
  return {
    matched: branch.matched,
    condition: predicate(branch.condition),
    actions: branch.actions.map((a) => mergeOf(a, access)),
  };
}

function predicate(conjuncts: readonly CheckedExpression[]): Predicate {
  return conjuncts.length === 0 ? () => true : compilePredicate(conjuncts);
}

function mergeOf(action: MergeAction, { target, trigger }: StoreAccess): MergeProgram {
  const where = predicate(action.where);
  switch (action.kind) {
    case 'insert': {
      const streams = trigger === null ? [target] : [target, trigger];
      const project = compileProjection({ streams, select: action.select, columns: action.columns });
      return { kind: 'insert', action, project, where };
    }
    case 'update':
      return { kind: 'update', assignments: compileAssignments(action.assignments, target.eventType), where };
    case 'delete':
      return { kind: 'delete', where };
  }
}

class OnStoreInstance implements StatementInstance {
  readonly context: InstanceContext;
  readonly #parts: Parts;
  readonly #host: InstanceHost;
  readonly #streams: TriggerStreams;
  readonly #store: Store;
  readonly #class: EventClass;
  readonly #lookup: StoreLookup;
  readonly #targets = new Map<MergeProgram, InsertTarget>();
  #insert: OutputRow[] = [];
  #remove: OutputRow[] = [];
  #part = 0;

  constructor(parts: Parts, host: InstanceHost) {
    this.#parts = parts;
    this.#host = host;
    this.context = host.newContext();
    this.#streams = new TriggerStreams(parts.trigger, host, this.context);
    this.#store = host.store(parts.name);
    this.#class = host.eventClass(parts.name);
    this.#lookup = new StoreLookup(parts.lookup, this.#store);
    if (parts.action.kind !== 'merge') return;
    for (const { actions } of parts.action.branches) {
      for (const a of actions) {
        if (a.kind !== 'insert') continue;
        this.#targets.set(a, new InsertTarget(a.action.insertInto, a.action.columns, host));
      }
    }
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
    const { action } = this.#parts;
    for (const trigger of triggers) {
      const insertOnly = action.kind === 'merge' && action.insertOnly;
      const found = insertOnly ? [] : this.#lookup.find([null, trigger], this.context);
      switch (action.kind) {
        case 'delete':
          if (found.length > 0) this.#delete(found);
          break;
        case 'update':
          if (found.length > 0) this.#update(action.assignments, found, trigger);
          break;
        case 'merge':
          this.#merge(action.branches, found, trigger);
          break;
      }
    }
  }

  #delete(found: readonly Event[]): void {
    this.#store.apply({ remove: found, changes: [], insert: [] });
    for (const row of found) this.#insert.push(row);
  }

  #update(assignments: AssignmentsProgram, found: readonly Event[], trigger: Event): void {
    const changes = found.map((row) => changeRow(assignments, row, trigger, row, this.#class, this.context));
    this.#applyChanges({ remove: [], changes, insert: [] });
  }

  #applyChanges(step: Parameters<Store['apply']>[0]): void {
    const { after, before, inserted } = this.#store.apply(step);
    for (const row of [...after, ...inserted]) this.#insert.push(row);
    for (const row of [...before, ...step.remove]) this.#remove.push(row);
  }

  /** Everything that one trigger does is one step. */
  #merge(branches: readonly BranchProgram[], found: readonly Event[], trigger: Event): void {
    const step: { readonly remove: Event[]; readonly changes: RowChange[]; readonly insert: Event[] } = {
      remove: [],
      changes: [],
      insert: [],
    };
    if (found.length === 0) this.#mergeRow(branches, null, trigger, step);
    for (const row of found) this.#mergeRow(branches, row, trigger, step);
    if (step.remove.length + step.changes.length + step.insert.length > 0) this.#applyChanges(step);
  }

  /** The first branch whose condition holds acts. */
  #mergeRow(
    branches: readonly BranchProgram[],
    row: Event | null,
    trigger: Event,
    step: { readonly remove: Event[]; readonly changes: RowChange[]; readonly insert: Event[] },
  ): void {
    const branch = branches.find((b) => b.matched === (row !== null) && b.condition([row, trigger, row], this.context));
    if (branch === undefined) return;
    let present = row;
    let change: RowChange | null = null;
    for (const action of branch.actions) {
      if (!action.where([present ?? row, trigger, row], this.context)) continue;
      switch (action.kind) {
        case 'insert':
          this.#insertRow(action, [present ?? row, trigger], step.insert);
          break;
        case 'update':
          if (present === null || row === null) break;
          change = both(change, changeRow(action.assignments, present, trigger, row, this.#class, this.context));
          present = change.after;
          break;
        case 'delete':
          present = null;
          break;
      }
    }
    if (row === null) return;
    if (present === null) step.remove.push(row);
    else if (change !== null) step.changes.push(change);
  }

  #insertRow(action: Extract<MergeProgram, { kind: 'insert' }>, row: readonly (Event | null)[], own: Event[]): void {
    const target = this.#targets.get(action);
    assert(target !== undefined, 'targets are made with the instance');
    const made = target.make(action.project(row, this.context), this.#part++);
    if (made instanceof ResultRow) return;
    if (action.action.own) own.push(made);
    else this.#host.route(made, action.action.insertInto.typeName);
  }

  finish(): Told | null {
    if (this.#insert.length === 0 && this.#remove.length === 0) return null;
    const told = { insert: this.#insert, remove: this.#remove, updates: null };
    this.#insert = [];
    this.#remove = [];
    return told;
  }
  iterate(): readonly OutputRow[] {
    return [];
  }
  stop(): void {
    this.#streams.stop();
  }
}

/** A second update of one row adds to the first. */
function both(first: RowChange | null, second: RowChange): RowChange {
  if (first === null) return second;
  const columns = [...first.columns, ...second.columns];
  return { ...second, columns, reset: bothResets(first.reset, second.reset) };
}

function bothResets(a: RowChange['reset'], b: RowChange['reset']): RowChange['reset'] {
  if (a === null || b === 'all') return b;
  return b === null || a === 'all' ? a : new Set([...a, ...b]);
}
