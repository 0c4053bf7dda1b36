/** Grammar of statements and modules; the contexts are in grammar-contexts.ts, on-triggers in grammar-triggers.ts. */
import type { IParserConfig } from 'chevrotain';
import type {
  AstAnnotation,
  AstAssignment,
  AstColumnType,
  AstCreateSchema,
  AstCreateWindow,
  AstExpression,
  AstExpressionDeclaration,
  AstInsertInto,
  AstModule,
  AstSelectItem,
  AstStatement,
  AstTableColumn,
} from '../model/ast.ts';
import type { IToken, ParserMethod } from 'chevrotain';
import type { Rule } from './grammar-base.ts';
import { type Header, TriggerParser } from './grammar-triggers.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

type HeaderRule<R> = ParserMethod<[Header, IToken], R>;

export class EplParser extends TriggerParser {
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

  // -------------------------------------------------------------------------------------------- create

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

  readonly createVariable: HeaderRule<AstStatement> = this.RULE(
    'createVariable',
    (header: Header, first: IToken): AstStatement => {
      let constant = false;
      let initial: AstExpression | null = null;
      this.OPTION(() => {
        this.CONSUME(T.Constant);
        constant = true;
      });
      this.CONSUME(T.Variable);
      const typeName = this.SUBRULE(this.typeName);
      const variable = this.SUBRULE(this.name);
      this.OPTION1(() => {
        this.CONSUME(T.Equal);
        initial = this.SUBRULE(this.expression);
      });
      return freeze({
        kind: 'createVariable',
        ...header,
        constant,
        typeName,
        variable,
        initial,
        position: this.span(first),
      });
    },
  );

  /** `int`, `string[]`, `Geo[]`, `int[primitive]`. */
  readonly typeName: Rule<string> = this.RULE('typeName', (): string => {
    const parts = this.SUBRULE(this.dottedName);
    let brackets = '';
    this.MANY(() => {
      this.CONSUME(T.LBracket);
      this.OPTION(() => this.SUBRULE(this.name));
      this.CONSUME(T.RBracket);
      brackets += '[]';
    });
    return this.ACTION(() => parts.join('.') + brackets);
  });

  readonly columnTypes: Rule<readonly AstColumnType[]> = this.RULE('columnTypes', (): readonly AstColumnType[] => {
    const columns: AstColumnType[] = [];
    this.CONSUME(T.LParen);
    this.MANY_SEP({
      SEP: T.Comma,
      DEF: () => {
        const first = this.LA(1);
        const name = this.SUBRULE(this.name);
        const typeName = this.SUBRULE(this.typeName);
        columns.push(freeze({ name, typeName, position: this.span(first) }));
      },
    });
    this.CONSUME(T.RParen);
    return freeze(columns);
  });

  readonly createSchema: HeaderRule<AstStatement> = this.RULE(
    'createSchema',
    (header: Header, first: IToken): AstStatement => {
      const words: string[] = [];
      this.MANY({
        GATE: () => !this.is(1, T.Schema),
        DEF: () => {
          const token = this.CONSUME(T.Name);
          this.ACTION(() => words.push(token.image.toLowerCase()));
        },
      });
      this.CONSUME(T.Schema);
      const typeName = this.SUBRULE(this.name);
      let as: readonly string[] = [];
      let columns: readonly AstColumnType[] = [];
      this.OPTION(() => this.CONSUME(T.As));
      this.OPTION1(() =>
        this.OR([
          { ALT: () => (columns = this.SUBRULE(this.columnTypes)) },
          { ALT: () => (as = this.SUBRULE(this.schemaTypes)) },
        ]),
      );
      const lists: Record<'inherits' | 'copyFrom', readonly string[]> = { inherits: [], copyFrom: [] };
      const stamps: Record<'startTimestamp' | 'endTimestamp', string | null> = {
        startTimestamp: null,
        endTimestamp: null,
      };
      this.MANY1(() =>
        this.OR1([
          { ALT: () => (this.CONSUME(T.Inherits), (lists.inherits = this.SUBRULE1(this.schemaTypes))) },
          { ALT: () => (this.CONSUME(T.CopyFrom), (lists.copyFrom = this.SUBRULE2(this.schemaTypes))) },
          { ALT: () => (this.CONSUME(T.StartTimestamp), (stamps.startTimestamp = this.SUBRULE3(this.name))) },
          { ALT: () => (this.CONSUME(T.EndTimestamp), (stamps.endTimestamp = this.SUBRULE4(this.name))) },
        ]),
      );
      const representation = words.find(isRepresentation) ?? null;
      const variant = words.includes('variant');
      return freeze({
        kind: 'createSchema',
        ...header,
        representation,
        variant,
        typeName,
        as,
        columns,
        ...lists,
        ...stamps,
        position: this.span(first),
      });
    },
  );

  /** Names of types separated by commas; `*` for any. */
  readonly schemaTypes: Rule<readonly string[]> = this.RULE('schemaTypes', (): readonly string[] => {
    const types: string[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () =>
        this.OR([
          { ALT: () => (this.CONSUME(T.Star), types.push('*')) },
          {
            ALT: () => {
              const parts = this.SUBRULE(this.dottedName);
              this.ACTION(() => types.push(parts.join('.')));
            },
          },
        ]),
    });
    return freeze(types);
  });

  readonly createWindow: HeaderRule<AstStatement> = this.RULE(
    'createWindow',
    (header: Header, first: IToken): AstStatement => {
      this.CONSUME(T.Window);
      const parts = this.SUBRULE(this.dottedName);
      const windows = this.SUBRULE(this.windows);
      let retain: 'union' | 'intersection' | null = null;
      let insert = false;
      let insertWhere: AstExpression | null = null;
      this.OPTION(() =>
        this.OR([
          { ALT: () => (this.CONSUME(T.RetainUnion), (retain = 'union')) },
          { ALT: () => (this.CONSUME(T.RetainIntersection), (retain = 'intersection')) },
        ]),
      );
      this.OPTION1(() => this.CONSUME(T.As));
      const model = this.SUBRULE(this.windowModel);
      this.OPTION2(() => {
        this.CONSUME(T.Insert);
        insert = true;
        this.OPTION3(() => {
          this.CONSUME(T.Where);
          insertWhere = this.SUBRULE(this.expression);
        });
      });
      const typeName = this.ACTION(() => parts.join('.'));
      return freeze({
        kind: 'createWindow',
        ...header,
        typeName,
        windows,
        retain,
        model,
        insert,
        insertWhere,
        position: this.span(first),
      });
    },
  );

  readonly windowModel: Rule<AstCreateWindow['model']> = this.RULE('windowModel', (): AstCreateWindow['model'] =>
    this.OR([
      { ALT: (): AstCreateWindow['model'] => freeze({ kind: 'columns', columns: this.SUBRULE(this.columnTypes) }) },
      {
        ALT: (): AstCreateWindow['model'] => {
          this.CONSUME(T.Select);
          const items: readonly AstSelectItem[] = this.SUBRULE(this.selectItems);
          this.CONSUME(T.From);
          const parts = this.SUBRULE(this.dottedName);
          return freeze({ kind: 'select', items, typeName: this.ACTION(() => parts.join('.')) });
        },
      },
      {
        ALT: (): AstCreateWindow['model'] => {
          const parts = this.SUBRULE1(this.dottedName);
          return freeze({ kind: 'type', typeName: this.ACTION(() => parts.join('.')) });
        },
      },
    ]),
  );

  readonly createTable: HeaderRule<AstStatement> = this.RULE(
    'createTable',
    (header: Header, first: IToken): AstStatement => {
      this.CONSUME(T.Table);
      const table = this.SUBRULE(this.name);
      const columns: AstTableColumn[] = [];
      this.OPTION(() => this.CONSUME(T.As));
      this.CONSUME(T.LParen);
      this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => columns.push(this.SUBRULE(this.tableColumn)) });
      this.CONSUME(T.RParen);
      return freeze({ kind: 'createTable', ...header, table, columns: freeze(columns), position: this.span(first) });
    },
  );

  readonly tableColumn: Rule<AstTableColumn> = this.RULE('tableColumn', (): AstTableColumn => {
    const first = this.LA(1);
    const name = this.SUBRULE(this.name);
    let typeName: string | null = null;
    let aggregation: AstExpression | null = null;
    let primaryKey = false;
    let eventType: string | null = null;
    this.OR({
      DEF: [
        { GATE: () => this.is(2, T.LParen), ALT: () => (aggregation = this.SUBRULE(this.chain)) },
        { ALT: () => (typeName = this.SUBRULE(this.typeName)) },
      ],
      IGNORE_AMBIGUITIES: true,
      MAX_LOOKAHEAD: 1,
    });
    this.OPTION(() => {
      this.CONSUME(T.Primary);
      this.CONSUME(T.Key);
      primaryKey = true;
    });
    this.OPTION1(() => (eventType = this.SUBRULE(this.typeAnnotation)));
    return freeze({ name, typeName, aggregation, primaryKey, eventType, position: this.span(first) });
  });

  readonly createIndex: HeaderRule<AstStatement> = this.RULE(
    'createIndex',
    (header: Header, first: IToken): AstStatement => {
      let unique = false;
      this.OPTION(() => {
        this.CONSUME(T.Unique);
        unique = true;
      });
      this.CONSUME(T.Index);
      const index = this.SUBRULE(this.name);
      this.CONSUME(T.On);
      const target = this.SUBRULE1(this.name);
      const columns: { readonly expression: AstExpression; readonly type: string | null }[] = [];
      this.CONSUME(T.LParen);
      this.AT_LEAST_ONE_SEP({
        SEP: T.Comma,
        DEF: () => {
          const expression = this.SUBRULE(this.expression);
          let type: string | null = null;
          this.OPTION1(() => (type = this.SUBRULE2(this.name)));
          columns.push(freeze({ expression, type }));
        },
      });
      this.CONSUME(T.RParen);
      return freeze({
        kind: 'createIndex',
        ...header,
        unique,
        index,
        target,
        columns: freeze(columns),
        position: this.span(first),
      });
    },
  );
}

type Representation = NonNullable<AstCreateSchema['representation']>;

function isRepresentation(word: string): word is Representation {
  return word === 'map' || word === 'objectarray' || word === 'json' || word === 'xml' || word === 'avro';
}
