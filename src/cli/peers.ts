/** `pqa peers`, `pqa sources`. */
import { askList, type Connection } from './answers.ts';
import { print, printJson, printTable } from './output.ts';

export async function listPeers(options: Connection): Promise<void> {
  const domains = await askList(options, 'listDomains');
  if (options.json === true) return printJson(domains);
  printTable(
    ['domain', 'connected', 'metrics', 'peer'],
    domains.map((d) => [
      d['domain'],
      d['self'] === true ? 'this agent' : d['connected'] === true ? 'yes' : 'no',
      d['metrics'],
      d['peerId'],
    ]),
  );
}

export async function listSources(options: Connection): Promise<void> {
  const sources = await askList(options, 'listSources');
  if (options.json === true) return printJson(sources);
  if (sources.length === 0) return print('no source is configured');
  printTable(
    ['source', 'state', 'events', 'failures', 'detail'],
    sources.map((s) => [s['name'], s['state'], s['eventsTotal'], s['failuresTotal'], s['detail']]),
  );
}
