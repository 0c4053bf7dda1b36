import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../../src/agent/config.ts';
import type { AgentConfig } from '../../../src/agent/config-schema.ts';
import { sampleConfig } from '../../../src/agent/config-reference.ts';
import { LiveConfig, LOOK_EVERY_MS } from '../../../src/agent/live-config.ts';
import { withoutMember } from '../../../src/agent/membership-file.ts';
import { parseRules, setPolicies, withPolicies } from '../../../src/agent/policies-file.ts';
import { generateIdentity } from '../../../src/federation/identity.ts';
import { CountingCounters, SILENT_LOG } from '../../../sim/world/virtual-federation.ts';
import { VirtualTime } from '../../../sim/world/virtual-time.ts';
import { codeOf } from './support.ts';

const { peerId } = await generateIdentity();
const TEXT = `# ours
domain: renci # the name
members: # who we trust
  # the lab next door
  - domain: sc13
    peerId: ${peerId}
policies: # what leaves
  # the head nodes
  - { metric: Mem, domains: [sc13] }
  - { metric: '*', domains: [] } # the rest
`;

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pqa-live-'));
  file = join(folder, 'pqa.yaml');
  writeFileSync(file, TEXT);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('rules in the text', () => {
  const policiesOf = (text: string) => parseConfig(text, 'x').policies.map((p) => [p.metric, p.domains]);

  it('stand where those of the metric stood; comments and the rest stay', () => {
    const text = withPolicies(
      TEXT,
      'x',
      'Mem',
      parseRules('Mem', [{ metric: 'Mem', domains: ['esnet'] }, { metric: 'Mem' }]),
    );
    expect(policiesOf(text)).toEqual([
      ['Mem', ['esnet']],
      ['Mem', '*'],
      ['*', []],
    ]);
    for (const comment of ['# ours', '# the name', '# what leaves', '# the rest']) expect(text).toContain(comment);
  });

  it('of another metric come at the end; none takes them out', () => {
    expect(policiesOf(withPolicies(TEXT, 'x', 'Disk', parseRules('Disk', [{ metric: 'Disk' }])))).toHaveLength(3);
    const without = withPolicies(withPolicies(TEXT, 'x', 'Mem', []), 'x', '*', []);
    expect(policiesOf(without)).toEqual([]);
    expect(policiesOf(withPolicies(without, 'x', 'Mem', parseRules('Mem', [{ metric: 'Mem' }])))).toEqual([
      ['Mem', '*'],
    ]);
  });

  it('are put into a file that pqa init wrote; the same again changes nothing', () => {
    writeFileSync(file, sampleConfig({ domain: 'renci' }));
    const rules = parseRules('Mem', [{ metric: 'Mem', aggregateOnly: { groupBy: ['host'] }, where: "host != 'x'" }]);
    expect(setPolicies(file, 'Mem', rules)).toBe(true);
    expect(loadConfig(file).policies).toEqual(rules);
    expect(setPolicies(file, 'Mem', rules)).toBe(false);
  });

  it.each([
    ['an unknown key', [{ metric: 'Mem', column: ['host'] }], 'column'],
    ['another metric', [{ metric: 'Disk' }], "'Disk'"],
    ['what is no condition', [{ metric: 'Mem', where: 'a >' }], 'EPL condition'],
    ['a least group of nothing', [{ metric: 'Mem', aggregateOnly: { leastGroup: 0 } }], 'leastGroup'],
  ])('refuse %s', (_, rules, part) => {
    expect(codeOf(() => parseRules('Mem', rules))).toBe('INVALID_PARAMETERS');
    expect(() => parseRules('Mem', rules)).toThrow(part);
  });
});

it('a member is taken out of the list; an unknown one is told what there is', () => {
  const text = withoutMember(TEXT, 'x', 'sc13');
  expect(parseConfig(text, 'x').members).toEqual([]);
  expect(text).toContain('# who we trust');
  expect(codeOf(() => withoutMember(TEXT, 'x', 'sc31'))).toBe('CONFIG_INVALID');
});

describe('a running agent', () => {
  function watch() {
    const time = new VirtualTime(0);
    const counters = new CountingCounters();
    const taken: AgentConfig[] = [];
    const live = new LiveConfig(
      { clock: time, log: SILENT_LOG, counters, apply: (c) => taken.push(c) },
      { file, config: loadConfig(file) },
    );
    live.start();
    const look = () => {
      const end = time.monotonicMs() + LOOK_EVERY_MS;
      while (time.step(end));
    };
    return { live, taken, counters, look };
  }
  const write = (text: string) => writeFileSync(file, text);

  it('takes members and policies of a changed file, once', () => {
    const { taken, look } = watch();
    look();
    expect(taken).toEqual([]);
    setPolicies(file, 'Mem', []);
    look();
    look();
    expect(taken).toHaveLength(1);
    expect(taken[0]?.policies).toEqual(parseRules('*', [{ metric: '*', domains: [] }]));
  });

  it('keeps what it has when the file is wrong or gone, counts it, and takes the next that is right', () => {
    const { taken, counters, look } = watch();
    write(TEXT.replace('domains: []', 'domians: []'));
    look();
    rmSync(file);
    look();
    expect(taken).toEqual([]);
    expect(counters.totals.get('config_refused_total/CONFIG_INVALID')).toBe(1);
    expect(counters.totals.get('config_refused_total/CONFIG_UNREADABLE')).toBe(1);
    write(TEXT.replace('domains: []', "domains: '*'"));
    look();
    expect(taken).toHaveLength(1);
  });

  it('other keys wait for a restart; another domain is refused', () => {
    const { live, taken } = watch();
    write(`${TEXT}logLevel: debug\n`);
    expect(live.reload()).toEqual(['logLevel']);
    expect(taken).toEqual([]);
    write(TEXT.replace('domain: renci', 'domain: other'));
    expect(codeOf(() => live.reload())).toBe('CONFIG_INVALID');
  });
});
