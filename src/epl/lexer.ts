/**
 * Text to tokens. Bounded by the length of the text and the depth of its brackets; bad input is a coded error.
 */
import { type ILexingResult, type IToken, Lexer, type TokenType } from 'chevrotain';
import { CodedError, type Position } from '../model/errors.ts';
import * as T from './tokens.ts';

/** Longest text in UTF-16 units: far beyond any written by hand, small enough to parse in milliseconds. */
export const MAX_EPL_LENGTH = 65_536;
/** Deepest nesting of brackets, `case`, and runs of prefix operators: each level costs some fifty stack frames of the parser. */
export const MAX_EPL_DEPTH = 64;

let lexer: Lexer | undefined;

/** Throws `EPL_TOO_LONG`, `EPL_TOO_DEEP` or `SYNTAX`. */
export function tokenize(text: string): IToken[] {
  if (text.length > MAX_EPL_LENGTH) {
    throw new CodedError('EPL_TOO_LONG', `the EPL text has ${text.length} characters`, {
      hint: `at most ${MAX_EPL_LENGTH} are taken; split it into several registrations`,
    });
  }
  lexer ??= new Lexer(T.LEXED, { ensureOptimizations: false, skipValidations: true, recoveryEnabled: false });
  const result = lexer.tokenize(text);
  if (result.errors.length > 0) throw lexicalError(text, result);
  const last = result.tokens.at(-1);
  if (last?.tokenType === T.OpenComment) {
    throw new CodedError('SYNTAX', 'a comment has no end', {
      position: { ...positionOf(last), length: 2 },
      data: { text: '/*' },
      hint: 'close it with */',
    });
  }
  markKeywords(result.tokens);
  checkDepth(result.tokens);
  return result.tokens;
}

/** Behind a dot every word is a name: `slots.where(…)`, `ts.set(…)`. */
function markKeywords(tokens: readonly IToken[]): void {
  const identifier = T.Identifier.tokenTypeIdx;
  let previous: IToken | undefined;
  for (const token of tokens) {
    const behindDot = previous?.tokenType === T.Dot;
    previous = token;
    if (behindDot || token.tokenTypeIdx !== identifier) continue;
    const keyword = T.KEYWORDS.get(token.image) ?? T.KEYWORDS.get(token.image.toLowerCase());
    if (keyword !== undefined) retype(token, keyword);
  }
}

function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx ?? 0;
}

function checkDepth(tokens: readonly IToken[]): void {
  let depth = 0;
  let run = 0;
  for (const token of tokens) {
    const type = token.tokenType;
    if (type === T.LParen || type === T.LBracket || type === T.LBrace || type === T.Case) depth++;
    else if (type === T.RParen || type === T.RBracket || type === T.RBrace || type === T.End) depth--;
    run = type === T.Not || type === T.Minus || type === T.Every ? run + 1 : 0;
    if (depth > MAX_EPL_DEPTH || run > MAX_EPL_DEPTH) throw tooDeep(positionOf(token));
  }
}

export function tooDeep(position: Position): CodedError {
  return new CodedError('EPL_TOO_DEEP', 'the EPL text is nested too deeply', {
    position,
    hint: `at most ${MAX_EPL_DEPTH} levels of brackets and ${MAX_CHAIN_LENGTH} operators in a row are taken`,
  });
}

/** Longest run of left-associative operators and of methods in a row: the tree of such a run is as deep as it is long. */
export const MAX_CHAIN_LENGTH = 256;

export function positionOf(token: IToken): Position {
  return {
    offset: token.startOffset,
    length: token.image.length,
    line: token.startLine ?? 1,
    column: token.startColumn ?? 1,
  };
}

function lexicalError(text: string, result: ILexingResult): CodedError {
  const first = result.errors[0];
  const offset = first?.offset ?? 0;
  const char = text[offset] ?? '';
  const position: Position = { offset, length: 1, line: first?.line ?? 1, column: first?.column ?? 1 };
  if (char === "'" || char === '"') {
    const data = { text: text.slice(offset, offset + 20) };
    return new CodedError('SYNTAX', `the string that begins with ${data.text} has no end`, {
      position,
      data,
      hint: `close it with ${char}`,
    });
  }
  if (char === '`') {
    return new CodedError('SYNTAX', 'a back-quoted name has no end', {
      position,
      data: { text: char },
      hint: 'close it with `',
    });
  }
  const shown = /\p{Cc}/u.test(char) ? `U+${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char;
  return new CodedError('SYNTAX', `unexpected character '${shown}'`, {
    position,
    data: { text: shown },
    hint: 'names of other than ASCII letters, digits, _ and $ are written in back-quotes',
  });
}
