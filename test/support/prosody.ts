/** A real Prosody on free ports of loopback in a temporary folder, run by an unprivileged user. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './real-ports.ts';

/** Debian's `nobody`. */
const UNPRIVILEGED = 65534;

export interface ProsodyOptions {
  /** Passwords by user of `localhost`. `agent` may create nodes. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Offers TLS with a certificate of a CA of its own, see `caFile`. @default false: plain TCP */
  readonly tls?: boolean;
}

export class Prosody {
  readonly port: number;
  readonly tlsPort: number;
  readonly domain = 'localhost';
  readonly pubsubService = 'pubsub.localhost';
  readonly #dir: string;
  #process: ChildProcess | null = null;

  constructor(dir: string, port: number, tlsPort: number) {
    this.#dir = dir;
    this.port = port;
    this.tlsPort = tlsPort;
  }

  static async start(options: ProsodyOptions): Promise<Prosody> {
    const dir = mkdtempSync(join(tmpdir(), 'pqa-prosody-'));
    const [port, tlsPort] = [await freePort(), await freePort()];
    const prosody = new Prosody(dir, port, tlsPort);
    const accounts = join(dir, 'data', 'localhost', 'accounts');
    mkdirSync(accounts, { recursive: true });
    for (const [user, password] of Object.entries(options.accounts)) {
      writeFileSync(join(accounts, `${user}.dat`), `return { ["password"] = ${JSON.stringify(password)}; };\n`);
    }
    if (options.tls === true) makeCertificates(dir);
    writeFileSync(join(dir, 'prosody.cfg.lua'), configText(dir, port, tlsPort, options.tls === true));
    if (process.getuid?.() === 0) {
      execFileSync('chown', ['-R', `${UNPRIVILEGED}:${UNPRIVILEGED}`, dir]);
      chmodSync(dir, 0o755);
    }
    await prosody.resume();
    return prosody;
  }

  /** The CA's certificate (PEM). */
  get ca(): string {
    return readFileSync(join(this.#dir, 'ca.crt'), 'utf8');
  }

  /** Starts the process again over the same data. */
  async resume(): Promise<void> {
    const args = ['--config', join(this.#dir, 'prosody.cfg.lua'), '-F'];
    const id = String(UNPRIVILEGED);
    const dropRoot = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups'];
    const [command = '', ...rest] = [...(process.getuid?.() === 0 ? dropRoot : []), 'prosody', ...args];
    const child = spawn(command, rest, { stdio: 'ignore', cwd: this.#dir });
    this.#process = child;
    await eventually('Prosody accepts connections', () => {
      if (child.exitCode !== null) throw new Error(`Prosody ended: ${this.log()}`);
      return isListening(this.port);
    });
  }

  log(): string {
    try {
      return readFileSync(join(this.#dir, 'prosody.log'), 'utf8');
    } catch {
      return '(no log)';
    }
  }

  /** Ends the process: SIGTERM lets it finish its work, SIGKILL does not. */
  async halt(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.halt('SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function configText(dir: string, port: number, tlsPort: number, tls: boolean): string {
  const certificate = `{ certificate = "${dir}/server.crt"; key = "${dir}/server.key" }`;
  return `
run_as_root = false
pidfile = "${dir}/prosody.pid"
data_path = "${dir}/data"
plugin_paths = {}
admins = { "agent@localhost" }
modules_enabled = { "saslauth"; ${tls ? '"tls"; ' : ''}"disco"; "ping"; "posix"; "smacks"; "roster"; }
modules_disabled = { "s2s"; "offline"; }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
${tls ? `c2s_direct_tls_ports = { ${tlsPort} }\nc2s_direct_tls_ssl = ${certificate}\nssl = ${certificate}` : ''}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_hashed"
storage = "internal"
log = { { levels = { min = "info" }; to = "file"; filename = "${dir}/prosody.log" } }
smacks_hibernation_time = 60
network_settings = { nagle = false }

VirtualHost "localhost"
Component "pubsub.localhost" "pubsub"
  pubsub_max_items = 10000
  expose_publisher = true
`;
}

/** Writes ca.crt, server.crt and server.key (for localhost) into `dir`. */
export function makeCertificates(dir: string): void {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  };
  const key = (name: string): readonly string[] => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`];
  openssl('req', '-x509', ...key('ca'), '-days', '2', '-subj', '/CN=PQA test CA', '-out', 'ca.crt');
  openssl('req', ...key('server'), '-subj', '/CN=localhost', '-out', 'server.csr');
  writeFileSync(join(dir, 'server.ext'), 'subjectAltName=DNS:localhost,DNS:pubsub.localhost\n');
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'server.ext'];
  openssl('x509', '-req', '-in', 'server.csr', '-days', '2', '-out', 'server.crt', ...signed);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (listening: boolean) => (): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', answer(true)).once('error', answer(false));
  });
}
