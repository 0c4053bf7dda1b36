/** Grammar of `on …` statements (Esper reference §6). */
import type { IToken, ParserMethod } from 'chevrotain';
import type {
  AstAnnotation,
  AstAssignment,
  AstContained,
  AstExpression,
  AstExpressionDeclaration,
  AstInsertInto,
  AstMergeAction,
  AstMergeBranch,
  AstSelectItem,
  AstSplitBranch,
  AstStatement,
  AstTrigger,
} from '../model/ast.ts';
import type { Rule } from './grammar-base.ts';
import { ContextParser } from './grammar-contexts.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

/** What stands before every statement. */
export interface Header {
  readonly annotations: readonly AstAnnotation[];
  readonly context: string | null;
  readonly declarations: readonly AstExpressionDeclaration[];
}

interface Target {
  readonly target: string;
  readonly alias: string | null;
}

type TriggerRule = ParserMethod<[Header, AstTrigger, IToken], AstStatement>;

export abstract class TriggerParser extends ContextParser {
  readonly onStatement: ParserMethod<[Header, IToken], AstStatement> = this.RULE(
    'onStatement',
    (header: Header, first: IToken): AstStatement => {
      const start = this.CONSUME(T.On);
      const source = this.SUBRULE(this.source);
      let alias: string | null = null;
      this.OPTION(() => (alias = this.SUBRULE(this.streamAlias)));
      const trigger: AstTrigger = freeze({ source, alias, position: this.span(start) });
      return this.OR({
        DEF: [
          {
            ALT: (): AstStatement => {
              this.CONSUME(T.Set_);
              const assignments: readonly AstAssignment[] = this.SUBRULE(this.assignments);
              return freeze({ kind: 'onSet', ...header, trigger, assignments, position: this.span(first) });
            },
          },
          { ALT: () => this.SUBRULE(this.onSelect, { ARGS: [header, trigger, first] }) },
          { ALT: () => this.SUBRULE(this.onInsert, { ARGS: [header, trigger, first] }) },
          {
            ALT: (): AstStatement => {
              this.CONSUME(T.Delete);
              this.CONSUME(T.From);
              const target = this.SUBRULE(this.targetName);
              const where = this.SUBRULE(this.optionalWhere);
              return freeze({ kind: 'onDelete', ...header, trigger, ...target, where, position: this.span(first) });
            },
          },
          {
            ALT: (): AstStatement => {
              this.CONSUME(T.Update);
              const target = this.SUBRULE1(this.targetName);
              this.CONSUME1(T.Set_);
              const assignments = this.SUBRULE1(this.assignments);
              const where = this.SUBRULE1(this.optionalWhere);
              return freeze({
                kind: 'onUpdate',
                ...header,
                trigger,
                ...target,
                assignments,
                where,
                position: this.span(first),
              });
            },
          },
          { ALT: () => this.SUBRULE(this.onMerge, { ARGS: [header, trigger, first] }) },
        ],
        MAX_LOOKAHEAD: 1,
      });
    },
  );

  readonly targetName: Rule<Target> = this.RULE('targetName', (): Target => {
    const parts = this.SUBRULE(this.dottedName);
    let alias: string | null = null;
    this.OPTION(() => (alias = this.SUBRULE(this.streamAlias)));
    return { target: this.ACTION(() => parts.join('.')), alias };
  });

  readonly optionalWhere: Rule<AstExpression | null> = this.RULE('optionalWhere', (): AstExpression | null => {
    let where: AstExpression | null = null;
    this.OPTION(() => {
      this.CONSUME(T.Where);
      where = this.SUBRULE(this.expression);
    });
    return where;
  });

  /** `select [and delete] … from W …`. */
  readonly onSelect: TriggerRule = this.RULE(
    'onSelect',
    (header: Header, trigger: AstTrigger, first: IToken): AstStatement => {
      let remove = false;
      const select = this.OR({
        DEF: [
          {
            GATE: () => this.is(2, T.And) && this.is(3, T.Delete),
            ALT: () => {
              const start = this.CONSUME(T.Select);
              this.CONSUME(T.And);
              this.CONSUME(T.Delete);
              remove = true;
              const items = this.SUBRULE(this.selectItems);
              this.CONSUME(T.From);
              const from = this.SUBRULE(this.stream);
              const tail = this.SUBRULE(this.selectTail);
              return this.ACTION(() =>
                freeze({
                  kind: 'select',
                  selector: null,
                  distinct: false,
                  items,
                  from,
                  joins: freeze([]),
                  ...tail,
                  position: this.span(start),
                } as const),
              );
            },
          },
          { ALT: () => this.SUBRULE(this.select) },
        ],
        IGNORE_AMBIGUITIES: true,
        MAX_LOOKAHEAD: 1,
      });
      return freeze({
        kind: 'onSelect',
        ...header,
        trigger,
        insertInto: null,
        delete: remove,
        select,
        position: this.span(first),
      });
    },
  );

  /** Split stream, or `insert into T select … from W`. */
  readonly onInsert: TriggerRule = this.RULE(
    'onInsert',
    (header: Header, trigger: AstTrigger, first: IToken): AstStatement => {
      const branches: AstSplitBranch[] = [];
      let output: 'first' | 'all' | null = null;
      const start = this.LA(1);
      const insertInto: AstInsertInto = this.SUBRULE(this.insertInto);
      const made = this.OR({
        DEF: [
          {
            GATE: () => this.selectsFromTarget(),
            ALT: (): AstStatement => {
              const select = this.SUBRULE(this.select);
              return freeze({
                kind: 'onSelect',
                ...header,
                trigger,
                insertInto,
                delete: false,
                select,
                position: this.span(first),
              });
            },
          },
          {
            ALT: (): null => {
              branches.push(this.SUBRULE(this.splitBranch, { ARGS: [insertInto, start] }));
              return null;
            },
          },
        ],
        IGNORE_AMBIGUITIES: true,
        MAX_LOOKAHEAD: 1,
      });
      this.MANY(() => {
        const next = this.LA(1);
        const into: AstInsertInto = this.SUBRULE1(this.insertInto);
        branches.push(this.SUBRULE1(this.splitBranch, { ARGS: [into, next] }));
      });
      this.OPTION(() => {
        this.CONSUME(T.Output);
        output = this.OR1([
          { ALT: (): 'first' | 'all' => (this.CONSUME(T.First), 'first') },
          { ALT: (): 'first' | 'all' => (this.CONSUME(T.All), 'all') },
        ]);
      });
      return (
        made ??
        freeze({ kind: 'onSplit', ...header, trigger, branches: freeze(branches), output, position: this.span(first) })
      );
    },
  );

  /** At `select`: is there a `from X` (not `from [`) before the next `insert` or the end? */
  private selectsFromTarget(): boolean {
    let depth = 0;
    for (let i = 1; ; i++) {
      const type = this.LA(i).tokenType;
      if (type === T.LParen || type === T.LBracket || type === T.LBrace) depth++;
      else if (type === T.RParen || type === T.RBracket || type === T.RBrace) depth--;
      else if (depth === 0 && type === T.From) return !this.is(i + 1, T.LBracket);
      else if (type === T.Insert || type === T.Semicolon || this.LA(i).image === '') return false;
    }
  }

  readonly splitBranch: ParserMethod<[AstInsertInto, IToken], AstSplitBranch> = this.RULE(
    'splitBranch',
    (insertInto: AstInsertInto, first: IToken): AstSplitBranch => {
      this.CONSUME(T.Select);
      const items: readonly AstSelectItem[] = this.SUBRULE(this.selectItems);
      const contained: AstContained[] = [];
      let alias: string | null = null;
      this.OPTION(() => {
        this.CONSUME(T.From);
        this.AT_LEAST_ONE(() => contained.push(this.SUBRULE(this.contained)));
        this.OPTION1(() => (alias = this.SUBRULE(this.streamAlias)));
      });
      const where = this.SUBRULE(this.optionalWhere);
      return freeze({ insertInto, items, contained: freeze(contained), alias, where, position: this.span(first) });
    },
  );

  readonly onMerge: TriggerRule = this.RULE(
    'onMerge',
    (header: Header, trigger: AstTrigger, first: IToken): AstStatement => {
      this.CONSUME(T.Merge);
      this.OPTION(() => this.CONSUME(T.Into));
      const target = this.SUBRULE(this.targetName);
      let insert: AstMergeAction | null = null;
      let where: AstExpression | null = null;
      const branches: AstMergeBranch[] = [];
      this.OR([
        { ALT: () => (insert = this.SUBRULE(this.mergeInsert)) },
        {
          ALT: () => {
            where = this.SUBRULE(this.optionalWhere);
            this.AT_LEAST_ONE(() => branches.push(this.SUBRULE(this.mergeBranch)));
          },
        },
      ]);
      return freeze({
        kind: 'onMerge',
        ...header,
        trigger,
        ...target,
        where,
        insert,
        branches: freeze(branches),
        position: this.span(first),
      });
    },
  );

  readonly mergeBranch: Rule<AstMergeBranch> = this.RULE('mergeBranch', (): AstMergeBranch => {
    const first = this.CONSUME(T.When);
    let matched = true;
    let condition: AstExpression | null = null;
    const actions: AstMergeAction[] = [];
    this.OPTION(() => {
      this.CONSUME(T.Not);
      matched = false;
    });
    this.CONSUME(T.Matched);
    this.OPTION1(() => {
      this.CONSUME(T.And);
      condition = this.SUBRULE(this.expression);
    });
    this.AT_LEAST_ONE(() => {
      this.CONSUME(T.Then);
      actions.push(this.SUBRULE(this.mergeAction));
    });
    return freeze({ matched, condition, actions: freeze(actions), position: this.span(first) });
  });

  readonly mergeAction: Rule<AstMergeAction> = this.RULE('mergeAction', (): AstMergeAction =>
    this.OR([
      { ALT: () => this.SUBRULE(this.mergeInsert) },
      {
        ALT: (): AstMergeAction => {
          const first = this.CONSUME(T.Update);
          this.CONSUME(T.Set_);
          const assignments = this.SUBRULE(this.assignments);
          const where = this.SUBRULE(this.optionalWhere);
          return freeze({ kind: 'update', assignments, where, position: this.span(first) });
        },
      },
      {
        ALT: (): AstMergeAction => {
          const first = this.CONSUME(T.Delete);
          const where = this.SUBRULE1(this.optionalWhere);
          return freeze({ kind: 'delete', where, position: this.span(first) });
        },
      },
    ]),
  );

  readonly mergeInsert: Rule<AstMergeAction> = this.RULE('mergeInsert', (): AstMergeAction => {
    const first = this.CONSUME(T.Insert);
    let into: string | null = null;
    let columns: readonly string[] | null = null;
    this.OPTION(() => {
      this.CONSUME(T.Into);
      into = this.SUBRULE(this.name);
    });
    this.OPTION1(() => {
      this.CONSUME(T.LParen);
      columns = this.SUBRULE(this.names);
      this.CONSUME(T.RParen);
    });
    this.CONSUME(T.Select);
    const items: readonly AstSelectItem[] = this.SUBRULE(this.selectItems);
    const where = this.SUBRULE(this.optionalWhere);
    return freeze({ kind: 'insert', into, columns, items, where, position: this.span(first) });
  });
}
