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

/** What the sources of {@link sharedResult} returned. */
const results = new Map<string, unknown>();

function remember<T>(memo: Map<string, T>, source: string, made: T): T {
  if (memo.size >= CACHED_SOURCES) {
    for (const oldest of memo.keys()) {
      memo.delete(oldest);
      break;
    }
  }
  memo.set(source, made);
  return made;
}

function compileSource(source: string): Instantiate {
  // oxlint-disable-next-line no-new-func, no-implied-eval -- the compiler of this engine; literals enter through quote() alone
  const made: unknown = new Function('k', 'h', `'use strict';${source}`);
  assert(isInstantiate(made), 'Function makes functions');
  return made;
}

/** Runs `source`, the body of a function of `k` (constants) and `h` (helpers) that returns a function. */
export function instantiate(source: string, constants: readonly unknown[]): unknown {
  const factory = cache.get(source) ?? remember(cache, source, compileSource(source));
  return factory(constants, HELPERS);
}

/**
 * What `source` returns, once for all: for classes, whose instances must be of one shape whichever statement they belong
 * to. It may not use constants.
 */
export function sharedResult(source: string): unknown {
  const known = results.get(source);
  return known === undefined ? remember(results, source, compileSource(source)([], HELPERS)) : known;
}

/** How many distinct sources are held; for tests of sharing. */
export function cachedSources(): number {
  return cache.size;
}
