/**
 * The aggregations of one group as one generated class: sum, avg, count of plain arguments are fields of it and their
 * updates one piece of code, each argument evaluated once however many aggregations read it; the others are called.
 *
 * enter: per argument n += 1 and (hi, lo) += x in double-double (as aggregate/double-double.ts); leave the reverse, and a
 * reset when n is 0. State: three numbers per argument, one per filtered count, and the accumulators of the others.
 */
import type { AggregateSpec, CheckedExpression } from '../../model/checked.ts';
import type { Value } from '../../model/value.ts';
import { accumulatorFor } from '../aggregate/accumulator-for.ts';
import type { AccumulatorOptions } from '../aggregate/accumulator-for.ts';
import type { Accumulator, AccumulatorConstructor, EvaluationContext, EventRow } from '../evaluation.ts';
import { sharedResult } from './code-cache.ts';
import { emit } from './emit.ts';
import { isTrue } from './emit-logic.ts';
import { Scope } from './scope.ts';

/** All accumulators of a group. */
export interface GroupState {
  enter(row: EventRow, context: EvaluationContext): void;
  leave(row: EventRow, context: EvaluationContext): void;
  /** Writes the value of aggregation i to `into[i]`; places of aggregations left out are not touched. */
  read(into: Value[]): void;
  clear(): void;
  /** Plain data from which `restore` makes an equal group. */
  snapshot(): unknown;
  restore(state: unknown): void;
}

export interface FusedOptions extends AccumulatorOptions {
  /** True if rows have one stream whose event is never null: it is read without a check. */
  readonly oneStream: boolean;
}

/** One argument under one filter: the sums and counts that several aggregations share. */
interface Slot {
  /** Null: rows are counted, not values (`count(*)`). */
  readonly argument: CheckedExpression | null;
  readonly filter: CheckedExpression | null;
  readonly key: string;
  sums: boolean;
  wraps: boolean;
}

export interface Plan {
  readonly slots: readonly Slot[];
  /** By aggregation: JavaScript of its value, or null if it has an accumulator of its own. */
  readonly values: readonly (string | null)[];
  /** Accumulators of the aggregations that are not fused, with their index. */
  readonly others: readonly { readonly index: number; readonly make: AccumulatorConstructor }[];
}

/**
 * Compiles the aggregations of a statement; `skip(i)` leaves one out (groups of its own).
 * @throws CodedError as {@link accumulatorFor}
 */
export function compileGroupState(
  specs: readonly AggregateSpec[],
  options: FusedOptions,
  skip: (index: number) => boolean = () => false,
): () => GroupState {
  const plan = planOf(specs, options, skip);
  const events = options.oneStream ? new Map([[0, 'event']]) : new Map<number, string>();
  const scope = new Scope(emit, { row: 'row', events });
  const head = options.oneStream ? 'const event=row[0];' : '';
  const make = groupClass(plan, scope, {
    parameter: 'row',
    head,
    takes: '',
    fields: '',
    methods: [],
    members: '',
    updates: true,
  });
  return make as () => GroupState;
}

/** What the class of a group looks like besides its aggregations. */
export interface GroupShape {
  /** Name of the argument of `enter` and `leave`: a row, or the event of a single stream. */
  readonly parameter: 'row' | 'event';
  /** Statements before their bodies. */
  readonly head: string;
  /** Parameters of the constructor behind the constants: `,a,b`. */
  readonly takes: string;
  /** Statements of the constructor. */
  readonly fields: string;
  /** Methods with expressions of the scope in their bodies; the parameter `event` is what they read, `cx` the context. */
  readonly methods: readonly { readonly head: string; readonly body: string }[];
  /** Source of further methods. */
  readonly members: string;
  /** True for the methods of {@link GroupState}; false where `methods` do what is done. */
  readonly updates: boolean;
}

/** Makes the objects of one class for all statements of a shape: constants are fields, so that its methods stay monomorphic. */
export function groupClass(plan: Plan, scope: Scope, shape: GroupShape): (...taken: readonly unknown[]) => unknown {
  const updates = shape.updates
    ? plan.slots.map((slot, i) => ({ enter: update(slot, i, '+', scope), leave: update(slot, i, '-', scope) }))
    : null;
  const Group = sharedResult(classSource(plan, updates, scope, shape)) as GroupClass;
  return maker(Group, [...scope.constants, ...plan.others.map((o) => o.make)]);
}

type GroupClass = new (k: readonly unknown[], ...taken: readonly unknown[]) => unknown;

/** A closure of its own, so that it keeps nothing of the compilation alive. */
function maker(Group: GroupClass, constants: readonly unknown[]): (...taken: readonly unknown[]) => unknown {
  return (...taken) => new Group(constants, ...taken);
}

function classSource(
  plan: Plan,
  updates: readonly { readonly enter: string; readonly leave: string }[] | null,
  scope: Scope,
  shape: GroupShape,
): string {
  const fields = plan.slots.flatMap((slot, i) => fieldsOf(slot, i));
  const constants = scope.constants.map((_, i) => `k${i}`);
  const locals = constants.length === 0 ? '' : `const ${constants.map((k) => `${k}=this.${k}`).join(',')};`;
  const prologue = `${locals}${scope.declarations()}`;
  const head = `(${shape.parameter},cx){${shape.head}${prologue}`;
  const others = (make: (accumulator: string, i: number, index: number) => string): string =>
    plan.others.map(({ index }, i) => make(`this.a${i}`, i, index)).join('');
  const reset = fields.map((f) => `this.${f}=0;`).join('');
  // A field that once holds a fraction is one of doubles from the start: its objects need not change their layout later.
  const doubles = plan.slots.map((slot, i) => (slot.sums ? `this.h${i}=this.l${i}=.5;` : '')).join('');
  const state = (all: readonly { readonly enter: string; readonly leave: string }[]): string =>
    `enter${head}${all.map((u) => u.enter).join('')}${others((a) => `${a}.enter(row,cx);`)}}
leave${head}${all.map((u) => u.leave).join('')}${others((a) => `${a}.leave(row,cx);`)}}
read(v){${plan.values.map((js, i) => (js === null ? '' : `v[${i}]=${js};`)).join('')}${others((a, _, index) => `v[${index}]=${a}.value();`)}}
clear(){${reset}${others((a) => `${a}.clear();`)}}
snapshot(){return [[${fields.map((f) => `this.${f}`).join(',')}],[${others((a) => `${a}.snapshot(),`)}]];}
restore(s){${fields.map((f, i) => `this.${f}=s[0][${i}];`).join('')}${others((a, i) => `${a}.restore(s[1][${i}]);`)}}`;
  return `${scope.helpers()}return class{
constructor(k${shape.takes}){${shape.fields}${doubles}${reset}${constants.map((k, i) => `this.${k}=k[${i}];`).join('')}${others((a, i) => `${a}=k[${constants.length + i}]();`)}}
${updates === null ? '' : state(updates)}
${shape.methods.map((method) => `${method.head}{${prologue}${method.body}}\n`).join('')}${shape.members}
};`;
}

/** Which aggregations share fields of the group, and which have an accumulator of their own. */
export function planOf(
  specs: readonly AggregateSpec[],
  options: AccumulatorOptions,
  skip: (index: number) => boolean,
): Plan {
  const slots: Slot[] = [];
  const others: { index: number; make: () => Accumulator }[] = [];
  const values = specs.map((spec, index) => {
    if (skip(index)) return null;
    const argument = fusable(spec);
    if (argument === undefined) {
      others.push({ index, make: accumulatorFor(spec, options) });
      return null;
    }
    return valueOf(spec, slotFor(argument, spec.filter, slots), slots);
  });
  return { slots, values, others };
}

/** The argument (null for `*`) of a sum, avg or count that can be fused; undefined for what cannot. */
function fusable(spec: AggregateSpec): CheckedExpression | null | undefined {
  if (spec.distinct) return undefined;
  const [argument] = spec.args;
  if (spec.name === 'count') return spec.wildcard || argument === undefined ? null : argument;
  if (spec.name !== 'sum' && spec.name !== 'avg') return undefined;
  return argument;
}

function canonical(e: CheckedExpression | null): string {
  return JSON.stringify(e, (key, value: unknown) => (key === 'ast' ? undefined : value));
}

function slotFor(argument: CheckedExpression | null, filter: CheckedExpression | null, slots: Slot[]): number {
  const key = `${canonical(argument)} ${canonical(filter)}`;
  const known = slots.findIndex((s) => s.key === key);
  if (known >= 0) return known;
  return slots.push({ argument, filter, key, sums: false, wraps: false }) - 1;
}

/** `n` count, `h` and `l` the pair, `s` how many special values are in, `w` the wrapping sum of ints. */
function fieldsOf(slot: Slot, i: number): string[] {
  const fields = [`n${i}`];
  if (slot.sums) fields.push(`h${i}`, `l${i}`, `s${i}`, `u${i}`, `p${i}`, `m${i}`);
  if (slot.wraps) fields.push(`w${i}`);
  return fields;
}

function valueOf(spec: AggregateSpec, i: number, slots: readonly Slot[]): string {
  const slot = slots[i];
  if (slot === undefined || spec.name === 'count') return `this.n${i}`;
  const kind = slot.argument?.type.kind;
  if (spec.name === 'sum' && kind === 'int') {
    slot.wraps = true;
    return `(this.n${i}===0?null:this.w${i})`;
  }
  slot.sums = true;
  // u NaN, p Infinity, m -Infinity: adding them up yields what their sum is
  const special = `(this.u${i}>0?NaN:(this.p${i}>0?Infinity:0)+(this.m${i}>0?-Infinity:0))`;
  const sum = `(this.s${i}===0?this.h${i}+this.l${i}:${special})`;
  const value = spec.name === 'avg' ? `${sum}/this.n${i}` : kind === 'float' ? `Math.fround(${sum})` : sum;
  return `(this.n${i}===0?null:${value})`;
}

function update(slot: Slot, i: number, sign: '+' | '-', scope: Scope): string {
  const count = `this.n${i}${sign}${sign};`;
  const body = slot.argument === null ? count : argumentUpdate(slot, slot.argument, i, sign, count, scope);
  return slot.filter === null ? body : `if(${isTrue(slot.filter, scope)}){${body}}`;
}

function argumentUpdate(
  slot: Slot,
  argument: CheckedExpression,
  i: number,
  sign: '+' | '-',
  count: string,
  scope: Scope,
): string {
  const value = scope.emit(argument, scope);
  const all = steps(slot, i, sign, count);
  return value.nullable ? `{const x=${value.js};if(x!==null){${all}}}` : `{const x=${value.js};${all}}`;
}

/** What a value `x` does to its slot. */
function steps(slot: Slot, i: number, sign: '+' | '-', count: string): string {
  const wrap = slot.wraps ? `this.w${i}=(this.w${i}${sign}x)|0;` : '';
  return `${count}${wrap}${slot.sums ? sumUpdate(i, sign) : ''}`;
}

/** Flags of one event: bit 0 that it is in, bit i + 1 that slot i has counted it. */
const MAX_LANED_SLOTS = 30;

/** The same updates over numbers kept in an array `v` from `p` on: flags, then the values of the slots that add them up. */
export interface LaneUpdates {
  /** Numbers per event. */
  readonly width: number;
  /** Lets `event` in and writes its numbers. */
  readonly enter: string;
  /** Lets the event out whose numbers these are and `event` in, in its place; where both are in. */
  readonly replace: string;
  /** Lets the event out whose numbers these are; false if it is not in. */
  readonly leave: string;
}

/** Null where an aggregation needs more of an event that leaves than numbers. */
export function laneUpdates(plan: Plan, scope: Scope): LaneUpdates | null {
  const { slots, others } = plan;
  if (others.length > 0 || slots.length > MAX_LANED_SLOTS) return null;
  let width = 1;
  const enter: string[] = [];
  const leave: string[] = [];
  const replace: string[] = [];
  slots.forEach((slot, i) => {
    const flag = 2 ** (i + 1);
    const keeps = slot.sums || slot.wraps;
    const lane = keeps ? width++ : 0;
    const counted = `v[p]=f|=${flag};${keeps ? `v[p+${lane}]=x;` : ''}`;
    const within = (body: string): string =>
      slot.filter === null ? body : `if(${isTrue(slot.filter, scope)}){${body}}`;
    const entering = (more: string): string =>
      slot.argument === null
        ? `this.n${i}++;${counted}`
        : argumentUpdate(slot, slot.argument, i, '+', `${more}this.n${i}++;${counted}`, scope);
    const value = keeps ? `const x=v[p+${lane}];` : '';
    const left = `{${value}${steps(slot, i, '-', `this.n${i}--;`)}}`;
    enter.push(within(entering('')));
    leave.push(`if(f&${flag})${left}`);
    if (!slot.sums || slot.argument === null) replace.push(`if(o&${flag})${left}${within(entering(''))}`);
    else {
      const wrap = slot.wraps ? `this.w${i}=(this.w${i}+d)|0;` : '';
      // A label of a block: once the one is put in place of the other, neither comes nor goes.
      const swap = `if(was&&this.n${i}>1){const z=v[p+${lane}],d=x-z;if(d-d===0){${wrap}${swapUpdate(i)}${counted}break s${i};}}
if(was){was=false;${left}}`;
      replace.push(`s${i}:{let was=(o&${flag})!==0;${within(entering(swap))}if(was)${left}}`);
    }
  });
  return {
    width,
    enter: `let f=1;v[p]=f;${enter.join('')}`,
    leave: `const f=v[p];if(f===0)return false;${leave.join('')}`,
    replace: `let f=1;const o=v[p];v[p]=f;${replace.join('')}`,
  };
}

/** TwoSum of x - z, both finite, into the pair: what the one adds and the other takes, in one step. */
function swapUpdate(i: number): string {
  return `const q=d-x,e=x-(d-q)-(z+q),a=this.h${i},s=a+d,b=s-a,c=this.l${i}+(a-(s-b)+(d-b)+e),r=s+c;this.l${i}=c-(r-s);this.h${i}=r;`;
}

/** TwoSum of ±x into the pair; special values are counted instead; an emptied sum starts anew. */
function sumUpdate(i: number, sign: '+' | '-'): string {
  const special = `this.s${i}${sign}${sign};if(x!==x)this.u${i}${sign}${sign};else if(x>0)this.p${i}${sign}${sign};else this.m${i}${sign}${sign};`;
  const y = sign === '+' ? 'x' : '-x';
  const add = `const y=${y},a=this.h${i},s=a+y,b=s-a,c=this.l${i}+(a-(s-b)+(y-b)),r=s+c;this.l${i}=c-(r-s);this.h${i}=r;`;
  const body = `if(x-x!==0){${special}}else{${add}}`;
  if (sign === '+') return body;
  return `if(this.n${i}===0){this.h${i}=0;this.l${i}=0;this.s${i}=0;this.u${i}=0;this.p${i}=0;this.m${i}=0;}else{${body}}`;
}
