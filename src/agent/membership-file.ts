/** The membership list in the configuration file, changed as a person would: comments and order stay. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { isMap, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml';
import { loadIdentity } from '../federation/identity.ts';
import { CodedError } from '../model/errors.ts';
import { hintNames } from '../model/nearest-name.ts';
import { loadConfig, parseConfig } from './config.ts';
import { memberSchema, type MemberConfig } from './config-schema.ts';
import { replaceFile } from './replace-file.ts';

/** What became of the list. */
export type TrustOutcome = 'added' | 'changed' | 'unchanged';

export interface TrustOptions {
  /** Take another PeerId for a domain that is listed already: it has a new key. @default false */
  readonly replace?: boolean | undefined;
}

/** Adds a member to the file, or addresses to a member; written whole or not at all. Throws `CONFIG_UNREADABLE`, `CONFIG_INVALID`. */
export async function trustMember(
  file: string,
  member: MemberConfig,
  options: TrustOptions = {},
): Promise<TrustOutcome> {
  checkTyped(member);
  const config = loadConfig(file);
  if (member.peerId === (await loadIdentity(config.keyFile)).peerId) {
    throw new CodedError('CONFIG_INVALID', `${member.peerId} is the agent's own peer id`, {
      hint: 'type what `pqa invite` printed at the other side',
    });
  }
  const before = readFileSync(file, 'utf8');
  const { text, outcome } = withMember(before, file, member, options);
  if (outcome === 'unchanged') return outcome;
  replaceFile(file, text);
  return outcome;
}

/** Before it is in the file: a line of the file would be no help to who typed it. */
function checkTyped(member: MemberConfig): void {
  const { domain, peerId, addresses } = member;
  const read = memberSchema.safeParse({ domain, peerId, addresses });
  if (read.success) return;
  const [issue] = read.error.issues;
  const typed = {
    domain: member.domain,
    peerId: member.peerId,
    addresses: member.addresses[Number(issue?.path[1] ?? 0)],
  };
  const [key] = issue?.path ?? [];
  const what = key === 'domain' || key === 'peerId' || key === 'addresses' ? typed[key] : undefined;
  throw new CodedError('INVALID_PARAMETERS', `'${what ?? ''}' ${issue?.message ?? 'is wrong'}`, {
    hint: 'type what `pqa invite` printed at the other side',
  });
}

/** The text of a configuration with the member in its list. Throws `CONFIG_INVALID`; what it answers is valid. */
export function withMember(
  text: string,
  name: string,
  member: MemberConfig,
  options: TrustOptions = {},
): { readonly text: string; readonly outcome: TrustOutcome } {
  const config = parseConfig(text, name);
  if (member.domain === config.domain) {
    throw new CodedError('CONFIG_INVALID', `'${member.domain}' is this agent's own domain`, {
      hint: 'type what `pqa invite` printed at the other side',
    });
  }
  const known = config.members.find((m) => m.domain === member.domain);
  if (known !== undefined && known.peerId !== member.peerId && options.replace !== true) {
    throw new CodedError('CONFIG_INVALID', `'${member.domain}' is trusted already, as ${known.peerId}`, {
      hint: 'if it has a new key, and you have that from its operator: --replace',
    });
  }
  const added = member.addresses.filter((a) => known?.addresses.includes(a) !== true);
  if (known?.peerId === member.peerId && added.length === 0) return { text, outcome: 'unchanged' };
  const document = parseDocument(text);
  if (known === undefined) addTo(document, member);
  else {
    const entry = entryOf(document, member.domain);
    entry.set('peerId', member.peerId);
    // Addresses of a key that is gone may be gone too: the new ones stand alone, if there are any.
    const kept = known.peerId === member.peerId || added.length === 0 ? known.addresses : [];
    entry.set('addresses', document.createNode([...kept, ...added], { flow: true }));
  }
  const changed = document.toString({ lineWidth: 0 });
  parseConfig(changed, name);
  return { text: changed, outcome: known === undefined ? 'added' : 'changed' };
}

/** Takes a member out of the file. Throws `CONFIG_UNREADABLE`, `CONFIG_INVALID` (also where there is no such member). */
export function untrustMember(file: string, domain: string): void {
  loadConfig(file);
  replaceFile(file, withoutMember(readFileSync(file, 'utf8'), file, domain));
}

/** The text of a configuration without the member. Throws `CONFIG_INVALID`; what it answers is valid. */
export function withoutMember(text: string, name: string, domain: string): string {
  const { members } = parseConfig(text, name);
  const names = members.map((m) => m.domain);
  if (!names.includes(domain)) {
    throw new CodedError('CONFIG_INVALID', `'${domain}' is no member`, {
      hint: hintNames(domain, names) ?? 'there are no members',
    });
  }
  const document = parseDocument(text);
  const list = document.get('members', true);
  const entry = entryOf(document, domain);
  if (isSeq(list)) {
    list.items = list.items.filter((item) => item !== entry);
    if (list.items.length === 0) list.flow = true;
  }
  const changed = document.toString({ lineWidth: 0 });
  parseConfig(changed, name);
  return changed;
}

function addTo(document: Document, member: MemberConfig): void {
  const { domain, peerId, addresses } = member;
  const node = document.createNode(addresses.length === 0 ? { domain, peerId } : { domain, peerId, addresses });
  const list = document.get('members');
  if (isSeq(list)) {
    list.flow = false;
    list.add(node);
  } else document.set('members', document.createNode([node]));
}

function entryOf(document: Document, domain: string): YAMLMap {
  const list = document.get('members', true);
  const entry = isSeq(list) ? list.items.find((item) => isMap(item) && item.get('domain') === domain) : undefined;
  if (isMap(entry)) return entry;
  throw new CodedError('CONFIG_INVALID', `the entry of '${domain}' is written in a way that cannot be changed here`, {
    hint: 'change it by hand',
  });
}

export interface Invitation {
  readonly domain: string;
  readonly peerId: string;
  /** Where others can reach the agent; empty when that is not known. */
  readonly addresses: readonly string[];
  /** What the other side types. */
  readonly command: string;
}

/** What another domain needs to trust this one. `addresses` replaces what the configuration listens on. */
export async function invitationOf(file: string, addresses: readonly string[]): Promise<Invitation> {
  const config = loadConfig(file);
  const { peerId } = await loadIdentity(config.keyFile);
  const wrong = memberSchema.shape.addresses.safeParse([...addresses]);
  if (!wrong.success) {
    const [issue] = wrong.error.issues;
    throw new CodedError('INVALID_PARAMETERS', `--address ${issue?.message ?? 'is wrong'}`, {
      hint: 'or a name instead of a number: /dns4/pqa.example.org/tcp/4001',
    });
  }
  const reachable = addresses.length > 0 ? addresses : [...new Set(config.listen.flatMap(reachableAt))];
  const command = ['pqa', 'trust', config.domain, peerId, ...reachable].map(quoteWord).join(' ');
  return { domain: config.domain, peerId, addresses: reachable, command };
}

/** Addresses that others may use for one listened on: not loopback, not a port that changes with every start. */
function reachableAt(listen: string): readonly string[] {
  const [, protocol = '', host = '', ...rest] = listen.split('/');
  if (rest[0] === 'tcp' && rest[1] === '0') return [];
  if (host !== '0.0.0.0' && host !== '::') return host === '::1' || host.startsWith('127.') ? [] : [listen];
  const family = protocol === 'ip4' ? 'IPv4' : 'IPv6';
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((i) => i.family === family && !i.internal && !i.address.startsWith('fe80'))
    .map((i) => `/${protocol}/${i.address}/${rest.join('/')}`);
}

/** A word as POSIX shells read it. */
function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
