/**
 * Split streams: `on Type insert into … where … insert into … [output first | all]` (Esper 5.15). The first branch whose
 * `where` holds takes the event, or every such branch with `output all`; null counts as false. State: none.
 */
import type { OnSplit, SplitBranch } from '../../model/checked.ts';
import type { Update } from '../../model/delta.ts';
import type { Event } from '../../model/event.ts';
import { compilePredicate } from '../compile/compile.ts';
import type { Predicate } from '../evaluation.ts';
import { compileProjection } from '../result/projection.ts';
import type { Projection } from '../result/projection.ts';
import type { ContainedProgram } from './contained.ts';
import { compileContained, ContainedExpander } from './contained.ts';
import { InsertTarget } from './insert-target.ts';
import type { InstanceContext } from './instance-context.ts';
import { ResultRow } from './output-row.ts';
import type { OutputRow } from './output-row.ts';
import type { InstanceHost, StatementInstance, StatementProgram } from './statement.ts';
import type { TriggerProgram } from './trigger-streams.ts';
import { compileTrigger, TriggerStreams } from './trigger-streams.ts';

interface BranchProgram {
  readonly branch: SplitBranch;
  readonly contained: ContainedProgram | null;
  readonly where: Predicate;
  readonly project: Projection;
}

export function compileSplit(statement: OnSplit, index: number): StatementProgram {
  const trigger = compileTrigger(statement.stream, statement.subqueries);
  const branches = statement.branches.map((branch): BranchProgram => {
    const streams = [{ ...statement.stream, eventType: branch.eventType }];
    return {
      branch,
      contained: compileContained(branch.contained, branch.eventType),
      where: compilePredicate(branch.where),
      project: compileProjection({ streams, select: branch.select, columns: branch.columns }),
    };
  });
  return {
    name: statement.name,
    index,
    columns: [],
    streams: trigger.streams,
    views: trigger.views,
    consumers: trigger.consumers,
    instantiate: (host) => new SplitInstance(trigger, branches, statement.output === 'all', host),
  };
}

interface Branch {
  readonly program: BranchProgram;
  readonly target: InsertTarget;
  readonly expander: ContainedExpander | null;
}

class SplitInstance implements StatementInstance {
  readonly context: InstanceContext;
  readonly #host: InstanceHost;
  readonly #streams: TriggerStreams;
  readonly #branches: readonly Branch[];
  readonly #all: boolean;
  #part = 0;

  constructor(trigger: TriggerProgram, branches: readonly BranchProgram[], all: boolean, host: InstanceHost) {
    this.#host = host;
    this.#all = all;
    this.context = host.newContext();
    this.#streams = new TriggerStreams(trigger, host, this.context);
    this.#branches = branches.map((program) => ({
      program,
      target: new InsertTarget(program.branch.insertInto, program.branch.columns, host),
      expander:
        program.contained === null ? null : new ContainedExpander(program.contained, (type) => host.classFor(type)),
    }));
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
    this.#part = 0;
    for (const event of this.#streams.take()) {
      for (const branch of this.#branches) {
        if (this.#insert(branch, event) && !this.#all) break;
      }
    }
  }

  /** True if the branch has taken anything. */
  #insert({ program, target, expander }: Branch, event: Event): boolean {
    const rows = expander === null ? [event] : (expander.expand(event, this.context) ?? []);
    let taken = false;
    for (const row of rows) {
      if (!program.where([row], this.context)) continue;
      taken = true;
      const made = target.make(program.project([row], this.context), this.#part++);
      if (!(made instanceof ResultRow)) this.#host.route(made, program.branch.insertInto.typeName);
    }
    return taken;
  }

  finish(): null {
    return null;
  }
  iterate(): readonly OutputRow[] {
    return [];
  }
  stop(): void {
    this.#streams.stop();
  }
}
