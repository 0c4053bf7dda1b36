/**
 * Turns generated source into functions. Equal shapes share code (ENGINE rule 10): `E(host='h1')` and `E(host='h2')`
 * have the same source and differ in the constants that are passed to it.
 */
import { assert } from '../../model/errors.ts';
import { HELPERS } from './helpers.ts';

type Instantiate = (constants: readonly unknown[], helpers: typeof HELPERS) => unknown;

/** Sources kept: some 2 kB each, so 16 MB at most; past it the oldest is forgotten and would be compiled anew. */
const CACHED_SOURCES = 8192;

/** A pure memo (same source, same function): speed is all that can be observed of it. */
const cache = new Map<string, Instantiate>();

function isInstantiate(candidate: unknown): candidate is Instantiate {
  return typeof candidate === 'function';
}

/** Runs `source`, the body of a function of `k` (constants) and `h` (helpers) that returns a function. */
export function instantiate(source: string, constants: readonly unknown[]): unknown {
  let factory = cache.get(source);
  if (factory === undefined) {
    // oxlint-disable-next-line no-new-func, no-implied-eval -- the compiler of this engine; literals enter through quote() alone
    const made: unknown = new Function('k', 'h', `'use strict';${source}`);
    assert(isInstantiate(made), 'Function makes functions');
    if (cache.size >= CACHED_SOURCES) {
      for (const oldest of cache.keys()) {
        cache.delete(oldest);
        break;
      }
    }
    cache.set(source, made);
    factory = made;
  }
  return factory(constants, HELPERS);
}

/** How many distinct sources are held; for tests of sharing. */
export function cachedSources(): number {
  return cache.size;
}
