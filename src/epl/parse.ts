/**
 * Text to syntax tree. The Chevrotain parser is made once per process, at the first call.
 */
import {
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  tokenLabel,
  tokenMatcher,
  type TokenType,
} from 'chevrotain';
import type { AstExpression, AstModule, AstStatement } from '../model/ast.ts';
import { CodedError, type Position } from '../model/errors.ts';
import { EplParser } from './grammar-statements.ts';
import { positionOf, tokenize } from './lexer.ts';
import { syntaxHint } from './syntax-hints.ts';
import * as T from './tokens.ts';

/** Most labels that a hint names: more would hide the likely one. */
const MAX_EXPECTED = 8;

let parser: EplParser | undefined;

/** Statements separated by `;`. Throws `SYNTAX`, `EPL_TOO_LONG`, `EPL_TOO_DEEP`. */
export function parseModule(text: string): AstModule {
  return run(text, (p) => p.module());
}

/** Exactly one statement, a `;` behind it allowed. Throws as {@link parseModule}. */
export function parseStatement(text: string): AstStatement {
  const module = parseModule(text);
  const [statement, second] = module.statements;
  if (statement === undefined) {
    throw new CodedError('SYNTAX', 'there is no statement in the text', { position: START, hint: 'write a select' });
  }
  if (second !== undefined) {
    throw new CodedError('SYNTAX', 'there is more than one statement in the text', { position: second.position });
  }
  return statement;
}

/** An expression alone: for policies, rewrites and tests. Throws as {@link parseModule}. */
export function parseExpression(text: string): AstExpression {
  return run(text, (p) => p.expression());
}

const START: Position = Object.freeze({ offset: 0, length: 0, line: 1, column: 1 });

function run<T>(text: string, rule: (parser: EplParser) => T): T {
  const tokens = tokenize(text);
  parser ??= new EplParser(PARSER_CONFIG);
  parser.input = tokens;
  const tree = rule(parser);
  const error = parser.errors[0];
  parser.input = [];
  if (error !== undefined) throw syntaxError(error, text, tokens);
  return tree;
}

/** The hints travel in the message of Chevrotain's exception. */
const HINTS: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => `expected ${tokenLabel(expected)}`,
  buildNotAllInputParsedMessage: () => 'expected the end of the statement or another clause',
  buildNoViableAltMessage: ({ expectedPathsPerAlt }) =>
    expectation(expectedPathsPerAlt.flatMap((paths) => paths.flatMap((path) => path.slice(0, 1)))),
  buildEarlyExitMessage: ({ expectedIterationPaths }) =>
    expectation(expectedIterationPaths.flatMap((path) => path.slice(0, 1))),
};

const PARSER_CONFIG = {
  recoveryEnabled: false,
  maxLookahead: 2,
  skipValidations: true,
  errorMessageProvider: HINTS,
};

function expectation(types: readonly TokenType[]): string {
  const labels = [...new Set(types.filter((t) => !t.CATEGORIES?.includes(T.Name)).map(tokenLabel))];
  if (labels.includes('a name') && labels.includes('a number') && labels.includes("'('"))
    return 'expected an expression';
  if (labels.length === 0) return 'expected a name';
  if (labels.length > MAX_EXPECTED) return 'expected something else';
  return labels.length === 1 ? `expected ${labels[0]}` : `expected one of ${labels.join(' ')}`;
}

function syntaxError(error: IRecognitionException, text: string, tokens: readonly IToken[]): CodedError {
  const token = error.token;
  const atEnd = token.image === '';
  const last = tokens[tokens.length - 1];
  const position = atEnd ? endPosition(last) : positionOf(token);
  const found = atEnd ? 'end of the text' : `'${shorten(token.image)}'${reservedNote(token)}`;
  const before = atEnd ? last : tokens[tokens.indexOf(token) - 1];
  const after = before === undefined ? '' : ` after '${shorten(before.image)}'`;
  return new CodedError('SYNTAX', `unexpected ${found}${after}`, {
    position,
    hint: syntaxHint(tokens, atEnd ? tokens.length : tokens.indexOf(token)) ?? error.message,
    data: { text: atEnd ? '' : text.slice(position.offset, position.offset + position.length).slice(0, 80) },
  });
}

function reservedNote(token: IToken): string {
  return T.RESERVED.has(token.image.toLowerCase()) && !tokenMatcher(token, T.Name) ? ' (a reserved word)' : '';
}

function endPosition(last: IToken | undefined): Position {
  if (last === undefined) return START;
  const offset = (last.endOffset ?? last.startOffset) + 1;
  return {
    offset,
    length: 0,
    line: last.endLine ?? last.startLine ?? 1,
    column: (last.endColumn ?? last.startColumn ?? 1) + 1,
  };
}

function shorten(image: string): string {
  return image.length > 40 ? `${image.slice(0, 40)}…` : image;
}
