/** Grammar of match_recognize (Esper reference §8). */
import type { IToken, ParserMethod } from 'chevrotain';
import type { AstExpression, AstMatchRecognize, AstRowPattern } from '../model/ast.ts';
import type { Rule } from './grammar-base.ts';
import { PatternParser } from './grammar-patterns.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

type RowQuantified = Extract<AstRowPattern, { kind: 'quantified' }>;

export abstract class RowPatternParser extends PatternParser {
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
      interval = freeze({
        period: this.ACTION(() => withoutTerminated(period).period),
        orTerminated: this.ACTION(() => withoutTerminated(period).orTerminated),
      });
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
    return freeze({
      partitionBy,
      measures: freeze(measures),
      allMatches,
      skip,
      pattern,
      interval,
      define: freeze(define),
      position,
    });
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

function skipOf(words: string): AstMatchRecognize['skip'] {
  if (words === 'to next row' || words === 'to current row') return words;
  return 'past last row';
}

/** `10 seconds or terminated` reads as a disjunction first. */
function withoutTerminated(period: AstExpression): { readonly period: AstExpression; readonly orTerminated: boolean } {
  if (period.kind === 'logical' && period.op === 'or' && period.operands.length === 2) {
    const [left, right] = period.operands;
    const step =
      right?.kind === 'chain' && right.target === null && right.steps.length === 1 ? right.steps[0] : undefined;
    if (left !== undefined && step?.kind === 'name' && step.name.toLowerCase() === 'terminated') {
      return { period: left, orTerminated: true };
    }
  }
  return { period, orTerminated: false };
}
