/** Small helpers of these tests. */
import { analyzeModule } from '../../../src/epl/analyze.ts';
import { catalogOf, type LayeredCatalog } from '../../../src/epl/catalog.ts';
import { parseModule } from '../../../src/epl/parse.ts';
import type { CheckedModule, SelectStatement } from '../../../src/model/checked.ts';
import { CodedError } from '../../../src/model/errors.ts';
import { parseType, stringifyType } from '../../../src/model/value.ts';

/** `{ MemUtil: { host: 'string' } }` as a catalog. */
export function catalog(types: Record<string, Record<string, string>>): LayeredCatalog {
  return catalogOf(
    Object.entries(types).map(([name, properties]) => ({
      name,
      supertypes: [],
      properties: Object.entries(properties).map(([key, type]) => ({ name: key, type: parseType(type) })),
    })),
  );
}

export const TYPES = catalog({
  Geo: { lat: 'double', city: 'string' },
  Nic: { name: 'string', mbps: 'int' },
  E: {
    host: 'string',
    n: 'int',
    big: 'long',
    f: 'float',
    d: 'double',
    ok: 'boolean',
    tags: 'string[]',
    geo: 'Geo',
    nics: 'Nic[]',
    m: 'map',
  },
  Cpu: { host: 'string', load: 'double', cores: 'int' },
  Mem: { host: 'string', util: 'double', used: 'long' },
});

export function analyze(epl: string, types: LayeredCatalog = TYPES): CheckedModule {
  return analyzeModule(parseModule(epl), types);
}

/** The only select of the text. */
export function select(epl: string, types: LayeredCatalog = TYPES): SelectStatement {
  const statement = analyze(epl, types).statements.find((s) => s.kind === 'select');
  if (statement === undefined) throw new Error('no select in the text');
  return statement;
}

/** `name: type` per column. */
export function columns(epl: string, types: LayeredCatalog = TYPES): readonly string[] {
  return select(epl, types).columns.map((c) => `${c.name}: ${stringifyType(c.type)}`);
}

/** The coded error that `work` throws; fails if it throws none. */
export function errorOf(work: () => unknown): CodedError {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A tree without positions, for comparing. */
export function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== 'position')
      .map(([key, value]) => [key, bare(value)]),
  );
}
