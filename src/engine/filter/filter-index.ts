/**
 * Event → activations whose stream parentheses it meets.
 *
 * Per event type: activations without filter; hash look-ups for one equality or `in` list of constants; sorted bounds
 * for one range against a constant; the rest is scanned. What the look-up does not cover is a residual predicate of the
 * activation. So the cost of an event grows with the activations that it can meet (ENGINE, filter index).
 * State: activations. Bound: the statements deployed.
 */
import type { CheckedExpression } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { slotOf } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';
import { quote } from '../compile/quote.ts';
import type { EvaluationContext, Residual, ResidualConstants } from '../evaluation.ts';

/** No constants beyond those that an activation has fields for. */
const NO_MORE: readonly unknown[] = [];

/**
 * Who is told of events of one stream reference. `Owner` is opaque here. One object of one shape for all filters: an event
 * that it turns away touches nothing else of the statement.
 */
export class Activation<Owner> implements ResidualConstants {
  readonly owner: Owner;
  readonly slot: number;
  /** Order of delivery among the activations that one event meets. */
  readonly order: number;
  readonly #test: Residual['test'] | null;
  readonly #context: EvaluationContext;
  readonly k0: unknown;
  readonly k1: unknown;
  readonly more: readonly unknown[];

  /** `residual`: what the index does not answer; null when nothing is left. */
  constructor(owner: Owner, slot: number, order: number, residual: Residual | null, context: EvaluationContext) {
    this.owner = owner;
    this.slot = slot;
    this.order = order;
    this.#test = residual === null ? null : residual.test;
    this.#context = context;
    this.k0 = residual?.k0;
    this.k1 = residual?.k1;
    this.more = residual === null || residual.more.length === 0 ? NO_MORE : residual.more;
  }

  admits(event: Event): boolean {
    const test = this.#test;
    return test === null || test(event, this.#context, this);
  }
}

/** The conjunct of a filter that the index answers. */
export type IndexKey =
  | { readonly kind: 'equal'; readonly property: string; readonly values: readonly Value[] }
  | {
      readonly kind: 'above' | 'below';
      readonly property: string;
      readonly bound: number;
      readonly inclusive: boolean;
    };

/** Chooses the conjunct to index by; the others are residual. Equality before `in` before range. */
export function chooseKey(conjuncts: readonly CheckedExpression[]): {
  readonly key: IndexKey | null;
  readonly residual: readonly CheckedExpression[];
} {
  let best: { readonly key: IndexKey; readonly at: number; readonly rank: number } | null = null;
  conjuncts.forEach((conjunct, at) => {
    const key = indexable(conjunct);
    if (key === null) return;
    const rank = key.kind === 'equal' ? (key.values.length === 1 ? 0 : 1) : 2;
    if (best === null || rank < best.rank) best = { key, at, rank };
  });
  // The callback's assignment is invisible to the compiler's narrowing.
  const chosen: { readonly key: IndexKey; readonly at: number } | null = best;
  if (chosen === null) return { key: null, residual: conjuncts };
  const { key, at }: { readonly key: IndexKey; readonly at: number } = chosen;
  return { key, residual: conjuncts.filter((_, i) => i !== at) };
}

function indexable(e: CheckedExpression): IndexKey | null {
  if (e.kind === 'compare') {
    const direct = plainProperty(e.left);
    const mirrored = plainProperty(e.right);
    if (direct !== null && e.right.kind === 'literal') return comparison(e.op, direct, e.right.value);
    if (mirrored !== null && e.left.kind === 'literal') return comparison(mirror(e.op), mirrored, e.left.value);
    return null;
  }
  if (e.kind === 'in' && !e.not) {
    const property = plainProperty(e.value);
    if (property === null) return null;
    const values: Value[] = [];
    for (const item of e.list) {
      if (item.kind !== 'literal' || !isScalar(item.value)) return null;
      if (!values.includes(item.value)) values.push(item.value);
    }
    return { kind: 'equal', property, values };
  }
  return null;
}

/** What the index would answer for one event. */
export function meetsKey(key: IndexKey | null, event: Event): boolean {
  if (key === null) return true;
  const value = event[slotOf(key.property)];
  if (key.kind === 'equal') return value !== null && value !== undefined && key.values.includes(value);
  if (typeof value !== 'number') return false;
  if (value === key.bound) return key.inclusive;
  return key.kind === 'above' ? value > key.bound : value < key.bound;
}

/** The name of a scalar property of the event itself; null for anything else. */
export function plainProperty(e: CheckedExpression): string | null {
  if (e.kind !== 'property' || e.ref.level !== 0 || e.ref.tag !== null || e.path.length !== 1) return null;
  const step = e.path[0];
  if (step === undefined || step.kind !== 'name' || step.dynamic) return null;
  const t = e.type.kind;
  return t === 'boolean' || t === 'string' || t === 'int' || t === 'long' || t === 'double' ? step.name : null;
}

function isScalar(value: Value): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && !Number.isNaN(value));
}

function mirror(op: string): string {
  switch (op) {
    case '<':
      return '>';
    case '<=':
      return '>=';
    case '>':
      return '<';
    case '>=':
      return '<=';
    default:
      return op;
  }
}

function comparison(op: string, property: string, value: Value): IndexKey | null {
  if (!isScalar(value)) return null;
  if (op === '=' || op === 'is') return { kind: 'equal', property, values: [value] };
  if (typeof value !== 'number') return null;
  if (op === '>' || op === '>=') return { kind: 'above', property, bound: value, inclusive: op === '>=' };
  if (op === '<' || op === '<=') return { kind: 'below', property, bound: value, inclusive: op === '<=' };
  return null;
}

/** Activations by a constant bound of one property, kept sorted so that those met are a prefix. */
class Bounds<Owner> {
  readonly #sign: 1 | -1;
  readonly #entries: { readonly bound: number; readonly inclusive: boolean; readonly activation: Activation<Owner> }[] =
    [];

  constructor(kind: 'above' | 'below') {
    this.#sign = kind === 'above' ? 1 : -1;
  }

  add(bound: number, inclusive: boolean, activation: Activation<Owner>): void {
    const entry = { bound: bound * this.#sign, inclusive, activation };
    let from = 0;
    let to = this.#entries.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#entries[middle]?.bound ?? Infinity) > entry.bound) to = middle;
      else from = middle + 1;
    }
    this.#entries.splice(from, 0, entry);
  }

  remove(activation: Activation<Owner>): void {
    const at = this.#entries.findIndex((e) => e.activation === activation);
    if (at >= 0) this.#entries.splice(at, 1);
  }

  collect(value: number, event: Event, into: Activation<Owner>[]): void {
    const v = value * this.#sign;
    if (Number.isNaN(v)) return;
    for (let i = 0; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry === undefined || entry.bound > v) return;
      if (entry.bound === v && !entry.inclusive) continue;
      offer(entry.activation, event, into);
    }
  }
}

function offer<Owner>(activation: Activation<Owner>, event: Event, into: Activation<Owner>[]): void {
  if (activation.admits(event)) into.push(activation);
}

type Read = (event: Event) => Value | undefined;

/** Reads one slot by generated code: a keyed load of a name that varies is slow. */
function reader(slot: `$${string}`): Read {
  // oxlint-disable-next-line no-new-func, no-implied-eval -- the name enters through quote() alone
  const made: unknown = new Function('e', `return e[${quote(slot)}];`);
  return isRead(made) ? made : (event) => event[slot];
}

function isRead(candidate: unknown): candidate is Read {
  return typeof candidate === 'function';
}

interface Hash<Owner> {
  readonly read: Read;
  readonly slot: `$${string}`;
  readonly map: Map<Value, Bucket<Owner>>;
}

/** Activations of one value: mostly there is one, which is then found without a list. */
type Bucket<Owner> = Activation<Owner> | Activation<Owner>[];

function isList<Owner>(bucket: Bucket<Owner>): bucket is Activation<Owner>[] {
  return Array.isArray(bucket);
}

function bucketWithout<Owner>(
  bucket: Bucket<Owner> | undefined,
  activation: Activation<Owner>,
): Bucket<Owner> | undefined {
  if (bucket === undefined || bucket === activation) return undefined;
  if (!isList(bucket)) return bucket;
  const rest = bucket.filter((a) => a !== activation);
  return rest.length === 1 ? rest[0] : rest;
}

interface Range<Owner> {
  readonly read: Read;
  readonly slot: `$${string}`;
  readonly kind: 'above' | 'below';
  readonly bounds: Bounds<Owner>;
}

/** The activations of one declared type. */
class TypeNode<Owner> {
  readonly #scan: Activation<Owner>[] = [];
  readonly #hashes: Hash<Owner>[] = [];
  readonly #ranges: Range<Owner>[] = [];

  add(key: IndexKey | null, activation: Activation<Owner>): void {
    if (key === null) {
      this.#scan.push(activation);
    } else if (key.kind === 'equal') {
      const map = this.#hash(slotOf(key.property)).map;
      for (const value of key.values) {
        const known = map.get(value);
        if (known === undefined) map.set(value, activation);
        else if (isList(known)) known.push(activation);
        else map.set(value, [known, activation]);
      }
    } else {
      this.#range(slotOf(key.property), key.kind).bounds.add(key.bound, key.inclusive, activation);
    }
  }

  remove(key: IndexKey | null, activation: Activation<Owner>): void {
    if (key === null) {
      const at = this.#scan.indexOf(activation);
      if (at >= 0) this.#scan.splice(at, 1);
    } else if (key.kind === 'equal') {
      const map = this.#hash(slotOf(key.property)).map;
      for (const value of key.values) {
        const rest = bucketWithout(map.get(value), activation);
        if (rest === undefined) map.delete(value);
        else map.set(value, rest);
      }
    } else {
      this.#range(slotOf(key.property), key.kind).bounds.remove(activation);
    }
  }

  collect(event: Event, into: Activation<Owner>[]): void {
    for (let i = 0; i < this.#scan.length; i++) {
      const activation = this.#scan[i];
      if (activation !== undefined) offer(activation, event, into);
    }
    for (let i = 0; i < this.#hashes.length; i++) {
      const hash = this.#hashes[i];
      if (hash === undefined) continue;
      const value = hash.read(event);
      if (value === null || value === undefined) continue;
      const met = hash.map.get(value);
      if (met === undefined) continue;
      if (isList(met)) for (const activation of met) offer(activation, event, into);
      else offer(met, event, into);
    }
    for (let i = 0; i < this.#ranges.length; i++) {
      const range = this.#ranges[i];
      if (range === undefined) continue;
      const value = range.read(event);
      if (typeof value === 'number') range.bounds.collect(value, event, into);
    }
  }

  #hash(slot: `$${string}`): Hash<Owner> {
    const known = this.#hashes.find((h) => h.slot === slot);
    if (known !== undefined) return known;
    const made: Hash<Owner> = { slot, read: reader(slot), map: new Map() };
    this.#hashes.push(made);
    return made;
  }

  #range(slot: `$${string}`, kind: 'above' | 'below'): Range<Owner> {
    const known = this.#ranges.find((r) => r.slot === slot && r.kind === kind);
    if (known !== undefined) return known;
    const made: Range<Owner> = { slot, read: reader(slot), kind, bounds: new Bounds(kind) };
    this.#ranges.push(made);
    return made;
  }
}

/** As they mostly are: activations of one kind are kept in order of deployment. */
function inOrder<Owner>(met: readonly Activation<Owner>[]): boolean {
  for (let i = 1; i < met.length; i++) if ((met[i - 1]?.order ?? 0) > (met[i]?.order ?? 0)) return false;
  return true;
}

export class FilterIndex<Owner> {
  readonly #lineage: (typeName: string) => ReadonlySet<string>;
  readonly #nodes = new Map<string, TypeNode<Owner>>();
  /** Nodes that an event of a type meets: its own and its supertypes'. Forgotten whenever types or nodes change. */
  readonly #routes = new Map<string, readonly TypeNode<Owner>[]>();
  #lastName: string | null = null;
  #lastRoute: readonly TypeNode<Owner>[] = [];

  /** `lineage`: a type's own name and those of all its supertypes. */
  constructor(lineage: (typeName: string) => ReadonlySet<string>) {
    this.#lineage = lineage;
  }

  add(typeName: string, key: IndexKey | null, activation: Activation<Owner>): void {
    let node = this.#nodes.get(typeName);
    if (node === undefined) {
      node = new TypeNode();
      this.#nodes.set(typeName, node);
      this.typesChanged();
    }
    node.add(key, activation);
  }

  remove(typeName: string, key: IndexKey | null, activation: Activation<Owner>): void {
    this.#nodes.get(typeName)?.remove(key, activation);
  }

  /** To be called when a type was added or replaced. */
  typesChanged(): void {
    this.#routes.clear();
    this.#lastName = null;
  }

  /** Appends the activations that `event` meets as an event of type `name`, in order of delivery. */
  collect(event: Event, name: string, into: Activation<Owner>[]): void {
    if (name !== this.#lastName) {
      this.#lastRoute = this.#routes.get(name) ?? this.#route(name);
      this.#lastName = name;
    }
    const route = this.#lastRoute;
    for (let i = 0; i < route.length; i++) route[i]?.collect(event, into);
    if (!inOrder(into)) into.sort((a, b) => a.order - b.order);
  }

  #route(name: string): readonly TypeNode<Owner>[] {
    const route: TypeNode<Owner>[] = [];
    for (const ancestor of this.#lineage(name)) {
      const node = this.#nodes.get(ancestor);
      if (node !== undefined) route.push(node);
    }
    this.#routes.set(name, route);
    return route;
  }
}
