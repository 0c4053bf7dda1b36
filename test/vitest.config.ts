import { defineConfig } from 'vitest/config';

const tier = (name: string, testTimeout: number, sequential = false) => ({
  test: {
    name,
    root: new URL('..', import.meta.url).pathname,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    ...(sequential ? { fileParallelism: false } : {}),
  },
});

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    projects: [
      tier('unit', 20_000),
      tier('conformance', 300_000),
      tier('property', 300_000),
      tier('federation', 120_000, true),
      tier('servers', 180_000, true),
      tier('system', 300_000, true),
    ],
  },
});
