/** The place that the windows of one statement instance stand in. */
import type { WindowHost } from '../window/data-window.ts';
import type { InstanceContext } from './instance-context.ts';
import type { InstanceHost } from './statement.ts';

export function windowHost(host: InstanceHost, context: InstanceContext): WindowHost {
  return {
    get nowMs() {
      return host.nowMs;
    },
    context,
    instance: host,
    instanceContext: context,
    timer: (target) => host.newTimer(target, 'window'),
    arm: (timer, dueMs) => host.arm(timer, dueMs),
    disarm: (timer) => host.disarm(timer),
    onVariableChange: (names, target) => {
      const timer = host.newTimer(target, 'window');
      host.onVariable(names, () => host.arm(timer, host.nowMs));
    },
  };
}
