/** Grammar of contexts (Esper reference §4). */
import type {
  AstContextCondition,
  AstContextDefinition,
  AstExpression,
  AstFilterSource,
  AstPatternSource,
} from '../model/ast.ts';
import type { Rule } from './grammar-base.ts';
import { SelectParser } from './grammar-select.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

interface NamedContext {
  readonly name: string;
  readonly definition: AstContextDefinition;
}

type ContextItem = Extract<AstContextDefinition, { kind: 'partition' }>['items'][number];
type HashItem = Extract<AstContextDefinition, { kind: 'hash' }>['items'][number];

export abstract class ContextParser extends SelectParser {
  readonly contextDeclaration: Rule<NamedContext> = this.RULE('contextDeclaration', (): NamedContext => {
    this.CONSUME(T.Context);
    const name = this.SUBRULE(this.name);
    this.OPTION(() => this.CONSUME(T.As));
    return freeze({ name, definition: this.SUBRULE(this.contextDefinition) });
  });

  readonly contextDefinition: Rule<AstContextDefinition> = this.RULE('contextDefinition', (): AstContextDefinition =>
    this.OR([
      { ALT: () => this.SUBRULE(this.partitionContext) },
      { ALT: () => this.SUBRULE(this.categoryContext) },
      { ALT: () => this.SUBRULE(this.hashContext) },
      {
        ALT: (): AstContextDefinition => {
          const first = this.CONSUME(T.Start);
          const start = this.SUBRULE(this.contextCondition);
          let end: AstContextCondition | null = null;
          this.OPTION(() => {
            this.CONSUME(T.End);
            end = this.SUBRULE1(this.contextCondition);
          });
          return freeze({ kind: 'startEnd', start, end, position: this.span(first) });
        },
      },
      {
        ALT: (): AstContextDefinition => {
          const first = this.CONSUME(T.Initiated);
          let distinct: readonly AstExpression[] = [];
          let end: AstContextCondition | null = null;
          this.OPTION1(() => this.CONSUME(T.By));
          this.OPTION2(() => {
            this.CONSUME(T.Distinct);
            this.CONSUME(T.LParen);
            distinct = this.SUBRULE(this.expressions);
            this.CONSUME(T.RParen);
          });
          const start = this.SUBRULE2(this.contextCondition);
          this.OPTION3(() => {
            this.CONSUME(T.Terminated);
            this.OPTION4(() => this.CONSUME1(T.By));
            end = this.SUBRULE3(this.contextCondition);
          });
          return freeze({ kind: 'initiated', distinct, start, end, position: this.span(first) });
        },
      },
      {
        ALT: (): AstContextDefinition => {
          const first = this.LA(1);
          const contexts: NamedContext[] = [];
          this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => contexts.push(this.SUBRULE(this.contextDeclaration)) });
          return freeze({ kind: 'nested', contexts: freeze(contexts), position: this.span(first) });
        },
      },
    ]),
  );

  /** The comma belongs to the list of nested contexts if `context X` follows. */
  private isNextContext(): boolean {
    return this.is(2, T.Context);
  }

  readonly partitionContext: Rule<AstContextDefinition> = this.RULE('partitionContext', (): AstContextDefinition => {
    const first = this.CONSUME(T.Partition);
    const items: ContextItem[] = [];
    const initiated: AstContextCondition[] = [];
    let terminated: AstContextCondition | null = null;
    this.OPTION(() => this.CONSUME(T.By));
    items.push(this.SUBRULE(this.partitionItem));
    this.MANY({
      GATE: () => !this.isNextContext(),
      DEF: () => {
        this.CONSUME(T.Comma);
        items.push(this.SUBRULE1(this.partitionItem));
      },
    });
    this.OPTION1(() => {
      this.CONSUME(T.Initiated);
      this.OPTION2(() => this.CONSUME1(T.By));
      initiated.push(this.SUBRULE(this.contextCondition));
      this.MANY1({
        GATE: () => !this.isNextContext(),
        DEF: () => {
          this.CONSUME1(T.Comma);
          initiated.push(this.SUBRULE1(this.contextCondition));
        },
      });
    });
    this.OPTION3(() => {
      this.CONSUME(T.Terminated);
      this.OPTION4(() => this.CONSUME2(T.By));
      terminated = this.SUBRULE2(this.contextCondition);
    });
    return freeze({
      kind: 'partition',
      items: freeze(items),
      initiated: freeze(initiated),
      terminated,
      position: this.span(first),
    });
  });

  readonly partitionItem: Rule<ContextItem> = this.RULE('partitionItem', (): ContextItem => {
    const first = this.LA(1);
    const keys: AstExpression[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.And, DEF: () => keys.push(this.SUBRULE(this.chain)) });
    this.CONSUME(T.From);
    const source = this.SUBRULE(this.filterSource);
    let alias: string | null = null;
    this.OPTION(() => (alias = this.SUBRULE(this.streamAlias)));
    return freeze({ keys: freeze(keys), source, alias, position: this.span(first) });
  });

  readonly categoryContext: Rule<AstContextDefinition> = this.RULE('categoryContext', (): AstContextDefinition => {
    const first = this.LA(1);
    const groups: { readonly condition: AstExpression; readonly label: string }[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        this.CONSUME(T.Group);
        this.OPTION(() => this.CONSUME(T.By));
        const condition = this.SUBRULE(this.expression);
        this.CONSUME(T.As);
        groups.push(freeze({ condition, label: this.SUBRULE(this.name) }));
      },
    });
    this.CONSUME(T.From);
    const source = this.SUBRULE(this.filterSource);
    return freeze({ kind: 'category', groups: freeze(groups), source, position: this.span(first) });
  });

  readonly hashContext: Rule<AstContextDefinition> = this.RULE('hashContext', (): AstContextDefinition => {
    const first = this.CONSUME(T.Coalesce);
    const items: HashItem[] = [];
    let preallocate = false;
    this.OPTION(() => this.CONSUME(T.By));
    items.push(this.SUBRULE(this.hashItem));
    this.MANY(() => {
      this.CONSUME(T.Comma);
      items.push(this.SUBRULE1(this.hashItem));
    });
    this.CONSUME(T.Granularity);
    const literal = this.SUBRULE(this.number);
    this.OPTION1(() => {
      this.CONSUME(T.Preallocate);
      preallocate = true;
    });
    const granularity = this.ACTION(() =>
      literal.kind === 'literal' && typeof literal.value === 'number' ? literal.value : 0,
    );
    return freeze({ kind: 'hash', items: freeze(items), granularity, preallocate, position: this.span(first) });
  });

  readonly hashItem: Rule<HashItem> = this.RULE('hashItem', (): HashItem => {
    const first = this.LA(1);
    const call = this.SUBRULE(this.chain);
    this.CONSUME(T.From);
    return freeze({ call, source: this.SUBRULE(this.filterSource), position: this.span(first) });
  });

  readonly contextCondition: Rule<AstContextCondition> = this.RULE('contextCondition', (): AstContextCondition => {
    const first = this.LA(1);
    return this.OR({
      DEF: [
        {
          ALT: (): AstContextCondition => {
            this.CONSUME(T.LParen);
            const fields = this.SUBRULE(this.callArguments);
            this.CONSUME(T.RParen);
            return freeze({ kind: 'crontab', fields, position: this.span(first) });
          },
        },
        {
          ALT: (): AstContextCondition => {
            this.CONSUME(T.At);
            this.SUBRULE(this.name);
            let and: AstContextCondition | null = null;
            this.OPTION(() => {
              this.CONSUME(T.And);
              and = this.SUBRULE(this.contextCondition);
            });
            return freeze({ kind: 'now', and, position: this.span(first) });
          },
        },
        {
          GATE: () => this.is(1, T.Pattern) && (this.is(2, T.LBracket) || this.is(2, T.At)),
          ALT: (): AstContextCondition => {
            const source: AstPatternSource = this.SUBRULE(this.patternSource);
            let inclusive = false;
            let alias: string | null = null;
            this.OPTION1(() => {
              this.SUBRULE(this.annotation);
              inclusive = true;
            });
            this.OPTION2(() => (alias = this.SUBRULE(this.streamAlias)));
            return this.ACTION(() =>
              freeze({ kind: 'pattern', pattern: source.pattern, inclusive, alias, position: this.span(first) }),
            );
          },
        },
        {
          // `after 10 sec`; a type named `after` would be followed by neither a number nor a name.
          GATE: () => this.is(1, T.After) && (this.is(2, T.NumberLiteral) || this.isName(2)),
          ALT: (): AstContextCondition => {
            this.CONSUME(T.After);
            const period = this.SUBRULE(this.expression);
            return freeze({ kind: 'after', period, position: this.span(first) });
          },
        },
        {
          ALT: (): AstContextCondition => {
            const source: AstFilterSource = this.SUBRULE(this.filterSource);
            let alias: string | null = null;
            this.OPTION3(() => (alias = this.SUBRULE1(this.streamAlias)));
            return freeze({ kind: 'filter', source, alias, position: this.span(first) });
          },
        },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    });
  });
}
