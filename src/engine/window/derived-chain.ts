/**
 * Data windows with a derived-value view or match_recognize behind them, as one window: events go in, the rows that are
 * derived of them are its content.
 */
import type { Event } from '../../model/event.ts';
import type { DataWindow } from './data-window.ts';

/** What stands behind the windows. */
export interface DerivedRows {
  /** The present rows, for `iterate`. */
  content(): Iterable<Event>;
  stop?(): void;
}

export class DerivedChain implements DataWindow {
  readonly #window: DataWindow;
  readonly #view: DerivedRows;
  constructor(window: DataWindow, view: DerivedRows) {
    this.#window = window;
    this.#view = view;
  }
  insert(events: readonly Event[]): void {
    this.#window.insert(events);
  }
  drop(events: readonly Event[]): void {
    this.#window.drop(events);
  }
  content(): Iterable<Event> {
    return this.#view.content();
  }
  order(): null {
    return null;
  }
  anchor(): number {
    return 0;
  }
  stop(): void {
    this.#window.stop();
    this.#view.stop?.();
  }
}
