/**
 * The windows of a direct select as source of its class: none, keepall, length, time, and one that posts. They call
 * `arrive`, `depart` and `rows` of the class (direct-core.ts); their own books are closed before anything is evaluated.
 *
 * Δ as in window/*. State: a queue (keepall, length until it is full, then a ring) or a ring with due times. With `beside`
 * the ring holds an event's group behind the event.
 */

/** Windows that are part of the class; `posted`: one that stands before it. */
export type CoreWindow = 'none' | 'keepall' | 'length' | 'time' | 'posted';

export interface WindowSource {
  /** Statements of the constructor. */
  readonly fields: string;
  readonly methods: string;
}

/** How an update of several events gathers its rows: before it, with each arrival and each departure, behind it. */
export interface Gathering {
  readonly begin: string;
  readonly arrived: string;
  readonly departed: string;
  readonly end: string;
}

/** Places of the first ring. A power of two: places are found by a mask. */
export const FIRST_PLACES = 8;

export function windowSource(window: CoreWindow, gathering: Gathering, beside: boolean): WindowSource {
  switch (window) {
    case 'none':
      return {
        fields: '',
        methods: `meet(event){return this.rows(event,this.arrive(event),null,null);}
insert(events){this.update(events,[]);}
content(){return [];}`,
      };
    case 'keepall':
      return {
        fields: 'this.ev=[];',
        methods: `meet(event){this.ev.push(event);return this.rows(event,this.arrive(event),null,null);}
insert(events){for(const event of events)this.ev.push(event);this.update(events,[]);}
content(){return this.ev;}`,
      };
    case 'posted':
      return {
        fields: 'this.input=null;',
        methods: `meet(event){this.input.acceptOne(event);const rows=this.out;if(rows!==null)this.out=null;return rows;}`,
      };
    case 'length':
      return lengthSource(gathering, beside);
    case 'time':
      return timeSource(gathering, beside);
  }
}

/** As window/length.ts. A queue until it is full; from then on each arrival takes the place of the oldest, at `hd`. */
function lengthSource({ begin, arrived, departed, end }: Gathering, beside: boolean): WindowSource {
  const stride = beside ? 2 : 1;
  const place = `let at=-1,gone=null${beside ? ',was=null' : ''};
if(ev.length<this.size){at=ev.length;ev.push(event${beside ? ',null' : ''});}
else if(this.size>0){at=this.hd;gone=ev[at];ev[at]=event;${beside ? 'was=ev[at+1];ev[at+1]=null;' : ''}const next=at+${stride};this.hd=next===ev.length?0:next;}
else gone=event;`;
  const arrive = `const g=this.arrive(event);${beside ? 'if(at>=0)ev[at+1]=g;else was=g;' : ''}`;
  const depart = beside ? 'was===null?null:this.departOf(gone,was)' : 'this.depart(gone)';
  const left = beside ? 'expired[i+1]===null?null:this.departOf(event,expired[i+1])' : 'this.depart(event)';
  return {
    fields: `this.ev=[];this.hd=0;this.size=size===size?Math.floor(size)*${stride}:Infinity;`,
    methods: `meet(event){const ev=this.ev;${place}
${arrive}return this.rows(event,g,gone,gone===null?null:${depart});}
insert(events){${begin}const ev=this.ev,expired=[];
for(const event of events){${place}${arrive}${arrived}if(gone!==null)expired.push(gone${beside ? ',was' : ''});}
for(let i=0;i<expired.length;i+=${stride}){const event=expired[i],left=${left};${departed}}
${end}}
content(){const ev=this.ev,all=[];for(let i=0;i<ev.length;i+=${stride})all.push(ev[(this.hd+i)%ev.length]);return all;}`,
  };
}

/** As window/time.ts: events in `ev`, their due times in `due`, the oldest at `hd`. */
function timeSource({ begin, arrived, departed, end }: Gathering, beside: boolean): WindowSource {
  const placeOf = (at: string): string => (beside ? `(${at})*2` : at);
  const place = `if(this.count>this.mask)this.grow();
const at=this.hd+this.count++&this.mask,due=this.span.after(this.cx.nowMs);this.due[at]=due;this.ev[${placeOf('at')}]=event;
if(this.timer.place<0)this.host.arm(this.timer,due);`;
  const arrive = `const g=this.arrive(event);${beside ? 'this.ev[at*2+1]=g;' : ''}`;
  const left = beside ? 'was===null?null:this.departOf(event,was)' : 'this.depart(event)';
  return {
    fields: `this.ev=Array.from({length:${beside ? FIRST_PLACES * 2 : FIRST_PLACES}},()=>null);this.due=new Float64Array(${FIRST_PLACES});this.mask=${FIRST_PLACES - 1};this.hd=0;this.count=0;this.span=size;this.host=host;this.timer=host.timer(this);`,
    methods: `meet(event){${place}
${arrive}return this.rows(event,g,null,null);}
insert(events){${begin}for(const event of events){${place}${arrive}${arrived}}${end}}
fire(nowMs){const {ev,due,mask,hd,count}=this;let n=0;
while(n<count&&due[hd+n&mask]<=nowMs)n++;
this.hd=hd+n&mask;this.count=count-n;
if(n<count)this.host.arm(this.timer,due[this.hd]);
if(n===0)return;
${begin}for(let i=0;i<n;i++){const p=${placeOf('hd+i&mask')},event=ev[p];ev[p]=null;${beside ? 'const was=ev[p+1];ev[p+1]=null;' : ''}
const left=${left};${departed}}
${end}}
grow(){const {ev,due,mask,hd,count}=this,places=(mask+1)*2,more=Array.from({length:${placeOf('places')}},()=>null),later=new Float64Array(places);
for(let i=0;i<count;i++){const at=hd+i&mask;later[i]=due[at];${beside ? 'more[i*2]=ev[at*2];more[i*2+1]=ev[at*2+1];' : 'more[i]=ev[at];'}}
this.ev=more;this.due=later;this.mask=places-1;this.hd=0;}
content(){const all=[];for(let i=0;i<this.count;i++)all.push(this.ev[${placeOf('this.hd+i&this.mask')}]);return all;}`,
  };
}
