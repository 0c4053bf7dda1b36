/** What all parts of the grammar share: positions, look-ahead by hand, names. */
import { EmbeddedActionsParser, type IParserConfig, type IToken, type ParserMethod, type TokenType } from 'chevrotain';
import type { AstExpression, AstSelect } from '../model/ast.ts';
import type { Position } from '../model/errors.ts';
import { MAX_CHAIN_LENGTH, positionOf, tooDeep } from './lexer.ts';
import { nameOf } from './literals.ts';
import * as T from './tokens.ts';

export type Rule<R> = ParserMethod<[], R>;

const freeze = Object.freeze;

const NOWHERE: Position = freeze({ offset: 0, length: 0, line: 1, column: 1 });

/**
 * Chevrotain parser with embedded actions: rules run once with dummy tokens while the grammar is recorded, so actions
 * never look into what sub-rules return. Each class of the chain adds rules; those it needs from later ones are abstract.
 */
export abstract class GrammarBase extends EmbeddedActionsParser {
  abstract readonly expression: Rule<AstExpression>;
  abstract readonly select: Rule<AstSelect>;

  constructor(config: IParserConfig) {
    super(T.VOCABULARY, config);
  }

  /** From `first` to the token last consumed. */
  protected span(first: IToken): Position {
    if (this.RECORDING_PHASE) return NOWHERE;
    const last = this.LA(0);
    return freeze({
      offset: first.startOffset,
      length: (last.endOffset ?? first.startOffset) + 1 - first.startOffset,
      line: first.startLine ?? 1,
      column: first.startColumn ?? 1,
    });
  }

  protected is(distance: number, type: TokenType): boolean {
    return this.LA(distance).tokenType === type;
  }

  protected isName(distance: number): boolean {
    const type = this.LA(distance).tokenType;
    return (
      type === T.Name || type.CATEGORIES?.includes(T.Name) === true || type === T.Identifier || type === T.BackQuoted
    );
  }

  protected isUnit(distance: number): boolean {
    return this.LA(distance).tokenType.CATEGORIES?.includes(T.Unit) === true;
  }

  /** A run of operators that makes a tree as deep as it is long. */
  protected bound(count: number, token: IToken): void {
    if (count > MAX_CHAIN_LENGTH) throw tooDeep(positionOf(token));
  }

  readonly name: Rule<string> = this.RULE('name', (): string => {
    const token = this.CONSUME(T.Name);
    return this.ACTION(() => nameOf(token));
  });

  readonly plainName: Rule<string> = this.RULE('plainName', (): string => {
    const token = this.CONSUME(T.PlainName);
    return this.ACTION(() => nameOf(token));
  });

  /** Names separated by dots; stops before `.win:`. */
  readonly dottedName: Rule<readonly string[]> = this.RULE('dottedName', (): readonly string[] => {
    const parts = [this.SUBRULE(this.name)];
    this.MANY({
      GATE: () => !this.is(3, T.Colon),
      DEF: () => {
        this.CONSUME(T.Dot);
        parts.push(this.SUBRULE1(this.name));
      },
    });
    return freeze(parts);
  });

  readonly names: Rule<readonly string[]> = this.RULE('names', (): readonly string[] => {
    const names: string[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => names.push(this.SUBRULE(this.name)) });
    return freeze(names);
  });

  readonly expressions: Rule<readonly AstExpression[]> = this.RULE('expressions', (): readonly AstExpression[] => {
    const list: AstExpression[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => list.push(this.SUBRULE(this.expression)) });
    return freeze(list);
  });
}
