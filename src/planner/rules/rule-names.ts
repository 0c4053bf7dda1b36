/**
 * The rewrites of DESIGN §5 by name. Each can be switched off (`PlanOptions.rules`): for tests, for the table of bytes,
 * and for `explain`, which shows the losing plans too.
 */
export type RuleName =
  | 'push-filter'
  | 'push-columns'
  | 'push-where'
  | 'push-window'
  | 'ship-whole'
  | 'join-locally'
  | 'place-residual'
  | 'silent-having';

/** As people read them. */
export const RULE_TITLES: Readonly<Record<RuleName, string>> = {
  'push-filter': 'push the stream filter',
  'push-columns': 'push used columns only',
  'push-where': 'push a where conjunct',
  'push-window': 'push the data window',
  'ship-whole': 'ship the whole statement',
  'join-locally': 'join locally what lives together',
  'place-residual': 'place the residual where its rows are',
  'silent-having': 'silent having',
};

export const ALL_RULES: ReadonlySet<RuleName> = new Set<RuleName>([
  'push-filter',
  'push-columns',
  'push-where',
  'push-window',
  'ship-whole',
  'join-locally',
  'place-residual',
  'silent-having',
]);

/** True for a name of {@link RuleName}; what a person types is not always one. */
export function isRuleName(name: string): name is RuleName {
  return Object.hasOwn(RULE_TITLES, name);
}
