import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { AGENT_VERSION } from '../../src/agent/version.ts';
import { readmeWithReference } from '../support/readme.ts';

const root = new URL('../../', import.meta.url);

it('has the reference that the schemas give (npm run readme)', () => {
  const text = readFileSync(new URL('README.md', root), 'utf8');
  expect(readmeWithReference(text)).toBe(text);
});

it('tells one version everywhere', () => {
  expect(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version).toBe(AGENT_VERSION);
});
