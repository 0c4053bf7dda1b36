/** A state with a deadline: the fields that {@link Deadlines} keeps in it, so that waiting costs no object of its own. */
import type { Deadline, DeadlineList } from './deadlines.ts';
import { State } from './state.ts';

export abstract class TimedState extends State implements Deadline {
  dueMs = 0;
  dueOrder = 0;
  dueList: DeadlineList | null = null;
  earlier: Deadline | null = null;
  later: Deadline | null = null;
  dueAt = -1;

  abstract expire(): void;
}
