/** Grammar of `create …`: variables, schemas, named windows, tables, indexes (Esper reference §5.15, §6). */
import type { IToken, ParserMethod } from 'chevrotain';
import type {
  AstColumnType,
  AstCreateSchema,
  AstCreateWindow,
  AstExpression,
  AstSelectItem,
  AstStatement,
  AstTableColumn,
} from '../model/ast.ts';
import type { Rule } from './grammar-base.ts';
import { type Header, TriggerParser } from './grammar-triggers.ts';
import * as T from './tokens.ts';

const freeze = Object.freeze;

export type HeaderRule<R> = ParserMethod<[Header, IToken], R>;

export abstract class CreateParser extends TriggerParser {
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

  /** `countMinSketch({topk: 10})`, read as `countMinSketch(topk: 10)`. */
  readonly bracedCall: Rule<AstExpression> = this.RULE('bracedCall', (): AstExpression => {
    const first = this.LA(1);
    const name = this.SUBRULE(this.name);
    const args: AstExpression[] = [];
    this.CONSUME(T.LParen);
    this.CONSUME(T.LBrace);
    this.MANY_SEP({ SEP: T.Comma, DEF: () => args.push(this.SUBRULE(this.namedArgument)) });
    this.CONSUME(T.RBrace);
    this.CONSUME(T.RParen);
    const position = this.span(first);
    const step = freeze({ kind: 'call', name, distinct: false, args: freeze(args), dynamic: false, position } as const);
    return freeze({ kind: 'chain', target: null, steps: freeze([step]), position });
  });

  readonly tableColumn: Rule<AstTableColumn> = this.RULE('tableColumn', (): AstTableColumn => {
    const first = this.LA(1);
    const name = this.SUBRULE(this.name);
    let typeName: string | null = null;
    let aggregation: AstExpression | null = null;
    let primaryKey = false;
    let eventType: string | null = null;
    this.OR({
      DEF: [
        {
          GATE: () => this.is(2, T.LParen) && this.is(3, T.LBrace),
          ALT: () => (aggregation = this.SUBRULE(this.bracedCall)),
        },
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
