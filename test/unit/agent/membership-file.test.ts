import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/agent/config.ts';
import { sampleConfig } from '../../../src/agent/config-reference.ts';
import { createIdentityFile } from '../../../src/agent/identity-file.ts';
import { invitationOf, trustMember, withMember } from '../../../src/agent/membership-file.ts';
import { generateIdentity } from '../../../src/federation/identity.ts';

const [ESNET, SC13] = await Promise.all([generateIdentity(), generateIdentity()]).then((ids) =>
  ids.map((i) => i.peerId),
);
const member = (domain: string, peerId = ESNET, ...addresses: string[]) => ({
  domain,
  peerId: peerId ?? '',
  addresses,
});
const ADDRESS = '/dns4/pqa.example.org/tcp/4001';

describe('the list in the text', () => {
  const LISTED = `# ours
domain: renci # the name
members: # who we trust
  # the lab next door
  - domain: sc13
    peerId: ${SC13}
    addresses: [] # it dials us
logLevel: warn
`;

  it('takes a member; comments, order and the rest stay', () => {
    const { text, outcome } = withMember(LISTED, 'x', member('esnet', ESNET, ADDRESS));
    expect(outcome).toBe('added');
    expect(parseConfig(text, 'x').members).toEqual([member('sc13', SC13), member('esnet', ESNET, ADDRESS)]);
    for (const part of LISTED.split(/\n| (?=#)/)) expect(text).toContain(part);
    expect(text.indexOf('logLevel')).toBeGreaterThan(text.indexOf('esnet'));
  });

  it.each([
    ['as pqa init wrote it', sampleConfig({ domain: 'renci' })],
    ['without a list', 'domain: renci\n'],
    ['with an empty list', 'domain: renci\nmembers: []\n'],
  ])('%s', (_, before) => {
    const { text } = withMember(before, 'x', member('esnet'));
    expect(parseConfig(text, 'x').members).toEqual([member('esnet')]);
    for (const line of before.split('\n').filter((l) => l.startsWith('#'))) expect(text).toContain(line);
  });

  it('the same again changes nothing; a new address is added', () => {
    const { text } = withMember(LISTED, 'x', member('esnet', ESNET, ADDRESS));
    expect(withMember(text, 'x', member('esnet', ESNET, ADDRESS))).toEqual({ text, outcome: 'unchanged' });
    const other = '/ip4/192.0.2.1/tcp/4001';
    const again = withMember(text, 'x', member('esnet', ESNET, other));
    expect(again.outcome).toBe('changed');
    expect(parseConfig(again.text, 'x').members[1]?.addresses).toEqual([ADDRESS, other]);
    expect(again.text).toContain('# the lab next door');
  });

  it('another key for a known domain needs --replace', () => {
    expect(() => withMember(LISTED, 'x', member('sc13', ESNET))).toThrow(/'sc13' is trusted already, as/);
    const { text } = withMember(LISTED, 'x', member('sc13', ESNET, ADDRESS), { replace: true });
    expect(parseConfig(text, 'x').members).toEqual([member('sc13', ESNET, ADDRESS)]);
  });

  it.each([
    ['its own domain', member('renci'), /own domain/],
    ['a peer id of another member', member('esnet', SC13), /is also that of members\[0\]/],
    ['no peer id', member('esnet', 'Qm'), /PeerId/],
    ['no address', member('esnet', ESNET, 'pqa.example.org:4001'), /must be like/],
    ['no name', member('es net'), /cannot name a domain/],
  ])('refuses %s', (_, m, message) => {
    expect(() => withMember(LISTED, 'x', m)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => withMember(LISTED, 'x', m)).toThrow(message);
  });
});

describe('two folders', () => {
  let root = '';
  const make = async (domain: string, listen: string) => {
    const folder = mkdtempSync(join(root, 'd-'));
    const peerId = await createIdentityFile(join(folder, 'agent.key'));
    const file = join(folder, 'pqa.yaml');
    writeFileSync(file, sampleConfig({ domain, listen: [listen] }), { mode: 0o600 });
    return { file, peerId };
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'pqa-trust-'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('what one side prints the other can type, and then both trust each other', async () => {
    const a = await make('renci', ADDRESS);
    const b = await make("it's.example", '/ip4/127.0.0.1/tcp/0');
    const [fromA, fromB] = [await invitationOf(a.file, []), await invitationOf(b.file, [])];
    expect(fromA.command).toBe(`pqa trust renci ${a.peerId} ${ADDRESS}`);
    expect(fromB.command).toBe(String.raw`pqa trust 'it'\''s.example' ${b.peerId}`);
    expect(await trustMember(b.file, { ...fromA, addresses: [...fromA.addresses] }).catch((e: unknown) => e)).toBe(
      'added',
    );
    expect(await trustMember(a.file, { ...fromB, addresses: [] })).toBe('added');
    expect(parseConfig(readFileSync(b.file, 'utf8'), 'b').members).toEqual([member('renci', a.peerId, ADDRESS)]);
    expect(statSync(a.file).mode & 0o777).toBe(0o600);
    await expect(trustMember(a.file, member('x', a.peerId))).rejects.toThrow('own peer id');
  });

  it('addresses: the machine’s for a wildcard, those that were given before all others', async () => {
    const a = await make('renci', '/ip4/0.0.0.0/tcp/4001');
    for (const address of (await invitationOf(a.file, [])).addresses) {
      expect(address).toMatch(/^\/ip4\/(?!0\.|127\.)[\d.]+\/tcp\/4001$/);
    }
    expect((await invitationOf(a.file, [ADDRESS])).addresses).toEqual([ADDRESS]);
  });
});
