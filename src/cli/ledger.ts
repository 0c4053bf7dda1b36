/** `pqa ledger`. */
import { askList, listOf, type Connection } from './answers.ts';
import { print, printJson, printTable } from './output.ts';

export interface LedgerOptions extends Connection {
  readonly consumer?: string | undefined;
}

export async function showLedger(options: LedgerOptions): Promise<void> {
  const filter = options.consumer === undefined ? [] : [{ consumer: options.consumer }];
  const entries = await askList(options, 'getLedger', filter);
  if (options.json === true) return printJson(entries);
  if (entries.length === 0) return print('nothing has left this domain');
  printTable(
    ['to', 'rows', 'bytes', 'first', 'last', 'ended by', 'columns', 'fragment'],
    entries.map((e) => [
      e['consumer'],
      e['rows'],
      e['bytes'],
      timeOf(e['firstMs']),
      timeOf(e['lastMs']),
      e['ended'] ?? '',
      listOf(e['columns']).join(', '),
      Number(e['fragments']) > 1 ? `${String(e['fragments'])} older fragments` : e['epl'],
    ]),
  );
}

function timeOf(ms: unknown): string {
  return new Date(Number(ms)).toISOString().slice(0, 19);
}
