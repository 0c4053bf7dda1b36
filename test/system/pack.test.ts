/** The package as others get it: packed, installed into an empty folder, and run without TypeScript or this checkout. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callMethod } from '../../src/management/client.ts';
import { freePort } from '../support/prosody.ts';
import { eventually } from '../support/real-ports.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

/** The Node that runs this test before any other: the installed package needs a recent one. */
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
  NO_COLOR: '1',
};
const folder = mkdtempSync(join(tmpdir(), 'pqa-pack-'));
const installed = join(folder, 'empty');

/** Longest time that one command may take. */
const COMMAND_MS = 120_000;

function run(cwd: string, command: string, ...args: readonly string[]): string {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: [...stdio], timeout: COMMAND_MS });
}

beforeAll(() => {
  run(ROOT, 'npm', 'pack', '--pack-destination', folder);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('mkdir', [installed]);
  writeFileSync(join(installed, 'package.json'), '{"private":true}\n');
  run(installed, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, tarball));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what is packed is what runs: no sources of tests, no TypeScript needed', () => {
  const files = readdirSync(join(installed, 'node_modules/pqa'), { recursive: true, encoding: 'utf8' });
  expect(files).toEqual(expect.arrayContaining(['dist/src/main.js', 'proto/trigger.xsd', 'README.md', 'LICENSE']));
  expect(
    files.filter((f) => f.startsWith('test') || (f.endsWith('.ts') && !f.endsWith('.d.ts') && !f.startsWith('proto/'))),
  ).toEqual([]);
});

test('pqa --help lists the commands', () => {
  const help = run(installed, 'npx', 'pqa', '--help');
  for (const command of ['init', 'agent', 'demo', 'query', 'metric', 'publish', 'peers', 'replay'])
    expect(help).toContain(command);
});

test('pqa init makes what pqa agent runs; a query over a published metric is registered and answered', async () => {
  const [listen, xmlrpc, xmpp] = [await freePort(), await freePort(), await freePort()];
  const ports = [
    '--xmlrpc-port',
    String(xmlrpc),
    '--xmpp-port',
    String(xmpp),
    '--listen',
    `/ip4/127.0.0.1/tcp/${listen}`,
  ];
  run(installed, 'npx', 'pqa', 'init', 'mine', '--domain', 'lab', ...ports);
  expect(readFileSync(join(installed, 'mine/pqa.yaml'), 'utf8')).toContain('domain: lab');
  const bin = join(installed, 'node_modules/.bin/pqa');
  const ended = Promise.withResolvers<number | null>();
  const child = spawn(bin, ['agent', '--config', 'mine/pqa.yaml', '--print-ready'], { cwd: installed, env });
  child.once('exit', (code) => ended.resolve(code));
  child.once('error', (error) => ended.reject(error));
  let ready = '';
  let errors = '';
  createInterface({ input: child.stdout }).once('line', (line) => (ready = line));
  child.stderr.on('data', (data) => (errors += String(data)));
  try {
    await eventually(
      'the agent is ready',
      () => {
        if (child.exitCode !== null) throw new Error(`the agent ended: ${errors.slice(-2_000)}`);
        return ready !== '';
      },
      30_000,
    );
    expect(JSON.parse(ready)).toMatchObject({ domain: 'lab' });
    const url = `http://127.0.0.1:${xmlrpc}/RPC2`;
    run(installed, 'npx', 'pqa', 'metric', 'add', 'Load', 'value:double', '--url', url);
    run(
      installed,
      'npx',
      'pqa',
      'query',
      'add',
      'select value from Load where value > 3',
      '--jid',
      'client@localhost',
      '--url',
      url,
    );
    // Until one lies after the query's start.
    await eventually('an event makes a trigger', async () => {
      await callMethod(url, 'publish', ['Load', [{ value: 4 }, { value: 2 }]]);
      const listed: unknown = JSON.parse(run(installed, 'npx', 'pqa', 'query', 'list', '--json', '--url', url));
      return Array.isArray(listed) && listed.length === 1 && listed[0].triggersTotal > 0;
    });
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended.promise).toBe(0);
});

test('the demo runs from the package too: it starts further processes of itself', () => {
  const output = run(installed, 'npx', 'pqa', 'demo', '--triggers', '1');
  expect(output).toMatch(/ms after its cause; covers/);
});
