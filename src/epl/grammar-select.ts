/** Grammar of the select statement (Esper reference §5). */
import type { ParserMethod } from 'chevrotain';
import type {
  AstAssignment,
  AstCount,
  AstExpression,
  AstGroupItem,
  AstInsertInto,
  AstJoin,
  AstJoinKind,
  AstLimit,
  AstMatchRecognize,
  AstOrderItem,
  AstOutput,
  AstOutputRate,
  AstSelect,
  AstSelectItem,
  AstStream,
  AstStreamSelector,
} from '../model/ast.ts';
import type { Rule } from './grammar-base.ts';
import { RowPatternParser } from './grammar-rows.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

interface Head {
  readonly selector: AstStreamSelector | null;
  readonly distinct: boolean;
  readonly items: readonly AstSelectItem[];
}

interface Tail {
  readonly matchRecognize: AstMatchRecognize | null;
  readonly where: AstExpression | null;
  readonly groupBy: readonly AstGroupItem[];
  readonly having: AstExpression | null;
  readonly output: AstOutput | null;
  readonly orderBy: readonly AstOrderItem[];
  readonly limit: AstLimit | null;
}

type Terminated = AstOutput['andWhenTerminated'];

export abstract class SelectParser extends RowPatternParser {
  readonly select: Rule<AstSelect> = this.RULE('select', (): AstSelect => {
    const first = this.LA(1);
    const head = this.SUBRULE(this.selectHead);
    let from: AstStream | null = null;
    const joins: AstJoin[] = [];
    this.OPTION(() => {
      this.CONSUME(T.From);
      from = this.SUBRULE(this.stream);
      this.MANY(() => joins.push(this.SUBRULE(this.join)));
    });
    const tail = this.SUBRULE(this.selectTail);
    return this.ACTION(() =>
      freeze({ kind: 'select', ...head, from, joins: freeze(joins), ...tail, position: this.span(first) }),
    );
  });

  readonly selectHead: Rule<Head> = this.RULE('selectHead', (): Head => {
    this.CONSUME(T.Select);
    let selector: AstStreamSelector | null = null;
    let distinct = false;
    this.OPTION({
      // `select istream() as new`
      GATE: () => !this.is(2, T.LParen),
      DEF: () => (selector = this.SUBRULE(this.selector)),
    });
    this.OPTION1(() => {
      this.CONSUME(T.Distinct);
      distinct = true;
    });
    return { selector, distinct, items: this.SUBRULE(this.selectItems) };
  });

  readonly selector: Rule<AstStreamSelector> = this.RULE('selector', (): AstStreamSelector =>
    this.OR([
      { ALT: (): AstStreamSelector => (this.CONSUME(T.Istream), 'istream') },
      { ALT: (): AstStreamSelector => (this.CONSUME(T.Rstream), 'rstream') },
      { ALT: (): AstStreamSelector => (this.CONSUME(T.Irstream), 'irstream') },
    ]),
  );

  readonly selectItems: Rule<readonly AstSelectItem[]> = this.RULE('selectItems', (): readonly AstSelectItem[] => {
    const items: AstSelectItem[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => items.push(this.SUBRULE(this.selectItem)) });
    return freeze(items);
  });

  readonly selectItem: Rule<AstSelectItem> = this.RULE('selectItem', (): AstSelectItem =>
    this.OR({
      DEF: [
        {
          ALT: (): AstSelectItem => {
            const first = this.CONSUME(T.Star);
            return freeze({ kind: 'wildcard', position: this.span(first) });
          },
        },
        {
          GATE: () => this.isName(1) && this.is(2, T.Dot) && this.is(3, T.Star),
          ALT: (): AstSelectItem => {
            const first = this.LA(1);
            const stream = this.SUBRULE(this.name);
            this.CONSUME(T.Dot);
            this.CONSUME1(T.Star);
            let alias: string | null = null;
            this.OPTION(() => (alias = this.SUBRULE(this.streamAlias)));
            return freeze({ kind: 'streamWildcard', stream, alias, position: this.span(first) });
          },
        },
        {
          ALT: (): AstSelectItem => {
            const first = this.LA(1);
            const expression = this.SUBRULE(this.expression);
            let alias: string | null = null;
            this.OPTION1(() => (alias = this.SUBRULE1(this.streamAlias)));
            return freeze({ kind: 'expression', expression, alias, position: this.span(first) });
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    }),
  );

  readonly join: Rule<AstJoin> = this.RULE('join', (): AstJoin => {
    const first = this.LA(1);
    return this.OR([
      {
        ALT: (): AstJoin => {
          this.CONSUME(T.Comma);
          const stream = this.SUBRULE(this.stream);
          return freeze({ kind: 'comma', stream, on: null, position: this.span(first) });
        },
      },
      {
        ALT: (): AstJoin => {
          const kind = this.SUBRULE(this.joinKind);
          this.CONSUME(T.Join);
          const stream = this.SUBRULE1(this.stream);
          let on: AstExpression | null = null;
          this.OPTION(() => {
            this.CONSUME(T.On);
            on = this.SUBRULE(this.expression);
          });
          return freeze({ kind, stream, on, position: this.span(first) });
        },
      },
    ]);
  });

  readonly joinKind: Rule<AstJoinKind> = this.RULE('joinKind', (): AstJoinKind => {
    let kind: AstJoinKind = 'inner';
    this.OPTION(() => {
      this.OR([
        { ALT: () => this.CONSUME(T.Inner) },
        {
          ALT: () => {
            kind = this.OR1([
              { ALT: (): AstJoinKind => (this.CONSUME(T.Left), 'left') },
              { ALT: (): AstJoinKind => (this.CONSUME(T.Right), 'right') },
              { ALT: (): AstJoinKind => (this.CONSUME(T.Full), 'full') },
            ]);
            this.OPTION1(() => this.CONSUME(T.Outer));
          },
        },
      ]);
    });
    return kind;
  });

  /** Everything behind the from clause. */
  readonly selectTail: Rule<Tail> = this.RULE('selectTail', (): Tail => {
    let matchRecognize: AstMatchRecognize | null = null;
    let where: AstExpression | null = null;
    let having: AstExpression | null = null;
    let output: AstOutput | null = null;
    let limit: AstLimit | null = null;
    const groupBy: AstGroupItem[] = [];
    const orderBy: AstOrderItem[] = [];
    this.OPTION(() => (matchRecognize = this.SUBRULE(this.matchRecognize)));
    this.OPTION1(() => {
      this.CONSUME(T.Where);
      where = this.SUBRULE(this.expression);
    });
    this.OPTION2(() => {
      this.CONSUME(T.Group);
      this.CONSUME(T.By);
      this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => groupBy.push(this.SUBRULE(this.groupItem)) });
    });
    this.OPTION3(() => {
      this.CONSUME(T.Having);
      having = this.SUBRULE1(this.expression);
    });
    this.OPTION4(() => (output = this.SUBRULE(this.output)));
    this.OPTION5(() => {
      this.CONSUME(T.Order);
      this.CONSUME1(T.By);
      this.AT_LEAST_ONE_SEP1({ SEP: T.Comma, DEF: () => orderBy.push(this.SUBRULE(this.orderItem)) });
    });
    this.OPTION6(() => (limit = this.SUBRULE(this.limit)));
    return { matchRecognize, where, groupBy: freeze(groupBy), having, output, orderBy: freeze(orderBy), limit };
  });

  readonly groupItem: Rule<AstGroupItem> = this.RULE('groupItem', (): AstGroupItem =>
    this.OR({
      DEF: [
        {
          GATE: () => this.is(1, T.Rollup) && this.is(2, T.LParen),
          ALT: (): AstGroupItem => {
            const first = this.CONSUME(T.Rollup);
            const items = this.SUBRULE(this.groupCombinations);
            return freeze({ kind: 'rollup', items, position: this.span(first) });
          },
        },
        {
          GATE: () => this.is(1, T.Cube) && this.is(2, T.LParen),
          ALT: (): AstGroupItem => {
            const first = this.CONSUME(T.Cube);
            const items = this.SUBRULE1(this.groupCombinations);
            return freeze({ kind: 'cube', items, position: this.span(first) });
          },
        },
        {
          GATE: () => this.is(1, T.Grouping) && this.is(2, T.Sets),
          ALT: (): AstGroupItem => {
            const first = this.CONSUME(T.Grouping);
            this.CONSUME(T.Sets);
            const items = this.SUBRULE2(this.groupCombinations);
            return freeze({ kind: 'groupingSets', items, position: this.span(first) });
          },
        },
        {
          ALT: (): AstGroupItem => {
            const first = this.LA(1);
            const expression = this.SUBRULE(this.expression);
            return freeze({ kind: 'expression', expression, position: this.span(first) });
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    }),
  );

  /** `(a, (b, c), ())` behind rollup, cube and grouping sets. */
  readonly groupCombinations: Rule<readonly AstGroupItem[]> = this.RULE(
    'groupCombinations',
    (): readonly AstGroupItem[] => {
      const items: AstGroupItem[] = [];
      this.CONSUME(T.LParen);
      this.AT_LEAST_ONE_SEP({
        SEP: T.Comma,
        DEF: () =>
          this.OR({
            DEF: [
              {
                ALT: () => {
                  const first = this.CONSUME1(T.LParen);
                  const expressions: AstExpression[] = [];
                  this.MANY_SEP({ SEP: T.Comma, DEF: () => expressions.push(this.SUBRULE(this.expression)) });
                  this.CONSUME1(T.RParen);
                  items.push(
                    freeze({ kind: 'combination', expressions: freeze(expressions), position: this.span(first) }),
                  );
                },
              },
              { ALT: () => items.push(this.SUBRULE(this.groupItem)) },
            ],
            IGNORE_AMBIGUITIES: true,
            MAX_LOOKAHEAD: 1,
          }),
      });
      this.CONSUME(T.RParen);
      return freeze(items);
    },
  );

  readonly orderItem: Rule<AstOrderItem> = this.RULE('orderItem', (): AstOrderItem => {
    const first = this.LA(1);
    const expression = this.SUBRULE(this.expression);
    let direction: 'asc' | 'desc' | null = null;
    this.OPTION(() => {
      direction = this.OR([
        { ALT: (): 'asc' | 'desc' => (this.CONSUME(T.Asc), 'asc') },
        { ALT: (): 'asc' | 'desc' => (this.CONSUME(T.Desc), 'desc') },
      ]);
    });
    return freeze({ expression, direction, position: this.span(first) });
  });

  /** `limit 5 offset 1`; `limit 1, 5` puts the offset first. */
  readonly limit: Rule<AstLimit> = this.RULE('limit', (): AstLimit => {
    const first = this.CONSUME(T.Limit);
    let count = this.SUBRULE(this.count);
    let offset: AstCount | null = null;
    this.OPTION(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.Offset);
            offset = this.SUBRULE1(this.count);
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Comma);
            offset = count;
            count = this.SUBRULE2(this.count);
          },
        },
      ]),
    );
    return freeze({ count, offset, position: this.span(first) });
  });

  readonly count: Rule<AstCount> = this.RULE('count', (): AstCount => {
    const first = this.LA(1);
    return this.OR([
      {
        ALT: () => {
          let sign = 1;
          this.OPTION(() => {
            this.CONSUME(T.Minus);
            sign = -1;
          });
          const literal = this.SUBRULE(this.number);
          const value = this.ACTION(() =>
            literal.kind === 'literal' && typeof literal.value === 'number' ? sign * literal.value : 0,
          );
          return freeze({ kind: 'number', value, position: this.span(first) });
        },
      },
      {
        ALT: () => {
          const name = this.SUBRULE(this.name);
          return freeze({ kind: 'name', name, position: this.span(first) });
        },
      },
    ]);
  });

  // -------------------------------------------------------------------------------------------- output

  private isEvents(): boolean {
    return this.is(2, T.Events) || (this.is(1, T.Minus) && this.is(3, T.Events));
  }

  readonly output: Rule<AstOutput> = this.RULE('output', (): AstOutput => {
    const first = this.CONSUME(T.Output);
    let after: AstOutput['after'] = null;
    let selector: AstOutput['selector'] = null;
    let rate: AstOutputRate | null = null;
    let andWhenTerminated: Terminated = null;
    this.OPTION(() => {
      this.CONSUME(T.After);
      after = this.SUBRULE(this.eventsOrPeriod);
      this.OPTION1(() => this.CONSUME(T.Comma));
    });
    this.OPTION2({
      GATE: () => after === null || this.LA(1).tokenType !== T.Order,
      DEF: () => {
        this.OPTION3(() => {
          selector = this.OR([
            { ALT: () => (this.CONSUME(T.All), 'all' as const) },
            { ALT: () => (this.CONSUME(T.First), 'first' as const) },
            { ALT: () => (this.CONSUME(T.Last), 'last' as const) },
            { ALT: () => (this.CONSUME(T.Snapshot), 'snapshot' as const) },
          ]);
        });
        rate = this.SUBRULE(this.outputRate);
        this.OPTION4(() => {
          this.CONSUME(T.And);
          this.CONSUME(T.When);
          andWhenTerminated = this.SUBRULE(this.whenTerminated);
        });
      },
    });
    return freeze({ selector, after, rate, andWhenTerminated, position: this.span(first) });
  });

  readonly eventsOrPeriod: ParserMethod<[], NonNullable<AstOutput['after']>> = this.RULE(
    'eventsOrPeriod',
    (): NonNullable<AstOutput['after']> =>
      this.OR({
        DEF: [
          {
            GATE: () => this.isEvents(),
            ALT: () => {
              const count = this.SUBRULE(this.count);
              this.CONSUME(T.Events);
              return freeze({ kind: 'events', count });
            },
          },
          { ALT: () => freeze({ kind: 'time', period: this.SUBRULE(this.expression) }) },
        ],
        IGNORE_AMBIGUITIES: true,
        MAX_LOOKAHEAD: 1,
      }),
  );

  readonly outputRate: Rule<AstOutputRate> = this.RULE('outputRate', (): AstOutputRate =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Every);
          return this.SUBRULE(this.eventsOrPeriod);
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.At_);
          this.CONSUME(T.LParen);
          const fields = this.SUBRULE(this.callArguments);
          this.CONSUME(T.RParen);
          return freeze({ kind: 'crontab', fields });
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.When);
          return this.OR1({
            DEF: [
              {
                GATE: () => this.is(1, T.Terminated),
                ALT: () => {
                  const terminated = this.SUBRULE(this.whenTerminated);
                  return this.ACTION(() => freeze({ kind: 'whenTerminated', ...terminated }));
                },
              },
              {
                ALT: () => {
                  const condition = this.SUBRULE(this.expression);
                  let assignments: readonly AstAssignment[] = [];
                  this.OPTION(() => (assignments = this.SUBRULE(this.thenSet)));
                  return freeze({ kind: 'when', condition, assignments });
                },
              },
            ],
            IGNORE_AMBIGUITIES: true,
            MAX_LOOKAHEAD: 1,
          });
        },
      },
    ]),
  );

  /** From `terminated` on. */
  readonly whenTerminated: Rule<NonNullable<Terminated>> = this.RULE('whenTerminated', (): NonNullable<Terminated> => {
    this.CONSUME(T.Terminated);
    let condition: AstExpression | null = null;
    let assignments: readonly AstAssignment[] = [];
    this.OPTION(() => {
      this.CONSUME(T.And);
      condition = this.SUBRULE(this.expression);
    });
    this.OPTION1(() => (assignments = this.SUBRULE(this.thenSet)));
    return { condition, assignments };
  });

  readonly thenSet: Rule<readonly AstAssignment[]> = this.RULE('thenSet', (): readonly AstAssignment[] => {
    this.CONSUME(T.Then);
    this.CONSUME(T.Set_);
    return this.SUBRULE(this.assignments);
  });

  readonly assignments: Rule<readonly AstAssignment[]> = this.RULE('assignments', (): readonly AstAssignment[] => {
    const list: AstAssignment[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => list.push(this.SUBRULE(this.assignment)) });
    return freeze(list);
  });

  readonly assignment: Rule<AstAssignment> = this.RULE('assignment', (): AstAssignment => {
    const first = this.LA(1);
    const target = this.SUBRULE(this.chain);
    let value: AstExpression | null = null;
    this.OPTION(() => {
      this.CONSUME(T.Equal);
      value = this.SUBRULE(this.expression);
    });
    return freeze({ target, value, position: this.span(first) });
  });

  /** From `insert` on: `insert [irstream] into T [(a, b)]`. */
  readonly insertInto: Rule<AstInsertInto> = this.RULE('insertInto', (): AstInsertInto => {
    const first = this.CONSUME(T.Insert);
    let selector: AstStreamSelector | null = null;
    let columns: readonly string[] | null = null;
    this.OPTION(() => (selector = this.SUBRULE(this.selector)));
    this.CONSUME(T.Into);
    const nameParts = this.SUBRULE(this.dottedName);
    this.OPTION1(() => {
      this.CONSUME(T.LParen);
      this.OPTION2(() => (columns = this.SUBRULE(this.names)));
      this.CONSUME(T.RParen);
    });
    const typeName = this.ACTION(() => nameParts.join('.'));
    return freeze({ selector, typeName, nameParts, columns, position: this.span(first) });
  });
}
