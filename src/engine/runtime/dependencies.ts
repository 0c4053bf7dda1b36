/** Who uses what an earlier module declared: types, named windows, tables, variables. A module that is used stays. */
import type { CheckedModule } from '../../model/checked.ts';
import { CodedError } from '../../model/errors.ts';

/** Fields of checked statements whose text names a type, a window or table, or a variable. */
const NAMING: ReadonlySet<string> = new Set(['typeName', 'variable', 'table', 'source']);
/** Fields that lead back to the text, or say nothing of what is used. */
const ASIDE: ReadonlySet<string> = new Set(['ast', 'annotations', 'position', 'properties']);

/** Names in the module's statements that are among `known`. */
export function namesUsed(module: CheckedModule, known: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const found = new Set<string>();
  const take = (name: unknown): void => {
    if (typeof name === 'string' && known.has(name)) found.add(name);
  };
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    // A type by its shape (it lists properties), a variable by its kind.
    if ('name' in node && ('properties' in node || ('kind' in node && node.kind === 'variable'))) take(node.name);
    for (const [field, value] of Object.entries(node)) {
      if (ASIDE.has(field)) continue;
      if (NAMING.has(field)) take(value);
      visit(value);
    }
  };
  visit(module.statements);
  return found;
}

export interface Dependent {
  /** Modules that use something which this one declared. */
  users: number;
}

/** What modules declared, by name. */
export class Dependencies<Owner extends Dependent> {
  readonly #owners = new Map<string, Owner>();
  readonly #uses = new Map<Owner, ReadonlySet<Owner>>();

  /** The module counts as a user of whose names it reads, and as the owner of `declared`. */
  add(owner: Owner, module: CheckedModule, declared: readonly string[]): void {
    if (this.#owners.size > 0) {
      const owners = new Set<Owner>();
      for (const name of namesUsed(module, this.#owners)) {
        const used = this.#owners.get(name);
        if (used !== undefined) owners.add(used);
      }
      for (const used of owners) used.users++;
      if (owners.size > 0) this.#uses.set(owner, owners);
    }
    for (const name of declared) this.#owners.set(name, owner);
  }

  /** Throws `IN_USE` while another module reads what this one declared. */
  remove(owner: Owner, declared: readonly string[]): void {
    if (owner.users > 0) {
      throw new CodedError('IN_USE', `${owner.users} other module(s) use what this one declares`, {
        hint: 'end those first',
        data: { declares: declared.join(', ') },
      });
    }
    for (const used of this.#uses.get(owner) ?? []) used.users--;
    this.#uses.delete(owner);
    for (const name of declared) if (this.#owners.get(name) === owner) this.#owners.delete(name);
  }
}
