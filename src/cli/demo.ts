/**
 * `npm start`: the main job on embedded defaults. Three domains as processes on loopback, host metrics of this machine as
 * input, the paper's two queries registered at the third domain, their triggers received by an ordinary XMPP subscriber.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import pc from 'picocolors';
import { TriggerWatch, type ReceivedTrigger } from '../agent/trigger-watch.ts';
import { CodedError } from '../model/errors.ts';
import { askList, askStruct } from './answers.ts';
import { DemoFederation, type DemoAgent } from './demo-federation.ts';
import { LOAD_BITS_PER_SECOND } from './demo-load.ts';
import { print } from './output.ts';
import { triggerLine } from './trigger-line.ts';

const INTERVAL_MS = 500;
/** Measurements of each kind from which the thresholds are set. */
const BASELINE_EVENTS = 6;
/** Load comes and goes in this rhythm, ms. */
const LOAD_ON_MS = 8_000;
const LOAD_OFF_MS = 12_000;
const PEERS_DEADLINE_MS = 20_000;
const CLIENT_JID = 'client@localhost';

export interface DemoCommandOptions {
  readonly triggers?: string;
  readonly seconds?: string;
}

/** Ends with 0 after the number of triggers asked for, after the seconds asked for, or when interrupted. */
export async function runDemo(options: DemoCommandOptions): Promise<number> {
  const wanted = countOf(options.triggers, '--triggers');
  const seconds = countOf(options.seconds, '--seconds');
  const over = Promise.withResolvers<number>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.resolve(0));
  const client = { jid: CLIENT_JID, password: randomBytes(12).toString('base64url') };
  const federation = new DemoFederation({
    domains: [
      { name: 'renci', hostMetrics: ['paper-memory'] },
      { name: 'esnet', hostMetrics: ['paper-network'] },
      { name: 'sc13', hostMetrics: [] },
    ],
    client,
    intervalMs: INTERVAL_MS,
  });
  const load = new LoadCycle();
  const stops: (() => Promise<void> | void)[] = [() => federation.stop(), () => load.stop()];
  try {
    print(pc.dim(`state of the three agents is in ${federation.folder}; it is removed at the end`));
    const agents = await federation.start((domain) => over.reject(new CodedError('INTERNAL', `agent ${domain} ended`)));
    const sc13 = agents.find((a) => a.domain === 'sc13');
    if (sc13 === undefined) throw new CodedError('INTERNAL', 'no agent sc13');
    await showPeers(sc13, agents.length);

    let seen = 0;
    const watch = new TriggerWatch({ uri: sc13.xmpp, ...client }, (trigger) => {
      if (baseline?.take(trigger) === true) return;
      print(triggerLine(trigger, Date.now()));
      if (++seen >= wanted) over.resolve(0);
    });
    let baseline: Baseline | null = null;
    await watch.start();
    stops.push(() => watch.stop());
    const begin = async (): Promise<readonly string[]> => {
      baseline = new Baseline();
      return registerPaperQueries(sc13, watch, await baseline.measure(sc13, watch));
    };
    let ids = await begin();
    sayHowToGoOn(sc13);
    load.start();
    // Thresholds come from the load as it was: where other programs end meanwhile, they may never be reached.
    const again = setInterval(
      () => {
        if (seen > 0) return clearInterval(again);
        print(pc.dim('\nnothing has fired: the load of this machine has changed since it was measured'));
        void (async () => {
          const old = ids;
          ids = await begin();
          for (const id of old) await askAndForget(sc13, id);
        })().catch(over.reject);
      },
      2 * LOAD_ON_MS + LOAD_OFF_MS,
    );
    stops.push(() => clearInterval(again));
    if (seconds !== Infinity) setTimeout(() => over.resolve(0), seconds * 1000).unref();
    return await over.promise;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function showPeers(agent: DemoAgent, count: number): Promise<void> {
  const endMs = Date.now() + PEERS_DEADLINE_MS;
  for (;;) {
    const domains = await askList({ url: agent.xmlrpc }, 'listDomains');
    if (domains.filter((d) => d['connected'] === true).length === count) {
      print(pc.bold('connected'));
      for (const d of domains)
        print(
          `  ${String(d['domain']).padEnd(6)} ${String(d['peerId'])}${d['self'] === true ? pc.dim('  (here)') : ''}`,
        );
      return;
    }
    if (Date.now() > endMs)
      throw new CodedError('DOMAIN_UNREACHABLE', `the domains did not connect within ${PEERS_DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Thresholds {
  readonly memoryPercent: number;
  readonly bitsPerSecond: number;
}

/** The present load, measured through the federation itself: two plain queries, a few triggers each. */
class Baseline {
  readonly #values = new Map<string, number[]>();
  readonly #done = Promise.withResolvers<void>();
  #over = false;

  /** True if the trigger is one of the baseline's. */
  take(trigger: ReceivedTrigger): boolean {
    if (!trigger.statement.startsWith('baseline')) return false;
    const list = this.#values.get(trigger.statement) ?? [];
    this.#values.set(trigger.statement, list);
    for (const row of trigger.insert) if (typeof row[0] === 'number') list.push(row[0]);
    if (
      !this.#over &&
      this.#values.size === 2 &&
      [...this.#values.values()].every((v) => v.length >= BASELINE_EVENTS)
    ) {
      this.#over = true;
      this.#done.resolve();
    }
    return true;
  }

  async measure(agent: DemoAgent, watch: TriggerWatch): Promise<Thresholds> {
    print(pc.dim('\nmeasuring the present load with two plain queries …'));
    const texts = [
      "@name('baselineMemory') select metricValue from MemoryUtilization",
      "@name('baselineBandwidth') select metricValue from BWUtilization",
    ];
    const ids: string[] = [];
    for (const epl of texts) {
      const answer = await askStruct({ url: agent.xmlrpc }, 'registerQuery', [epl, { jid: CLIENT_JID }]);
      ids.push(String(answer['queryId']));
      await watch.subscribe(String(answer['service']), String(answer['node']));
    }
    await this.#done.promise;
    for (const id of ids) await askAndForget(agent, id);
    const memory = greatest(this.#values.get('baselineMemory'));
    const bandwidth = greatest(this.#values.get('baselineBandwidth'));
    print(pc.dim(`memory up to ${memory.toFixed(2)} %, traffic up to ${(bandwidth / 1e6).toFixed(1)} Mbit/s`));
    return {
      memoryPercent: Number((memory + 0.4).toFixed(2)),
      bitsPerSecond: Math.round(bandwidth + LOAD_BITS_PER_SECOND / 4),
    };
  }
}

async function askAndForget(agent: DemoAgent, id: string): Promise<void> {
  try {
    await askStruct({ url: agent.xmlrpc }, 'deleteQuery', [id]);
  } catch (error) {
    // Its answer is a plain value, not a struct.
    if (!(error instanceof CodedError) || error.code !== 'PROTOCOL') throw error;
  }
}

/** Answers the ids of the queries. */
async function registerPaperQueries(
  agent: DemoAgent,
  watch: TriggerWatch,
  thresholds: Thresholds,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const queries = [
    `select b.metricName as metricName1, b.metricValue as metricValue1, m.metricName as metricName2, m.metricValue as metricValue2
from BWUtilization.win:length(1) as b, MemoryUtilization.win:length(1) as m
where b.metricValue > ${thresholds.bitsPerSecond} and m.metricValue > ${thresholds.memoryPercent}`,
    `select avg(memutil) as avgMemUtil from MemUtilEvent.win:time(20 sec) where avgMemUtil > ${thresholds.memoryPercent}`,
  ];
  for (const epl of queries) {
    print(`\n${pc.bold('register at sc13')}\n${epl}`);
    const explained = await askStruct({ url: agent.xmlrpc }, 'explainQuery', [epl]);
    const answer = await askStruct({ url: agent.xmlrpc }, 'registerQuery', [epl, { jid: CLIENT_JID }]);
    ids.push(String(answer['queryId']));
    print(pc.cyan(String(explained['text'])));
    const notes = answer['notes'];
    if (Array.isArray(notes)) for (const note of notes) print(pc.dim(`note: ${String(note)}`));
    print(`triggers on ${pc.underline(String(answer['uri']))}`);
    await watch.subscribe(String(answer['service']), String(answer['node']));
  }
  return ids;
}

function sayHowToGoOn(agent: DemoAgent): void {
  const command = process.argv[1]?.endsWith('.ts') === true ? 'npm run -s pqa --' : 'pqa';
  print(`\n${pc.bold('your own query, from another terminal')}
  ${command} query add 'select host, memutil from MemUtilEvent where memutil > 1' --jid ${CLIENT_JID} --url ${agent.xmlrpc}
${pc.bold('or in Python')}
  import xmlrpc.client
  pqa = xmlrpc.client.ServerProxy("${agent.xmlrpc}")
  epl = "select host, memutil from MemUtilEvent where memutil > 1"
  answer = pqa.registerQuery(epl, {"jid": "${CLIENT_JID}"})
  print(answer["queryId"], answer["uri"])

load comes and goes every ${(LOAD_ON_MS + LOAD_OFF_MS) / 1000} s: the queries fire and clear. Ctrl-C ends it.
`);
}

/** Switches a process with real load on and off. */
class LoadCycle {
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;

  start(): void {
    print(pc.dim('load on'));
    this.#child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', 'demo-load'], {
      stdio: 'ignore',
    });
    this.#timer = setTimeout(() => {
      print(pc.dim('load off'));
      this.#child?.kill('SIGKILL');
      this.#timer = setTimeout(() => this.start(), LOAD_OFF_MS);
    }, LOAD_ON_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#child?.kill('SIGKILL');
  }
}

function countOf(text: string | undefined, option: string): number {
  if (text === undefined) return Infinity;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new CodedError('INVALID_PARAMETERS', `${option} ${text} is no count`, { hint: 'a positive whole number' });
  return count;
}

function greatest(values: readonly number[] | undefined): number {
  return Math.max(0, ...(values ?? []));
}
