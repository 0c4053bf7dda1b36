/**
 * The atoms of a pattern: each stream of the federation that they read becomes one input, with the events that any of them
 * may take, in the columns that the statement reads (rules/push-filter.ts, columns.ts).
 *
 * One input per stream, not per atom: an event that several atoms know must be one event in the residual, where they are
 * told in a fixed order. The parentheses stay there whole, as they decide that order.
 * Safe when: the streams of the pattern do not overlap (a union and one of its domains, a type and a subtype), and its tags
 * are read by property alone. Unsafe when: a tag is read as an event, or by its type: then the stream comes whole under its
 * own name (plan-body.ts, `planRest`).
 */
import type { AstExpression, AstFilterSource, AstPattern } from '../model/ast.ts';
import type { CheckedPattern, PatternAtom, PatternSource } from '../model/checked-pattern.ts';
import type { CheckedExpression, SelectBody } from '../model/checked.ts';
import { unreachable } from '../model/errors.ts';
import type { EventType, Property } from '../model/event-type.ts';
import type { DomainName } from '../model/ids.ts';
import type { FragmentEstimate } from '../model/plan.ts';
import { walkExpression } from '../model/expression-tree.ts';
import { estimateReference } from './cost/estimate-reference.ts';
import { orConstant } from './draft.ts';
import { fragmentText } from './fragment-text.ts';
import type { Planning } from './planning.ts';
import { conjunction, mentions, withoutQualifier } from './rewrite-ast.ts';
import { splitFilter } from './rules/push-filter.ts';
import { RULE_TITLES } from './rules/rule-names.ts';
import { meansStream, walkBody } from './walk.ts';
import { memberColumns } from './undeclared.ts';
import { familyOf } from './whole-stream.ts';

/** Number of the tags among the streams of an atom's filter. */
const TAGS_IN_FILTER = 1;

/** Exchanges the sources of the atoms for inputs where that is safe. */
export function planPattern(
  body: SelectBody,
  stream: number,
  source: PatternSource,
  ast: AstPattern,
  declared: ReadonlySet<string>,
  planning: Planning,
  replacements: Map<object, unknown>,
): void {
  const nodes = atomNodes(ast);
  const reads = readsOf(body, stream, source);
  if (reads === null || nodes.length !== source.atoms.length || !planning.allows('push-columns')) return;
  for (const [typeName, atoms] of byType(source.atoms)) {
    const type = atoms[0]?.source.eventType;
    const domains = planning.catalog.domainsOf(typeName);
    if (type === undefined || domains === null || planning.open.has(typeName)) continue;
    if (overlaps(typeName, source.atoms, planning)) continue;
    const asts = atoms.flatMap((a) => nodes[a.index] ?? []);
    // An untagged atom may call its event by the name of the stream.
    if (asts.some((a) => mentions(a.filter, new Set([a.typeName, ...a.nameParts.slice(0, 1)])))) continue;
    const [first] = asts;
    if (first === undefined) continue;
    const read = type.properties.filter((p) => reads.get(typeName)?.has(p.name) === true);
    const columns = [...read, ...memberColumns(type, planning.undeclared)];
    const input = inputOf(first, type, columns, atoms, domains, declared, planning);
    for (const node of asts) replacements.set(node, { ...node, typeName: input, nameParts: [input] });
  }
}

function inputOf(
  source: AstFilterSource,
  type: EventType,
  columns: readonly Property[],
  atoms: readonly PatternAtom[],
  domains: readonly DomainName[],
  declared: ReadonlySet<string>,
  { draft, statistics, allows }: Planning,
): string {
  const filter = allows('push-filter') ? anyOf(atoms, type, declared) : null;
  const epl = fragmentText({
    source,
    properties: type.properties,
    alias: null,
    columns,
    filter: filter === null ? [] : [filter],
    windows: [],
    where: [],
  });
  const [only, more] = atoms;
  const counted = only !== undefined && more === undefined && filter !== null ? ownConjuncts(only, declared) : [];
  const estimate = (domain: DomainName): FragmentEstimate =>
    estimateReference({ type, filter: counted, windows: [], columns }, domain, statistics);
  const rules = [...(filter === null ? [] : [RULE_TITLES['push-filter']]), RULE_TITLES['push-columns']];
  const made = { kind: 'stream', epl, domains, columns: orConstant(columns), standsFor: type.name } as const;
  return draft.input({ ...made, rules, estimate }).name;
}

function ownConjuncts(atom: PatternAtom, declared: ReadonlySet<string>): readonly CheckedExpression[] {
  const { filter } = atom.source;
  const { pushed } = splitFilter(filter, 0, declared);
  return filter.filter((c) => pushed.includes(c.ast));
}

/** What an event must meet for one of the atoms to take it; null if there is an atom that may take any. */
function anyOf(atoms: readonly PatternAtom[], type: EventType, declared: ReadonlySet<string>): AstExpression | null {
  const alternatives: AstExpression[] = [];
  for (const { tag, source } of atoms) {
    const { pushed } = splitFilter(source.filter, 0, declared);
    // A property of the tag's name would be taken for it.
    if (tag !== null && type.properties.some((p) => p.name === tag)) return null;
    const own = conjunction(tag === null ? pushed : pushed.map((e) => withoutQualifier(e, tag)));
    if (own === null) return null;
    alternatives.push(own);
  }
  const [first, ...rest] = alternatives;
  if (first === undefined || rest.length === 0) return first ?? null;
  return { kind: 'logical', op: 'or', operands: alternatives, position: first.position };
}

function byType(atoms: readonly PatternAtom[]): ReadonlyMap<string, readonly PatternAtom[]> {
  const found = new Map<string, PatternAtom[]>();
  for (const atom of atoms) {
    const list = found.get(atom.source.eventType.name);
    if (list === undefined) found.set(atom.source.eventType.name, [atom]);
    else list.push(atom);
  }
  return found;
}

/** True if an event of the stream may be one of another stream of the pattern, or of a subtype. */
function overlaps(typeName: string, atoms: readonly PatternAtom[], { catalog }: Planning): boolean {
  const family = new Set(familyOf(typeName, catalog));
  return atoms.some(({ source }) => {
    const other = source.eventType.name;
    return other !== typeName && (family.has(other) || familyOf(other, catalog).includes(typeName));
  });
}

// ---------------------------------------------------------------------------------------------- columns

/** Columns that are read, by stream; null if a tag is read otherwise than by its properties. */
function readsOf(
  body: SelectBody,
  stream: number,
  source: PatternSource,
): ReadonlyMap<string, ReadonlySet<string>> | null {
  const types = new Map<string, string>();
  for (const { tag, source: of } of source.atoms) if (tag !== null) types.set(tag, of.eventType.name);
  const reads = new Map<string, Set<string>>();
  let whole = body.aggregates.some((a) => a.wildcard && a.name !== 'count');
  const read = (typeName: string | undefined, step: { readonly kind: string } | undefined): void => {
    const plain = step !== undefined && 'name' in step && typeof step.name === 'string';
    if (typeName === undefined || !plain || ('dynamic' in step && step.dynamic === true)) {
      whole = true;
      return;
    }
    const set = reads.get(typeName) ?? new Set<string>();
    set.add(String(step.name));
    reads.set(typeName, set);
  };
  const ofTags = (e: CheckedExpression): void => {
    if (e.kind === 'event') whole = true;
    if (e.kind !== 'property') return;
    const [first, second, third] = e.path;
    if (e.ref.tag !== null) read(types.get(e.ref.tag), first);
    // An array of events: `a[0].host`.
    else if (first?.kind === 'name' && second?.kind === 'index') read(types.get(first.name), third);
    else whole = true;
  };
  for (const item of body.select) {
    if (item.kind === 'wildcard' || (item.kind === 'streamWildcard' && item.stream === stream)) whole = true;
  }
  walkBody(body, (e, depth) => {
    if ((e.kind === 'property' || e.kind === 'event') && meansStream(e.ref, depth, stream)) ofTags(e);
    if (e.kind === 'prev' && e.form === 'prevwindow' && e.value === null) whole = true;
  });
  for (const atom of source.atoms) {
    for (const conjunct of atom.source.filter) {
      walkExpression(conjunct, (e) => {
        if (e.kind === 'subquery') whole = true;
        if ((e.kind !== 'property' && e.kind !== 'event') || e.ref.level > 0) return;
        if (e.ref.stream === TAGS_IN_FILTER) ofTags(e);
        else if (e.kind === 'event') whole = true;
        else read(atom.source.eventType.name, e.path[0]);
      });
    }
  }
  for (const top of expressionsOfPattern(source.pattern)) {
    walkExpression(top, (e) => {
      if ((e.kind === 'property' || e.kind === 'event') && e.ref.level === 0) ofTags(e);
    });
  }
  return whole ? null : reads;
}

/** Expressions of guards, observers, keys and bounds: they see the tags as stream 0. */
export function expressionsOfPattern(p: CheckedPattern): readonly CheckedExpression[] {
  const some = (...list: readonly (CheckedExpression | null)[]): CheckedExpression[] =>
    list.flatMap((e) => (e === null ? [] : [e]));
  switch (p.kind) {
    case 'atom':
      return [];
    case 'followedBy':
      return [p.first, ...p.next.map((n) => n.pattern)]
        .flatMap(expressionsOfPattern)
        .concat(some(...p.next.map((n) => n.max)));
    case 'and':
    case 'or':
      return p.operands.flatMap(expressionsOfPattern);
    case 'not':
    case 'every':
      return expressionsOfPattern(p.operand);
    case 'everyDistinct':
      return [...p.keys, ...some(p.expiry), ...expressionsOfPattern(p.operand)];
    case 'repeat':
      return [
        ...some(p.low, p.high),
        ...expressionsOfPattern(p.operand),
        ...(p.until === null ? [] : expressionsOfPattern(p.until)),
      ];
    case 'within':
      return [...some(p.period, p.max), ...expressionsOfPattern(p.operand)];
    case 'while':
      return [p.condition, ...expressionsOfPattern(p.operand)];
    case 'interval':
      return [p.period];
    case 'at':
      return p.fields;
    case 'schedule':
      return some(p.iso, p.date, p.period, p.repetitions);
    default:
      return unreachable(p);
  }
}

/** The sources of the atoms in order of the text, as the analysis numbers them. */
function atomNodes(p: AstPattern): readonly AstFilterSource[] {
  switch (p.kind) {
    case 'atom':
      return [p.source];
    case 'observer':
      return [];
    case 'followedBy':
      return [p.first, ...p.next.map((n) => n.pattern)].flatMap(atomNodes);
    case 'and':
    case 'or':
      return p.operands.flatMap(atomNodes);
    case 'repeat':
      return [...atomNodes(p.operand), ...(p.until === null ? [] : atomNodes(p.until))];
    case 'every':
    case 'not':
    case 'everyDistinct':
    case 'guard':
      return atomNodes(p.operand);
    default:
      return unreachable(p);
  }
}
