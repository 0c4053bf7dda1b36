/** Text of fragments. What is sent is EPL and nothing else: it is parsed, checked and admitted where it runs. */
import type { AstExpression, AstFilterSource } from '../model/ast.ts';
import type { CheckedStream } from '../model/checked.ts';
import type { Property } from '../model/event-type.ts';
import { parseMemberColumn } from '../model/member-columns.ts';
import { quoteName } from '../epl/print-names.ts';
import { printExpression } from '../epl/print.ts';
import { conjunction, withoutQualifier } from './rewrite-ast.ts';

/** Stands for "no column at all": an event that only counts. */
export const NO_COLUMNS = '1 as `~`';

/** Annotation of a fragment that keeps silent while its having is proved false. */
export const SILENT = 'Silent';

export interface FragmentParts {
  readonly source: AstFilterSource;
  readonly columns: readonly Property[];
  /** All properties of the stream. */
  readonly properties: readonly Property[];
  readonly filter: readonly AstExpression[];
  /** Data windows that run at the domain; none in a stream fragment. */
  readonly windows: CheckedStream['windows'];
  readonly alias: string | null;
  readonly where: readonly AstExpression[];
  /** Marks a fragment that keeps silent while the condition is proved false (rules/silent-having.ts). */
  readonly silent?: { readonly groupBy: readonly AstExpression[]; readonly having: AstExpression } | undefined;
}

/** `select [irstream] a, b from renci.MemUtil(…)#length(1) where …`, without the stream's alias: equal fragments have equal texts. */
export function fragmentText(parts: FragmentParts): string {
  const { alias, source } = parts;
  // A property of the alias's name would be taken for it.
  const named = alias !== null && parts.properties.some((p) => p.name === alias);
  const bare = (e: AstExpression): AstExpression => (alias === null || named ? e : withoutQualifier(e, alias));
  const columns = parts.columns.length === 0 ? NO_COLUMNS : parts.columns.map((c) => columnText(c.name)).join(', ');
  const filter = conjunction(parts.filter.map(bare));
  const where = conjunction(parts.where.map(bare));
  const windows = parts.windows
    .map((w) => `#${w.name}(${w.args.map((a) => printExpression(bare(a.ast))).join(', ')})`)
    .join('');
  return [
    parts.silent === undefined ? '' : `@${SILENT} `,
    `select ${windows === '' ? '' : 'irstream '}${columns}`,
    ` from ${source.nameParts.map(quoteName).join('.')}`,
    filter === null ? '' : `(${printExpression(filter)})`,
    windows,
    named ? ` as ${quoteName(alias)}` : '',
    where === null ? '' : ` where ${printExpression(where)}`,
    parts.silent === undefined ? '' : silentText(parts.silent, bare),
  ].join('');
}

function columnText(name: string): string {
  const column = parseMemberColumn(name);
  if (column === null) return quoteName(name);
  const member = `${quoteName(column.member)}?`;
  return `${column.kind === 'member' ? member : `exists(${member})`} as ${quoteName(name)}`;
}

function silentText(
  { groupBy, having }: NonNullable<FragmentParts['silent']>,
  bare: (e: AstExpression) => AstExpression,
): string {
  const keys = groupBy.map((e) => printExpression(bare(e))).join(', ');
  return `${keys === '' ? '' : ` group by ${keys}`} having ${printExpression(bare(having))}`;
}
