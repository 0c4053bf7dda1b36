/** Grammar of annotations, streams, contained events and windows (Esper reference §5.4, §5.19). */
import type {
  AstAnnotation,
  AstAnnotationValue,
  AstContained,
  AstExpression,
  AstFilterSource,
  AstPattern,
  AstPatternSource,
  AstSelectItem,
  AstSource,
  AstStream,
  AstWindow,
} from '../model/ast.ts';
import type { Rule } from './grammar-base.ts';
import { ExpressionParser } from './grammar-expressions.ts';
import { stringValue } from './literals.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

export abstract class StreamParser extends ExpressionParser {
  abstract readonly pattern: Rule<AstPattern>;
  abstract readonly selectItems: Rule<readonly AstSelectItem[]>;

  readonly annotation: Rule<AstAnnotation> = this.RULE('annotation', (): AstAnnotation => {
    const first = this.CONSUME(T.At);
    const parts = this.SUBRULE(this.dottedName);
    let value: AstAnnotationValue = null;
    const attributes: { readonly name: string; readonly value: AstAnnotationValue }[] = [];
    this.OPTION(() => {
      this.CONSUME(T.LParen);
      this.OPTION1(() => {
        this.OR({
          DEF: [
            {
              GATE: () => this.isName(1) && this.is(2, T.Equal),
              ALT: () => {
                this.AT_LEAST_ONE_SEP({
                  SEP: T.Comma,
                  DEF: () => {
                    const name = this.SUBRULE(this.name);
                    this.CONSUME(T.Equal);
                    attributes.push(freeze({ name, value: this.SUBRULE(this.annotationValue) }));
                  },
                });
              },
            },
            { ALT: () => (value = this.SUBRULE1(this.annotationValue)) },
          ],
          IGNORE_AMBIGUITIES: true,
          MAX_LOOKAHEAD: 1,
        });
      });
      this.CONSUME(T.RParen);
    });
    const position = this.span(first);
    return freeze({
      kind: 'annotation',
      name: this.ACTION(() => parts.join('.')),
      value,
      attributes: freeze(attributes),
      position,
    });
  });

  readonly annotationValue: Rule<AstAnnotationValue> = this.RULE('annotationValue', (): AstAnnotationValue =>
    this.OR([
      {
        ALT: () => {
          const token = this.CONSUME(T.StringLiteral);
          return this.ACTION(() => stringValue(token));
        },
      },
      {
        ALT: () => {
          let sign = 1;
          this.OPTION(() => {
            this.CONSUME(T.Minus);
            sign = -1;
          });
          const literal = this.SUBRULE(this.number);
          return this.ACTION(() =>
            literal.kind === 'literal' && typeof literal.value === 'number' ? sign * literal.value : 0,
          );
        },
      },
      { ALT: () => (this.CONSUME(T.True), true) },
      { ALT: () => (this.CONSUME(T.False), false) },
      { ALT: () => (this.CONSUME(T.Null), null) },
      {
        ALT: () => {
          const parts = this.SUBRULE(this.dottedName);
          return this.ACTION(() => parts.join('.'));
        },
      },
      { ALT: () => this.SUBRULE(this.annotation) },
      {
        ALT: () => {
          this.CONSUME(T.LBrace);
          const items: AstAnnotationValue[] = [];
          this.MANY_SEP({ SEP: T.Comma, DEF: () => items.push(this.SUBRULE(this.annotationValue)) });
          this.CONSUME(T.RBrace);
          return freeze({ kind: 'array', items: freeze(items) });
        },
      },
    ]),
  );

  /** `Type(filter)[contained]`. */
  readonly filterSource: Rule<AstFilterSource> = this.RULE('filterSource', (): AstFilterSource => {
    const first = this.LA(1);
    const nameParts = this.SUBRULE(this.dottedName);
    let filter: readonly AstExpression[] = [];
    const contained: AstContained[] = [];
    this.OPTION(() => {
      this.CONSUME(T.LParen);
      this.OPTION1(() => (filter = this.SUBRULE(this.expressions)));
      this.CONSUME(T.RParen);
    });
    this.MANY(() => contained.push(this.SUBRULE(this.contained)));
    const position = this.span(first);
    const typeName = this.ACTION(() => nameParts.join('.'));
    return freeze({ kind: 'filter', typeName, nameParts, filter, contained: freeze(contained), position });
  });

  readonly contained: Rule<AstContained> = this.RULE('contained', (): AstContained => {
    const first = this.CONSUME(T.LBracket);
    let select: readonly AstSelectItem[] | null = null;
    let typeName: string | null = null;
    let alias: string | null = null;
    let where: AstExpression | null = null;
    this.OPTION(() => {
      this.CONSUME(T.Select);
      select = this.SUBRULE(this.selectItems);
      this.CONSUME(T.From);
    });
    const path = this.SUBRULE(this.expression);
    this.OPTION1(() => {
      this.CONSUME(T.As);
      alias = this.SUBRULE(this.name);
    });
    this.OPTION2(() => (typeName = this.SUBRULE(this.typeAnnotation)));
    this.OPTION3(() => {
      this.CONSUME(T.Where);
      where = this.SUBRULE1(this.expression);
    });
    this.CONSUME(T.RBracket);
    return freeze({ select, path, typeName, alias, where, position: this.span(first) });
  });

  /** `@type(X)`. */
  readonly typeAnnotation: Rule<string> = this.RULE('typeAnnotation', (): string => {
    this.CONSUME(T.At);
    this.SUBRULE(this.name);
    this.CONSUME(T.LParen);
    const parts = this.SUBRULE(this.dottedName);
    this.CONSUME(T.RParen);
    return this.ACTION(() => parts.join('.'));
  });

  readonly patternSource: Rule<AstPatternSource> = this.RULE('patternSource', (): AstPatternSource => {
    const first = this.CONSUME(T.Pattern);
    const annotations: AstAnnotation[] = [];
    this.MANY(() => annotations.push(this.SUBRULE(this.annotation)));
    this.CONSUME(T.LBracket);
    const pattern = this.SUBRULE(this.pattern);
    this.CONSUME(T.RBracket);
    return freeze({ kind: 'pattern', annotations: freeze(annotations), pattern, position: this.span(first) });
  });

  readonly source: Rule<AstSource> = this.RULE('source', (): AstSource =>
    this.OR({
      DEF: [
        {
          GATE: () => this.is(1, T.Pattern) && (this.is(2, T.LBracket) || this.is(2, T.At)),
          ALT: () => this.SUBRULE(this.patternSource),
        },
        { ALT: () => this.SUBRULE(this.filterSource) },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    }),
  );

  readonly windows: Rule<readonly AstWindow[]> = this.RULE('windows', (): readonly AstWindow[] => {
    const windows: AstWindow[] = [];
    this.MANY(() => windows.push(this.SUBRULE(this.window)));
    return freeze(windows);
  });

  /** `create window W#keepall (a string, …)`: the columns of the window, no arguments; `(n sec)` is a period. */
  private isColumns(): boolean {
    if (!this.is(1, T.LParen) || !this.isName(2) || !this.isName(3)) return false;
    return this.LA(3).tokenType.CATEGORIES?.includes(T.Unit) !== true;
  }

  readonly window: Rule<AstWindow> = this.RULE('window', (): AstWindow =>
    this.OR([
      {
        ALT: (): AstWindow => {
          const first = this.CONSUME(T.Hash);
          const name = this.SUBRULE(this.name);
          let args: readonly AstExpression[] = [];
          this.OPTION({
            GATE: () => !this.isColumns(),
            DEF: () => {
              this.CONSUME(T.LParen);
              args = this.SUBRULE(this.callArguments);
              this.CONSUME(T.RParen);
            },
          });
          return freeze({ namespace: null, name, args, position: this.span(first) });
        },
      },
      {
        ALT: (): AstWindow => {
          const first = this.CONSUME(T.Dot);
          const namespace = this.SUBRULE1(this.name);
          this.CONSUME(T.Colon);
          const name = this.SUBRULE2(this.name);
          let args: readonly AstExpression[] = [];
          this.OPTION1({
            GATE: () => !this.isColumns(),
            DEF: () => {
              this.CONSUME1(T.LParen);
              args = this.SUBRULE1(this.callArguments);
              this.CONSUME1(T.RParen);
            },
          });
          return freeze({ namespace, name, args, position: this.span(first) });
        },
      },
    ]),
  );

  readonly stream: Rule<AstStream> = this.RULE('stream', (): AstStream => {
    const first = this.LA(1);
    const source = this.SUBRULE(this.source);
    const windows = this.SUBRULE(this.windows);
    let alias: string | null = null;
    let unidirectional = false;
    let retain: 'union' | 'intersection' | null = null;
    this.OPTION(() => (alias = this.SUBRULE(this.streamAlias)));
    this.MANY(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.Unidirectional);
            unidirectional = true;
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.RetainUnion);
            retain = 'union';
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.RetainIntersection);
            retain = 'intersection';
          },
        },
      ]),
    );
    return freeze({ source, windows, alias, unidirectional, retain, position: this.span(first) });
  });

  /** `as c`, or `c` where it is no keyword. */
  readonly streamAlias: Rule<string> = this.RULE('streamAlias', (): string =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.As);
          return this.SUBRULE(this.name);
        },
      },
      { ALT: () => this.SUBRULE(this.plainName) },
    ]),
  );
}
