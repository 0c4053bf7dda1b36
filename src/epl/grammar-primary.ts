/** Grammar of primaries: literals, time periods, chains of names and calls, arguments, case, exists, arrays, structs. */
import { EOF, type IToken, type ParserMethod } from 'chevrotain';
import type { AstExpression, AstPeriodPart, AstStep, AstStructMember } from '../model/ast.ts';
import { GrammarBase, type Rule } from './grammar-base.ts';
import { nameOf, numberLiteral, stringValue, typeArguments } from './literals.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

export abstract class PrimaryParser extends GrammarBase {
  /** What `-` binds to; in `*`+`/5` of a crontab too. */
  abstract readonly unary: Rule<AstExpression>;

  readonly primary: Rule<AstExpression> = this.RULE('primary', (): AstExpression =>
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.chainOrPeriod) },
        { ALT: () => this.SUBRULE(this.numberOrPeriod) },
        { ALT: () => this.SUBRULE(this.constant) },
        { ALT: () => this.SUBRULE(this.parenthesized) },
        { ALT: () => this.SUBRULE(this.caseExpression) },
        { ALT: () => this.SUBRULE(this.existsExpression) },
        { ALT: () => this.SUBRULE(this.istreamFunction) },
        { ALT: () => this.SUBRULE(this.arrayLiteral) },
        { ALT: () => this.SUBRULE(this.structLiteral) },
      ],
      MAX_LOOKAHEAD: 1,
    }),
  );

  readonly constant: Rule<AstExpression> = this.RULE('constant', (): AstExpression =>
    this.OR([
      {
        ALT: (): AstExpression => {
          const token = this.CONSUME(T.StringLiteral);
          return this.ACTION(() =>
            freeze({ kind: 'literal', type: 'string', value: stringValue(token), position: this.span(token) }),
          );
        },
      },
      {
        ALT: (): AstExpression => {
          const token = this.CONSUME(T.True);
          return freeze({ kind: 'literal', type: 'boolean', value: true, position: this.span(token) });
        },
      },
      {
        ALT: (): AstExpression => {
          const token = this.CONSUME(T.False);
          return freeze({ kind: 'literal', type: 'boolean', value: false, position: this.span(token) });
        },
      },
      {
        ALT: (): AstExpression => {
          const token = this.CONSUME(T.Null);
          return freeze({ kind: 'literal', type: 'null', value: null, position: this.span(token) });
        },
      },
    ]),
  );

  /** `istream()`: the name is a reserved word. */
  readonly istreamFunction: Rule<AstExpression> = this.RULE('istreamFunction', (): AstExpression => {
    const first = this.CONSUME(T.Istream);
    this.CONSUME(T.LParen);
    this.CONSUME(T.RParen);
    const position = this.span(first);
    const step = freeze({ kind: 'call', name: 'istream', distinct: false, args: freeze([]), dynamic: false, position });
    return freeze({ kind: 'chain', target: null, steps: freeze([step] as const), position });
  });

  readonly number: Rule<AstExpression> = this.RULE('number', (): AstExpression => {
    const token = this.CONSUME(T.NumberLiteral);
    return this.ACTION(() => numberLiteral(token, this.span(token)));
  });

  readonly numberOrPeriod: Rule<AstExpression> = this.RULE('numberOrPeriod', (): AstExpression => {
    const first = this.LA(1);
    const amount = this.SUBRULE(this.number);
    let result = amount;
    this.OPTION({
      GATE: () => this.isUnit(1),
      DEF: () => {
        result = this.SUBRULE(this.periodTail, { ARGS: [amount, first] });
      },
    });
    return result;
  });

  readonly chainOrPeriod: Rule<AstExpression> = this.RULE('chainOrPeriod', (): AstExpression => {
    const first = this.LA(1);
    const amount = this.SUBRULE(this.chain);
    let result = amount;
    this.OPTION({
      GATE: () => this.isUnit(1),
      DEF: () => {
        result = this.SUBRULE(this.periodTail, { ARGS: [amount, first] });
      },
    });
    return result;
  });

  /** From the unit on: `minutes 5 seconds`. */
  readonly periodTail: ParserMethod<[AstExpression, IToken], AstExpression> = this.RULE(
    'periodTail',
    (amount: AstExpression, first: IToken): AstExpression => {
      const unit = this.CONSUME(T.Unit);
      const parts: AstPeriodPart[] = [freeze({ unit: T.unitOf(unit.image), amount })];
      this.MANY({
        GATE: () => this.isUnit(2),
        DEF: () => {
          const next = this.OR([
            { ALT: () => this.SUBRULE(this.number) },
            { ALT: () => this.SUBRULE(this.variableName) },
          ]);
          const more = this.CONSUME1(T.Unit);
          parts.push(freeze({ unit: T.unitOf(more.image), amount: next }));
        },
      });
      return freeze({ kind: 'period', parts: freeze(parts), position: this.span(first) });
    },
  );

  readonly variableName: Rule<AstExpression> = this.RULE('variableName', (): AstExpression => {
    const token = this.CONSUME(T.Name);
    const name = this.ACTION(() => nameOf(token));
    const position = this.span(token);
    return freeze({
      kind: 'chain',
      target: null,
      steps: freeze([freeze({ kind: 'name', name, dynamic: false, position } as const)]),
      position,
    });
  });

  /** `(x)`, `(select …)`, each with steps behind. */
  readonly parenthesized: Rule<AstExpression> = this.RULE('parenthesized', (): AstExpression => {
    const first = this.CONSUME(T.LParen);
    const inner = this.OR([
      {
        ALT: (): AstExpression => {
          const select = this.SUBRULE(this.select);
          this.CONSUME(T.RParen);
          return freeze({ kind: 'subquery', select, position: this.span(first) });
        },
      },
      {
        ALT: (): AstExpression => {
          const expression = this.SUBRULE(this.expression);
          this.CONSUME1(T.RParen);
          return expression;
        },
      },
    ]);
    const steps: AstStep[] = [];
    this.MANY({ GATE: () => !this.is(2, T.Star), DEF: () => steps.push(this.SUBRULE(this.nextStep)) });
    return steps.length === 0
      ? inner
      : freeze({ kind: 'chain', target: inner, steps: freeze(steps), position: this.span(first) });
  });

  readonly chain: Rule<AstExpression> = this.RULE('chain', (): AstExpression => {
    const first = this.LA(1);
    const steps: AstStep[] = [this.SUBRULE(this.namedStep)];
    this.MANY({
      GATE: () => !this.is(2, T.Star),
      DEF: () => {
        steps.push(this.SUBRULE(this.nextStep));
        this.bound(steps.length, first);
      },
    });
    return freeze({ kind: 'chain', target: null, steps: freeze(steps), position: this.span(first) });
  });

  readonly nextStep: Rule<AstStep> = this.RULE('nextStep', (): AstStep =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Dot);
          return this.SUBRULE(this.namedStep);
        },
      },
      { ALT: () => this.SUBRULE(this.indexStep) },
    ]),
  );

  readonly namedStep: Rule<AstStep> = this.RULE('namedStep', (): AstStep => {
    const token = this.CONSUME(T.Name);
    const name = this.ACTION(() => nameOf(token));
    let step: AstStep = freeze({ kind: 'name', name, dynamic: false, position: this.span(token) });
    this.OPTION(() => {
      this.CONSUME(T.LParen);
      let distinct = false;
      this.OPTION1(() => {
        this.OR([
          { ALT: () => (this.CONSUME(T.Distinct), (distinct = true)) },
          // `sum(all x)` is `sum(x)`
          { ALT: () => this.CONSUME(T.All) },
        ]);
      });
      const args = this.SUBRULE(this.callArguments);
      this.CONSUME(T.RParen);
      step = freeze({
        kind: 'call',
        name,
        distinct,
        args: this.ACTION(() => typeArguments(name, args)),
        dynamic: false,
        position: this.span(token),
      });
    });
    this.OPTION2(() => {
      this.CONSUME(T.Question);
      step = freeze({ ...step, dynamic: true });
    });
    return step;
  });

  readonly indexStep: Rule<AstStep> = this.RULE('indexStep', (): AstStep => {
    const first = this.CONSUME(T.LBracket);
    const keys: AstExpression[] = [];
    this.MANY_SEP({ SEP: T.Comma, DEF: () => keys.push(this.SUBRULE(this.expression)) });
    this.CONSUME(T.RBracket);
    let dynamic = false;
    this.OPTION(() => {
      this.CONSUME(T.Question);
      dynamic = true;
    });
    return freeze({ kind: 'index', keys: freeze(keys), dynamic, position: this.span(first) });
  });

  readonly callArguments: Rule<readonly AstExpression[]> = this.RULE('callArguments', (): readonly AstExpression[] => {
    const args: AstExpression[] = [];
    this.OPTION(() => {
      args.push(this.SUBRULE(this.argument));
      this.MANY(() => {
        // `cast(x as int)` reads as `cast(x, int)`.
        this.OR([{ ALT: () => this.CONSUME(T.Comma) }, { ALT: () => this.CONSUME(T.As) }]);
        args.push(this.SUBRULE1(this.argument));
      });
    });
    return freeze(args);
  });

  private isLambda(): boolean {
    if (this.isName(1)) return this.is(2, T.Arrow);
    if (!this.is(1, T.LParen)) return false;
    let i = 2;
    if (this.is(i, T.RParen)) return this.is(i + 1, T.Arrow);
    while (this.isName(i) && this.is(i + 1, T.Comma)) i += 2;
    return this.isName(i) && this.is(i + 1, T.RParen) && this.is(i + 2, T.Arrow);
  }

  readonly argument: Rule<AstExpression> = this.RULE('argument', (): AstExpression =>
    this.OR({
      DEF: [
        { GATE: () => this.isLambda(), ALT: () => this.SUBRULE(this.lambda) },
        {
          GATE: () => this.isName(1) && this.is(2, T.Dot) && this.is(3, T.Star),
          ALT: (): AstExpression => {
            const first = this.LA(1);
            const stream = this.SUBRULE(this.name);
            this.CONSUME(T.Dot);
            this.CONSUME(T.Star);
            return freeze({ kind: 'wildcard', stream, position: this.span(first) });
          },
        },
        {
          GATE: () => this.isName(1) && this.is(2, T.Colon),
          ALT: () => this.SUBRULE(this.namedArgument),
        },
        {
          ALT: (): AstExpression => {
            const first = this.CONSUME1(T.Star);
            let step: AstExpression | null = null;
            this.OPTION(() => {
              this.CONSUME(T.Slash);
              step = this.SUBRULE(this.unary);
            });
            const position = this.span(first);
            return step === null
              ? freeze({ kind: 'wildcard', stream: null, position })
              : freeze({ kind: 'cronStep', step, position });
          },
        },
        {
          ALT: (): AstExpression => {
            const first = this.CONSUME(T.LBracket);
            const items: AstExpression[] = [];
            this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => items.push(this.SUBRULE(this.argument)) });
            this.CONSUME(T.RBracket);
            return freeze({ kind: 'cronList', items: freeze(items), position: this.span(first) });
          },
        },
        { ALT: () => this.SUBRULE(this.plainArgument) },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    }),
  );

  readonly plainArgument: Rule<AstExpression> = this.RULE('plainArgument', (): AstExpression => {
    const first = this.LA(1);
    const value = this.SUBRULE(this.expression);
    let result = value;
    this.OPTION(() => {
      result = this.OR([
        {
          ALT: (): AstExpression => {
            this.CONSUME(T.Colon);
            const high = this.SUBRULE1(this.expression);
            return freeze({ kind: 'cronRange', low: value, high, position: this.span(first) });
          },
        },
        {
          ALT: (): AstExpression => {
            this.CONSUME(T.Asc);
            return freeze({ kind: 'sortKey', value, descending: false, position: this.span(first) });
          },
        },
        {
          ALT: (): AstExpression => {
            this.CONSUME(T.Desc);
            return freeze({ kind: 'sortKey', value, descending: true, position: this.span(first) });
          },
        },
        {
          ALT: (): AstExpression => {
            this.CONSUME(T.Last);
            return freeze({ kind: 'cronDay', form: 'last', day: value, position: this.span(first) });
          },
        },
        {
          ALT: (): AstExpression => {
            this.CONSUME(T.Weekday);
            return freeze({ kind: 'cronDay', form: 'weekday', day: value, position: this.span(first) });
          },
        },
      ]);
    });
    return result;
  });

  readonly namedArgument: Rule<AstExpression> = this.RULE('namedArgument', (): AstExpression => {
    const first = this.LA(1);
    const name = this.SUBRULE(this.name);
    this.CONSUME(T.Colon);
    const values: AstExpression[] = [];
    this.OR({
      DEF: [
        {
          // `group_by: (a, b)` and `group_by: ()`: a list; `filter: (a > b)` is one as well and holds one expression.
          GATE: () => this.isList(),
          ALT: () => {
            this.CONSUME(T.LParen);
            this.MANY_SEP({ SEP: T.Comma, DEF: () => values.push(this.SUBRULE(this.expression)) });
            this.CONSUME(T.RParen);
          },
        },
        { ALT: () => values.push(this.SUBRULE1(this.expression)) },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    });
    return freeze({ kind: 'named', name, values: freeze(values), position: this.span(first) });
  });

  /** At `(`: does the matching `)` end the argument, with a comma or nothing inside? */
  private isList(): boolean {
    if (!this.is(1, T.LParen)) return false;
    if (this.is(2, T.RParen)) return true;
    let depth = 0;
    let comma = false;
    for (let i = 1; ; i++) {
      const type = this.LA(i).tokenType;
      if (type === T.LParen || type === T.LBracket || type === T.LBrace) depth++;
      else if (type === T.RParen || type === T.RBracket || type === T.RBrace) {
        if (--depth === 0) return comma && (this.is(i + 1, T.Comma) || this.is(i + 1, T.RParen));
      } else if (type === T.Comma && depth === 1) comma = true;
      else if (type === EOF) return false;
    }
  }

  readonly lambda: Rule<AstExpression> = this.RULE('lambda', (): AstExpression => {
    const first = this.LA(1);
    let parameters: readonly string[] = [];
    this.OR([
      { ALT: () => (parameters = freeze([this.SUBRULE(this.name)])) },
      {
        ALT: () => {
          this.CONSUME(T.LParen);
          this.OPTION(() => (parameters = this.SUBRULE(this.names)));
          this.CONSUME(T.RParen);
        },
      },
    ]);
    this.CONSUME(T.Arrow);
    const body = this.SUBRULE(this.expression);
    return freeze({ kind: 'lambda', parameters, body, position: this.span(first) });
  });

  /** Body of a declared expression: a lambda or an expression. */
  readonly lambdaOrExpression: Rule<AstExpression> = this.RULE('lambdaOrExpression', (): AstExpression =>
    this.OR({
      DEF: [
        { GATE: () => this.isLambda(), ALT: () => this.SUBRULE(this.lambda) },
        { ALT: () => this.SUBRULE(this.expression) },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    }),
  );

  readonly caseExpression: Rule<AstExpression> = this.RULE('caseExpression', (): AstExpression => {
    const first = this.CONSUME(T.Case);
    let operand: AstExpression | null = null;
    let otherwise: AstExpression | null = null;
    const whens: { readonly when: AstExpression; readonly then: AstExpression }[] = [];
    this.OPTION(() => (operand = this.SUBRULE(this.expression)));
    this.AT_LEAST_ONE(() => {
      this.CONSUME(T.When);
      const when = this.SUBRULE1(this.expression);
      this.CONSUME(T.Then);
      const then = this.SUBRULE2(this.expression);
      whens.push(freeze({ when, then }));
    });
    this.OPTION1(() => {
      this.CONSUME(T.Else);
      otherwise = this.SUBRULE3(this.expression);
    });
    this.CONSUME(T.End);
    return freeze({ kind: 'case', operand, whens: freeze(whens), otherwise, position: this.span(first) });
  });

  /** `exists (select …)` or the function `exists(p?)`. */
  readonly existsExpression: Rule<AstExpression> = this.RULE('existsExpression', (): AstExpression => {
    const first = this.CONSUME(T.Exists);
    this.CONSUME(T.LParen);
    const make = this.OR([
      {
        ALT: (): (() => AstExpression) => {
          const select = this.SUBRULE(this.select);
          return () => ({ kind: 'exists', select, position: this.span(first) });
        },
      },
      {
        ALT: (): (() => AstExpression) => {
          const args = this.SUBRULE(this.callArguments);
          return () => {
            const position = this.span(first);
            const step = freeze({
              kind: 'call',
              name: 'exists',
              distinct: false,
              args,
              dynamic: false,
              position,
            } as const);
            return { kind: 'chain', target: null, steps: freeze([step]), position };
          };
        },
      },
    ]);
    this.CONSUME(T.RParen);
    return this.ACTION(() => freeze(make()));
  });

  readonly arrayLiteral: Rule<AstExpression> = this.RULE('arrayLiteral', (): AstExpression => {
    const first = this.CONSUME(T.LBrace);
    const items: AstExpression[] = [];
    this.MANY_SEP({ SEP: T.Comma, DEF: () => items.push(this.SUBRULE(this.expression)) });
    this.CONSUME(T.RBrace);
    const array: AstExpression = freeze({ kind: 'array', items: freeze(items), position: this.span(first) });
    const steps: AstStep[] = [];
    this.MANY(() => steps.push(this.SUBRULE(this.nextStep)));
    return steps.length === 0
      ? array
      : freeze({ kind: 'chain', target: array, steps: freeze(steps), position: this.span(first) });
  });

  readonly structLiteral: Rule<AstExpression> = this.RULE('structLiteral', (): AstExpression => {
    const first = this.CONSUME(T.New);
    this.CONSUME(T.LBrace);
    const members: AstStructMember[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const token = this.LA(1);
        const name = this.SUBRULE(this.name);
        const position = this.span(token);
        let value: AstExpression = freeze({
          kind: 'chain',
          target: null,
          steps: freeze([freeze({ kind: 'name', name, dynamic: false, position } as const)]),
          position,
        });
        this.OPTION(() => {
          this.CONSUME(T.Equal);
          value = this.SUBRULE(this.expression);
        });
        members.push(freeze({ name, value, position: this.span(token) }));
      },
    });
    this.CONSUME(T.RBrace);
    return freeze({ kind: 'struct', members: freeze(members), position: this.span(first) });
  });
}
