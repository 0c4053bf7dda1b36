/** `pqa metric …` and `pqa publish`. */
import { createInterface } from 'node:readline';
import { CodedError } from '../model/errors.ts';
import { callMethod } from '../management/client.ts';
import { askList, askStruct, structOf, textOrFile, type Connection, type Parameter } from './answers.ts';
import { print, printJson, printTable } from './output.ts';

/** Events that one call carries. */
const PUBLISH_BATCH = 500;

export async function addMetric(
  name: string,
  properties: readonly string[],
  options: Connection & { readonly description?: string; readonly schema?: string },
): Promise<void> {
  const declared = properties.map(parseProperty);
  const { description, schema } = options;
  const extra = {
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { schema: textOrFile(schema) }),
  };
  await callMethod(options.url, 'registerMetric', [name, declared, extra]);
  if (options.json === true) printJson({ metric: name });
  else print(`metric ${name} is declared`);
}

export async function removeMetric(name: string, options: Connection): Promise<void> {
  await callMethod(options.url, 'deleteMetric', [name]);
  if (options.json === true) printJson({ removed: name });
  else print(`removed ${name}`);
}

export async function listMetrics(
  options: Connection & { readonly all?: boolean; readonly match?: string },
): Promise<void> {
  const filter = { federation: options.all === true, ...(options.match === undefined ? {} : { match: options.match }) };
  const metrics = await askList(options, 'listMetrics', [filter]);
  if (options.json === true) return printJson(metrics);
  if (metrics.length === 0) return print('no metric is declared');
  printTable(
    ['metric', 'domain', 'properties', 'description'],
    metrics.map((m) => [m['name'], m['domain'], propertiesText(m['properties']), m['description']]),
  );
}

export async function publishEvents(metric: string, events: readonly string[], options: Connection): Promise<void> {
  let accepted = 0;
  let duplicates = 0;
  const send = async (batch: readonly Parameter[]): Promise<void> => {
    if (batch.length === 0) return;
    const answer = await askStruct(options, 'publish', [metric, [...batch]]);
    accepted += Number(answer['accepted'] ?? 0);
    duplicates += Number(answer['duplicates'] ?? 0);
  };
  if (events.length > 0) await send(events.map(parseEvent));
  else {
    let batch: Parameter[] = [];
    for await (const line of createInterface({ input: process.stdin })) {
      if (line.trim() !== '') batch.push(parseEvent(line));
      if (batch.length < PUBLISH_BATCH) continue;
      await send(batch);
      batch = [];
    }
    await send(batch);
  }
  if (options.json === true) printJson({ accepted, duplicates });
  else print(`${accepted} accepted${duplicates > 0 ? `, ${duplicates} seen before` : ''}`);
}

/** JSON, or a document for a metric with an xml schema. */
function parseEvent(text: string): Parameter {
  if (text.trimStart().startsWith('<')) return text;
  try {
    const value: unknown = JSON.parse(text);
    // What JSON can say, XML-RPC can; the codec refuses what it cannot.
    return structOf(value) as Parameter;
  } catch (error) {
    throw new CodedError('INVALID_EVENT', `'${text.slice(0, 60)}' is no JSON object`, {
      cause: error,
      hint: `such as '{"memutil": 71.5}'`,
    });
  }
}

function parseProperty(text: string): { readonly name: string; readonly type: string; readonly unit?: string } {
  const [name = '', type, ...unit] = text.split(':');
  if (name === '' || type === undefined || type === '') {
    throw new CodedError('INVALID_PARAMETERS', `'${text}' is no property`, {
      hint: 'write name:type or name:type:unit, such as memutil:double:%',
    });
  }
  return unit.length === 0 ? { name, type } : { name, type, unit: unit.join(':') };
}

function propertiesText(value: unknown): string {
  if (!Array.isArray(value)) return '';
  return value
    .map((p) => structOf(p))
    .map((p) => `${String(p['name'])}:${String(p['type'])}`)
    .join(' ');
}
