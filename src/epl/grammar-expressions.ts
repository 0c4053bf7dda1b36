/** Grammar of operators, by precedence from `or` down to unary minus (Esper reference §9, EsperEPL2Grammar). */
import type { IToken, ParserMethod } from 'chevrotain';
import type { AstArithmeticOp, AstBitwiseOp, AstCompareOp, AstExpression, AstQuantifier } from '../model/ast.ts';
import type { Rule } from './grammar-base.ts';
import { PrimaryParser } from './grammar-primary.ts';
import * as T from './tokens.ts';

type Tail = (value: AstExpression, first: IToken) => AstExpression;

const freeze = Object.freeze;

export abstract class ExpressionParser extends PrimaryParser {
  readonly expression: Rule<AstExpression> = this.RULE('expression', (): AstExpression => {
    const first = this.LA(1);
    const left = this.SUBRULE(this.conjunction);
    let operands: AstExpression[] | null = null;
    this.MANY(() => {
      this.CONSUME(T.Or);
      operands ??= [left];
      operands.push(this.SUBRULE1(this.conjunction));
    });
    return operands === null
      ? left
      : freeze({ kind: 'logical', op: 'or', operands: freeze(operands), position: this.span(first) });
  });

  readonly conjunction: Rule<AstExpression> = this.RULE('conjunction', (): AstExpression => {
    const first = this.LA(1);
    const left = this.SUBRULE(this.bitwise);
    let operands: AstExpression[] | null = null;
    this.MANY({
      // `output when … and when terminated`: the clause goes on there, not the condition.
      GATE: () => !this.is(2, T.When),
      DEF: () => {
        this.CONSUME(T.And);
        operands ??= [left];
        operands.push(this.SUBRULE1(this.bitwise));
      },
    });
    return operands === null
      ? left
      : freeze({ kind: 'logical', op: 'and', operands: freeze(operands), position: this.span(first) });
  });

  readonly bitwise: Rule<AstExpression> = this.RULE('bitwise', (): AstExpression => {
    const first = this.LA(1);
    let left = this.SUBRULE(this.negation);
    let count = 0;
    this.MANY(() => {
      const op = this.OR([
        { ALT: (): AstBitwiseOp => (this.CONSUME(T.Ampersand), '&') },
        { ALT: (): AstBitwiseOp => (this.CONSUME(T.Bar), '|') },
        { ALT: (): AstBitwiseOp => (this.CONSUME(T.Caret), '^') },
      ]);
      const right = this.SUBRULE1(this.negation);
      this.bound(++count, first);
      left = freeze({ kind: 'bitwise', op, left, right, position: this.span(first) });
    });
    return left;
  });

  readonly negation: Rule<AstExpression> = this.RULE('negation', (): AstExpression =>
    this.OR([
      {
        ALT: (): AstExpression => {
          const first = this.CONSUME(T.Not);
          const operand = this.SUBRULE(this.negation);
          return freeze({ kind: 'not', operand, position: this.span(first) });
        },
      },
      { ALT: () => this.SUBRULE(this.equality) },
    ]),
  );

  readonly equality: Rule<AstExpression> = this.RULE('equality', (): AstExpression => {
    const first = this.LA(1);
    let left = this.SUBRULE(this.relation);
    let count = 0;
    this.MANY(() => {
      const op = this.SUBRULE(this.equalityOperator);
      left = this.OR([
        { ALT: () => this.SUBRULE(this.quantified, { ARGS: [left, op, first] }) },
        {
          ALT: (): AstExpression => {
            const right = this.SUBRULE1(this.relation);
            return freeze({ kind: 'compare', op, left, right, position: this.span(first) });
          },
        },
      ]);
      this.bound(++count, first);
    });
    return left;
  });

  readonly equalityOperator: Rule<AstCompareOp> = this.RULE('equalityOperator', (): AstCompareOp =>
    this.OR([
      { ALT: (): AstCompareOp => (this.CONSUME(T.Equal), '=') },
      { ALT: (): AstCompareOp => (this.CONSUME(T.NotEqual), '!=') },
      { ALT: (): AstCompareOp => (this.CONSUME(T.LessGreater), '!=') },
      {
        ALT: (): AstCompareOp => {
          this.CONSUME(T.Is);
          let op: AstCompareOp = 'is';
          this.OPTION(() => {
            this.CONSUME(T.Not);
            op = 'is not';
          });
          return op;
        },
      },
    ]),
  );

  readonly relationOperator: Rule<AstCompareOp> = this.RULE('relationOperator', (): AstCompareOp =>
    this.OR([
      { ALT: (): AstCompareOp => (this.CONSUME(T.Less), '<') },
      { ALT: (): AstCompareOp => (this.CONSUME(T.LessEqual), '<=') },
      { ALT: (): AstCompareOp => (this.CONSUME(T.Greater), '>') },
      { ALT: (): AstCompareOp => (this.CONSUME(T.GreaterEqual), '>=') },
    ]),
  );

  /** `any (1, 2)`, `all (select …)` behind a comparison. */
  readonly quantified: ParserMethod<[AstExpression, AstCompareOp, IToken], AstExpression> = this.RULE(
    'quantified',
    (value: AstExpression, op: AstCompareOp, first: IToken): AstExpression => {
      const quantifier = this.OR([
        { ALT: (): AstQuantifier => (this.CONSUME(T.Any), 'any') },
        { ALT: (): AstQuantifier => (this.CONSUME(T.All), 'all') },
      ]);
      this.CONSUME(T.LParen);
      const tail = this.OR1([
        {
          ALT: (): Tail => {
            const select = this.SUBRULE(this.select);
            return (v, f) => ({ kind: 'quantifiedSubquery', op, quantifier, value: v, select, position: this.span(f) });
          },
        },
        {
          ALT: (): Tail => {
            const list: AstExpression[] = [];
            this.MANY_SEP({ SEP: T.Comma, DEF: () => list.push(this.SUBRULE(this.expression)) });
            return (v, f) => ({
              kind: 'quantified',
              op,
              quantifier,
              value: v,
              list: freeze(list),
              position: this.span(f),
            });
          },
        },
      ]);
      this.CONSUME(T.RParen);
      return this.ACTION(() => freeze(tail(value, first)));
    },
  );

  readonly relation: Rule<AstExpression> = this.RULE('relation', (): AstExpression => {
    const first = this.LA(1);
    let left = this.SUBRULE(this.concatenation);
    let count = 0;
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            const op = this.SUBRULE(this.relationOperator);
            left = this.OR1([
              { ALT: () => this.SUBRULE(this.quantified, { ARGS: [left, op, first] }) },
              {
                ALT: (): AstExpression => {
                  const right = this.SUBRULE1(this.concatenation);
                  return freeze({ kind: 'compare', op, left, right, position: this.span(first) });
                },
              },
            ]);
          },
        },
        {
          ALT: () => {
            let not = false;
            this.OPTION(() => {
              this.CONSUME(T.Not);
              not = true;
            });
            left = this.SUBRULE(this.membership, { ARGS: [left, not, first] });
          },
        },
      ]);
      this.bound(++count, first);
    });
    return left;
  });

  /** What may stand behind `[not]`: in, between, like, regexp. */
  readonly membership: ParserMethod<[AstExpression, boolean, IToken], AstExpression> = this.RULE(
    'membership',
    (value: AstExpression, not: boolean, first: IToken): AstExpression =>
      this.OR([
        { ALT: () => this.SUBRULE(this.inTail, { ARGS: [value, not, first] }) },
        {
          ALT: (): AstExpression => {
            this.CONSUME(T.Between);
            const low = this.SUBRULE(this.concatenation);
            this.CONSUME(T.And);
            const high = this.SUBRULE1(this.concatenation);
            return freeze({ kind: 'between', not, value, low, high, position: this.span(first) });
          },
        },
        {
          ALT: (): AstExpression => {
            this.CONSUME(T.Like);
            const pattern = this.SUBRULE2(this.concatenation);
            let escape: AstExpression | null = null;
            this.OPTION(() => {
              this.CONSUME(T.Escape);
              escape = this.SUBRULE3(this.concatenation);
            });
            return freeze({ kind: 'like', not, value, pattern, escape, position: this.span(first) });
          },
        },
        {
          ALT: (): AstExpression => {
            this.CONSUME(T.Regexp);
            const pattern = this.SUBRULE4(this.concatenation);
            return freeze({ kind: 'regexp', not, value, pattern, position: this.span(first) });
          },
        },
      ]),
  );

  readonly inTail: ParserMethod<[AstExpression, boolean, IToken], AstExpression> = this.RULE(
    'inTail',
    (value: AstExpression, not: boolean, first: IToken): AstExpression => {
      this.CONSUME(T.In);
      let lowInclusive = false;
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.LBracket);
            lowInclusive = true;
          },
        },
        { ALT: () => this.CONSUME(T.LParen) },
      ]);
      return this.OR1([
        {
          ALT: (): AstExpression => {
            const select = this.SUBRULE(this.select);
            this.CONSUME(T.RParen);
            return freeze({ kind: 'inSubquery', not, value, select, position: this.span(first) });
          },
        },
        {
          ALT: (): AstExpression => {
            const low = this.SUBRULE(this.expression);
            let list: AstExpression[] | null = null;
            let high: AstExpression | null = null;
            this.OR2([
              {
                ALT: () => {
                  this.CONSUME(T.Colon);
                  high = this.SUBRULE1(this.expression);
                },
              },
              {
                ALT: () => {
                  const items = [low];
                  this.MANY(() => {
                    this.CONSUME(T.Comma);
                    items.push(this.SUBRULE2(this.expression));
                  });
                  list = items;
                },
              },
            ]);
            let highInclusive = false;
            this.OR3([
              {
                GATE: () => high !== null,
                ALT: () => {
                  this.CONSUME(T.RBracket);
                  highInclusive = true;
                },
              },
              { ALT: () => this.CONSUME1(T.RParen) },
            ]);
            const position = this.span(first);
            if (high !== null)
              return freeze({ kind: 'inRange', not, value, low, high, lowInclusive, highInclusive, position });
            return freeze({ kind: 'in', not, value, list: freeze(list ?? []), position });
          },
        },
      ]);
    },
  );

  readonly concatenation: Rule<AstExpression> = this.RULE('concatenation', (): AstExpression => {
    const first = this.LA(1);
    const left = this.SUBRULE(this.sum);
    let operands: AstExpression[] | null = null;
    this.MANY(() => {
      this.CONSUME(T.Concat);
      operands ??= [left];
      operands.push(this.SUBRULE1(this.sum));
    });
    return operands === null
      ? left
      : freeze({ kind: 'concat', operands: freeze(operands), position: this.span(first) });
  });

  readonly sum: Rule<AstExpression> = this.RULE('sum', (): AstExpression => {
    const first = this.LA(1);
    let left = this.SUBRULE(this.product);
    let count = 0;
    this.MANY({
      // `-[2]>` between patterns is not a subtraction.
      GATE: () => !(this.is(1, T.Minus) && this.is(2, T.LBracket)),
      DEF: () => {
        const op = this.OR([
          { ALT: (): AstArithmeticOp => (this.CONSUME(T.Plus), '+') },
          { ALT: (): AstArithmeticOp => (this.CONSUME(T.Minus), '-') },
        ]);
        const right = this.SUBRULE1(this.product);
        this.bound(++count, first);
        left = freeze({ kind: 'arithmetic', op, left, right, position: this.span(first) });
      },
    });
    return left;
  });

  readonly product: Rule<AstExpression> = this.RULE('product', (): AstExpression => {
    const first = this.LA(1);
    let left = this.SUBRULE(this.unary);
    let count = 0;
    this.MANY(() => {
      const op = this.OR([
        { ALT: (): AstArithmeticOp => (this.CONSUME(T.Star), '*') },
        { ALT: (): AstArithmeticOp => (this.CONSUME(T.Slash), '/') },
        { ALT: (): AstArithmeticOp => (this.CONSUME(T.Percent), '%') },
      ]);
      const right = this.SUBRULE1(this.unary);
      this.bound(++count, first);
      left = freeze({ kind: 'arithmetic', op, left, right, position: this.span(first) });
    });
    return left;
  });

  readonly unary: Rule<AstExpression> = this.RULE('unary', (): AstExpression =>
    this.OR([
      {
        ALT: (): AstExpression => {
          const first = this.CONSUME(T.Minus);
          const operand = this.SUBRULE(this.unary);
          return this.ACTION((): AstExpression => {
            const position = this.span(first);
            if (
              operand.kind === 'literal' &&
              typeof operand.value === 'number' &&
              this.LA(0).tokenType === T.NumberLiteral
            ) {
              return freeze({ kind: 'literal', type: operand.type, value: -operand.value, position });
            }
            return freeze({ kind: 'negate', operand, position });
          });
        },
      },
      {
        ALT: (): AstExpression => {
          this.CONSUME(T.Plus);
          return this.SUBRULE1(this.unary);
        },
      },
      { ALT: () => this.SUBRULE(this.primary) },
    ]),
  );
}
