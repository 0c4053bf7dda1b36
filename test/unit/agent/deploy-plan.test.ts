import { describe, expect, it } from 'vitest';
import type { Ask } from '../../../src/agent/ask.ts';
import { deployFragments, START_ATTEMPTS, START_MARGIN_MS } from '../../../src/agent/deploy-plan.ts';
import type { ControlReply, ControlRequest } from '../../../src/model/control.ts';
import { CodedError } from '../../../src/model/errors.ts';
import type { PlannedFragment } from '../../../src/model/plan.ts';
import { HOST } from './support.ts';

function fragment(name: string, domain: string): PlannedFragment {
  const epl = `select host from ${domain}.Mem`;
  return { name, domain, kind: 'stream', epl, columns: [HOST], rules: [] };
}

const PLAN = [fragment('f0.0', 'renci'), fragment('f0.1', 'tacc')];
const OPTIONS = { queryId: 'q1', consumer: 'client', readers: ['client'], stampMs: () => 5_000 };

/** Domains whose stamp clocks stand at `stamps`; `refuse` may throw. Answers at once. */
function domains(stamps: Record<string, number>, refuse: (to: string, r: ControlRequest) => void = () => undefined) {
  const asked: string[] = [];
  const ask: Ask = (to, request): Promise<ControlReply> => {
    asked.push(`${request.kind} ${to}${request.kind === 'commit' ? ` ${request.startMs}` : ''}`);
    try {
      refuse(to, request);
    } catch (error) {
      return Promise.reject(error);
    }
    switch (request.kind) {
      case 'prepare': {
        const fragmentId = `id of ${request.name}`;
        return Promise.resolve({ kind: 'prepared', fragmentId, epoch: 1, stampMs: stamps[to] ?? 0, columns: [HOST] });
      }
      case 'commit':
        return Promise.resolve({ kind: 'committed', epoch: 1, lastSeq: 3 });
      default:
        return Promise.resolve({ kind: 'done' });
    }
  };
  return { ask, asked };
}

describe('two-phase start', () => {
  it('the start is one more than the greatest stamp clock, and the margin in which commits arrive', async () => {
    const { ask, asked } = domains({ renci: 4_000, tacc: 9_000 });
    const { startMs, fragments } = await deployFragments(PLAN, ask, OPTIONS);
    expect(startMs).toBe(9_000 + 1 + START_MARGIN_MS);
    expect(asked.slice(2)).toEqual([`commit renci ${startMs}`, `commit tacc ${startMs}`]);
    expect(fragments.map((f) => [f.fragment.name, f.startMs, f.lastSeq])).toEqual([
      ['f0.0', startMs, 3],
      ['f0.1', startMs, 3],
    ]);
  });

  it("the owner's own clock counts too", async () => {
    const { ask } = domains({ renci: 4_000, tacc: 1_000 });
    expect((await deployFragments(PLAN, ask, OPTIONS)).startMs).toBe(5_001 + START_MARGIN_MS);
  });

  it('when a start has passed somewhere a later one is fixed for all', async () => {
    let refusals = 2;
    const { ask, asked } = domains({ renci: 9_000 }, (to, r) => {
      if (to === 'tacc' && r.kind === 'commit' && refusals-- > 0) throw new CodedError('START_PASSED', 'passed');
    });
    const { startMs } = await deployFragments(PLAN, ask, OPTIONS);
    expect(startMs).toBe(9_001 + 4 * START_MARGIN_MS);
    expect(asked.filter((a) => a.startsWith('commit renci'))).toHaveLength(3);
  });

  it('gives up after some starts, and cancels all', async () => {
    const { ask, asked } = domains({}, (to, r) => {
      if (to === 'tacc' && r.kind === 'commit') throw new CodedError('START_PASSED', 'passed');
    });
    await expect(deployFragments(PLAN, ask, OPTIONS)).rejects.toMatchObject({ code: 'START_PASSED' });
    expect(asked.filter((a) => a.startsWith('commit tacc'))).toHaveLength(START_ATTEMPTS);
    expect(asked.filter((a) => a.startsWith('cancel'))).toEqual(['cancel renci', 'cancel tacc']);
  });

  it('a refusal of one fragment cancels those that were prepared, and is the answer', async () => {
    const { ask, asked } = domains({}, (to, r) => {
      if (to === 'tacc' && r.kind === 'prepare') throw new CodedError('POLICY_REFUSED', 'not for you');
    });
    await expect(deployFragments(PLAN, ask, OPTIONS)).rejects.toMatchObject({ code: 'POLICY_REFUSED' });
    expect(asked).toEqual(['prepare renci', 'prepare tacc', 'cancel renci']);
  });

  it('asks again after a time limit, not after a refusal', async () => {
    let lost = 2;
    const { ask, asked } = domains({}, (to, r) => {
      if (to === 'tacc' && r.kind === 'prepare' && lost-- > 0) throw new CodedError('TIMEOUT', 'no answer');
    });
    await deployFragments(PLAN, ask, OPTIONS);
    expect(asked.filter((a) => a === 'prepare tacc')).toHaveLength(3);
  });

  it('an answer of another kind is a breach of the protocol', async () => {
    const ask: Ask = () => Promise.resolve({ kind: 'done' });
    await expect(deployFragments(PLAN, ask, OPTIONS)).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it('a query without fragments starts at once', async () => {
    const { ask, asked } = domains({});
    expect((await deployFragments([], ask, OPTIONS)).fragments).toEqual([]);
    expect(asked).toEqual([]);
  });
});
