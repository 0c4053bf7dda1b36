/**
 * Selects of the usual kind as one generated class per shape: window, groups, aggregations, `where`, `having` and the select
 * clause of one stream in one object, so that an event meets few objects and no call that depends on other statements.
 *
 * Δ: window as in window/*, then per update enter, leave, rows as in result/*. The windows none, keepall, length and time
 * are part of the class; any other posts to it. State: the window's events (a queue, or a ring with due times), the
 * aggregations or the groups by key. Where groups depend on nothing but the event, the ring remembers the group beside it.
 */
import type { AggregateSpec, CheckedExpression, Column } from '../../model/checked.ts';
import type { Event } from '../../model/event.ts';
import { walkExpression } from '../../model/expression-tree.ts';
import type { AccumulatorOptions } from '../aggregate/accumulator-for.ts';
import type { EvaluationContext } from '../evaluation.ts';
import type { Category } from '../result/category.ts';
import type { Duration } from '../runtime/duration.ts';
import type { OutputRow } from '../runtime/output-row.ts';
import type { TimerTarget } from '../runtime/timer-queue.ts';
import type { UpdateSink, WindowHost } from '../window/data-window.ts';
import { keySource } from './compile.ts';
import { emit } from './emit.ts';
import { isTrue } from './emit-logic.ts';
import { emitRow } from './emit-row.ts';
import type { LaneRows } from './direct-lanes.ts';
import { laneSource } from './direct-lanes.ts';
import type { CoreWindow, Gathering } from './direct-windows.ts';
import { windowSource } from './direct-windows.ts';
import { groupClass, laneUpdates, planOf } from './fused.ts';
import type { Plan } from './fused.ts';
import { Scope } from './scope.ts';

/** One statement instance's window and groups. */
export interface DirectCore extends UpdateSink, TimerTarget {
  /** Rows of the cause that nobody has taken yet; null when there are none. */
  out: OutputRow[] | null;
  /** The window that posts to this, with `posted`; written once. */
  input?: { acceptOne(event: Event): void } | null;
  /** One event into the window: the rows that it makes. */
  meet(event: Event): OutputRow[] | null;
  /** Several events that arrive as one update; not with `posted`. */
  insert(events: readonly Event[]): void;
  /** Present content, oldest first; not with `posted`. */
  content(): readonly Event[];
  /** The present rows, from the events that are in. */
  iterate(events: readonly Event[]): readonly OutputRow[];
}

export interface CoreSpec {
  readonly window: CoreWindow;
  readonly category: Category;
  readonly aggregates: readonly AggregateSpec[];
  /** What the stream's filter does not answer. */
  readonly where: readonly CheckedExpression[];
  readonly groupBy: readonly CheckedExpression[];
  readonly having: CheckedExpression | null;
  /** Null: the event itself is the row. */
  readonly select: readonly CheckedExpression[] | null;
  readonly columns: readonly Column[];
}

/** What of the window differs between instances: a number of events, a length of time; null for the other windows. */
export type WindowSize = number | Duration | null;

export type MakeCore = (context: EvaluationContext, size: WindowSize, host: WindowHost) => DirectCore;

const TAKES = ',cx,size,host';
const FIELDS = 'this.cx=cx;this.out=null;this.mark=0;';

/** @throws CodedError as `accumulatorFor` */
export function compileDirectCore(spec: CoreSpec, options: AccumulatorOptions): MakeCore {
  const plan = planOf(spec.aggregates, options, () => false);
  const aggregates = spec.aggregates.map((_, i) => `g${i}`);
  const scope = new Scope(emit, { row: '[event]', events: new Map([[0, 'event']]), aggregates });
  const row = { head: 'row(event,cx)', body: rowSource(spec, plan, scope) };
  if (spec.groupBy.length > 0) return groupedCore(spec, plan, scope, row);
  const rows = laneRows(spec);
  const lanes = rows === null ? null : laneUpdates(plan, scope);
  if (rows !== null && lanes !== null && (spec.window === 'length' || spec.window === 'time')) {
    const { fields, methods, expressions } = laneSource(spec.window, lanes, spec.where.length > 0, rows);
    return groupClass(plan, scope, {
      parameter: 'event',
      head: '',
      takes: TAKES,
      fields: FIELDS + fields,
      methods: [...passes(spec, scope), ...expressions, row],
      members: [PUT, methods, iterate(spec)].join('\n'),
      updates: false,
    }) as MakeCore;
  }
  return groupClass(plan, scope, {
    parameter: 'event',
    head: headOf(plan),
    takes: TAKES,
    fields: FIELDS + windowSource(spec.window, gathering(spec), false).fields,
    methods: [...passes(spec, scope), row],
    members: members(spec, false),
    updates: true,
  }) as MakeCore;
}

/** What an aggregation that is not fused takes is a row. */
function headOf(plan: Plan): string {
  return plan.others.length === 0 ? '' : 'const row=[event];';
}

/** Two classes: of a group, and of what holds the window and the groups. */
function groupedCore(spec: CoreSpec, plan: Plan, scope: Scope, row: Method): MakeCore {
  const makeGroup = groupClass(plan, scope, {
    parameter: 'event',
    head: headOf(plan),
    takes: '',
    fields: 'this.rows=0;this.key=null;this.mark=0;',
    methods: [row],
    members: '',
    updates: true,
  });
  const own = new Scope(emit, { row: '[event]', events: new Map([[0, 'event']]) });
  const beside = remembers(spec);
  const { fields } = windowSource(spec.window, gathering(spec), beside);
  const make = groupClass({ slots: [], values: [], others: [] }, own, {
    parameter: 'event',
    head: '',
    takes: `${TAKES},make`,
    fields: `${FIELDS}${fields}this.make=make;this.groups=new Map();this.emptied=[];`,
    methods: [...passes(spec, own), { head: 'keyOf(event,cx)', body: `return ${keySource(spec.groupBy, own)};` }],
    members: members(spec, beside),
    updates: false,
  });
  return (context, size, host) => make(context, size, host, makeGroup) as DirectCore;
}

interface Method {
  readonly head: string;
  readonly body: string;
}

function passes({ where }: CoreSpec, scope: Scope): readonly Method[] {
  if (where.length === 0) return [];
  return [{ head: 'passes(event,cx)', body: `return ${where.map((c) => isTrue(c, scope)).join('&&')};` }];
}

function rowSource(spec: CoreSpec, plan: Plan, scope: Scope): string {
  const values = plan.values.map((js, i) => {
    const other = plan.others.findIndex((o) => o.index === i);
    return `g${i}=${js ?? `this.a${other}.value()`}`;
  });
  const read = values.length === 0 ? '' : `const ${values.join(',')};`;
  const having = spec.having === null ? '' : `if(!(${isTrue(spec.having, scope)}))return null;`;
  if (spec.select === null) return `${read}${having}return event;`;
  return `${read}${having}return ${emitRow(spec.select, spec.columns, scope)};`;
}

/** Expressions of these kinds alone have the same value when the event leaves as when it came. */
const OF_THE_EVENT: ReadonlySet<CheckedExpression['kind']> = new Set([
  'literal',
  'property',
  'event',
  'negate',
  'not',
  'arithmetic',
  'bitwise',
  'concat',
  'compare',
  'logical',
  'between',
  'in',
]);

function lasting(expressions: readonly CheckedExpression[]): boolean {
  let all = true;
  for (const expression of expressions) {
    walkExpression(expression, (e) => {
      if (!OF_THE_EVENT.has(e.kind)) all = false;
    });
  }
  return all;
}

/** The group of an event is known from its arrival on. */
function remembers({ window, groupBy, where }: CoreSpec): boolean {
  return (window === 'length' || window === 'time') && lasting([...groupBy, ...where]);
}

/** Null where an event that leaves is asked for more than what its aggregations have added. */
function laneRows({ category, aggregates, where }: CoreSpec): LaneRows | null {
  const read = aggregates.flatMap(({ args, filter }) => (filter === null ? args : [...args, filter]));
  if (aggregates.length === 0 || !lasting([...read, ...where])) return null;
  return category === 'rowForAll' ? 'forAll' : 'perEvent';
}

/** Source of the methods that are not made of expressions. */
function members(spec: CoreSpec, beside: boolean): string {
  const { methods } = windowSource(spec.window, gathering(spec), beside);
  return [groupMembers(spec), firstRows(spec), PUT, updates(spec), methods, iterate(spec)].join('\n');
}

const PUT = 'put(row){if(row===null)return;if(this.out===null)this.out=[row];else this.out.push(row);}\n';

/**
 * `arrive(event)` and `depart(event)`: the group that the event has entered or left, null where `where` does not hold;
 * without group by the one group is the object itself. A group whose last row has left is forgotten at the next arrival.
 */
function groupMembers(spec: CoreSpec): string {
  const stop = spec.where.length === 0 ? '' : 'if(!this.passes(event,cx))return null;';
  if (spec.groupBy.length === 0) {
    // Without aggregations nobody misses an event.
    const depart = spec.aggregates.length === 0 ? 'return null;' : `${stop}this.leave(event,cx);return this;`;
    return `arrive(event){const cx=this.cx;${stop}this.enter(event,cx);return this;}
depart(event){const cx=this.cx;${depart}}`;
  }
  return `groupOf(event,cx){const key=this.keyOf(event,cx);let g=this.groups.get(key);if(g===undefined){g=this.make();g.key=key;this.groups.set(key,g);}return g;}
forget(){for(const g of this.emptied)if(g.rows<=0)this.groups.delete(g.key);this.emptied=[];}
arrive(event){const cx=this.cx;${stop}if(this.emptied.length>0)this.forget();const g=this.groupOf(event,cx);g.enter(event,cx);g.rows++;return g;}
depart(event){const cx=this.cx;${stop}return this.departOf(event,this.groupOf(event,cx));}
departOf(event,g){g.leave(event,this.cx);if(--g.rows<=0)this.emptied.push(g);return g;}`;
}

/** `rows(event,g,gone,left)`: what an update of one event, and at most one that leaves, puts out. */
function firstRows({ category }: CoreSpec): string {
  switch (category) {
    case 'rowForAll':
      return `rows(event,g,gone,left){if(g===null&&left===null)return null;const row=this.row(null,this.cx);return row===null?null:[row];}`;
    case 'rowPerGroup':
      return `rows(event,g,gone,left){
if(left===null||left===g){if(g===null)return null;const row=g.row(event,this.cx);return row===null?null:[row];}
const a=g===null?null:g.row(event,this.cx),b=left.row(gone,this.cx);
return a===null?b===null?null:[b]:b===null?[a]:[a,b];}`;
    default:
      return `rows(event,g,gone,left){if(g===null)return null;const row=g.row(event,this.cx);return row===null?null:[row];}`;
  }
}

function gathering({ category, where }: CoreSpec): Gathering {
  switch (category) {
    case 'rowForAll': {
      // An update that `where` leaves nothing of is none; an empty one (FORCE_UPDATE) is.
      const met = where.length === 0 ? 'true' : 'false';
      return {
        begin: `let met=${met};`,
        arrived: 'if(g!==null)met=true;',
        departed: 'if(left!==null)met=true;',
        end: 'if(met)this.put(this.row(null,this.cx));',
      };
    }
    case 'rowPerGroup': {
      const note = (group: string): string =>
        `if(${group}!==null&&${group}.mark!==mark){${group}.mark=mark;touched.push(${group});by.push(event);}`;
      return {
        begin: 'const mark=++this.mark,touched=[],by=[];',
        arrived: note('g'),
        departed: note('left'),
        end: 'for(let i=0;i<touched.length;i++)this.put(touched[i].row(by[i],this.cx));',
      };
    }
    default:
      return {
        begin: 'const touched=[],by=[];',
        arrived: 'if(g!==null){touched.push(g);by.push(event);}',
        departed: '',
        end: 'for(let i=0;i<touched.length;i++)this.put(touched[i].row(by[i],this.cx));',
      };
  }
}

/** Updates of several events, and those that a window posts. */
function updates(spec: CoreSpec): string {
  if (spec.window === 'length' || spec.window === 'time') return '';
  const { begin, arrived, departed, end } = gathering(spec);
  const update = `update(insert,remove){${begin}
for(const event of insert){const g=this.arrive(event);${arrived}}
for(const event of remove){const left=this.depart(event);${departed}}
${end}}`;
  if (spec.window !== 'posted') return update;
  return `${update}
updateOne(event,gone){const g=this.arrive(event),left=gone===null?null:this.depart(gone),rows=this.rows(event,g,gone,left);
if(rows===null)return;if(this.out===null)this.out=rows;else for(const row of rows)this.out.push(row);}`;
}

function iterate({ category, where }: CoreSpec): string {
  const cx = 'const cx=this.cx,rows=[];';
  const put = 'if(row!==null)rows.push(row);';
  const skip = where.length === 0 ? '' : 'if(!this.passes(event,cx))continue;';
  switch (category) {
    case 'rowForAll':
      return `iterate(all){const row=this.row(null,this.cx);return row===null?[]:[row];}`;
    case 'rowPerGroup':
      return `iterate(all){${cx}const mark=++this.mark;for(const event of all){${skip}const g=this.groupOf(event,cx);if(g.mark===mark)continue;g.mark=mark;const row=g.row(event,cx);${put}}return rows;}`;
    case 'rowPerEventGrouped':
      return `iterate(all){${cx}for(const event of all){${skip}const row=this.groupOf(event,cx).row(event,cx);${put}}return rows;}`;
    default:
      return `iterate(all){${cx}for(const event of all){${skip}const row=this.row(event,cx);${put}}return rows;}`;
  }
}
