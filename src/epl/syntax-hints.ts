/** What would be right where the grammar gives up: a keyword that was misspelt, a sign of another language. */
import { type IToken, tokenMatcher } from 'chevrotain';
import { didYouMeanHint } from './names.ts';
import * as T from './tokens.ts';

/** Words of clauses and units, as they are misspelt most. */
const KEYWORDS: readonly string[] = [
  ...'select from where group by having order limit offset output every distinct insert into create schema'.split(' '),
  ...'variable window table context pattern on set update delete merge unidirectional inner left right full'.split(' '),
  ...'outer join between like regexp exists case when then else end and or not in is null as istream rstream'.split(
    ' ',
  ),
  ...'irstream snapshot events first last all after terminated retain-union retain-intersection inherits'.split(' '),
  ...'year years month months week weeks day days hour hours minute minutes min second seconds sec'.split(' '),
  ...'millisecond milliseconds msec asc desc rollup cube grouping sets expression partition matched'.split(' '),
];

/** Two signs in a row that other languages have. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['= =', 'write = to compare'],
  ['& &', 'write and'],
  ['! =', 'write !='],
]);

/** The hint for an error at `tokens[index]`, which may be the end; undefined where there is none to give. */
export function syntaxHint(tokens: readonly IToken[], index: number): string | undefined {
  const token = tokens[index];
  const before = tokens[index - 1];
  return signHint(token, before, tokens[index + 1]) ?? misspelt(token) ?? misspelt(before, tokens[index - 2]);
}

function signHint(token: IToken | undefined, before: IToken | undefined, next: IToken | undefined): string | undefined {
  if (token === undefined) return undefined;
  const image = token.image.toLowerCase();
  if (image === '=>') return 'write >= to compare';
  if (image === 'every' && before?.image.toLowerCase() !== 'output') return 'write output every …';
  if (before === undefined) return undefined;
  if (before.image.toLowerCase() === 'top' && isNumber(token)) return `write limit ${token.image} at the end`;
  if (image === ',' && isNumber(before) && next !== undefined && isNumber(next)) {
    return `a decimal point is wanted: ${before.image}.${next.image}`;
  }
  return before.endOffset === token.startOffset - 1 ? FOREIGN.get(`${before.image} ${image}`) : undefined;
}

function isNumber(token: IToken): boolean {
  return tokenMatcher(token, T.NumberLiteral);
}

/** A plain name that is nearly a keyword; not one that follows a dot. */
function misspelt(token: IToken | undefined, before?: IToken): string | undefined {
  if (token === undefined || !tokenMatcher(token, T.Name) || token.image.startsWith('`')) return undefined;
  if (before?.image === '.' || KEYWORDS.includes(token.image.toLowerCase())) return undefined;
  return didYouMeanHint(token.image, KEYWORDS);
}
