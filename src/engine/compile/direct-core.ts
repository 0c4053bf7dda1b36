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
import { groupClass, planOf } from './fused.ts';
import type { Plan } from './fused.ts';
import { Scope } from './scope.ts';

/** Windows that are part of the class; `posted`: one that stands before it. */
export type CoreWindow = 'none' | 'keepall' | 'length' | 'time' | 'posted';

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

/** @throws CodedError as `accumulatorFor` */
export function compileDirectCore(spec: CoreSpec, options: AccumulatorOptions): MakeCore {
  const plan = planOf(spec.aggregates, options, () => false);
  const aggregates = spec.aggregates.map((_, i) => `g${i}`);
  const scope = new Scope(emit, { row: '[event]', events: new Map([[0, 'event']]), aggregates });
  const head = plan.others.length === 0 ? '' : 'const row=[event];';
  const row = { name: 'row', body: rowSource(spec, plan, scope) };
  const group = { parameter: 'event', head } as const;
  const core = { takes: ',cx,size,host', fields: `this.cx=cx;this.out=null;this.mark=0;${windowFields(spec)}` };
  if (spec.groupBy.length === 0) {
    const methods = [...passes(spec, scope), row];
    return groupClass(plan, scope, { ...group, ...core, methods, members: members(spec) }) as MakeCore;
  }
  const fields = 'this.rows=0;this.key=null;this.mark=0;';
  const makeGroup = groupClass(plan, scope, { ...group, takes: '', fields, methods: [row], members: '' });
  const own = new Scope(emit, { row: '[event]', events: new Map([[0, 'event']]) });
  const methods = [...passes(spec, own), { name: 'keyOf', body: `return ${keySource(spec.groupBy, own)};` }];
  const make = groupClass({ slots: [], values: [], others: [] }, own, {
    parameter: 'event',
    head: '',
    takes: `${core.takes},make`,
    fields: `${core.fields}this.make=make;this.groups=new Map();this.emptied=[];`,
    methods,
    members: members(spec),
  });
  return (context, size, host) => make(context, size, host, makeGroup) as DirectCore;
}

function passes({ where }: CoreSpec, scope: Scope): { readonly name: string; readonly body: string }[] {
  if (where.length === 0) return [];
  return [{ name: 'passes', body: `return ${where.map((c) => isTrue(c, scope)).join('&&')};` }];
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

/** The group of an event is known from its arrival on. */
function remembers({ window, groupBy, where }: CoreSpec): boolean {
  if (groupBy.length === 0 || (window !== 'length' && window !== 'time')) return false;
  let lasting = true;
  for (const expression of [...groupBy, ...where]) {
    walkExpression(expression, (e) => {
      if (!OF_THE_EVENT.has(e.kind)) lasting = false;
    });
  }
  return lasting;
}

/** Places of the first ring. A power of two: places are found by a mask. */
const FIRST_PLACES = 8;

/** `ev` events, with their groups between them where these are remembered; `hd` the oldest. */
function windowFields(spec: CoreSpec): string {
  const stride = remembers(spec) ? 2 : 1;
  switch (spec.window) {
    case 'none':
      return '';
    case 'posted':
      return 'this.input=null;';
    case 'keepall':
      return 'this.ev=[];';
    case 'length':
      return `this.ev=[];this.hd=0;this.size=size===size?Math.floor(size)*${stride}:Infinity;`;
    case 'time':
      return `this.ev=Array.from({length:${FIRST_PLACES * stride}},()=>null);this.due=new Float64Array(${FIRST_PLACES});this.mask=${FIRST_PLACES - 1};this.hd=0;this.count=0;this.span=size;this.host=host;this.timer=host.timer(this);`;
  }
}

/** Source of the methods that are not made of expressions. */
function members(spec: CoreSpec): string {
  return [groupMembers(spec), firstRows(spec), updates(spec), windowMembers(spec), iterate(spec)].join('\n');
}

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

/** How an update of several events gathers its rows: before it, with each arrival and each departure, behind it. */
interface Gathering {
  readonly begin: string;
  readonly arrived: string;
  readonly departed: string;
  readonly end: string;
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
  const { begin, arrived, departed, end } = gathering(spec);
  return `put(row){if(row===null)return;if(this.out===null)this.out=[row];else this.out.push(row);}
update(insert,remove){${begin}
for(const event of insert){const g=this.arrive(event);${arrived}}
for(const event of remove){const left=this.depart(event);${departed}}
${end}}
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

function windowMembers(spec: CoreSpec): string {
  switch (spec.window) {
    case 'none':
      return `meet(event){return this.rows(event,this.arrive(event),null,null);}
insert(events){this.update(events,[]);}
content(){return [];}`;
    case 'keepall':
      return `meet(event){this.ev.push(event);return this.rows(event,this.arrive(event),null,null);}
insert(events){for(const event of events)this.ev.push(event);this.update(events,[]);}
content(){return this.ev;}`;
    case 'posted':
      return `meet(event){this.input.acceptOne(event);const rows=this.out;if(rows!==null)this.out=null;return rows;}`;
    case 'length':
      return lengthMembers(spec);
    case 'time':
      return timeMembers(spec);
  }
}

/** As window/length.ts. A queue until it is full; from then on each arrival takes the place of the oldest. */
function lengthMembers(spec: CoreSpec): string {
  const beside = remembers(spec);
  const { begin, arrived, departed, end } = gathering(spec);
  const place = `let at=-1,gone=null${beside ? ',was=null' : ''};
if(ev.length<this.size){at=ev.length;ev.push(event${beside ? ',null' : ''});}
else if(this.size>0){at=this.hd;gone=ev[at];ev[at]=event;${beside ? 'was=ev[at+1];ev[at+1]=null;' : ''}const next=at+${beside ? 2 : 1};this.hd=next===ev.length?0:next;}
else gone=event;`;
  const arrive = `const g=this.arrive(event);${beside ? 'if(at>=0)ev[at+1]=g;else was=g;' : ''}`;
  const depart = beside ? 'was===null?null:this.departOf(gone,was)' : 'this.depart(gone)';
  return `meet(event){const ev=this.ev;${place}
${arrive}return this.rows(event,g,gone,gone===null?null:${depart});}
insert(events){${begin}const ev=this.ev,expired=[];
for(const event of events){${place}${arrive}${arrived}if(gone!==null)expired.push(gone${beside ? ',was' : ''});}
for(let i=0;i<expired.length;i+=${beside ? 2 : 1}){const event=expired[i],left=${
    beside ? 'expired[i+1]===null?null:this.departOf(event,expired[i+1])' : 'this.depart(event)'
  };${departed}}
${end}}
content(){const ev=this.ev,all=[];for(let i=0;i<ev.length;i+=${beside ? 2 : 1})all.push(ev[(this.hd+i)%ev.length]);return all;}`;
}

/** As window/time.ts. The window's own books are closed before anything is evaluated. */
function timeMembers(spec: CoreSpec): string {
  const beside = remembers(spec);
  const { begin, arrived, departed, end } = gathering(spec);
  const placeOf = (at: string): string => (beside ? `(${at})*2` : at);
  const place = `if(this.count>this.mask)this.grow();
const at=this.hd+this.count++&this.mask,due=this.span.after(this.cx.nowMs);this.due[at]=due;this.ev[${placeOf('at')}]=event;
if(this.timer.place<0)this.host.arm(this.timer,due);`;
  const arrive = `const g=this.arrive(event);${beside ? 'this.ev[at*2+1]=g;' : ''}`;
  const take = beside ? 'const was=ev[p+1];ev[p+1]=null;' : '';
  return `meet(event){${place}
${arrive}return this.rows(event,g,null,null);}
insert(events){${begin}for(const event of events){${place}${arrive}${arrived}}${end}}
fire(nowMs){const {ev,due,mask,hd,count}=this;let n=0;
while(n<count&&due[hd+n&mask]<=nowMs)n++;
this.hd=hd+n&mask;this.count=count-n;
if(n<count)this.host.arm(this.timer,due[this.hd]);
if(n===0)return;
${begin}for(let i=0;i<n;i++){const p=${placeOf('hd+i&mask')},event=ev[p];ev[p]=null;${take}
const left=${beside ? 'was===null?null:this.departOf(event,was)' : 'this.depart(event)'};${departed}}
${end}}
grow(){const {ev,due,mask,hd,count}=this,places=(mask+1)*2,more=Array.from({length:${placeOf('places')}},()=>null),later=new Float64Array(places);
for(let i=0;i<count;i++){const at=hd+i&mask;later[i]=due[at];${beside ? 'more[i*2]=ev[at*2];more[i*2+1]=ev[at*2+1];' : 'more[i]=ev[at];'}}
this.ev=more;this.due=later;this.mask=places-1;this.hd=0;}
content(){const all=[];for(let i=0;i<this.count;i++)all.push(this.ev[${placeOf('this.hd+i&this.mask')}]);return all;}`;
}
