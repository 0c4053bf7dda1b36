/** Tables of date-time, interval and enumeration methods, by lower-case name (Esper reference §11, §12). */

/** What a date-time method takes and gives. */
export type DateTimeResult = 'field' | 'time' | 'boolean' | 'text';

export const DATE_TIME: ReadonlyMap<string, DateTimeResult> = new Map<string, DateTimeResult>([
  ['get', 'field'],
  ['getmillisofsecond', 'field'],
  ['getsecondofminute', 'field'],
  ['getminuteofhour', 'field'],
  ['gethourofday', 'field'],
  ['getdayofweek', 'field'],
  ['getdayofmonth', 'field'],
  ['getdayofyear', 'field'],
  ['getmonthofyear', 'field'],
  ['getweekyear', 'field'],
  ['getyear', 'field'],
  ['getera', 'field'],
  ['set', 'time'],
  ['withdate', 'time'],
  ['withtime', 'time'],
  ['withmin', 'time'],
  ['withmax', 'time'],
  ['plus', 'time'],
  ['minus', 'time'],
  ['roundfloor', 'time'],
  ['roundceiling', 'time'],
  ['roundhalf', 'time'],
  ['tomillisec', 'time'],
  ['todate', 'time'],
  ['tocalendar', 'time'],
  ['between', 'boolean'],
  ['format', 'text'],
]);

/** Least and greatest number of arguments of the date-time methods that take any. */
export const DATE_TIME_ARGS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['get', [1, 1]],
  ['set', [2, 2]],
  ['withdate', [3, 3]],
  ['withtime', [4, 4]],
  ['withmin', [1, 1]],
  ['withmax', [1, 1]],
  ['plus', [1, 1]],
  ['minus', [1, 1]],
  ['roundfloor', [1, 1]],
  ['roundceiling', [1, 1]],
  ['roundhalf', [1, 1]],
  ['between', [2, 4]],
  ['format', [0, 1]],
]);

export const FIELD_FIRST: ReadonlySet<string> = new Set([
  'get',
  'set',
  'withmin',
  'withmax',
  'roundfloor',
  'roundceiling',
  'roundhalf',
]);

export const FIELDS: ReadonlySet<string> = new Set(
  'msec millisecond milliseconds sec second seconds min minute minutes hour hours day days week weeks month months year years'.split(
    ' ',
  ),
);

/** Most thresholds that an interval method takes. */
export const INTERVALS: ReadonlyMap<string, number> = new Map([
  ['before', 2],
  ['after', 2],
  ['coincides', 2],
  ['during', 4],
  ['includes', 4],
  ['finishes', 1],
  ['finishedby', 1],
  ['meets', 1],
  ['metby', 1],
  ['overlaps', 2],
  ['overlappedby', 2],
  ['starts', 1],
  ['startedby', 1],
]);

/** Lambda arguments: how many at least and at most; other arguments: `number`, `list`, or the start of a fold. */
export interface Enumeration {
  readonly lambdas: readonly [number, number];
  readonly predicate: boolean;
  readonly before: 'number' | 'list' | 'initial' | null;
  readonly result: 'same' | 'element' | 'boolean' | 'int' | 'body' | 'bodies' | 'sum' | 'double' | 'map' | 'initial';
}

function form(
  result: Enumeration['result'],
  lambdas: readonly [number, number],
  predicate = false,
  before: Enumeration['before'] = null,
): Enumeration {
  return { result, lambdas, predicate, before };
}

export const ENUMERATION: ReadonlyMap<string, Enumeration> = new Map([
  ['where', form('same', [1, 1], true)],
  ['anyof', form('boolean', [1, 1], true)],
  ['allof', form('boolean', [1, 1], true)],
  ['countof', form('int', [0, 1], true)],
  ['firstof', form('element', [0, 1], true)],
  ['lastof', form('element', [0, 1], true)],
  ['selectfrom', form('bodies', [1, 1])],
  ['arrayof', form('bodies', [0, 1])],
  ['take', form('same', [0, 0], false, 'number')],
  ['takelast', form('same', [0, 0], false, 'number')],
  ['takewhile', form('same', [1, 1], true)],
  ['takewhilelast', form('same', [1, 1], true)],
  ['reverse', form('same', [0, 0])],
  ['orderby', form('same', [0, 1])],
  ['orderbydesc', form('same', [0, 1])],
  ['distinctof', form('same', [0, 1])],
  ['union', form('same', [0, 0], false, 'list')],
  ['intersect', form('same', [0, 0], false, 'list')],
  ['except', form('same', [0, 0], false, 'list')],
  ['sequenceequal', form('boolean', [0, 0], false, 'list')],
  ['sumof', form('sum', [0, 1])],
  ['average', form('double', [0, 1])],
  ['max', form('body', [0, 1])],
  ['min', form('body', [0, 1])],
  ['maxby', form('element', [1, 1])],
  ['minby', form('element', [1, 1])],
  ['mostfrequent', form('body', [0, 1])],
  ['leastfrequent', form('body', [0, 1])],
  ['groupby', form('map', [1, 2])],
  ['tomap', form('map', [2, 2])],
  ['aggregate', form('initial', [1, 1], false, 'initial')],
]);

export function isMethod(name: string): boolean {
  const lower = name.toLowerCase();
  return DATE_TIME.has(lower) || INTERVALS.has(lower) || ENUMERATION.has(lower);
}
