/** Runs test/servers/subscriber.py: an XMPP client that shares no code with ours. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { eventually } from './real-ports.ts';

const SCRIPT = new URL('../servers/subscriber.py', import.meta.url).pathname;

export interface SubscriberLine {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export class Subscriber {
  readonly lines: SubscriberLine[] = [];
  readonly #child: ChildProcess;
  #errors = '';

  constructor(server: {
    readonly port: number;
    readonly jid: string;
    readonly password: string;
    readonly service: string;
    /** Use STARTTLS, and refuse to go on without; the certificate of the CA to trust. */
    readonly caFile?: string;
  }) {
    const { port, jid, password, service } = server;
    const more = server.caFile === undefined ? [] : [server.caFile];
    this.#child = spawn('/usr/bin/python3', [SCRIPT, '127.0.0.1', String(port), jid, password, service, ...more], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('no pipes');
    createInterface({ input: stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
    stderr.on('data', (data) => (this.#errors += String(data)));
  }

  /** Lines of one kind. */
  of(kind: string): readonly SubscriberLine[] {
    return this.lines.filter((line) => line.kind === kind);
  }

  /** Ids of items notified, in order. */
  get notified(): readonly string[] {
    return this.of('item').map((line) => String(line['id']));
  }

  async until(what: string, condition: () => boolean, deadlineMs = 20_000): Promise<void> {
    await eventually(
      what,
      () => {
        if (condition()) return true;
        if (this.#child.exitCode !== null) throw new Error(`the subscriber ended: ${this.#errors}`);
        return false;
      },
      deadlineMs,
    ).catch((error: unknown) => {
      throw new Error(
        `${String(error)}; lines: ${JSON.stringify(this.lines.slice(-5)).slice(0, 2_000)}; ${this.#errors}`,
      );
    });
  }

  /** Sends a command and waits for its answer, a line of kind `answer` or a refusal. */
  async ask(command: string, answer: string): Promise<SubscriberLine> {
    const from = this.lines.length;
    const found = (): SubscriberLine | undefined =>
      this.lines.slice(from).find((line) => line.kind === answer || line.kind === 'refused');
    this.#child.stdin?.write(`${command}\n`);
    await this.until(`${command}: ${answer}`, () => found() !== undefined);
    return found() ?? { kind: 'none' };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}
