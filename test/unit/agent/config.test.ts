/** The configuration file: what is right is read with defaults; what is wrong is told all at once, with line and hint. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  describeConfig,
  describeConfigAsMarkdown,
  knownKeys,
  sampleConfig,
} from '../../../src/agent/config-reference.ts';
import { loadConfig, parseConfig } from '../../../src/agent/config.ts';
import { CodedError } from '../../../src/model/errors.ts';

const PEER = '12D3KooWGRUfzR3i3Lg7pyGgAkGuBXJSCPZ3cWMXvKkCKsCYjTJK';

function problems(text: string): readonly string[] {
  try {
    parseConfig(text, 'f');
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    const [head = '', ...lines] = error.message.split('\n');
    expect(head).toBe(`${lines.length === 1 ? 'one problem' : `${lines.length} problems`} in the configuration`);
    return lines;
  }
  return [];
}

test('a domain is enough: the rest has defaults', () => {
  expect(parseConfig('domain: renci', 'f')).toMatchObject({
    domain: 'renci',
    listen: ['/ip4/0.0.0.0/tcp/4001'],
    members: [],
    xmpp: { service: 'embedded', embedded: { host: '127.0.0.1', port: 5222, domain: 'localhost', accounts: [] } },
    xmlrpc: { host: '127.0.0.1', port: 8440 },
    sources: [],
    limits: { queries: 1000 },
  });
});

test('all problems are told at once, in order, with path, line and what would be right', () => {
  const text = `domain: "a b"
lisen: []
dataDir: 5
members:
  - domain: x
    peerID: y
    addresses: [foo]
  - domain: esnet
    peerId: ${PEER}
xmpp:
  service:
    url: xmpp://x
    jid: a
xmlrpc: {port: 99999, hots: a}
sources:
  - kind: hots
  - kind: host
    interval: 5
  - {}
limits: 5
`;
  expect(problems(text)).toEqual([
    'f:1: domain cannot name a domain: 1 to 253 characters without blanks, back-quotes or slashes',
    "f:2: lisen is not a known key; did you mean 'listen'?",
    'f:3: dataDir must be string, but is number',
    'f:5: members[0].peerId is missing',
    "f:6: members[0].peerID is not a known key; did you mean 'peerId'?",
    'f:7: members[0].addresses[0] must be like /ip4/192.0.2.1/tcp/4001',
    'f:11: xmpp.service.uri is missing',
    "f:12: xmpp.service.url is not a known key; did you mean 'uri'?",
    'f:13: xmpp.service.jid must be a bare JID such as pqa@example.org',
    'f:14: xmlrpc.port must be <=65535',
    "f:14: xmlrpc.hots is not a known key; did you mean 'host'?",
    "f:16: sources[0].kind 'hots' is not known; did you mean 'host'?",
    "f:18: sources[1].interval is not a known key; did you mean 'intervalMs'?",
    'f:19: sources[2].kind is missing; known: host, xmpp-pubsub',
    'f:20: limits must be object, but is number',
  ]);
});

test.each([
  [
    'domain: a\nxmpp: {service: embeded}',
    "f:2: xmpp.service must be 'embedded' or the account at a server: {uri, jid, passwordFile, pubsub}",
  ],
  ['hello', 'f:1: must be object, but is string'],
  ['', 'f:1: domain is missing'],
  ['domain: a\ndomain: b', 'f:2: Map keys must be unique'],
  [`domain: a\nmembers:\n  - {domain: a, peerId: ${PEER}}`, 'f:3: members[0].domain is this agent itself'],
  [
    `domain: a\nmembers:\n  - {domain: b, peerId: ${PEER}}\n  - {domain: c, peerId: ${PEER}}`,
    'f:4: members[1].peerId is also that of members[0]',
  ],
  [
    'domain: a\nxmpp:\n  service: {uri: "xmpps://x:1", jid: a@b, password: x, passwordFile: y}',
    'f:3: xmpp.service.password stands beside passwordFile: give one of them',
  ],
  [
    'domain: a\nxmpp:\n  service: {uri: "xmpp://x:1", jid: a@b, ca: y}',
    'f:3: xmpp.service.ca needs a uri that starts with xmpps://',
  ],
])('%j is refused', (text, problem) => {
  expect(problems(text)).toEqual([problem]);
});

test('text that is no YAML and aliases that explode are problems, not crashes', () => {
  expect(problems('a: b: c\n- x').length).toBeGreaterThan(0);
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
    .split('')
    .map((n, i) => `${n}: &${n} [${`*${'abcdefg'[i]},`.repeat(9)}]`)
    .join('\n')}`;
  expect(problems(bomb)).toEqual([expect.stringContaining('alias')]);
});

test('paths are taken from the folder of the file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pqa-config-'));
  try {
    const path = join(directory, 'pqa.yaml');
    writeFileSync(
      path,
      'domain: a\nkeyFile: /abs/key\nxmpp: {service: {uri: "xmpps://x:1", jid: a@b, passwordFile: pw, ca: sub/ca.pem}}',
    );
    expect(loadConfig(path)).toMatchObject({
      dataDir: join(directory, 'data'),
      keyFile: '/abs/key',
      xmpp: { service: { passwordFile: join(directory, 'pw'), ca: join(directory, 'sub/ca.pem') } },
    });
    expect(() => loadConfig(join(directory, 'absent.yaml'))).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNREADABLE', hint: expect.stringContaining('pqa init') }),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('every key of the reference has a help text', () => {
  const keys = describeConfig();
  expect(keys.filter((key) => key.help === '').map((key) => key.key)).toEqual([]);
  expect(keys.map((key) => key.key)).toEqual(
    expect.arrayContaining([
      'domain',
      'members[].peerId',
      'xmpp.service.jid',
      'sources[](host).intervalMs',
      'limits.queries',
    ]),
  );
  expect(keys.find((key) => key.key === 'xmlrpc.port')).toEqual({
    key: 'xmlrpc.port',
    type: 'integer 0 to 65535',
    default: '8440',
    required: false,
    help: '0 for a free one.',
  });
  expect(describeConfigAsMarkdown().split('\n')).toHaveLength(keys.length + 2);
});

test('known keys follow the kind of an alternative', () => {
  const value = { sources: [{ kind: 'host' }, { kind: 'xmpp-pubsub' }] };
  expect(knownKeys(['sources', 0], value)).toEqual(['kind', 'intervalMs', 'metrics']);
  expect(knownKeys(['sources', 1], value)).toContain('node');
});

test('the file that init writes is read back as it was meant', () => {
  const values = {
    domain: 'renci',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    members: [{ domain: 'esnet', peerId: PEER, addresses: ['/ip4/127.0.0.1/tcp/4002'] }],
    sources: [{ kind: 'host' as const, intervalMs: 500 }],
  };
  const text = sampleConfig(values);
  expect(parseConfig(text, 'f')).toMatchObject(values);
  expect(text).toContain('# logLevel: info');
  expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
});

test('what the written file shows as comments is itself a valid configuration', () => {
  const commented = sampleConfig({ domain: 'renci' });
  const all = commented.replaceAll(/^# (?=\w+:|  )/gm, '').replace('12D3KooW...', PEER);
  expect(parseConfig(all, 'f')).toMatchObject({ sources: [{ kind: 'host' }, { kind: 'xmpp-pubsub' }] });
});

test('policies: who and what, as a list or a star; a condition that is none is told', () => {
  const rules = (yaml: string) => parseConfig(`domain: a\npolicies:\n${yaml}`, 'f').policies;
  expect(rules('  - { metric: Mem }\n  - { metric: "*", domains: [] }')).toEqual([
    { metric: 'Mem', domains: '*', columns: '*' },
    { metric: '*', domains: [], columns: '*' },
  ]);
  const text = `domain: a
policies:
  - metric: Mem
    domains: esnet
    columns: 5
    where: util >
  - metric: Mem
    where: true) or (true
  - metric: Mem
    column: [util]
`;
  expect(problems(text)).toEqual([
    "f:4: policies[0].domains must be '*' or a list of names",
    "f:5: policies[0].columns must be '*' or a list of names",
    'f:6: policies[0].where must be one EPL condition, such as util > 0',
    'f:8: policies[1].where must be one EPL condition, such as util > 0',
    "f:10: policies[2].column is not a known key; did you mean 'columns'?",
  ]);
});
