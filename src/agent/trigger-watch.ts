/** A trigger subscriber on the wall clock: for the command line. */
import type { Log } from '../ports/log.ts';
import type { ReceivedTrigger } from '../triggers/read-trigger.ts';
import { TriggerSubscriber, type TriggerSubscriberOptions } from '../triggers/xmpp/trigger-subscriber.ts';
import { SystemClock } from './system-clock.ts';
import { SystemRandom } from './system-random.ts';

export type { ReceivedTrigger } from '../triggers/read-trigger.ts';

const QUIET: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => QUIET,
};

export class TriggerWatch extends TriggerSubscriber {
  constructor(options: TriggerSubscriberOptions, onTrigger: (trigger: ReceivedTrigger) => void) {
    super({ clock: new SystemClock(), random: new SystemRandom(), log: QUIET }, options, onTrigger);
  }
}
