/** How the agent reaches the XMPP server of its configuration. */
import { readFileSync } from 'node:fs';
import { CodedError } from '../model/errors.ts';
import type { XmppConnectionOptions } from '../triggers/xmpp/connection.ts';
import type { XmppServerConfig } from './config-schema.ts';
import { readPrivateFile } from './private-file.ts';

export interface XmppAccess {
  readonly uri: string;
  readonly pubsubService: string;
  readonly connection: XmppConnectionOptions;
}

/** Throws `CONFIG_INVALID`, `KEY_UNREADABLE`, `KEY_INSECURE`. */
export function xmppAccess(server: XmppServerConfig): XmppAccess {
  const [username = '', domain = ''] = server.jid.split('@');
  const password =
    server.passwordFile === undefined
      ? server.password
      : new TextDecoder().decode(readPrivateFile(server.passwordFile)).trim();
  if (password === undefined || password === '') {
    throw new CodedError('CONFIG_INVALID', 'xmpp.service has no password', {
      hint: 'give passwordFile, a file that only its owner can read',
    });
  }
  const ca = server.ca === undefined ? {} : { ca: readCertificates(server.ca) };
  return {
    uri: server.uri,
    pubsubService: server.pubsub ?? `pubsub.${domain}`,
    connection: { service: server.uri, domain, username, password, resource: 'pqa', ...ca },
  };
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CodedError('CONFIG_UNREADABLE', `cannot read the certificates in ${path}`, { cause: error });
  }
}
