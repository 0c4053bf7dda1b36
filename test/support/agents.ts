/** Agents as processes of their own, on loopback, each with its state in a folder of its own that outlives its process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sampleConfig, type SampleValues } from '../../src/agent/config-reference.ts';
import { createIdentityFile } from '../../src/agent/identity-file.ts';
import { callMethod } from '../../src/management/client.ts';
import type { XmlRpcStruct, XmlRpcValue } from '../../src/management/xml-rpc-codec.ts';
import { freePort } from './prosody.ts';
import { eventually } from './real-ports.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;

/** An agent that is not ready within this has failed; the machine may be busy. */
const READY_MS = 40_000;

export type Struct = XmlRpcStruct;

export interface AgentReadyLine {
  readonly domain: string;
  readonly peerId: string;
  readonly xmlrpc: string;
  readonly xmpp: string;
}

export interface AgentSettings extends Omit<SampleValues, 'listen' | 'members' | 'xmlrpc'> {
  /** Members of the list besides the agents of the federation. */
  readonly extraMembers?: NonNullable<SampleValues['members']>;
}

interface Member {
  readonly domain: string;
  readonly peerId: string;
  readonly addresses: string[];
}

/** One agent: the same folder, key and ports over all its processes. */
export class AgentProcess {
  readonly domain: string;
  readonly peerId: string;
  readonly folder: string;
  readonly #main: string;
  #child: ChildProcess | null = null;
  #ready: AgentReadyLine | null = null;

  constructor(domain: string, peerId: string, folder: string, main: string) {
    this.domain = domain;
    this.peerId = peerId;
    this.folder = folder;
    this.#main = main;
  }

  get configFile(): string {
    return join(this.folder, 'pqa.yaml');
  }

  /** What it said when it was ready last. */
  get ready(): AgentReadyLine {
    if (this.#ready === null) throw new Error(`${this.domain} was never ready`);
    return this.#ready;
  }

  /** Starts a process over the folder as it is and waits until it is ready. */
  async start(): Promise<void> {
    if (this.running) throw new Error(`${this.domain} runs already`);
    const log = openSync(join(this.folder, 'agent.log'), 'a');
    const child = spawn(process.execPath, [this.#main, 'agent', '--config', this.configFile, '--print-ready'], {
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    this.#child = child;
    const { stdout } = child;
    if (stdout === null) throw new Error('no pipe');
    let line: string | null = null;
    createInterface({ input: stdout }).once('line', (text) => (line = text));
    await eventually(
      `agent ${this.domain} is ready`,
      () => {
        if (!this.running) throw new Error(`agent ${this.domain} ended: ${this.log().slice(-2_000)}`);
        return line !== null;
      },
      READY_MS,
    );
    this.#ready = JSON.parse(String(line));
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal; does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends the process with `signal` and waits until it has ended; answers its exit code (null after a deadly signal). */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (child === null || !this.running) return child?.exitCode ?? null;
    const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  /** All processes' logs, one JSON object a line. */
  log(): string {
    return readFileSync(join(this.folder, 'agent.log'), 'utf8');
  }

  call(method: string, ...params: readonly XmlRpcValue[]): Promise<XmlRpcValue> {
    return callMethod(this.ready.xmlrpc, method, params);
  }

  async ask(method: string, ...params: readonly XmlRpcValue[]): Promise<Struct> {
    return struct(await this.call(method, ...params));
  }

  async list(method: string, ...params: readonly XmlRpcValue[]): Promise<readonly Struct[]> {
    const answer = await this.call(method, ...params);
    if (!Array.isArray(answer)) throw new Error(`${method} answered no list`);
    return answer.map(struct);
  }

  /** One event; answered when it is ingested. */
  publish(metric: string, event: Struct): Promise<XmlRpcValue> {
    return this.call('publish', metric, [event]);
  }

  /** Sum of the counters whose series begin with `prefix`. */
  async counter(prefix: string): Promise<number> {
    const counters = struct((await this.ask('getStatus'))['counters']);
    return Object.entries(counters)
      .filter(([name]) => name.startsWith(prefix))
      .reduce((sum, [, value]) => sum + Number(value), 0);
  }
}

/** Answers the port through which `from` dials `to`. */
export type Route = (from: string, to: string, port: number) => Promise<number>;

const direct: Route = async (_from, _to, port) => port;

async function routedAddress(route: Route, from: string, to: Member): Promise<string> {
  const [address = ''] = to.addresses;
  const port = Number(address.split('/').at(-1));
  return `/ip4/127.0.0.1/tcp/${from === to.domain ? port : await route(from, to.domain, port)}`;
}

/** Agents that know each other. */
export class Agents {
  readonly folder: string;
  readonly #agents: readonly AgentProcess[];

  constructor(folder: string, agents: readonly AgentProcess[]) {
    this.folder = folder;
    this.#agents = agents;
  }

  /**
   * Makes keys, ports and configurations; starts nothing. `main`: what to run. `route`: the port at which `from` reaches
   * `to`, which listens on `port`. @default src/main.ts, the port itself
   */
  static async make(settings: readonly AgentSettings[], main: string = MAIN, route: Route = direct): Promise<Agents> {
    const folder = mkdtempSync(join(tmpdir(), 'pqa-system-'));
    const members: Member[] = [];
    const xmlrpcPorts = new Map<string, number>();
    for (const { domain } of settings) {
      mkdirSync(join(folder, domain), { mode: 0o700 });
      const peerId = await createIdentityFile(join(folder, domain, 'agent.key'));
      members.push({ domain, peerId, addresses: [`/ip4/127.0.0.1/tcp/${await freePort()}`] });
      xmlrpcPorts.set(domain, await freePort());
    }
    const routed = new Map<string, Member[]>();
    for (const { domain } of settings) {
      const reached = members.map(async (m) => ({ ...m, addresses: [await routedAddress(route, domain, m)] }));
      routed.set(domain, await Promise.all(reached));
    }
    const agents = settings.map(({ extraMembers = [], ...values }) => {
      const { domain } = values;
      const own = members.find((m) => m.domain === domain);
      if (own === undefined) throw new Error(domain);
      const agent = new AgentProcess(domain, own.peerId, join(folder, domain), main);
      const text = sampleConfig({
        logLevel: 'debug',
        xmpp: { service: 'embedded', embedded: { port: 0 } },
        ...values,
        listen: own.addresses,
        members: [...(routed.get(domain) ?? []).filter((m) => m.domain !== domain), ...extraMembers],
        xmlrpc: { port: xmlrpcPorts.get(domain) },
      });
      writeFileSync(agent.configFile, text, { mode: 0o600 });
      return agent;
    });
    return new Agents(folder, agents);
  }

  get all(): readonly AgentProcess[] {
    return this.#agents;
  }

  of(domain: string): AgentProcess {
    const agent = this.#agents.find((a) => a.domain === domain);
    if (agent === undefined) throw new Error(`no agent ${domain}`);
    return agent;
  }

  /** Starts all and waits until each is connected to each. */
  async start(): Promise<void> {
    await Promise.all(this.#agents.map((a) => a.start()));
    await this.connected();
  }

  async connected(): Promise<void> {
    const names = this.#agents.map((a) => a.domain);
    for (const agent of this.#agents) {
      await eventually(
        `${agent.domain} is connected to all`,
        async () => {
          const domains = await agent.list('listDomains');
          return domains.every((d) => !names.includes(String(d['domain'])) || d['connected'] === true);
        },
        30_000,
      );
    }
  }

  /** Kills what runs and removes the folders. */
  async stop(): Promise<void> {
    await Promise.all(this.#agents.map((a) => a.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The answer as a struct, checked. */
export function struct(value: XmlRpcValue | undefined): Struct {
  if (!isStruct(value)) throw new Error(`not a struct: ${JSON.stringify(value)}`);
  return value;
}

function isStruct(value: XmlRpcValue | undefined): value is Struct {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof Date) && !(value instanceof Uint8Array);
}
