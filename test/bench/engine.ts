/**
 * The engine's speed (issue 3 §2): events per second of CPU time, in-process, pre-built events, external clock, one thread,
 * median of 5 rounds after warm-up; beside it a hand-written loop over the same events, whose result the engine must equal.
 * `npm run bench [-- --only a,c] [-- --json]`: each workload, and each query of Nexmark (n), in a process of its own. A measurement: nothing fails but a
 * wrong result.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { denseJoin, lastOfTwo, sparseJoin } from './engine/joins.ts';
import { measure } from './engine/measure.ts';
import type { Measured } from './engine/measure.ts';
import { measureWindowMemory } from './engine/memory.ts';
import type { WindowMemory } from './engine/memory.ts';
import { measureNexmark } from './engine/nexmark/measure.ts';
import type { NexmarkRate } from './engine/nexmark/measure.ts';
import { NEXMARK_QUERIES } from './engine/nexmark/queries.ts';
import { followedWithin, manyOpen } from './engine/patterns.ts';
import { measureRegistration } from './engine/registration.ts';
import type { RegistrationCost } from './engine/registration.ts';
import { contexts } from './engine/contexts.ts';
import { rowPattern } from './engine/row-pattern.ts';
import { mergeIntoTable } from './engine/store.ts';
import {
  filter,
  groupedTime,
  lengthAverage,
  manyStatements,
  manyTickers,
  timeAverage,
} from './engine/single-stream.ts';

const WORKLOADS = [
  filter,
  lengthAverage,
  groupedTime,
  manyTickers,
  lastOfTwo,
  sparseJoin,
  denseJoin,
  timeAverage,
  manyStatements,
  rowPattern,
  contexts,
  mergeIntoTable,
  followedWithin,
  manyOpen,
];
const REGISTRATION = 'r';
const MEMORY = 'm';
/** Stands for all queries of Nexmark. */
const NEXMARK = 'n';

type Result = Measured | RegistrationCost | WindowMemory | NexmarkRate;

/** From here on the memory of a statement is reported. */
const MANY_STATEMENTS = 10_000;

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const nexmark = NEXMARK_QUERIES.map((query) => query.id);
const known = [...WORKLOADS.map((w) => w.id), REGISTRATION, MEMORY, ...nexmark];
const wanted = values.only === '' ? known : values.only.split(',').flatMap((id) => (id === NEXMARK ? nexmark : [id]));
for (const id of wanted)
  if (!known.includes(id)) throw new Error(`no workload '${id}'; there are ${[...known, NEXMARK].join(', ')}`);

function say(line: string): void {
  if (!values.json) process.stdout.write(`${line}\n`);
}

/** 40.1 M, 320 k. */
function rate(perSecond: number | null): string {
  if (perSecond === null) return '-';
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(perSecond >= 1e7 ? 1 : 2)} M`;
  return `${(perSecond / 1e3).toFixed(perSecond >= 1e5 ? 0 : 1)} k`;
}

function row(id: string, cells: readonly string[], what: string): void {
  say([id.padEnd(4), ...cells.map((cell) => cell.padStart(9)), what].join('  '));
}

function report(result: Result): void {
  if (result.unit === 'bytes') {
    row('m', ['-', '-', `${result.bytesPerEvent.toFixed(0)} B`, '-', '-'], `per event: ${result.what}`);
    return;
  }
  if (result.unit === 'events/s of Nexmark') {
    row(result.id, ['-', '-', rate(result.engine), '-', '-'], `${result.what}; ${result.outputs} rows`);
    return;
  }
  if (result.unit === 'ms') {
    const { medianMs, p95Ms, firstOfShapeMs } = result;
    const rest = `p95 ${p95Ms.toFixed(2)} ms, first of a kind ${firstOfShapeMs.toFixed(2)} ms`;
    row('r', ['35-100 ms', '<= 1 ms', `${medianMs.toFixed(3)} ms`, '-', '-'], `${result.what}; ${rest}`);
    return;
  }
  const { id, what, esper, aim, engine, hand, ratio, heapBytesPerStatement, deploySeconds } = result;
  row(id, [rate(esper), rate(aim), rate(engine), rate(hand), ratio.toFixed(2)], what);
  const statements = WORKLOADS.find((w) => w.id === id)?.epl.length ?? 0;
  if (statements < MANY_STATEMENTS) return;
  const each = `${(heapBytesPerStatement / 1000).toFixed(2)} kB of heap per statement (aim 4 kB)`;
  row('', [], `${each}, ${((deploySeconds * 1000) / statements).toFixed(3)} ms CPU to register one`);
}

function runHere(id: string): Result {
  if (id === MEMORY) return measureWindowMemory();
  const query = NEXMARK_QUERIES.find((q) => q.id === id);
  if (query !== undefined) return measureNexmark(query);
  const workload = WORKLOADS.find((w) => w.id === id);
  return workload === undefined ? measureRegistration() : measure(workload);
}

/** In a process of its own, so that no workload sees what another has done to heap and compiled code. */
function runApart(id: string): Result {
  const args = [fileURLToPath(import.meta.url), '--only', id, '--json'];
  const { status, stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`workload ${id} failed`);
  const [result]: readonly Result[] = JSON.parse(stdout.toString());
  if (result === undefined) throw new Error(`workload ${id} reported nothing`);
  return result;
}

row('', ['Esper 9', 'aim', 'engine', 'by hand', 'ratio'], 'events per CPU second');
const results: Result[] = [];
for (const id of wanted) {
  const result = wanted.length === 1 ? runHere(id) : runApart(id);
  results.push(result);
  report(result);
}
if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
