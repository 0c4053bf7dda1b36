/** One engine that is fed what the sources logged, in the order of cause keys, from S on (DESIGN §1, §10). */
import { plainValues } from '../../src/agent/rows.ts';
import { Engine, rowValues } from '../../src/engine/engine.ts';
import { analyzeModule } from '../../src/epl/analyze.ts';
import { LayeredCatalog } from '../../src/epl/catalog.ts';
import { parseModule } from '../../src/epl/parse.ts';
import type { CauseKey } from '../../src/model/cause-key.ts';
import type { CheckedModule, CheckedSubquery, CheckedStream } from '../../src/model/checked.ts';
import type { DomainName } from '../../src/model/ids.ts';
import type { Value } from '../../src/model/value.ts';
import type { QueryRun } from '../sim-run.ts';
import type { LoggedEvent } from '../world/source-log.ts';
import type { SimWorld } from '../world/sim-world.ts';

/** A listener call, from whichever side. */
export interface Said {
  readonly statement: string;
  readonly key: CauseKey;
  readonly timeMs: number;
  readonly insert: readonly (readonly Value[])[];
  readonly remove: readonly (readonly Value[])[];
}

/** Everything that the query had to say up to and including `untilMs` of its clock. */
export function askOracle(world: SimWorld, query: QueryRun, untilMs: number): readonly Said[] {
  const said: Said[] = [];
  const module = checkQuery(world, query.canonical);
  const engine = new Engine({ startMs: query.startMs });
  const streams = streamsRead(world, module);
  for (const name of world.catalog.eventTypeNames()) {
    const type = world.catalog.eventType(name);
    if (
      type !== undefined &&
      (streams.has(name) || type.supertypes.some((s) => streams.has(s)) || unionOf(name, streams))
    )
      engine.addEventType(type);
  }
  const speakers = new Set(
    module.statements.flatMap((s) => (s.kind === 'select' && s.insertInto === null ? [s.name] : [])),
  );
  engine.deploy(module, {
    listener: ({ statement, key, timeMs, columns, insert, remove }) => {
      if (timeMs < query.startMs || timeMs > untilMs || (speakers.size > 0 && !speakers.has(statement))) return;
      if (insert.length === 0 && remove.length === 0) return;
      const plain = (rows: typeof insert): readonly (readonly Value[])[] =>
        rows.map((row) => plainValues(rowValues(row, columns)));
      said.push({ statement: statement ?? 'statement', key, timeMs, insert: plain(insert), remove: plain(remove) });
    },
  });
  for (const event of world.sources.eventsOf(streams)) {
    const { timestampMs } = event.key;
    if (timestampMs < query.startMs || timestampMs > untilMs) continue;
    if (!belongs(event, query) || !mayLeave(world, event, query.spec.owner)) continue;
    engine.send(engine.makeEvent(event.stream, event.values, metaOf(event)));
  }
  engine.advanceTime(untilMs);
  return said;
}

/** Whether the domain was in the query's union at the event's instant; where none changes, all that the query reads is. */
function belongs({ key }: LoggedEvent, { domains, changes }: QueryRun): boolean {
  let within = domains.has(key.domain);
  for (const c of changes) if (c.domain === key.domain && c.atMs <= key.timestampMs) within = c.kind === 'enter';
  return within;
}

/** Whether the domain's policy let it out when it was measured; what is withheld whole is no event of the law either. */
function mayLeave(world: SimWorld, { key, stream, values, trueMs }: LoggedEvent, owner: DomainName): boolean {
  if (key.domain === owner) return true;
  const policy = world.policyAt(key.domain, trueMs);
  if (policy === undefined || policy.rows === null || stream !== `${key.domain}.${policy.metric}`) return true;
  const value = values[policy.rows.column];
  return typeof value === 'number' && value < policy.rows.below;
}

function metaOf({ key }: LoggedEvent): { readonly timestampMs: number; readonly domain: string; readonly seq: number } {
  return { timestampMs: key.timestampMs, domain: key.domain, seq: key.seq };
}

export function checkQuery(world: SimWorld, epl: string): CheckedModule {
  return analyzeModule(parseModule(epl), new LayeredCatalog(world.catalog));
}

/** Streams of domains, such as `renci.MemUtil`, whose events a module reads. */
export function streamsRead(world: SimWorld, module: CheckedModule): ReadonlySet<string> {
  const named = new Set<string>();
  const add = (streams: readonly CheckedStream[], subqueries: readonly CheckedSubquery[]): void => {
    for (const s of streams) if (s.source.kind === 'filter') named.add(s.source.eventType.name);
    for (const s of subqueries) add(s.streams, s.subqueries);
  };
  for (const s of module.statements) if (s.kind === 'select') add(s.streams, s.subqueries);
  const found = new Set<string>();
  for (const name of named) {
    const domains = world.catalog.domainsOf(name);
    if (domains === null) continue;
    if (name.includes('.')) found.add(name);
    else for (const domain of domains) found.add(`${domain}.${name}`);
  }
  return found;
}

/** Whether `name` is the union of one of `streams`. */
function unionOf(name: string, streams: ReadonlySet<string>): boolean {
  for (const stream of streams) if (stream.endsWith(`.${name}`)) return true;
  return false;
}
