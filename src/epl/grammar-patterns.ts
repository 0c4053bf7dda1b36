/** Grammar of patterns (Esper reference §7). */
import type { IToken } from 'chevrotain';
import type { AstAnnotation, AstExpression, AstFollower, AstPattern } from '../model/ast.ts';
import { CodedError } from '../model/errors.ts';
import type { Rule } from './grammar-base.ts';
import { StreamParser } from './grammar-streams.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

interface PatternRange {
  readonly low: AstExpression | null;
  readonly high: AstExpression | null;
  readonly exact: boolean;
}

/** The level of `@consume`, the only annotation of an atom: 1 where none is written. */
function levelOf({ name, value, position }: AstAnnotation): number {
  if (name.toLowerCase() === 'consume') return typeof value === 'number' ? value : 1;
  throw new CodedError('SYNTAX', `'@${name}' cannot stand behind an atom of a pattern`, {
    position,
    hint: 'there is @consume, or @consume(2)',
  });
}

export abstract class PatternParser extends StreamParser {
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
    return next.length === 0
      ? first
      : freeze({ kind: 'followedBy', first, next: freeze(next), position: this.span(start) });
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

  private repeated(
    start: IToken,
    range: PatternRange | null,
    operand: AstPattern,
    until: AstPattern | null,
  ): AstPattern {
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
            return freeze({
              kind: 'guard',
              operand,
              namespace: null,
              name: 'while',
              args: freeze([condition]),
              position: this.span(start),
            });
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
              consume = this.ACTION(() => levelOf(annotation));
            });
            return freeze({ kind: 'atom', tag, source, consume, position: this.span(start) });
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    }),
  );
}
