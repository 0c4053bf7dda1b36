/** Grammar of streams, patterns and match_recognize (Esper reference §5.4, §7, §8). */
import type {
  AstAnnotation,
  AstAnnotationValue,
  AstContained,
  AstExpression,
  AstFilterSource,
  AstFollower,
  AstMatchRecognize,
  AstPattern,
  AstPatternSource,
  AstRowPattern,
  AstSelectItem,
  AstSource,
  AstStream,
  AstWindow,
} from '../model/ast.ts';
import type { IToken, ParserMethod } from 'chevrotain';
import { ExpressionParser, type Rule } from './grammar-expressions.ts';
import { stringValue } from './literals.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

type RowQuantified = Extract<AstRowPattern, { kind: 'quantified' }>;

export abstract class PatternParser extends ExpressionParser {
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
    return freeze({ kind: 'annotation', name: this.ACTION(() => parts.join('.')), value, attributes: freeze(attributes), position });
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
          return this.ACTION(() => (literal.kind === 'literal' && typeof literal.value === 'number' ? sign * literal.value : 0));
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

  readonly window: Rule<AstWindow> = this.RULE('window', (): AstWindow =>
    this.OR([
      {
        ALT: (): AstWindow => {
          const first = this.CONSUME(T.Hash);
          const name = this.SUBRULE(this.name);
          let args: readonly AstExpression[] = [];
          this.OPTION(() => {
            this.CONSUME(T.LParen);
            args = this.SUBRULE(this.callArguments);
            this.CONSUME(T.RParen);
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
          this.OPTION1(() => {
            this.CONSUME1(T.LParen);
            args = this.SUBRULE1(this.callArguments);
            this.CONSUME1(T.RParen);
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

  // -------------------------------------------------------------------------------------------- patterns

  readonly pattern: Rule<AstPattern> = this.RULE('pattern', (): AstPattern => {
    const start = this.LA(1);
    const first = this.SUBRULE(this.patternOr);
    const next: AstFollower[] = [];
    this.MANY(() => {
      let max: AstExpression | null = null;
      this.OR([
        { ALT: () => this.CONSUME(T.FollowedBy) },
        {
          ALT: () => {
            this.CONSUME(T.Minus);
            this.CONSUME(T.LBracket);
            max = this.SUBRULE(this.expression);
            this.CONSUME(T.RBracket);
            this.CONSUME(T.Greater);
          },
        },
      ]);
      next.push(freeze({ max, pattern: this.SUBRULE1(this.patternOr) }));
    });
    return next.length === 0 ? first : freeze({ kind: 'followedBy', first, next: freeze(next), position: this.span(start) });
  });

  readonly patternOr: Rule<AstPattern> = this.RULE('patternOr', (): AstPattern => {
    const start = this.LA(1);
    const operands = [this.SUBRULE(this.patternAnd)];
    this.MANY(() => {
      this.CONSUME(T.Or);
      operands.push(this.SUBRULE1(this.patternAnd));
    });
    const [only] = operands;
    if (operands.length === 1 && only !== undefined) return only;
    return freeze({ kind: 'or', operands: freeze(operands), position: this.span(start) });
  });

  readonly patternAnd: Rule<AstPattern> = this.RULE('patternAnd', (): AstPattern => {
    const start = this.LA(1);
    const operands = [this.SUBRULE(this.patternRepeat)];
    this.MANY(() => {
      this.CONSUME(T.And);
      operands.push(this.SUBRULE1(this.patternRepeat));
    });
    const [only] = operands;
    if (operands.length === 1 && only !== undefined) return only;
    return freeze({ kind: 'and', operands: freeze(operands), position: this.span(start) });
  });

  /** `[2:4] a until b`. */
  readonly patternRepeat: Rule<AstPattern> = this.RULE('patternRepeat', (): AstPattern => {
    const start = this.LA(1);
    let range: PatternRange | null = null;
    let until: AstPattern | null = null;
    this.OPTION(() => (range = this.SUBRULE(this.patternRange)));
    const operand = this.SUBRULE(this.patternQualified);
    this.OPTION1(() => {
      this.CONSUME(T.Until);
      until = this.SUBRULE1(this.patternQualified);
    });
    return range === null && until === null ? operand : this.repeated(start, range, operand, until);
  });

  private repeated(start: IToken, range: PatternRange | null, operand: AstPattern, until: AstPattern | null): AstPattern {
    const { low, high, exact } = range ?? { low: null, high: null, exact: false };
    return freeze({ kind: 'repeat', low, high, exact, operand, until, position: this.span(start) });
  }

  readonly patternRange: Rule<PatternRange> = this.RULE('patternRange', (): PatternRange => {
    this.CONSUME(T.LBracket);
    let low: AstExpression | null = null;
    let high: AstExpression | null = null;
    let exact = true;
    this.OPTION(() => (low = this.SUBRULE(this.expression)));
    this.OPTION1(() => {
      this.CONSUME(T.Colon);
      exact = false;
      this.OPTION2(() => (high = this.SUBRULE1(this.expression)));
    });
    this.CONSUME(T.RBracket);
    return freeze({ low, high, exact });
  });

  readonly patternQualified: Rule<AstPattern> = this.RULE('patternQualified', (): AstPattern =>
    this.OR([
      {
        ALT: (): AstPattern => {
          const start = this.CONSUME(T.Every);
          const operand = this.SUBRULE(this.patternRanged);
          return freeze({ kind: 'every', operand, position: this.span(start) });
        },
      },
      {
        ALT: (): AstPattern => {
          const start = this.CONSUME(T.Not);
          const operand = this.SUBRULE1(this.patternRanged);
          return freeze({ kind: 'not', operand, position: this.span(start) });
        },
      },
      {
        ALT: (): AstPattern => {
          const start = this.CONSUME(T.EveryDistinct);
          this.CONSUME(T.LParen);
          const keys = this.SUBRULE(this.expressions);
          this.CONSUME(T.RParen);
          const operand = this.SUBRULE2(this.patternRanged);
          return freeze({ kind: 'everyDistinct', keys, operand, position: this.span(start) });
        },
      },
      { ALT: () => this.SUBRULE(this.patternGuarded) },
    ]),
  );

  /** Behind `every` and `not`: `[3] a` repeats below them. */
  readonly patternRanged: Rule<AstPattern> = this.RULE('patternRanged', (): AstPattern => {
    const start = this.LA(1);
    let range: PatternRange | null = null;
    this.OPTION(() => (range = this.SUBRULE(this.patternRange)));
    const operand = this.SUBRULE(this.patternQualified);
    return range === null ? operand : this.repeated(start, range, operand, null);
  });

  readonly patternGuarded: Rule<AstPattern> = this.RULE('patternGuarded', (): AstPattern => {
    const start = this.LA(1);
    let operand = this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LParen);
          const inner = this.SUBRULE(this.pattern);
          this.CONSUME(T.RParen);
          return inner;
        },
      },
      { ALT: () => this.SUBRULE(this.patternAtom) },
    ]);
    this.OPTION(() => {
      operand = this.OR1([
        {
          ALT: (): AstPattern => {
            this.CONSUME(T.Where);
            const namespace = this.SUBRULE(this.name);
            this.CONSUME(T.Colon);
            const name = this.SUBRULE1(this.name);
            this.CONSUME1(T.LParen);
            const args = this.SUBRULE(this.callArguments);
            this.CONSUME1(T.RParen);
            return freeze({ kind: 'guard', operand, namespace, name, args, position: this.span(start) });
          },
        },
        {
          ALT: (): AstPattern => {
            this.CONSUME(T.While);
            this.CONSUME2(T.LParen);
            const condition = this.SUBRULE(this.expression);
            this.CONSUME2(T.RParen);
            return freeze({ kind: 'guard', operand, namespace: null, name: 'while', args: freeze([condition]), position: this.span(start) });
          },
        },
      ]);
    });
    return operand;
  });

  readonly patternAtom: Rule<AstPattern> = this.RULE('patternAtom', (): AstPattern =>
    this.OR({
      DEF: [
        {
          GATE: () => this.is(2, T.Colon),
          ALT: (): AstPattern => {
            const start = this.LA(1);
            const namespace = this.SUBRULE(this.name);
            this.CONSUME(T.Colon);
            const name = this.SUBRULE1(this.name);
            this.CONSUME(T.LParen);
            const args = this.SUBRULE(this.callArguments);
            this.CONSUME(T.RParen);
            return freeze({ kind: 'observer', namespace, name, args, position: this.span(start) });
          },
        },
        {
          ALT: (): AstPattern => {
            const start = this.LA(1);
            let tag: string | null = null;
            let consume: number | null = null;
            this.OPTION({
              GATE: () => this.is(2, T.Equal),
              DEF: () => {
                tag = this.SUBRULE2(this.name);
                this.CONSUME(T.Equal);
              },
            });
            const source = this.SUBRULE(this.filterSource);
            this.OPTION1(() => {
              const annotation = this.SUBRULE(this.annotation);
              consume = this.ACTION(() => (typeof annotation.value === 'number' ? annotation.value : 1));
            });
            return freeze({ kind: 'atom', tag, source, consume, position: this.span(start) });
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    }),
  );

  // -------------------------------------------------------------------------------------------- match_recognize

  readonly matchRecognize: Rule<AstMatchRecognize> = this.RULE('matchRecognize', (): AstMatchRecognize => {
    const first = this.CONSUME(T.MatchRecognize);
    let partitionBy: readonly AstExpression[] = [];
    let interval: { readonly period: AstExpression; readonly orTerminated: boolean } | null = null;
    let allMatches = false;
    let skip: AstMatchRecognize['skip'] = null;
    const measures: { readonly expression: AstExpression; readonly name: string }[] = [];
    const define: { readonly variable: string; readonly condition: AstExpression }[] = [];
    this.CONSUME(T.LParen);
    this.OPTION(() => {
      this.CONSUME(T.Partition);
      this.CONSUME(T.By);
      partitionBy = this.SUBRULE(this.expressions);
    });
    this.CONSUME(T.Measures);
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const expression = this.SUBRULE(this.expression);
        this.CONSUME(T.As);
        measures.push(freeze({ expression, name: this.SUBRULE(this.name) }));
      },
    });
    this.OPTION1(() => {
      this.CONSUME(T.All);
      this.CONSUME(T.Matches);
      allMatches = true;
    });
    this.OPTION2(() => (skip = this.SUBRULE(this.matchSkip)));
    this.CONSUME(T.Pattern);
    this.CONSUME1(T.LParen);
    const pattern = this.SUBRULE(this.rowAlternation);
    this.CONSUME1(T.RParen);
    this.OPTION3(() => {
      this.CONSUME(T.Interval);
      const period = this.SUBRULE1(this.expression);
      interval = freeze({ period: this.ACTION(() => withoutTerminated(period).period), orTerminated: this.ACTION(() => withoutTerminated(period).orTerminated) });
    });
    this.OPTION4(() => {
      this.CONSUME(T.Define);
      this.AT_LEAST_ONE_SEP1({
        SEP: T.Comma,
        DEF: () => {
          const variable = this.SUBRULE1(this.name);
          this.CONSUME1(T.As);
          define.push(freeze({ variable, condition: this.SUBRULE2(this.expression) }));
        },
      });
    });
    this.CONSUME(T.RParen);
    const position = this.span(first);
    return freeze({ partitionBy, measures: freeze(measures), allMatches, skip, pattern, interval, define: freeze(define), position });
  });

  readonly matchSkip: Rule<AstMatchRecognize['skip']> = this.RULE('matchSkip', (): AstMatchRecognize['skip'] => {
    this.CONSUME(T.After);
    this.CONSUME(T.Match);
    this.CONSUME(T.Skip);
    const words: string[] = [];
    this.AT_LEAST_ONE({
      GATE: () => words.length < 3,
      DEF: () => {
        const token = this.OR([{ ALT: () => this.CONSUME1(T.Name) }]);
        words.push(this.ACTION(() => token.image.toLowerCase()));
      },
    });
    return this.ACTION(() => skipOf(words.join(' ')));
  });

  readonly rowAlternation: Rule<AstRowPattern> = this.RULE('rowAlternation', (): AstRowPattern => {
    const first = this.LA(1);
    const operands: AstRowPattern[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.Bar, DEF: () => operands.push(this.SUBRULE(this.rowSequence)) });
    const [only] = operands;
    if (operands.length === 1 && only !== undefined) return only;
    return freeze({ kind: 'alternation', operands: freeze(operands), position: this.span(first) });
  });

  readonly rowSequence: Rule<AstRowPattern> = this.RULE('rowSequence', (): AstRowPattern => {
    const first = this.LA(1);
    const items: AstRowPattern[] = [];
    this.AT_LEAST_ONE(() => items.push(this.SUBRULE(this.rowItem)));
    const [only] = items;
    if (items.length === 1 && only !== undefined) return only;
    return freeze({ kind: 'sequence', items: freeze(items), position: this.span(first) });
  });

  readonly rowItem: Rule<AstRowPattern> = this.RULE('rowItem', (): AstRowPattern => {
    const first = this.LA(1);
    const operand = this.OR({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.LParen);
            const inner = this.SUBRULE(this.rowAlternation);
            this.CONSUME(T.RParen);
            return inner;
          },
        },
        {
          GATE: () => this.is(1, T.Permute),
          ALT: (): AstRowPattern => {
            const start = this.CONSUME(T.Permute);
            this.CONSUME1(T.LParen);
            const items: AstRowPattern[] = [];
            this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => items.push(this.SUBRULE1(this.rowAlternation)) });
            this.CONSUME1(T.RParen);
            return freeze({ kind: 'permute', items: freeze(items), position: this.span(start) });
          },
        },
        {
          ALT: (): AstRowPattern => {
            const name = this.SUBRULE(this.name);
            return freeze({ kind: 'variable', name, position: this.span(first) });
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    });
    let result = operand;
    this.OPTION(() => (result = this.SUBRULE(this.rowQuantifier, { ARGS: [operand, first] })));
    return result;
  });

  readonly rowQuantifier: ParserMethod<[AstRowPattern, IToken], AstRowPattern> = this.RULE(
    'rowQuantifier',
    (operand: AstRowPattern, first: IToken): AstRowPattern => {
      let low: AstExpression | null = null;
      let high: AstExpression | null = null;
      let reluctant = false;
      let comma = false;
      const symbol = this.OR([
        { ALT: () => (this.CONSUME(T.Star), sym('*')) },
        { ALT: () => (this.CONSUME(T.Plus), sym('+')) },
        { ALT: () => (this.CONSUME(T.Question), sym('?')) },
        {
          ALT: () => {
            this.CONSUME(T.LBrace);
            this.OPTION(() => (low = this.SUBRULE(this.expression)));
            this.OPTION1(() => {
              this.CONSUME(T.Comma);
              comma = true;
              this.OPTION2(() => (high = this.SUBRULE1(this.expression)));
            });
            this.CONSUME(T.RBrace);
            return comma ? sym('range') : sym('exact');
          },
        },
      ]);
      this.OPTION3(() => {
        this.CONSUME1(T.Question);
        reluctant = true;
      });
      return freeze({ kind: 'quantified', operand, low, high, symbol, reluctant, position: this.span(first) });
    },
  );
}

function sym(symbol: RowQuantified['symbol']): RowQuantified['symbol'] {
  return symbol;
}

interface PatternRange {
  readonly low: AstExpression | null;
  readonly high: AstExpression | null;
  readonly exact: boolean;
}

function skipOf(words: string): AstMatchRecognize['skip'] {
  if (words === 'to next row' || words === 'to current row') return words;
  return 'past last row';
}

/** `10 seconds or terminated` reads as a disjunction first. */
function withoutTerminated(period: AstExpression): { readonly period: AstExpression; readonly orTerminated: boolean } {
  if (period.kind === 'logical' && period.op === 'or' && period.operands.length === 2) {
    const [left, right] = period.operands;
    const step = right?.kind === 'chain' && right.target === null && right.steps.length === 1 ? right.steps[0] : undefined;
    if (left !== undefined && step?.kind === 'name' && step.name.toLowerCase() === 'terminated') {
      return { period: left, orTerminated: true };
    }
  }
  return { period, orTerminated: false };
}
