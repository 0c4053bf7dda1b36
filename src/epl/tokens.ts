/**
 * Token types of EPL. Keywords are recognised after lexing, by the lower-case text of an identifier.
 *
 * Most keywords are soft: they carry the category {@link Name} and may name properties, streams and functions wherever a
 * name can stand (Esper reference, appendix "Reserved keywords", allows a subset of these). Only the words of
 * {@link RESERVED} need back-quotes.
 */
import { createToken, Lexer, type TokenType } from 'chevrotain';

/** Category of everything that may stand where a name is wanted. */
export const Name = createToken({ name: 'Name', pattern: Lexer.NA, label: 'a name' });
/** Category of names that may be an alias without `as`. */
export const PlainName = createToken({ name: 'PlainName', pattern: Lexer.NA, categories: Name, label: 'a name' });

export const Identifier = createToken({
  name: 'Identifier',
  pattern: /[A-Za-z_$][A-Za-z0-9_$]*/,
  categories: PlainName,
  label: 'a name',
});
export const BackQuoted = createToken({
  name: 'BackQuoted',
  pattern: /`[^`]+`/,
  categories: PlainName,
  label: 'a name',
});
export const StringLiteral = createToken({
  name: 'StringLiteral',
  pattern: /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/,
  label: 'a string',
  line_breaks: true,
});
export const NumberLiteral = createToken({
  name: 'NumberLiteral',
  pattern: /(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?(?:[lL]|[fF]|[dD])?/,
  label: 'a number',
});

/** A comment without an end, up to the end of the text: found at once, not at every `/` anew. */
export const OpenComment = createToken({ name: 'OpenComment', pattern: /\/\*[^]*/, line_breaks: true });

function symbol(name: string, text: string): TokenType {
  return createToken({ name, pattern: text, label: `'${text}'` });
}

export const FollowedBy = symbol('FollowedBy', '->');
export const Arrow = symbol('Arrow', '=>');
export const LessEqual = symbol('LessEqual', '<=');
export const GreaterEqual = symbol('GreaterEqual', '>=');
export const LessGreater = symbol('LessGreater', '<>');
export const NotEqual = symbol('NotEqual', '!=');
export const Concat = symbol('Concat', '||');
export const LParen = symbol('LParen', '(');
export const RParen = symbol('RParen', ')');
export const LBracket = symbol('LBracket', '[');
export const RBracket = symbol('RBracket', ']');
export const LBrace = symbol('LBrace', '{');
export const RBrace = symbol('RBrace', '}');
export const Comma = symbol('Comma', ',');
export const Semicolon = symbol('Semicolon', ';');
export const Dot = symbol('Dot', '.');
export const Colon = symbol('Colon', ':');
export const Hash = symbol('Hash', '#');
export const At = symbol('At', '@');
export const Star = symbol('Star', '*');
export const Slash = symbol('Slash', '/');
export const Percent = symbol('Percent', '%');
export const Plus = symbol('Plus', '+');
export const Minus = symbol('Minus', '-');
export const Ampersand = symbol('Ampersand', '&');
export const Caret = symbol('Caret', '^');
export const Bar = symbol('Bar', '|');
export const Equal = symbol('Equal', '=');
export const Less = symbol('Less', '<');
export const Greater = symbol('Greater', '>');
export const Question = symbol('Question', '?');

const HexNumber = createToken({ name: 'HexNumber', pattern: /0[xX][0-9A-Fa-f]+/, label: 'a hexadecimal number' });
const WhiteSpace = createToken({ name: 'WhiteSpace', pattern: /\s+/, group: Lexer.SKIPPED, line_breaks: true });
const LineComment = createToken({ name: 'LineComment', pattern: /\/\/[^\r\n]*/, group: Lexer.SKIPPED });
const BlockComment = createToken({
  name: 'BlockComment',
  pattern: /\/\*[^]*?\*\//,
  group: Lexer.SKIPPED,
  line_breaks: true,
});

const keywords = new Map<string, TokenType>();
const reserved = new Set<string>();

function hard(...words: readonly [string, ...string[]]): TokenType {
  const type = createToken({ name: `k_${words[0]}`, pattern: Lexer.NA, label: `'${words[0]}'` });
  for (const word of words) {
    keywords.set(word, type);
    reserved.add(word);
  }
  return type;
}

function soft(word: string, ...more: readonly TokenType[]): TokenType {
  const type = createToken({ name: `k_${word}`, pattern: Lexer.NA, categories: [Name, ...more], label: `'${word}'` });
  keywords.set(word, type);
  return type;
}

export const Select = hard('select');
export const From = hard('from');
export const Where = hard('where');
export const Group = hard('group');
export const By = hard('by');
export const Having = hard('having');
export const Order = hard('order');
export const Output = hard('output');
export const And = hard('and');
export const Or = hard('or');
export const Not = hard('not');
export const In = hard('in');
export const Is = hard('is');
export const Like = hard('like');
export const Regexp = hard('regexp');
export const Between = hard('between');
export const Case = hard('case');
export const When = hard('when');
export const Then = hard('then');
export const Else = hard('else');
export const End = hard('end');
export const As = hard('as');
export const On = hard('on');
export const Insert = hard('insert');
export const Into = hard('into');
export const Create = hard('create');
export const Update = hard('update');
export const Delete = hard('delete');
export const Set_ = hard('set');
export const New = hard('new');
export const Exists = hard('exists');
export const True = hard('true');
export const False = hard('false');
export const Null = hard('null');
export const Every = hard('every');
export const Distinct = hard('distinct');
export const Any = hard('any', 'some');
export const All = hard('all');
export const Istream = hard('istream');
export const Rstream = hard('rstream');
export const Irstream = hard('irstream');
export const Asc = hard('asc');
export const Desc = hard('desc');
export const At_ = soft('at');

export const EveryDistinct = createToken({
  name: 'EveryDistinct',
  pattern: /every-distinct\b/i,
  label: "'every-distinct'",
});
export const RetainUnion = createToken({ name: 'RetainUnion', pattern: /retain-union\b/i, label: "'retain-union'" });
export const RetainIntersection = createToken({
  name: 'RetainIntersection',
  pattern: /retain-intersection\b/i,
  label: "'retain-intersection'",
});

/** Category of the units of time periods. */
export const Unit = createToken({ name: 'Unit', pattern: Lexer.NA, label: 'a unit of time' });

const UNIT_WORDS = {
  year: ['year', 'years'],
  month: ['month', 'months'],
  week: ['week', 'weeks'],
  day: ['day', 'days'],
  hour: ['hour', 'hours'],
  minute: ['minute', 'minutes', 'min'],
  second: ['second', 'seconds', 'sec'],
  millisecond: ['millisecond', 'milliseconds', 'msec'],
  microsecond: ['microsecond', 'microseconds', 'usec'],
} as const;

export type UnitName = keyof typeof UNIT_WORDS;

const unitOfWord = new Map<string, UnitName>();
for (const unit of Object.keys(UNIT_WORDS) as UnitName[]) {
  for (const word of UNIT_WORDS[unit]) {
    unitOfWord.set(word, unit);
    soft(word, Unit);
  }
}

/** The unit that a word of category {@link Unit} stands for. */
export function unitOf(word: string): UnitName {
  return unitOfWord.get(word.toLowerCase()) ?? 'second';
}

export const Escape = soft('escape');
export const Pattern = soft('pattern');
export const Unidirectional = soft('unidirectional');
export const Inner = soft('inner');
export const Left = soft('left');
export const Right = soft('right');
export const Full = soft('full');
export const Outer = soft('outer');
export const Join = soft('join');
export const Rollup = soft('rollup');
export const Cube = soft('cube');
export const Grouping = soft('grouping');
export const Sets = soft('sets');
export const After = soft('after');
export const First = soft('first');
export const Last = soft('last');
export const Snapshot = soft('snapshot');
export const Events = soft('events');
export const Terminated = soft('terminated');
export const Limit = soft('limit');
export const Offset = soft('offset');
export const Table = soft('table');
export const Module = soft('module');
export const Uses = soft('uses');
export const Import = soft('import');
export const Context = soft('context');
export const Expression = soft('expression');
export const Alias = soft('alias');
export const For = soft('for');
export const Variable = soft('variable');
export const Constant = soft('constant');
export const Schema = soft('schema');
export const Variant = soft('variant');
export const Inherits = soft('inherits');
export const CopyFrom = soft('copyfrom');
export const StartTimestamp = soft('starttimestamp');
export const EndTimestamp = soft('endtimestamp');
export const Window = soft('window');
export const Index = soft('index');
export const Unique = soft('unique');
export const Primary = soft('primary');
export const Key = soft('key');
export const Values = soft('values');
export const Merge = soft('merge');
export const Matched = soft('matched');
export const Until = soft('until');
export const While = soft('while');
export const Partition = soft('partition');
export const Initiated = soft('initiated');
export const Start = soft('start');
export const Coalesce = soft('coalesce');
export const Granularity = soft('granularity');
export const Preallocate = soft('preallocate');
export const MatchRecognize = soft('match_recognize');
export const Permute = soft('match_recognize_permute');
export const Measures = soft('measures');
export const Matches = soft('matches');
export const Match = soft('match');
export const Skip = soft('skip');
export const Interval = soft('interval');
export const Define = soft('define');
export const Weekday = soft('weekday');

/** Words that need back-quotes to be names. */
export const RESERVED: ReadonlySet<string> = reserved;
export const KEYWORDS: ReadonlyMap<string, TokenType> = keywords;

/** What the lexer itself matches, in order of preference. */
export const LEXED: TokenType[] = [
  WhiteSpace,
  EveryDistinct,
  RetainUnion,
  RetainIntersection,
  Identifier,
  HexNumber,
  NumberLiteral,
  StringLiteral,
  BackQuoted,
  LineComment,
  BlockComment,
  OpenComment,
  FollowedBy,
  Arrow,
  LessEqual,
  GreaterEqual,
  LessGreater,
  NotEqual,
  Concat,
  LParen,
  RParen,
  LBracket,
  RBracket,
  LBrace,
  RBrace,
  Comma,
  Semicolon,
  Dot,
  Colon,
  Hash,
  At,
  Star,
  Slash,
  Percent,
  Plus,
  Minus,
  Ampersand,
  Caret,
  Bar,
  Equal,
  Less,
  Greater,
  Question,
];

/** All token types, for the parser. */
export const VOCABULARY: TokenType[] = [Name, PlainName, Unit, ...LEXED, ...new Set(keywords.values())];
