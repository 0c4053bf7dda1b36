/**
 * Length and time windows of a direct select of which nothing but aggregations is asked: they hold numbers in place of
 * events, per event its flags and what its aggregations have added (fused.ts), so that an event is garbage once it has
 * arrived, and one that leaves is a few numbers that lie side by side.
 *
 * Δ: as window/length.ts and window/time.ts under a row for all (result/row-for-all.ts): sums do not depend on the order
 * in which an update lets events in and out. State: `v`, a ring of `width` numbers per event, with `time` its due time too.
 */
import type { LaneUpdates } from './fused.ts';
import type { WindowSource } from './direct-windows.ts';
import { FIRST_PLACES } from './direct-windows.ts';

export interface LaneSource extends WindowSource {
  /** Methods with expressions in their bodies. */
  readonly expressions: readonly { readonly head: string; readonly body: string }[];
}

/** `where`: source of the test of `event`, null where there is none. */
export function laneSource(window: 'length' | 'time', lanes: LaneUpdates, where: string | null): LaneSource {
  const stop = where === null ? '' : `if(!(${where}))return false;`;
  const expressions = [
    { head: 'enterAt(event,cx,p)', body: `const v=this.v;v[p]=0;${stop}${lanes.enter}return true;` },
  ];
  const { fields, methods } = window === 'length' ? lengthLanes(lanes.width) : timeLanes(lanes.width);
  const shared = `leaveAt(p){const v=this.v;${lanes.leave}return true;}
meet(event){if(!this.place(event,this.cx))return null;const row=this.row(null,this.cx);return row===null?null:[row];}
insert(events){let met=false;for(const event of events)if(this.place(event,this.cx))met=true;if(met)this.put(this.row(null,this.cx));}
content(){return [];}
`;
  return { expressions, fields, methods: shared + methods };
}

/** `place(event,cx)`: the event in, what it displaces out; true if `where` holds for either. */
function lengthLanes(width: number): WindowSource {
  return {
    fields: `this.size=size===size?Math.floor(size):Infinity;this.v=new Float64Array(${width}*Math.max(1,Math.min(${FIRST_PLACES},this.size)));this.hd=0;this.count=0;`,
    methods: `place(event,cx){
if(this.count<this.size){const p=this.count*${width};if(p===this.v.length)this.grow();this.count++;return this.enterAt(event,cx,p);}
if(this.size>0){const at=this.hd;this.hd=at+1===this.count?0:at+1;const left=this.leaveAt(at*${width});return this.enterAt(event,cx,at*${width})||left;}
return this.enterAt(event,cx,0)&&this.leaveAt(0);}
grow(){const v=new Float64Array(Math.min(this.v.length*2,this.size*${width}));v.set(this.v);this.v=v;}`,
  };
}

/** The due time stands behind the other numbers. */
function timeLanes(numbers: number): WindowSource {
  const width = numbers + 1;
  return {
    fields: `this.v=new Float64Array(${FIRST_PLACES * width});this.mask=${FIRST_PLACES - 1};this.hd=0;this.count=0;this.span=size;this.host=host;this.timer=host.timer(this);`,
    methods: `place(event,cx){if(this.count>this.mask)this.grow();
const p=(this.hd+this.count++&this.mask)*${width},due=this.span.after(cx.nowMs);this.v[p]=0;this.v[p+${numbers}]=due;
if(this.timer.place<0)this.host.arm(this.timer,due);
return this.enterAt(event,cx,p);}
fire(nowMs){const {v,mask,hd,count}=this;let n=0;
while(n<count&&v[(hd+n&mask)*${width}+${numbers}]<=nowMs)n++;
this.hd=hd+n&mask;this.count=count-n;
if(n<count)this.host.arm(this.timer,v[this.hd*${width}+${numbers}]);
let met=false;for(let i=0;i<n;i++)if(this.leaveAt((hd+i&mask)*${width}))met=true;
if(met)this.put(this.row(null,this.cx));}
grow(){const {v,hd}=this,more=new Float64Array(v.length*2);more.set(v.subarray(hd*${width}));more.set(v.subarray(0,hd*${width}),v.length-hd*${width});this.v=more;this.mask=this.mask*2+1;this.hd=0;}`,
  };
}
