/** Authentication and TLS for connection.ts: which mechanism, over which transport, trusting whom. */
import type { Authenticate, Client } from '@xmpp/client';

/** True for names and addresses that never leave the machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/**
 * Picks the mechanism: SCRAM-SHA-1 where offered, ANONYMOUS without a user name, PLAIN over TLS or loopback alone.
 * Credentials go to no other machine without TLS (DESIGN §7): SCRAM too would leave the session open to others.
 */
export function credentialsOf(options: {
  readonly service: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}): (authenticate: Authenticate, mechanisms: readonly string[], fast: unknown, entity: Client) => Promise<void> {
  const isLocal = isLoopback(new URL(options.service).hostname);
  return async (authenticate, mechanisms, _fast, entity) => {
    if (!isLocal && !entity.isSecure()) {
      throw new Error('the server offers no TLS, and it is not on this machine');
    }
    if (options.username === undefined) return authenticate({}, 'ANONYMOUS');
    const mechanism = ['SCRAM-SHA-1', 'PLAIN'].find((name) => mechanisms.includes(name));
    if (mechanism === undefined)
      throw new Error(`the server offers none of SCRAM-SHA-1 and PLAIN: ${mechanisms.join(' ')}`);
    return authenticate({ username: options.username, password: options.password ?? '' }, mechanism);
  };
}

/** Makes the TLS transport trust `ca` (PEM) instead of the system's authorities and check for `domain`. */
export function withTrustedCa(entity: Client, ca: string, domain: string): void {
  const index = entity.transports.findIndex((t) => t.prototype.socketParameters('xmpps://localhost:1') !== undefined);
  const transport = entity.transports[index];
  if (transport === undefined) throw new Error('@xmpp/client has no TLS transport');
  entity.transports[index] = class extends transport {
    socketParameters(service: string): object | undefined {
      const parameters = transport.prototype.socketParameters(service);
      return parameters === undefined
        ? undefined
        : { ...parameters, ca, servername: domain, ALPNProtocols: ['xmpp-client'] };
    }
  };
}
