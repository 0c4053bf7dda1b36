/** The management interface as an independent client sees it: Python's xmlrpc.client, and raw bytes from its http.client. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CountersInMemory } from '../../src/agent/counters.ts';
import { SystemClock } from '../../src/agent/system-clock.ts';
import { ManagementServer } from '../../src/management/server.ts';
import { FakeTarget } from '../support/fake-target.ts';
import { MemoryLog } from '../support/real-ports.ts';

const SUITE = new URL('xmlrpc_suite.py', import.meta.url).pathname;

let server: ManagementServer;
const counters = new CountersInMemory();
const log = new MemoryLog();

beforeEach(async () => {
  const target = new FakeTarget();
  server = new ManagementServer({ target, clock: new SystemClock(), log, counters }, { host: '127.0.0.1', port: 0 });
  await server.start();
});

afterEach(() => server.stop());

test('every method, every kind of fault, unicode, dates, nil, introspection, multicall, hostile bodies', async () => {
  const { stderr } = await promisify(execFile)('python3', ['-B', SUITE, server.url ?? ''], { encoding: 'utf8' }).catch(
    (error: { stderr?: string }) => ({ stderr: error.stderr ?? String(error) }),
  );
  expect(stderr).toMatch(/\nOK\n$/);
  // The one bug of the fake target, called for once.
  expect(log.entries.filter((entry) => entry.level === 'error').map((entry) => entry.fields['method'])).toEqual([
    'registerQuery',
  ]);
  for (const code of ['SYNTAX', 'REQUEST_MALFORMED', 'REQUEST_TOO_LARGE', 'VALUE_OUT_OF_RANGE']) {
    expect(counters.get('management_faults_total', { code })).toBeGreaterThan(0);
  }
});
