/** `pqa agent`: runs one agent until it is told to stop. */
import { Agent } from '../agent/agent.ts';
import { loadConfig } from '../agent/config.ts';
import { createLog } from '../agent/log.ts';
import { print } from './output.ts';

export async function runAgent(options: { readonly config: string; readonly printReady?: boolean }): Promise<number> {
  const config = loadConfig(options.config);
  const log = createLog({ level: config.logLevel });
  const agent = new Agent({ log }, config, options.config);
  const over = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.resolve());
  const ready = await agent.start();
  log.info('agent is ready', { ...ready });
  if (options.printReady === true) print(JSON.stringify(ready));
  await over.promise;
  log.info('agent stops');
  await agent.stop();
  return 0;
}
