/** A TCP proxy on loopback that can delay traffic, hold it back, cut connections and split it into single bytes. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: number;
  /** Sends each byte to the client by itself. */
  splitting = false;
  /** Everything arrives so much later, in order, ms. */
  delayMs = 0;
  #frozen = false;
  #down = false;
  connections = 0;

  constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on nothing passes, also on new connections, though they stay open: a half-open line. */
  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
  }

  /** From now on there is no way through: connections break, new ones are closed at once. */
  down(): void {
    this.#down = true;
    this.cut();
  }

  up(): void {
    this.#down = false;
  }

  /** Breaks all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  #join(client: Socket): void {
    if (this.#down) {
      client.destroy();
      return;
    }
    this.connections += 1;
    const server = connect(this.#target, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      this.#sockets.add(from);
      from.on('data', (data) => {
        if (this.delayMs === 0) this.#pass(data, to, to === client);
        else setTimeout(() => this.#pass(data, to, to === client), this.delayMs);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  #pass(data: Buffer, to: Socket, toClient: boolean): void {
    if (this.#frozen || to.destroyed) return;
    if (!this.splitting || !toClient) {
      to.write(data);
      return;
    }
    for (const byte of data) to.write(Buffer.of(byte));
  }
}
