/**
 * The import fences of DESIGN §2 bite: for every pair of folders a file with a violation is planted in a temporary tree
 * that has the layout of this one and its .oxlintrc.json, and oxlint must report exactly the forbidden ones.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  model: [],
  ports: ['model'],
  epl: ['model'],
  engine: ['model'],
  planner: ['model', 'epl'],
  exchange: ['model', 'ports'],
  sources: ['model', 'ports'],
  federation: ['model', 'ports'],
  triggers: ['model', 'ports'],
  management: ['model', 'ports'],
  state: ['model', 'ports'],
  agent: [
    'model',
    'ports',
    'epl',
    'planner',
    'engine',
    'exchange',
    'sources',
    'federation',
    'triggers',
    'management',
    'state',
  ],
  cli: ['model', 'ports', 'epl', 'planner', 'engine', 'exchange', 'management', 'agent'],
};
const ROOMS = Object.keys(ALLOWED);
const PURE = ['model', 'ports', 'epl', 'planner', 'engine', 'exchange'];

/** Packages with the folders that may import them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  libp2p: ['federation'],
  '@libp2p/tcp': ['federation'],
  '@chainsafe/libp2p-gossipsub': ['federation'],
  'protobufjs/minimal.js': ['federation'],
  '@xmpp/client': ['triggers'],
  'xmlrpc/lib/serializer.js': ['management'],
  chevrotain: ['epl'],
  re2js: ['engine'],
  systeminformation: ['sources'],
  'node:sqlite': ['state'],
  'node:fs': ROOMS.filter((room) => !PURE.includes(room)),
};

interface Plant {
  readonly file: string;
  readonly text: string;
  readonly rule: 'no-restricted-imports' | 'no-restricted-globals' | 'no-restricted-properties' | null;
}

function importing(specifier: string): string {
  return `import { x } from '${specifier}';\nexport const y = x;\n`;
}

function plants(): readonly Plant[] {
  const made: Plant[] = [];
  for (const room of ROOMS) {
    for (const other of ROOMS.filter((r) => r !== room)) {
      const rule = ALLOWED[room]?.includes(other) === true ? null : 'no-restricted-imports';
      made.push({ file: `src/${room}/to-${other}.ts`, text: importing(`../${other}/x.ts`), rule });
      made.push({ file: `src/${room}/deep/to-${other}.ts`, text: importing(`../../${other}/deep/x.ts`), rule });
    }
    made.push({ file: `src/${room}/deep/own.ts`, text: importing('../x.ts'), rule: null });
    for (const [name, owners] of Object.entries(PACKAGES)) {
      const rule = owners.includes(room) ? null : 'no-restricted-imports';
      made.push({ file: `src/${room}/package-${name.replace(/\W/g, '-')}.ts`, text: importing(name), rule });
    }
    for (const outside of ['sim', 'test']) {
      const file = `src/${room}/to-${outside}.ts`;
      made.push({ file, text: importing(`../../${outside}/x.ts`), rule: 'no-restricted-imports' });
    }
    for (const used of ['Date.now()', 'setTimeout', 'setInterval', 'process.pid', 'performance.now()']) {
      const rule = PURE.includes(room) ? 'no-restricted-globals' : null;
      made.push({
        file: `src/${room}/global-${used.replace(/\W/g, '')}.ts`,
        text: `export const y = () => ${used};\n`,
        rule,
      });
    }
    const rule = PURE.includes(room) ? 'no-restricted-properties' : null;
    made.push({ file: `src/${room}/random.ts`, text: 'export const y = () => Math.random();\n', rule });
  }
  const bad = 'no-restricted-imports';
  made.push(
    { file: 'src/sources/xmpp-pubsub.ts', text: importing('../triggers/xmpp/connection.ts'), rule: null },
    { file: 'src/sources/xmpp-pubsub-2.ts', text: importing('@xmpp/xml'), rule: null },
    { file: 'src/sources/xmpp-pubsub-3.ts', text: importing('../federation/x.ts'), rule: bad },
    { file: 'src/sources/other.ts', text: importing('../triggers/xmpp/connection.ts'), rule: bad },
    { file: 'src/cli/replay.ts', text: importing('../../sim/world/clock.ts'), rule: null },
    { file: 'src/cli/replay-2.ts', text: importing('../federation/x.ts'), rule: bad },
    { file: 'src/engine/type.ts', text: "import type { X } from '../epl/x.ts';\nexport type Y = X;\n", rule: bad },
    { file: 'src/engine/again.ts', text: "export { x } from '../epl/x.ts';\n", rule: bad },
    { file: 'src/main.ts', text: importing('./cli/x.ts'), rule: null },
    { file: 'src/main2.ts', text: importing('./engine/x.ts'), rule: bad },
    { file: 'sim/x.ts', text: importing('../src/cli/x.ts'), rule: bad },
    { file: 'sim/y.ts', text: importing('../src/exchange/x.ts'), rule: null },
  );
  return made;
}

let directory = '';
const found = new Map<string, string[]>();

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pqa-fences-'));
  cpSync(join(ROOT, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
  for (const plant of plants()) {
    const path = join(directory, plant.file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, plant.text);
  }
  for (const diagnostic of lint(directory)) {
    const list = found.get(diagnostic.filename) ?? [];
    list.push(diagnostic.code);
    found.set(diagnostic.filename, list);
  }
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** All diagnostics; oxlint's exit code says only that there are some. */
function lint(cwd: string): readonly { readonly filename: string; readonly code: string }[] {
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  let out: string;
  try {
    out = execFileSync(process.execPath, [oxlint, '--format', 'json', 'src', 'sim'], {
      cwd,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    out = (error as { stdout: string }).stdout;
  }
  return (JSON.parse(out) as { diagnostics: { filename: string; code: string }[] }).diagnostics;
}

const RULES = ['no-restricted-imports', 'no-restricted-globals', 'no-restricted-properties'];

function fencesHit(file: string): readonly string[] {
  return RULES.filter((rule) => found.get(file)?.some((code) => code.includes(`(${rule})`)));
}

describe('import fences', () => {
  test.each(['src', 'sim'])('something is reported under %s', (top) => {
    expect([...found.keys()].some((file) => file.startsWith(`${top}/`))).toBe(true);
  });

  test.each(ROOMS)('%s/ may import what DESIGN §2 allows and nothing else', (room) => {
    const mine = plants().filter((plant) => plant.file.startsWith(`src/${room}/`));
    expect(mine.map((p) => [p.file, fencesHit(p.file)])).toEqual(
      mine.map((p) => [p.file, p.rule === null ? [] : [p.rule]]),
    );
  });

  test('main.ts and sim/ keep to their doors', () => {
    const others = plants().filter((plant) => !ROOMS.some((room) => plant.file.startsWith(`src/${room}/`)));
    expect(others.map((p) => [p.file, fencesHit(p.file)])).toEqual(
      others.map((p) => [p.file, p.rule === null ? [] : [p.rule]]),
    );
  });
});
