/**
 * Admission of a residual that another domain's query places here (DESIGN §5): one select over the inputs that come with it.
 * It sees no stream of this domain by itself: what it reads of this one is a fragment too, admitted as any other.
 */
import { analyzeModule } from '../epl/analyze.ts';
import { LayeredCatalog } from '../epl/catalog.ts';
import { parseModule } from '../epl/parse.ts';
import { printStatement } from '../epl/print.ts';
import type { PrepareFragment, ResidualRequest } from '../model/control.ts';
import { CodedError } from '../model/errors.ts';
import type { AdmittedFragment } from './admitted-fragment.ts';
import { checkColumns } from './check-columns.ts';

/** Throws `FRAGMENT_REFUSED`, `SCHEMA_CONFLICT` or the code of the text's own mistake. */
export function admitResidual(request: PrepareFragment, { inputs }: ResidualRequest): AdmittedFragment {
  if (request.fragmentKind !== 'result') throw refused('a residual makes results');
  const catalog = new LayeredCatalog();
  for (const { name, kind, columns, fragments } of inputs) {
    if (!name.startsWith('~') || kind === 'result' || fragments.length === 0 || catalog.eventType(name) !== undefined)
      throw refused(`'${name}' is no input of a residual`);
    catalog.addType({ name, supertypes: [], properties: columns, kind: kind === 'view' ? 'view' : 'stream' });
  }
  const text = parseModule(request.epl);
  const module = analyzeModule(text, catalog);
  const [statement, ...more] = module.statements;
  if (statement?.kind !== 'select' || more.length > 0) throw refused('a residual is one select statement');
  if (statement.insertInto !== null || statement.intoTable !== undefined)
    throw refused('a residual inserts into nothing');
  checkColumns(request.columns, statement.columns);
  return {
    module,
    statement,
    canonical: printStatement(statement.ast),
    shareable: false,
    joined: false,
    gridMs: null,
    caps: [],
    silent: null,
    inputs: catalog,
  };
}

function refused(message: string): CodedError {
  return new CodedError('FRAGMENT_REFUSED', message);
}
