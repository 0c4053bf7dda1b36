/** A plan under way: fragments and inputs found so far, and the choices that were met. */
import type { Column } from '../model/checked.ts';
import type { Property } from '../model/event-type.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentEstimate, FragmentKind, PlannedFragment, PlannedInput } from '../model/plan.ts';
import { INT } from '../model/value.ts';
import type { RuleName } from './rules/rule-names.ts';

export interface DraftInput {
  readonly kind: FragmentKind;
  readonly epl: string;
  readonly domains: readonly DomainName[];
  readonly columns: readonly Column[];
  /** Type or statement in the query's text. */
  readonly standsFor: string;
  /** Titles of the rewrites that made it. */
  readonly rules: readonly string[];
  /** The predicate that its events pass. */
  readonly selects?: PlannedFragment['selects'];
  /** What the fragment at `domain` will send. */
  readonly estimate?: ((domain: DomainName) => FragmentEstimate) | undefined;
  readonly silent?: PlannedInput['silent'];
}

/** A place where a rewrite is safe and not always better: both ways are planned and the cheaper one is taken. */
export interface Choice {
  /** Tells places of one rule apart; the same in every draft of the same module. */
  readonly site: string;
  readonly rule: RuleName;
  /** What it is about, for people. */
  readonly about: string;
}

/** Equal fragments occur once, but each result belongs to one statement. */
export class Draft {
  readonly fragments: PlannedFragment[] = [];
  readonly inputs: PlannedInput[] = [];
  readonly choices: Choice[] = [];
  readonly #byText = new Map<string, PlannedInput>();
  readonly #firstInput: number;

  constructor(firstInput: number) {
    this.#firstInput = firstInput;
  }

  /** `name`: under which the residual reads it; a number behind `~` when left out. */
  input(wanted: DraftInput, name?: string): PlannedInput {
    const { kind, epl, domains, selects, columns, standsFor, rules, silent } = wanted;
    const identity = `${name ?? ''} ${kind} ${domains.join()} ${epl}`;
    const known = kind === 'result' ? undefined : this.#byText.get(identity);
    if (known !== undefined) return known;
    const n = this.#firstInput + this.inputs.length;
    const fragments = domains.map((domain, i) => {
      const fragment = `f${n}.${i}`;
      const estimate = wanted.estimate?.(domain);
      this.fragments.push({ name: fragment, domain, kind, epl, columns, rules, estimate, selects });
      return fragment;
    });
    const input: PlannedInput = { name: name ?? `~${n}`, kind, fragments, columns, standsFor, silent };
    this.inputs.push(input);
    this.#byText.set(identity, input);
    return input;
  }
}

/** A fragment that selects no column has one that says nothing. */
export function orConstant(columns: readonly Property[]): readonly Column[] {
  return columns.length === 0 ? [{ name: '~', type: INT }] : columns;
}
