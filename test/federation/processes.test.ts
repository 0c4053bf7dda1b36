/** Members in processes of their own: stopped (SIGSTOP), killed and restarted. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateIdentity, storeIdentity } from '../../src/federation/identity.ts';
import { insertion } from '../support/exchange-fixtures.ts';
import { Party, until } from './harness.ts';

interface Line {
  readonly address?: string;
  readonly seq?: number;
}

let directory = '';
let child: ChildProcess | null = null;
let parent: Party | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pqa-member-'));
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await parent?.transport.stop();
  await rm(directory, { recursive: true });
});

function run(options: Record<string, unknown>, lines: Line[]): ChildProcess {
  const script = fileURLToPath(new URL('member-process.ts', import.meta.url));
  const started = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: started.stdout }).on('line', (line) => {
    const parsed: unknown = JSON.parse(line);
    lines.push(parsed as Line);
  });
  return started;
}

test('a member that stands still is disconnected and found again; a killed one too', async () => {
  const keyFile = join(directory, 'key');
  const identity = await generateIdentity();
  await storeIdentity(keyFile, identity);
  const a = await Party.make('renci', { pingAfterMs: 200, pingMs: 400, tickMs: 20 });
  parent = a;
  await a.start();
  const lines: Line[] = [];
  const base = { domain: 'esnet', keyFile, members: [a.asMember()], from: 'renci', fragmentId: 'f' };
  child = run({ ...base, listen: '/ip4/127.0.0.1/tcp/0' }, lines);
  await until('child listens', () => lines[0]?.address !== undefined);
  const listen = lines[0]?.address ?? '';
  const member = { domain: 'esnet', peerId: identity.peerId, addresses: [listen] };
  a.transport.setMembers([member]);
  await until('subscribed', () => a.transport.subscribed('esnet', 'f'));
  const publish = (seq: number) =>
    a.transport.publish({
      fragmentId: 'f',
      epoch: 1,
      seq,
      keyId: '',
      watermarkMs: seq,
      deltas: [insertion(seq, 'renci', seq)],
    });
  const got = () => lines.flatMap((l) => (l.seq === undefined ? [] : [l.seq]));
  publish(1);
  await until('delivered', () => got().includes(1));

  child.kill('SIGSTOP');
  const stopped = performance.now();
  await until('silence noticed', () => !a.transport.connected('esnet'));
  console.log(`silence noticed after ${(performance.now() - stopped).toFixed(0)} ms (ping after 200, limit 400)`);
  expect(a.counters.of('peer_closed_total:silent')).toBe(1);
  child.kill('SIGCONT');
  const continued = performance.now();
  await until('subscribed again', () => a.transport.subscribed('esnet', 'f'));
  console.log(`back after ${(performance.now() - continued).toFixed(0)} ms`);
  publish(2);
  await until('delivered again', () => got().includes(2));

  child.kill('SIGKILL');
  await until('loss noticed', () => !a.transport.connected('esnet'));
  child = run({ ...base, listen }, lines);
  await until('subscribed after restart', () => a.transport.subscribed('esnet', 'f'));
  publish(3);
  await until('delivered after restart', () => got().includes(3));
});
