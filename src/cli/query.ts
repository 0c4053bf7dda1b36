/** `pqa query …`. */
import { CodedError } from '../model/errors.ts';
import { TriggerWatch } from '../agent/trigger-watch.ts';
import {
  askList,
  askStruct,
  listOf,
  structOf,
  textOrFile,
  type Answer,
  type Connection,
  type Parameter,
} from './answers.ts';
import { print, printJson, printTable } from './output.ts';
import { triggerLine } from './trigger-line.ts';

interface AddOptions extends Connection {
  readonly jid?: string;
  readonly subscriber?: readonly string[];
  readonly onSilence?: string;
  readonly name?: string;
}

export async function addQuery(epl: string, options: AddOptions): Promise<void> {
  const { jid, subscriber, onSilence, name } = options;
  const request = {
    ...(jid === undefined ? {} : { jid }),
    ...(subscriber === undefined ? {} : { subscribers: subscriber }),
    ...(onSilence === undefined ? {} : { onSilence }),
    ...(name === undefined ? {} : { name }),
  };
  const answer = await askStruct(options, 'registerQuery', [textOrFile(epl), request]);
  if (options.json === true) return printJson(answer);
  print(`query  ${String(answer['queryId'])}`);
  print(`node   ${String(answer['node'])} at ${String(answer['service'])}`);
  print(`uri    ${String(answer['uri'])}`);
  for (const note of notesOf(answer)) print(`note   ${note}`);
}

export async function listQueries(options: Connection): Promise<void> {
  const queries = await askList(options, 'listQueries');
  if (options.json === true) return printJson(queries);
  if (queries.length === 0) return print('no query is registered here');
  printTable(
    ['id', 'state', 'triggers', 'epl'],
    queries.map((q) => [String(q['queryId']).slice(0, 12), q['state'], q['triggersTotal'], shorten(String(q['epl']))]),
  );
}

export async function showQuery(id: string, options: Connection): Promise<void> {
  const query = await askStruct(options, 'getQuery', [await wholeId(id, options)]);
  if (options.json === true) return printJson(query);
  for (const [key, value] of Object.entries(query)) {
    if (key === 'plan' || key === 'coverage') continue;
    print(`${key.padEnd(14)} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  printCoverage(query['coverage']);
  const plan = query['plan'];
  if (typeof plan === 'object' && plan !== null && 'text' in plan) print(`\n${String(plan.text)}`);
}

export async function showVariables(id: string, options: Connection): Promise<void> {
  const variables = await askList(options, 'getVariables', [await wholeId(id, options)]);
  if (options.json === true) return printJson(variables);
  if (variables.length === 0) return print('the query declares no variable');
  printTable(
    ['name', 'type', 'value', ''],
    variables.map((v) => [
      v['name'],
      v['type'],
      JSON.stringify(v['value'] ?? null),
      v['constant'] === true ? 'constant' : v['waiting'] === true ? 'a newer value waits' : '',
    ]),
  );
}

/** `value` is text, taken as the variable's type; one that begins with `[` or `{` is JSON. */
export async function setVariable(
  id: string,
  name: string,
  value: string | undefined,
  options: Connection & { readonly null?: boolean },
): Promise<void> {
  if ((value === undefined) !== (options.null === true)) {
    throw new CodedError('INVALID_PARAMETERS', 'give either a value or --null');
  }
  const answer = await askStruct(options, 'setVariable', [await wholeId(id, options), name, parseArgument(value)]);
  if (options.json === true) return printJson(answer);
  print(`${name} is set from ${String(answer['timestampMs'])} on`);
}

/** A fire-and-forget query of the windows and tables of a query. */
export async function runQuery(id: string, epl: string, options: Connection): Promise<void> {
  const answer = await askStruct(options, 'fireAndForget', [await wholeId(id, options), textOrFile(epl)]);
  if (options.json === true) return printJson(answer);
  const names = listOf(answer['columns']).map((c) => String(structOf(c)['name']));
  const rows = listOf(answer['rows']).map(structOf);
  if (rows.length === 0) return print('no rows');
  printTable(
    names,
    rows.map((row) => names.map((n) => (typeof row[n] === 'string' ? row[n] : JSON.stringify(row[n] ?? null)))),
  );
}

function parseArgument(value: string | undefined): Parameter {
  if (value === undefined) return null;
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new CodedError('INVALID_PARAMETERS', `not JSON: ${value.slice(0, 80)}`, { cause: error });
  }
}

/** How far each domain that the query reads has come. */
function printCoverage(coverage: unknown): void {
  if (!Array.isArray(coverage) || coverage.length === 0) return;
  print('');
  printTable(
    ['domain', 'state', 'complete up to'],
    coverage.map((one) => {
      const c = structOf(one);
      const watermarkMs = Number(c['watermarkMs']);
      return [c['domain'], c['state'], watermarkMs > 0 ? new Date(watermarkMs).toISOString() : ''];
    }),
  );
}

export async function removeQuery(id: string, options: Connection): Promise<void> {
  const whole = await wholeId(id, options);
  await askStruct(options, 'deleteQuery', [whole]).catch((error: unknown) => {
    if (error instanceof CodedError && error.code === 'PROTOCOL') return {};
    throw error;
  });
  if (options.json === true) printJson({ removed: whole });
  else print(`removed ${whole}`);
}

export async function explainQuery(epl: string, options: Connection): Promise<void> {
  const answer = await askStruct(options, 'explainQuery', [textOrFile(epl)]);
  if (options.json === true) return printJson(answer);
  print(String(answer['text']));
  for (const note of notesOf(answer)) print(`note: ${note}`);
}

interface WatchOptions extends Connection {
  readonly jid: string;
  readonly password?: string;
  readonly xmpp?: string;
  readonly triggers?: string;
}

export async function watchQuery(id: string, options: WatchOptions): Promise<void> {
  const query = await askStruct(options, 'getQuery', [await wholeId(id, options)]);
  const xmpp =
    options.xmpp ?? String(structOf((await askStruct(options, 'getStatus'))['xmpp'])['uri'] ?? 'xmpp://127.0.0.1:5222');
  const limit = options.triggers === undefined ? Infinity : Number(options.triggers);
  let seen = 0;
  const over = Promise.withResolvers<void>();
  const watch = new TriggerWatch({ uri: xmpp, jid: options.jid, password: options.password ?? '' }, (trigger) => {
    if (options.json === true) print(JSON.stringify(trigger));
    else print(triggerLine(trigger, Date.now()));
    if (++seen >= limit) over.resolve();
  });
  await watch.start();
  await watch.subscribe(String(query['service']), String(query['node']));
  process.once('SIGINT', () => over.resolve());
  await over.promise;
  await watch.stop();
}

/** A unique beginning of an id stands for it. */
async function wholeId(id: string, options: Connection): Promise<string> {
  if (id.length >= 64) return id;
  const matches = (await askList(options, 'listQueries'))
    .map((q) => String(q['queryId']))
    .filter((whole) => whole.startsWith(id));
  const [only] = matches;
  if (matches.length === 1 && only !== undefined) return only;
  throw new CodedError(
    'UNKNOWN_QUERY',
    matches.length === 0 ? `no query id begins with '${id}'` : `${matches.length} query ids begin with '${id}'`,
    {
      hint: '`pqa query list` shows them',
    },
  );
}

function notesOf(answer: Answer): readonly string[] {
  const notes = answer['notes'];
  return Array.isArray(notes) ? notes.map(String) : [];
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 90 ? line : `${line.slice(0, 87)}…`;
}
