/** Three agents as processes of their own, on loopback and free ports, with their state in one temporary folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sampleConfig } from '../agent/config-reference.ts';
import { createIdentityFile } from '../agent/identity-file.ts';
import { CodedError } from '../model/errors.ts';
import { structOf } from './answers.ts';

export interface DemoDomain {
  readonly name: string;
  /** Which metrics of this machine the domain offers. */
  readonly hostMetrics: readonly ('memory' | 'cpu' | 'network' | 'paper-memory' | 'paper-network')[];
}

export interface DemoAgent {
  readonly domain: string;
  readonly peerId: string;
  readonly xmlrpc: string;
  readonly xmpp: string;
}

export interface DemoOptions {
  readonly domains: readonly DemoDomain[];
  /** Account at each embedded XMPP server. */
  readonly client: { readonly jid: string; readonly password: string };
  /** Between two measurements, ms. */
  readonly intervalMs: number;
}

/** An agent that does not say it is ready within this has failed. */
const READY_DEADLINE_MS = 30_000;

export class DemoFederation {
  readonly folder = mkdtempSync(join(tmpdir(), 'pqa-demo-'));
  readonly #options: DemoOptions;
  readonly #children: ChildProcess[] = [];
  #stopping = false;

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /** `onExit` is told of an agent that ends before it is stopped. */
  async start(onExit: (domain: string) => void): Promise<readonly DemoAgent[]> {
    const { domains, client, intervalMs } = this.#options;
    const made = await Promise.all(
      domains.map(async (d) => {
        const folder = join(this.folder, d.name);
        mkdirSync(folder, { mode: 0o700 });
        const peerId = await createIdentityFile(join(folder, 'agent.key'));
        return { ...d, folder, peerId, port: await freePort() };
      }),
    );
    return Promise.all(
      made.map(async (own) => {
        const members = made
          .filter((m) => m !== own)
          .map((m) => ({ domain: m.name, peerId: m.peerId, addresses: [`/ip4/127.0.0.1/tcp/${m.port}`] }));
        const text = sampleConfig({
          domain: own.name,
          listen: [`/ip4/127.0.0.1/tcp/${own.port}`],
          members,
          xmlrpc: { port: 0 },
          xmpp: { service: 'embedded', embedded: { port: 0, accounts: [client] } },
          sources: own.hostMetrics.length === 0 ? [] : [{ kind: 'host', intervalMs, metrics: [...own.hostMetrics] }],
        });
        const config = join(own.folder, 'pqa.yaml');
        writeFileSync(config, text, { mode: 0o600 });
        const ready = await this.#spawn(own.name, config, own.folder, onExit);
        return { domain: own.name, peerId: own.peerId, xmlrpc: String(ready['xmlrpc']), xmpp: String(ready['xmpp']) };
      }),
    );
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#children.map(end));
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #spawn(
    domain: string,
    config: string,
    folder: string,
    onExit: (domain: string) => void,
  ): Promise<Readonly<Record<string, unknown>>> {
    const logFile = join(folder, 'agent.log');
    const log = openSync(logFile, 'a');
    const child = spawn(
      process.execPath,
      [...process.execArgv, process.argv[1] ?? '', 'agent', '--config', config, '--print-ready'],
      {
        stdio: ['ignore', 'pipe', log],
      },
    );
    closeSync(log);
    this.#children.push(child);
    const { promise, resolve, reject } = Promise.withResolvers<Readonly<Record<string, unknown>>>();
    const failed = (what: string): void => {
      const tail = readFileSync(logFile, 'utf8').split('\n').slice(-6).join('\n');
      reject(new CodedError('INTERNAL', `agent ${domain} ${what}\n${tail}`));
    };
    const timer = setTimeout(() => failed(`was not ready within ${READY_DEADLINE_MS} ms`), READY_DEADLINE_MS);
    child.once('exit', (code, signal) => {
      failed(`ended (${signal ?? code ?? ''})`);
      if (!this.#stopping) onExit(domain);
    });
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).once('line', (line) => resolve(structOf(JSON.parse(line))));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** SIGTERM, and SIGKILL for who does not listen. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(hard);
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new CodedError('PORT_IN_USE', 'no free port');
  return address.port;
}
