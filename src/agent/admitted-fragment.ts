/** A fragment as it was admitted here: all that is known of it before it runs. */
import type { LayeredCatalog } from '../epl/catalog.ts';
import type { CheckedModule, SelectStatement } from '../model/checked.ts';
import type { RowCap } from './policy-check.ts';
import type { SilentText } from './silent-fragment.ts';

export interface AdmittedFragment {
  readonly module: CheckedModule;
  readonly statement: SelectStatement;
  /** The text as printed from its tree: equal fragments have equal texts. */
  readonly canonical: string;
  /** True if a running fragment may serve a later consumer (DESIGN §5, rule "share"). */
  readonly shareable: boolean;
  /** True for a view whose rows are joined ones: it gives them ids (joined-rows.ts). */
  readonly joined: boolean;
  /** Batches end on the grid of this size; what a start off the grid cuts short does not leave. Null: no such rule. */
  readonly gridMs: number | null;
  readonly caps: readonly RowCap[];
  /** What a silent fragment watches; null for others. `module` is then the window whose rows it sends. */
  readonly silent: SilentText['condition'] | null;
  /** Of a placed residual: the types of its inputs. */
  readonly inputs?: LayeredCatalog | undefined;
}
