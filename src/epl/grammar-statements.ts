/** Grammar of modules and statements: the last class of the chain, the parser itself. */
import type { IParserConfig, IToken } from 'chevrotain';
import type {
  AstAnnotation,
  AstAssignment,
  AstExpression,
  AstExpressionDeclaration,
  AstInsertInto,
  AstModule,
  AstStatement,
} from '../model/ast.ts';
import type { Rule } from './grammar-base.ts';
import { CreateParser, type HeaderRule } from './grammar-create.ts';
import type { Header } from './grammar-triggers.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

export class EplParser extends CreateParser {
  constructor(config: IParserConfig) {
    super(config);
    this.performSelfAnalysis();
  }

  readonly module: Rule<AstModule> = this.RULE('module', (): AstModule => {
    const first = this.LA(1);
    let name: string | null = null;
    const uses: string[] = [];
    const imports: string[] = [];
    const statements: AstStatement[] = [];
    this.OPTION({
      GATE: () => this.isName(2),
      DEF: () => {
        this.CONSUME(T.Module);
        const parts = this.SUBRULE(this.dottedName);
        name = this.ACTION(() => parts.join('.'));
        this.CONSUME(T.Semicolon);
      },
    });
    this.MANY({
      GATE: () => this.isName(2),
      DEF: () => {
        const target = this.OR([
          { ALT: () => (this.CONSUME(T.Uses), uses) },
          { ALT: () => (this.CONSUME(T.Import), imports) },
        ]);
        const parts = this.SUBRULE1(this.dottedName);
        this.ACTION(() => target.push(parts.join('.')));
        this.CONSUME1(T.Semicolon);
      },
    });
    this.MANY1(() => this.CONSUME2(T.Semicolon));
    this.OPTION1(() => {
      statements.push(this.SUBRULE(this.statement));
      this.MANY2(() => {
        this.CONSUME3(T.Semicolon);
        this.OPTION2(() => statements.push(this.SUBRULE1(this.statement)));
      });
    });
    return freeze({
      kind: 'module',
      name,
      uses: freeze(uses),
      imports: freeze(imports),
      statements: freeze(statements),
      position: this.span(first),
    });
  });

  readonly statement: Rule<AstStatement> = this.RULE('statement', (): AstStatement => {
    const first = this.LA(1);
    const header = this.SUBRULE(this.header);
    return this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.selectStatement, { ARGS: [header, first] }) },
        { ALT: () => this.SUBRULE(this.insertStatement, { ARGS: [header, first] }) },
        { ALT: () => this.SUBRULE(this.intoTableStatement, { ARGS: [header, first] }) },
        { ALT: () => this.SUBRULE(this.onStatement, { ARGS: [header, first] }) },
        { ALT: () => this.SUBRULE(this.createStatement, { ARGS: [header, first] }) },
        { ALT: () => this.SUBRULE(this.updateStatement, { ARGS: [header, first] }) },
        { ALT: () => this.SUBRULE(this.deleteStatement, { ARGS: [header, first] }) },
      ],
      MAX_LOOKAHEAD: 1,
    });
  });

  readonly header: Rule<Header> = this.RULE('header', (): Header => {
    const annotations: AstAnnotation[] = [];
    const declarations: AstExpressionDeclaration[] = [];
    let context: string | null = null;
    this.MANY(() =>
      this.OR([
        { ALT: () => annotations.push(this.SUBRULE(this.annotation)) },
        { ALT: () => declarations.push(this.SUBRULE(this.expressionDeclaration)) },
        {
          GATE: () => context === null,
          ALT: () => {
            this.CONSUME(T.Context);
            context = this.SUBRULE(this.name);
          },
        },
      ]),
    );
    return { annotations: freeze(annotations), context, declarations: freeze(declarations) };
  });

  /** `expression x {a => …}`, `expression double x {…}`, `expression x alias for {…}`. */
  readonly expressionDeclaration: Rule<AstExpressionDeclaration> = this.RULE(
    'expressionDeclaration',
    (): AstExpressionDeclaration => {
      const first = this.CONSUME(T.Expression);
      let alias = false;
      let name = this.SUBRULE(this.name);
      this.OPTION({
        // A type before the name says nothing that the analysis does not find out.
        GATE: () => !this.is(1, T.Alias) || !this.is(2, T.For),
        DEF: () => (name = this.SUBRULE1(this.name)),
      });
      this.OPTION1(() => {
        this.CONSUME(T.Alias);
        this.CONSUME(T.For);
        alias = true;
      });
      this.CONSUME(T.LBrace);
      const body = this.SUBRULE(this.lambdaOrExpression);
      this.CONSUME(T.RBrace);
      const position = this.span(first);
      return this.ACTION(() =>
        body.kind === 'lambda'
          ? freeze({ name, alias, parameters: body.parameters, body: body.body, position })
          : freeze({ name, alias, parameters: freeze([]), body, position }),
      );
    },
  );

  readonly selectStatement: HeaderRule<AstStatement> = this.RULE(
    'selectStatement',
    (header: Header, first: IToken): AstStatement => {
      const select = this.SUBRULE(this.select);
      return freeze({
        kind: 'selectStatement',
        ...header,
        insertInto: null,
        intoTable: null,
        select,
        position: this.span(first),
      });
    },
  );

  /** `insert into … select …` or, fire-and-forget, `insert into W values (…)`. */
  readonly insertStatement: HeaderRule<AstStatement> = this.RULE(
    'insertStatement',
    (header: Header, first: IToken): AstStatement => {
      const insertInto: AstInsertInto = this.SUBRULE(this.insertInto);
      return this.OR([
        {
          ALT: (): AstStatement => {
            const select = this.SUBRULE(this.select);
            return freeze({
              kind: 'selectStatement',
              ...header,
              insertInto,
              intoTable: null,
              select,
              position: this.span(first),
            });
          },
        },
        {
          ALT: (): AstStatement => {
            this.CONSUME(T.Values);
            const rows: (readonly AstExpression[])[] = [];
            this.AT_LEAST_ONE_SEP({
              SEP: T.Comma,
              DEF: () => {
                this.CONSUME(T.LParen);
                rows.push(this.SUBRULE(this.expressions));
                this.CONSUME(T.RParen);
              },
            });
            const position = this.span(first);
            return this.ACTION(() =>
              freeze({
                kind: 'insertValues',
                ...header,
                target: insertInto.typeName,
                columns: insertInto.columns,
                rows: freeze(rows),
                position,
              }),
            );
          },
        },
      ]);
    },
  );

  readonly intoTableStatement: HeaderRule<AstStatement> = this.RULE(
    'intoTableStatement',
    (header: Header, first: IToken): AstStatement => {
      this.CONSUME(T.Into);
      this.CONSUME(T.Table);
      const intoTable = this.SUBRULE(this.name);
      const select = this.SUBRULE(this.select);
      return freeze({
        kind: 'selectStatement',
        ...header,
        insertInto: null,
        intoTable,
        select,
        position: this.span(first),
      });
    },
  );

  readonly updateStatement: HeaderRule<AstStatement> = this.RULE(
    'updateStatement',
    (header: Header, first: IToken): AstStatement => {
      let stream = false;
      let alias: string | null = null;
      let where: AstExpression | null = null;
      this.CONSUME(T.Update);
      this.OPTION(() => {
        this.CONSUME(T.Istream);
        stream = true;
      });
      const nameParts = this.SUBRULE(this.dottedName);
      this.OPTION1(() => (alias = this.SUBRULE(this.streamAlias)));
      this.CONSUME(T.Set_);
      const assignments: readonly AstAssignment[] = this.SUBRULE(this.assignments);
      this.OPTION2(() => {
        this.CONSUME(T.Where);
        where = this.SUBRULE(this.expression);
      });
      const typeName = this.ACTION(() => nameParts.join('.'));
      const position = this.span(first);
      return stream
        ? freeze({ kind: 'updateIstream', ...header, typeName, nameParts, alias, assignments, where, position })
        : freeze({ kind: 'updateQuery', ...header, target: typeName, alias, assignments, where, position });
    },
  );

  readonly deleteStatement: HeaderRule<AstStatement> = this.RULE(
    'deleteStatement',
    (header: Header, first: IToken): AstStatement => {
      let alias: string | null = null;
      let where: AstExpression | null = null;
      this.CONSUME(T.Delete);
      this.CONSUME(T.From);
      const target = this.SUBRULE(this.name);
      this.OPTION(() => (alias = this.SUBRULE(this.streamAlias)));
      this.OPTION1(() => {
        this.CONSUME(T.Where);
        where = this.SUBRULE(this.expression);
      });
      return freeze({ kind: 'deleteQuery', ...header, target, alias, where, position: this.span(first) });
    },
  );

  readonly createStatement: HeaderRule<AstStatement> = this.RULE(
    'createStatement',
    (header: Header, first: IToken): AstStatement => {
      this.CONSUME(T.Create);
      return this.OR({
        DEF: [
          {
            GATE: () => this.is(1, T.Constant) || this.is(1, T.Variable),
            ALT: () => this.SUBRULE(this.createVariable, { ARGS: [header, first] }),
          },
          {
            GATE: () => this.is(1, T.Window),
            ALT: () => this.SUBRULE(this.createWindow, { ARGS: [header, first] }),
          },
          {
            GATE: () => this.is(1, T.Table),
            ALT: () => this.SUBRULE(this.createTable, { ARGS: [header, first] }),
          },
          {
            GATE: () => this.is(1, T.Unique) || this.is(1, T.Index),
            ALT: () => this.SUBRULE(this.createIndex, { ARGS: [header, first] }),
          },
          {
            GATE: () => this.is(1, T.Context),
            ALT: (): AstStatement => {
              const context = this.SUBRULE(this.contextDeclaration);
              return this.ACTION(() =>
                freeze({ kind: 'createContext', ...header, ...context, position: this.span(first) }),
              );
            },
          },
          {
            GATE: () => this.is(1, T.Expression),
            ALT: (): AstStatement => {
              const declaration = this.SUBRULE(this.expressionDeclaration);
              return freeze({ kind: 'createExpression', ...header, declaration, position: this.span(first) });
            },
          },
          { ALT: () => this.SUBRULE(this.createSchema, { ARGS: [header, first] }) },
        ],
        IGNORE_AMBIGUITIES: true,
        MAX_LOOKAHEAD: 1,
      });
    },
  );
}
