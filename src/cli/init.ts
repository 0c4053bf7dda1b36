/** `pqa init`: keys and a commented configuration. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { parseConfig } from '../agent/config.ts';
import { sampleConfig } from '../agent/config-reference.ts';
import { createIdentityFile } from '../agent/identity-file.ts';
import { CodedError } from '../model/errors.ts';
import { print, printJson } from './output.ts';

export interface InitOptions {
  readonly domain: string;
  readonly listen: string;
  readonly xmlrpcPort: string;
  readonly xmppPort: string;
  readonly json?: boolean;
}

export async function runInit(folder: string, options: InitOptions): Promise<void> {
  const configFile = join(folder, 'pqa.yaml');
  if (existsSync(configFile)) {
    throw new CodedError('CONFIG_INVALID', `${configFile} exists already`, {
      hint: 'nothing is overwritten: choose another folder',
    });
  }
  const jid = 'client@localhost';
  const password = randomBytes(12).toString('base64url');
  const text = sampleConfig({
    domain: options.domain,
    listen: [options.listen],
    xmlrpc: { port: Number(options.xmlrpcPort) },
    xmpp: { service: 'embedded', embedded: { port: Number(options.xmppPort), accounts: [{ jid, password }] } },
    sources: [{ kind: 'host' }],
  });
  checkTyped(text);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const peerId = await createIdentityFile(join(folder, 'agent.key'));
  writeFileSync(configFile, text, { mode: 0o600 });
  if (options.json === true)
    return printJson({ domain: options.domain, peerId, config: resolve(configFile), jid, password });
  print(`domain   ${options.domain}`);
  print(`peer id  ${peerId}    (pqa invite --config ${configFile} prints what others type to trust it)`);
  print(`config   ${configFile}`);
  print(`client   ${jid}, password ${password}    (at the embedded XMPP server, for trials)`);
  print(`next     pqa agent --config ${configFile}`);
}

/** Before anything is written: what was typed may be no domain, address or port. Lines of a file that is not there are no help. */
function checkTyped(text: string): void {
  try {
    parseConfig(text, '');
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const problems = error.message.split('\n').slice(1);
    throw new CodedError('INVALID_PARAMETERS', problems.map((p) => p.replace(/^:\d+: /, '')).join('; '), {
      hint: 'nothing was written',
      cause: error,
    });
  }
}
