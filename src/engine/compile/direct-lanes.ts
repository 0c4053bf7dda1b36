/**
 * Length and time windows of a direct select without groups whose aggregations are sums: they hold numbers, per event its
 * flags and what its aggregations have added (fused.ts). What leaves is then a few numbers that lie side by side, and not an
 * event that has been out of the processor's sight since it came. Under a row for all nobody asks for the events, and the
 * window does not keep them: an event is garbage once it has arrived.
 *
 * Δ: as window/length.ts and window/time.ts under result/row-for-all.ts and row-per-event.ts: sums do not depend on the
 * order in which an update lets events in and out. State: `v`, a ring of numbers, with `time` also the due time; the events
 * where rows stand for events.
 */
import type { LaneUpdates } from './fused.ts';
import type { WindowSource } from './direct-windows.ts';
import { FIRST_PLACES } from './direct-windows.ts';

export interface LaneSource extends WindowSource {
  /** Methods with expressions in their bodies. */
  readonly expressions: readonly { readonly head: string; readonly body: string }[];
}

/** A row for each arrival, or one for each update. */
export type LaneRows = 'perEvent' | 'forAll';

/** `filtered`: the class has a method `passes(event,cx)`. */
export function laneSource(
  window: 'length' | 'time',
  lanes: LaneUpdates,
  filtered: boolean,
  rows: LaneRows,
): LaneSource {
  const stop = filtered ? 'if(!this.passes(event,cx))return false;' : '';
  const expressions = [
    { head: 'enterAt(event,cx,p)', body: `const v=this.v;v[p]=0;${stop}${lanes.enter}return true;` },
  ];
  if (window === 'length' && !filtered) {
    expressions.push({ head: 'replaceAt(event,cx,p)', body: `const v=this.v;${lanes.replace}return true;` });
  }
  const { fields, methods } =
    window === 'length' ? lengthLanes(lanes.width, rows, filtered) : timeLanes(lanes.width, rows);
  const leave = `leaveAt(p){const v=this.v;${lanes.leave}return true;}`;
  return { expressions, fields, methods: [leave, ROWS[rows], methods].join('\n') };
}

const ROWS: Readonly<Record<LaneRows, string>> = {
  forAll: `meet(event){if(!this.place(event,this.cx))return null;const row=this.row(null,this.cx);return row===null?null:[row];}
insert(events){let met=false;for(const event of events)if(this.place(event,this.cx))met=true;if(met)this.put(this.row(null,this.cx));}
content(){return [];}`,
  perEvent: `meet(event){if(!this.place(event,this.cx))return null;const row=this.row(event,this.cx);return row===null?null:[row];}
insert(events){const by=[];for(const event of events)if(this.place(event,this.cx))by.push(event);for(const event of by)this.put(this.row(event,this.cx));}`,
};

/** `place(event,cx)`: the event in, what it displaces out; true if a row is due: `where` holds for what comes (or leaves). */
function lengthLanes(width: number, rows: LaneRows, filtered: boolean): WindowSource {
  const keep = (js: string): string => (rows === 'perEvent' ? js : '');
  const orLeft = rows === 'forAll' ? '||left' : '';
  return {
    fields: `this.size=size===size?Math.floor(size):Infinity;this.v=new Float64Array(${width}*Math.max(1,Math.min(${FIRST_PLACES},this.size)));this.hd=0;this.count=0;${keep('this.ev=[];')}`,
    methods: `place(event,cx){
if(this.count<this.size){const p=this.count*${width};if(p===this.v.length)this.grow();this.count++;${keep('this.ev.push(event);')}return this.enterAt(event,cx,p);}
if(this.size>0){const at=this.hd,p=at*${width};this.hd=at+1===this.count?0:at+1;${keep('this.ev[at]=event;')}
${filtered ? `const left=this.leaveAt(p);return this.enterAt(event,cx,p)${orLeft};` : 'return this.replaceAt(event,cx,p);'}}
return this.enterAt(event,cx,0)&&this.leaveAt(0);}
grow(){const v=new Float64Array(Math.min(this.v.length*2,this.size*${width}));v.set(this.v);this.v=v;}
${keep('content(){return [...this.ev.slice(this.hd),...this.ev.slice(0,this.hd)];}')}`,
  };
}

/** The due time stands behind the other numbers. */
function timeLanes(numbers: number, rows: LaneRows): WindowSource {
  const width = numbers + 1;
  const keep = (js: string): string => (rows === 'perEvent' ? js : '');
  const fire =
    rows === 'forAll'
      ? `let met=false;for(let i=0;i<n;i++)if(this.leaveAt((hd+i&mask)*${width}))met=true;
if(met)this.put(this.row(null,this.cx));`
      : `for(let i=0;i<n;i++)this.ev[hd+i&mask]=null;for(let i=0;i<n;i++)this.leaveAt((hd+i&mask)*${width});`;
  return {
    fields: `this.v=new Float64Array(${FIRST_PLACES * width});this.mask=${FIRST_PLACES - 1};this.hd=0;this.count=0;this.span=size;this.host=host;this.timer=host.timer(this);${keep(`this.ev=Array.from({length:${FIRST_PLACES}},()=>null);`)}`,
    methods: `place(event,cx){if(this.count>this.mask)this.grow();
const at=this.hd+this.count++&this.mask,p=at*${width},due=this.span.after(cx.nowMs);this.v[p]=0;this.v[p+${numbers}]=due;${keep('this.ev[at]=event;')}
if(this.timer.place<0)this.host.arm(this.timer,due);
return this.enterAt(event,cx,p);}
fire(nowMs){const {v,mask,hd,count}=this;let n=0;
while(n<count&&v[(hd+n&mask)*${width}+${numbers}]<=nowMs)n++;
this.hd=hd+n&mask;this.count=count-n;
if(n<count)this.host.arm(this.timer,v[this.hd*${width}+${numbers}]);
${fire}}
grow(){const {v,hd,mask}=this,more=new Float64Array(v.length*2);more.set(v.subarray(hd*${width}));more.set(v.subarray(0,hd*${width}),v.length-hd*${width});
${keep('const all=this.content();while(all.length<mask*2+2)all.push(null);this.ev=all;')}this.v=more;this.mask=mask*2+1;this.hd=0;}
${keep('content(){const all=[];for(let i=0;i<this.count;i++)all.push(this.ev[this.hd+i&this.mask]);return all;}')}`,
  };
}
