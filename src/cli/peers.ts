/** `pqa peers`, `pqa sources`. */
import { askList, askStruct, structOf, type Answer, type Connection } from './answers.ts';
import { print, printJson, printTable } from './output.ts';

/** Counters of what was refused of a member; each has the label `domain`. */
const REFUSALS: ReadonlySet<string> = new Set([
  'gossip_rejected_total',
  'exchange_refused_total',
  'fragments_refused_total',
  'fragments_ended_total',
]);

export async function listPeers(options: Connection): Promise<void> {
  const domains = await askList(options, 'listDomains');
  const counters = structOf((await askStruct(options, 'getStatus'))['counters']);
  const rows = domains.map((d): Answer => ({ ...d, refused: refusedOf(String(d['domain']), counters) }));
  if (options.json === true) return printJson(rows);
  printTable(
    ['domain', 'connected', 'clock', 'metrics', 'refused of it', 'peer'],
    rows.map((d) => [
      d['domain'],
      d['self'] === true ? 'this agent' : d['connected'] === true ? 'yes' : 'no',
      clockText(d['aheadMs']),
      d['metrics'],
      Object.entries(structOf(d['refused']))
        .map(([what, n]) => `${String(n)} ${what}`)
        .join(', '),
      d['peerId'],
    ]),
  );
  const strangers = Number(counters['peer_refused_total{reason="stranger"}'] ?? 0);
  if (strangers > 0) print(`${strangers} connections of peers that are no members were refused; the log names them`);
}

/** By reason or code: `signer`, `POLICY_REFUSED`. */
function refusedOf(domain: string, counters: Answer): Readonly<Record<string, number>> {
  const refused: Record<string, number> = {};
  for (const [series, n] of Object.entries(counters)) {
    const [, name = '', labels = ''] = /^(\w+)\{(.*)\}$/.exec(series) ?? [];
    if (!REFUSALS.has(name) || !labels.includes(`domain=${JSON.stringify(domain)}`)) continue;
    const [, reason = name] = /(?:reason|code)="([^"]*)"/.exec(labels) ?? [];
    const what = name === 'fragments_ended_total' ? `ended by ${reason}` : reason;
    refused[what] = (refused[what] ?? 0) + Number(n);
  }
  return refused;
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

/** How far a clock is ahead, of this agent against the median of all. */
function clockText(aheadMs: unknown): string {
  if (typeof aheadMs !== 'number') return '-';
  return `${aheadMs > 0 ? '+' : ''}${aheadMs} ms`;
}
