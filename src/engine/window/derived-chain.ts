/** Data windows with a derived-value view behind them, as one window: events go in, rows of statistics are its content. */
import type { Event } from '../../model/event.ts';
import type { DataWindow } from './data-window.ts';
import type { DerivedView } from './derived.ts';

export class DerivedChain implements DataWindow {
  readonly #window: DataWindow;
  readonly #view: DerivedView;
  constructor(window: DataWindow, view: DerivedView) {
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
  }
}
