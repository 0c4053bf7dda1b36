/** What the fragment of one stream reference sends: its events, or what enters and leaves its window. Pure. */
import type { CheckedExpression, Column, WindowSpec } from '../../model/checked.ts';
import type { EventType } from '../../model/event-type.ts';
import { parseStreamName, type DomainName } from '../../model/ids.ts';
import type { FragmentEstimate } from '../../model/plan.ts';
import { allOf, selectivityOf } from './selectivity.ts';
import { estimateBytes } from './sizes.ts';
import { DEFAULT_RATE_HZ, defaultBytes, type Statistics, type StreamFigures } from './statistics.ts';
import { windowFigures } from './window-figures.ts';

export interface ReferenceShape {
  readonly type: EventType;
  /** Conjuncts that run at the domain, those above the window too: they let the same part through. */
  readonly filter: readonly CheckedExpression[];
  /** Windows that run at the domain. */
  readonly windows: readonly WindowSpec[];
  readonly columns: readonly Column[];
}

export function estimateReference(shape: ReferenceShape, domain: DomainName, statistics: Statistics): FragmentEstimate {
  const figures = figuresOfType(shape.type, domain, statistics);
  const measured = figures?.selectivities?.[allOf(shape.filter)];
  const passing = measured ?? selectivityOf(shape.filter, () => figures);
  const { insertsHz, removesHz } = windowFigures(shape.windows, rateOf(figures), () => figures);
  return estimateBytes({
    // A row that enters a full window displaces another in the same cause.
    deltasHz: passing * Math.max(insertsHz, removesHz) + (removesHz > 0 ? passing * (1 - passing) * removesHz : 0),
    insertsHz: passing * insertsHz,
    removesHz: passing * removesHz,
    valueBytes: columnBytes(shape.columns, figures),
    removesByValue: false,
  });
}

/** Figures of the stream as offered by `domain`: of the union's part there. */
export function figuresOfType(type: EventType, domain: DomainName, statistics: Statistics): StreamFigures | null {
  return statistics(domain, parseStreamName(type.name).metric);
}

export function rateOf(figures: StreamFigures | null): number {
  return figures?.rateHz ?? DEFAULT_RATE_HZ;
}

export function columnBytes(columns: readonly Column[], figures: StreamFigures | null): number {
  if (columns.length === 0) return 5;
  return columns.reduce((sum, c) => sum + (figures?.columnBytes?.[c.name] ?? defaultBytes(c.type)), 0);
}
