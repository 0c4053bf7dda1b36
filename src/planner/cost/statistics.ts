/**
 * What the cost model knows of streams, and what it assumes where nothing is known. Statistics are passed in as a function:
 * the planner measures nothing.
 */
import type { DomainName } from '../../model/ids.ts';
import type { ValueType } from '../../model/value.ts';

/** Measured figures of one stream; what is absent is assumed. */
export interface StreamFigures {
  /** Events per second. */
  readonly rateHz?: number | undefined;
  /** Mean size of a column's value as it travels, bytes. */
  readonly columnBytes?: Readonly<Record<string, number>> | undefined;
  /** Different values of a column. */
  readonly distinct?: Readonly<Record<string, number>> | undefined;
  /** Part of the events that pass a predicate, 0 to 1, by its canonical text without alias. */
  readonly selectivities?: Readonly<Record<string, number>> | undefined;
}

/** `metric` without domain. Null when nothing is known of the stream. */
export type Statistics = (domain: DomainName, metric: string) => StreamFigures | null;

export const NO_STATISTICS: Statistics = () => null;

/** A monitored host reports every few seconds; a stream brings those of many. */
export const DEFAULT_RATE_HZ = 10;

/** Hosts, links, jobs: dozens rather than thousands in one domain. */
export const DEFAULT_DISTINCT = 20;

/** Selectivities where none was measured: the customary ones of System R for `=` (1/distinct), ranges and the rest. */
export const DEFAULT_SELECTIVITY = { range: 1 / 3, between: 1 / 4, like: 1 / 4, other: 1 / 3 } as const;

/** Windows that keep everything are looked at after they have been filled so long, s. */
export const HORIZON_S = 3_600;

/** Mean size of a value on the wire with its tags (proto/exchange.proto), bytes. */
export function defaultBytes(type: ValueType): number {
  switch (type.kind) {
    case 'null':
    case 'period':
      return 2;
    case 'boolean':
      return 4;
    case 'int':
      return 5;
    case 'long':
      return 9;
    case 'float':
    case 'double':
      return 11;
    case 'string':
      return 16;
    case 'array':
      return 4 + 4 * defaultBytes(type.of);
    case 'struct':
      return 4 + type.members.reduce((sum, m) => sum + 2 + m.name.length + defaultBytes(m.type), 0);
    case 'object':
    case 'map':
    case 'event':
      return 64;
  }
}
