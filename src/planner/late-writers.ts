/**
 * A module that joins a running query may not write into a stream of the federation, nor alter one, that the query reads
 * already in fragments: those bring what the domains send, under a name of their own, and would not see it. Streams that came
 * whole under their own name (whole-stream.ts) are open to later modules too.
 */
import { parseModule } from '../epl/parse.ts';
import type { CheckedModule, CheckedStatement } from '../model/checked.ts';
import { CodedError } from '../model/errors.ts';
import { isSubtype } from '../model/event-type.ts';
import type { Plan } from '../model/plan.ts';
import type { FederatedCatalog } from './catalog.ts';
import { changedStreams } from './plan-query.ts';
import { isFilterSource } from './select-ast.ts';

/** Throws `NOT_SUPPORTED`. */
export function refuseLateWriters(module: CheckedModule, running: Plan, catalog: FederatedCatalog): void {
  const writers = module.statements.flatMap((statement) =>
    changedStreams(statement)
      .filter((stream) => catalog.domainsOf(stream) !== null)
      .map((stream) => ({ statement, stream })),
  );
  if (writers.length === 0) return;
  const read = streamsInFragments(running);
  for (const { statement, stream } of writers) {
    const met = [...read].find((r) => reaches(statement, stream, r, catalog));
    if (met === undefined) continue;
    const does = statement.kind === 'updateIstream' ? 'update' : 'write into';
    throw new CodedError(
      'NOT_SUPPORTED',
      `the query reads stream ${met} already: a later module cannot ${does} ${stream}`,
      {
        position: statement.ast.position,
        hint: 'register the query anew, with this statement in its first module',
      },
    );
  }
}

/** True if who reads `reader` has to see what the statement does to `stream`. */
function reaches(statement: CheckedStatement, stream: string, reader: string, catalog: FederatedCatalog): boolean {
  if (isSubtype(catalog, stream, reader)) return true;
  return statement.kind === 'updateIstream' && isSubtype(catalog, reader, stream);
}

/** Streams that are read under other names than their own. */
function streamsInFragments({ fragments, inputs }: Plan): ReadonlySet<string> {
  const renamed = new Set(inputs.filter((i) => i.name !== i.standsFor).flatMap((i) => i.fragments));
  const streams = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (isFilterSource(node)) streams.add(node.typeName);
    for (const [key, child] of Object.entries(node)) if (key !== 'position') walk(child);
  };
  for (const text of new Set(fragments.filter((f) => renamed.has(f.name)).map((f) => f.epl))) walk(parseModule(text));
  return streams;
}
