/**
 * Rule "place the residual" (DESIGN §5, "Where the residual runs is a choice of cost"): the statement runs at a domain whose
 * rows it reads; that domain asks the others for theirs, and the query's owner receives what the statement says as deltas.
 *
 * Safe when: the module is one select that inserts into nothing; its inputs stand for streams of named domains.
 * Unsafe when: it reads a variable, a table or a context (the owner holds those), its content is asked for (`hold`, iterated),
 * an input is a stream under its own name (`typeof`, supertypes), undeclared members are read, columns hold events, the silence of
 * bounds keeps its domains quiet (the owner proves them), or a reference is a union that may grow: its owner follows it.
 *
 * Not always better: rows may outnumber what they are made of, so that it is weighed only where the rates of all streams are
 * known. Whether the others admit that domain as a reader is theirs to
 * say when they are asked: the registration then goes on without this rule.
 */
import type { CheckedModule, SelectStatement } from '../../model/checked.ts';
import type { Plan, PlannedFragment, PlannedInput, PlannedStatement } from '../../model/plan.ts';
import { parseStreamName, type DomainName } from '../../model/ids.ts';
import { holdsEvents } from '../columns.ts';
import { estimateStatement } from '../cost/estimate-select.ts';
import type { Planning } from '../planning.ts';
import { RULE_TITLES } from './rule-names.ts';
import { readsOwnerState } from './ship-whole.ts';

/** Places that are weighed, those that would send the most first: each is a choice (candidates.ts, MAX_CHOICES). */
export const MAX_PLACES = 3;

type Placed = Pick<Plan, 'fragments' | 'inputs' | 'statements'>;

/** Null where the residual stays at the owner. */
export function placeResidual(
  module: CheckedModule,
  statements: readonly PlannedStatement[],
  planning: Planning,
): Placed | null {
  const { draft, options, statistics, catalog } = planning;
  const [statement] = module.statements;
  const [planned] = statements;
  if (!planning.allows('place-residual') || !planning.alone || statement?.kind !== 'select') return null;
  // Their columns are the owner's to read: the text that is placed names members, not columns.
  if (planning.undeclared.names.length > 0) return null;
  if (planned === undefined || planned.epl === null || !isPlaceable(statement)) return null;
  if (!draft.inputs.every((input) => isReadable(input, catalog.unionsFixed === true))) return null;
  if (options.choose !== 'always' && !isMeasured(draft.fragments, draft.inputs, planning)) return null;
  const domain = placesOf(draft.fragments, options.owner).find((d) =>
    planning.chooses('place-residual', `0 ${d}`, `at ${d}`),
  );
  if (domain === undefined) return null;
  const { columns } = statement;
  const home = (stream: number): DomainName => {
    const source = statement.streams[stream]?.source;
    const domains = source?.kind === 'filter' ? catalog.domainsOf(source.eventType.name) : null;
    return domains?.[0] ?? domain;
  };
  const fragment: PlannedFragment = {
    name: 'f0.r',
    domain,
    kind: 'result',
    epl: planned.epl,
    columns,
    rules: [RULE_TITLES['place-residual']],
    estimate: estimateStatement(statement, home, statistics),
    placed: { fragments: draft.fragments, inputs: draft.inputs },
  };
  const standsFor = statement.name ?? 'statement';
  const input: PlannedInput = { name: '~0', kind: 'result', fragments: [fragment.name], columns, standsFor };
  return { fragments: [fragment], inputs: [input], statements: [{ ...planned, epl: null, shippedAs: input.name }] };
}

function isMeasured(
  fragments: readonly PlannedFragment[],
  inputs: readonly PlannedInput[],
  { statistics }: Planning,
): boolean {
  return inputs.every(({ standsFor, fragments: own }) =>
    standsFor
      .split(' with ')
      .every((stream) =>
        fragments.every(
          (f) => !own.includes(f.name) || statistics(f.domain, parseStreamName(stream).metric)?.rateHz !== undefined,
        ),
      ),
  );
}

function isPlaceable(statement: SelectStatement): boolean {
  if (statement.insertInto !== null || statement.intoTable !== undefined || statement.context !== null) return false;
  return !readsOwnerState(statement) && !statement.columns.some((c) => holdsEvents(c.type));
}

function isReadable(input: PlannedInput, unionsFixed: boolean): boolean {
  if (input.kind === 'result' || !input.name.startsWith('~') || input.silent !== undefined) return false;
  if (input.columns.some((c) => holdsEvents(c.type))) return false;
  // What was joined locally stands for several.
  return unionsFixed || input.standsFor.split(' with ').every((name) => parseStreamName(name).domain !== null);
}

/** Where it may run: what one domain alone can say is another rule's (ship the whole statement). */
function placesOf(fragments: readonly PlannedFragment[], owner: DomainName): readonly DomainName[] {
  const bytes = new Map<DomainName, number>();
  for (const f of fragments) bytes.set(f.domain, (bytes.get(f.domain) ?? 0) + (f.estimate?.bytesHz ?? 0));
  if (bytes.size < 2) return [];
  bytes.delete(owner);
  const sorted = [...bytes].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return sorted.slice(0, MAX_PLACES).map(([domain]) => domain);
}
