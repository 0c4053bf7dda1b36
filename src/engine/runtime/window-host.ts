/** The place that the windows of one statement instance stand in. */
import type { Timer, TimerTarget } from './timer-queue.ts';
import type { WindowHost } from '../window/data-window.ts';
import type { InstanceContext } from './instance-context.ts';
import type { InstanceHost } from './statement.ts';

class WindowPlace implements WindowHost {
  readonly instance: InstanceHost;
  readonly instanceContext: InstanceContext;

  constructor(host: InstanceHost, context: InstanceContext) {
    this.instance = host;
    this.instanceContext = context;
  }

  get nowMs(): number {
    return this.instance.nowMs;
  }

  get context(): InstanceContext {
    return this.instanceContext;
  }

  timer(target: TimerTarget): Timer {
    return this.instance.newTimer(target, 'window');
  }

  arm(timer: Timer, dueMs: number): void {
    this.instance.arm(timer, dueMs);
  }

  disarm(timer: Timer): void {
    this.instance.disarm(timer);
  }

  onVariableChange(names: readonly string[], target: TimerTarget): void {
    const timer = this.timer(target);
    this.instance.onVariable(names, () => this.instance.arm(timer, this.instance.nowMs));
  }
}

export function windowHost(host: InstanceHost, context: InstanceContext): WindowHost {
  return new WindowPlace(host, context);
}
