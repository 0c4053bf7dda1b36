/**
 * Syntax trees as EPL text. `parse(print(tree))` is the same tree but for positions, and printing again gives the same
 * text: fragments travel as text, and query ids hash it.
 */
import type {
  AstColumnType,
  AstContextCondition,
  AstContextDefinition,
  AstCreateSchema,
  AstCreateTable,
  AstCreateWindow,
  AstExpression,
  AstExpressionDeclaration,
  AstFilterSource,
  AstInsertInto,
  AstMergeAction,
  AstModule,
  AstOnMerge,
  AstOnSelect,
  AstOnSplit,
  AstPattern,
  AstStatement,
  AstTrigger,
} from '../model/ast.ts';
import { unreachable } from '../model/errors.ts';
import { printAnnotation } from './print-annotation.ts';
import {
  printAssignments,
  printContained,
  expressionText,
  printFilterSource,
  printItems,
  printList,
  printSelect,
  printSource,
  printWhere,
  printWindow,
} from './print-expression.ts';
import { printDotted, printNameParts, printTypeName, quoteName } from './print-names.ts';
import { printPattern } from './print-pattern.ts';

/** The expression as EPL text, on one line. Total: every tree prints. */
export function printExpression(expression: AstExpression): string {
  return expressionText(expression);
}

/** Statements on lines of their own, separated by `;`. */
export function printModule(module: AstModule): string {
  const head = [
    ...(module.name === null ? [] : [`module ${printDotted(module.name)}`]),
    ...module.uses.map((u) => `uses ${printDotted(u)}`),
    ...module.imports.map((i) => `import ${printDotted(i)}`),
  ];
  return [...head, ...module.statements.map(printStatement)].join(';\n');
}

/** The statement with its annotations, on one line, without `;`. */
export function printStatement(s: AstStatement): string {
  const annotations = s.annotations.map((a) => `${printAnnotation(a)} `).join('');
  const declarations = s.declarations.map((d) => `${printDeclaration(d)} `).join('');
  const context = s.context === null ? '' : `context ${quoteName(s.context)} `;
  return `${annotations}${declarations}${context}${printBody(s)}`;
}

function printDeclaration(d: AstExpressionDeclaration): string {
  const [only, second] = d.parameters;
  const parameters =
    only === undefined
      ? ''
      : second === undefined
        ? `${quoteName(only)} => `
        : `(${d.parameters.map(quoteName).join(', ')}) => `;
  return `expression ${quoteName(d.name)} ${d.alias ? 'alias for ' : ''}{${parameters}${expressionText(d.body)}}`;
}

function printBody(s: AstStatement): string {
  switch (s.kind) {
    case 'selectStatement': {
      const insert = s.insertInto === null ? '' : `${printInsertInto(s.insertInto)} `;
      return `${insert}${s.intoTable === null ? '' : `into table ${quoteName(s.intoTable)} `}${printSelect(s.select)}`;
    }
    case 'createVariable': {
      const initial = s.initial === null ? '' : ` = ${expressionText(s.initial)}`;
      return `create ${s.constant ? 'constant ' : ''}variable ${printTypeName(s.typeName)} ${quoteName(s.variable)}${initial}`;
    }
    case 'createSchema':
      return printSchema(s);
    case 'createExpression':
      return `create ${printDeclaration(s.declaration)}`;
    case 'createWindow':
      return printCreateWindow(s);
    case 'createTable':
      return `create table ${quoteName(s.table)} (${s.columns.map(printTableColumn).join(', ')})`;
    case 'createIndex': {
      const columns = s.columns.map(
        (c) => expressionText(c.expression) + (c.type === null ? '' : ` ${quoteName(c.type)}`),
      );
      return `create ${s.unique ? 'unique ' : ''}index ${quoteName(s.index)} on ${quoteName(s.target)} (${columns.join(', ')})`;
    }
    case 'createContext':
      return `create context ${quoteName(s.name)} ${printContext(s.definition)}`;
    case 'updateIstream':
      return `update istream ${printNameParts(s.nameParts)}${printAlias(s.alias)} set ${printAssignments(s.assignments)}${printWhere(s.where)}`;
    case 'onSet':
      return `${printTrigger(s.trigger)} set ${printAssignments(s.assignments)}`;
    case 'onSelect':
      return printOnSelect(s);
    case 'onDelete':
      return `${printTrigger(s.trigger)} delete from ${printDotted(s.target)}${printAlias(s.alias)}${printWhere(s.where)}`;
    case 'onUpdate':
      return `${printTrigger(s.trigger)} update ${printDotted(s.target)}${printAlias(s.alias)} set ${printAssignments(s.assignments)}${printWhere(s.where)}`;
    case 'onMerge':
      return printOnMerge(s);
    case 'onSplit':
      return printOnSplit(s);
    case 'insertValues': {
      const columns = s.columns === null ? '' : `(${s.columns.map(quoteName).join(', ')})`;
      return `insert into ${printDotted(s.target)}${columns} values ${s.rows.map((r) => `(${printList(r)})`).join(', ')}`;
    }
    case 'updateQuery':
      return `update ${printDotted(s.target)}${printAlias(s.alias)} set ${printAssignments(s.assignments)}${printWhere(s.where)}`;
    case 'deleteQuery':
      return `delete from ${printDotted(s.target)}${printAlias(s.alias)}${printWhere(s.where)}`;
    default:
      return unreachable(s);
  }
}

function printAlias(alias: string | null): string {
  return alias === null ? '' : ` as ${quoteName(alias)}`;
}

function printInsertInto(i: AstInsertInto): string {
  const columns = i.columns === null ? '' : `(${i.columns.map(quoteName).join(', ')})`;
  return `insert ${i.selector === null ? '' : `${i.selector} `}into ${printNameParts(i.nameParts)}${columns}`;
}

function printColumns(columns: readonly AstColumnType[]): string {
  return `(${columns.map((c) => `${quoteName(c.name)} ${printTypeName(c.typeName)}`).join(', ')})`;
}

function printSchema(s: AstCreateSchema): string {
  const kind = `${s.representation === null ? '' : `${s.representation} `}${s.variant ? 'variant ' : ''}`;
  const names = (list: readonly string[]): string => list.map((n) => (n === '*' ? n : printDotted(n))).join(', ');
  const content = s.as.length > 0 ? `as ${names(s.as)}` : printColumns(s.columns);
  return [
    `create ${kind}schema ${quoteName(s.typeName)} ${content}`,
    s.inherits.length === 0 ? '' : ` inherits ${names(s.inherits)}`,
    s.copyFrom.length === 0 ? '' : ` copyfrom ${names(s.copyFrom)}`,
    s.startTimestamp === null ? '' : ` starttimestamp ${quoteName(s.startTimestamp)}`,
    s.endTimestamp === null ? '' : ` endtimestamp ${quoteName(s.endTimestamp)}`,
  ].join('');
}

function printCreateWindow(s: AstCreateWindow): string {
  const retain = s.retain === null ? '' : ` retain-${s.retain}`;
  const { model } = s;
  const content =
    model.kind === 'columns'
      ? printColumns(model.columns)
      : model.kind === 'type'
        ? printDotted(model.typeName)
        : `select ${printItems(model.items)} from ${printDotted(model.typeName)}`;
  const insert = s.insert ? ` insert${printWhere(s.insertWhere)}` : '';
  return `create window ${printDotted(s.typeName)}${s.windows.map(printWindow).join('')}${retain} as ${content}${insert}`;
}

/** The parameters of `countMinSketch({topk: 10})` stand in braces. */
function aggregationText(aggregation: AstExpression): string {
  const text = expressionText(aggregation);
  const [step] = aggregation.kind === 'chain' ? aggregation.steps : [];
  const braced = step?.kind === 'call' && step.args.length > 0 && step.args.every((a) => a.kind === 'named');
  return braced ? `${text.slice(0, text.indexOf('('))}({${text.slice(text.indexOf('(') + 1, -1)}})` : text;
}

function printTableColumn(c: AstCreateTable['columns'][number]): string {
  const type = c.aggregation === null ? printTypeName(c.typeName ?? '') : aggregationText(c.aggregation);
  const event = c.eventType === null ? '' : ` @type(${printDotted(c.eventType)})`;
  return `${quoteName(c.name)} ${type}${c.primaryKey ? ' primary key' : ''}${event}`;
}

// ---------------------------------------------------------------------------------------------- contexts

const printer = { expression: expressionText, filterSource: printFilterSource };

function printPatternIn(pattern: AstPattern): string {
  return `pattern [${printPattern(pattern, printer)}]`;
}

function printContext(d: AstContextDefinition): string {
  const from = (source: AstFilterSource, alias: string | null): string =>
    `from ${printFilterSource(source)}${printAlias(alias)}`;
  switch (d.kind) {
    case 'partition': {
      const items = d.items
        .map((i) => `${i.keys.map(expressionText).join(' and ')} ${from(i.source, i.alias)}`)
        .join(', ');
      const initiated = d.initiated.length === 0 ? '' : ` initiated by ${d.initiated.map(printCondition).join(', ')}`;
      return `partition by ${items}${initiated}${d.terminated === null ? '' : ` terminated by ${printCondition(d.terminated)}`}`;
    }
    case 'category':
      return `${d.groups.map((g) => `group by ${expressionText(g.condition)} as ${quoteName(g.label)}`).join(', ')} ${from(d.source, null)}`;
    case 'hash': {
      const items = d.items.map((i) => `${expressionText(i.call)} ${from(i.source, null)}`).join(', ');
      return `coalesce by ${items} granularity ${d.granularity}${d.preallocate ? ' preallocate' : ''}`;
    }
    case 'startEnd':
      return `start ${printCondition(d.start)}${d.end === null ? '' : ` end ${printCondition(d.end)}`}`;
    case 'initiated': {
      const distinct = d.distinct.length === 0 ? '' : `distinct(${printList(d.distinct)}) `;
      return `initiated by ${distinct}${printCondition(d.start)}${d.end === null ? '' : ` terminated by ${printCondition(d.end)}`}`;
    }
    case 'nested':
      return d.contexts.map((c) => `context ${quoteName(c.name)} as ${printContext(c.definition)}`).join(', ');
    default:
      return unreachable(d);
  }
}

function printCondition(c: AstContextCondition): string {
  switch (c.kind) {
    case 'filter':
      return `${printFilterSource(c.source)}${printAlias(c.alias)}`;
    case 'pattern':
      return `${printPatternIn(c.pattern)}${c.inclusive ? ' @inclusive' : ''}${printAlias(c.alias)}`;
    case 'crontab':
      return `(${printList(c.fields)})`;
    case 'after':
      return `after ${expressionText(c.period)}`;
    case 'now':
      return `@now${c.and === null ? '' : ` and ${printCondition(c.and)}`}`;
    default:
      return unreachable(c);
  }
}

// ---------------------------------------------------------------------------------------------- on …

function printTrigger(t: AstTrigger): string {
  return `on ${printSource(t.source)}${printAlias(t.alias)}`;
}

function printOnSelect(s: AstOnSelect): string {
  const insert = s.insertInto === null ? '' : `${printInsertInto(s.insertInto)} `;
  return `${printTrigger(s.trigger)} ${insert}${printSelect(s.select, s.delete ? 'and delete ' : '')}`;
}

function printOnSplit(s: AstOnSplit): string {
  const branches = s.branches.map((b) => {
    const contained =
      b.contained.length === 0 ? '' : ` from ${b.contained.map(printContained).join('')}${printAlias(b.alias)}`;
    return `${printInsertInto(b.insertInto)} select ${printItems(b.items)}${contained}${printWhere(b.where)}`;
  });
  return `${printTrigger(s.trigger)} ${branches.join(' ')}${s.output === null ? '' : ` output ${s.output}`}`;
}

function printOnMerge(s: AstOnMerge): string {
  const head = `${printTrigger(s.trigger)} merge ${printDotted(s.target)}${printAlias(s.alias)}`;
  if (s.insert !== null) return `${head} ${printMergeAction(s.insert)}`;
  const branches = s.branches.map((b) => {
    const condition = b.condition === null ? '' : ` and ${expressionText(b.condition)}`;
    return ` when ${b.matched ? '' : 'not '}matched${condition}${b.actions.map((a) => ` then ${printMergeAction(a)}`).join('')}`;
  });
  return `${head}${printWhere(s.where)}${branches.join('')}`;
}

function printMergeAction(a: AstMergeAction): string {
  switch (a.kind) {
    case 'insert': {
      const into = a.into === null ? '' : ` into ${quoteName(a.into)}`;
      const columns = a.columns === null ? '' : ` (${a.columns.map(quoteName).join(', ')})`;
      return `insert${into}${columns} select ${printItems(a.items)}${printWhere(a.where)}`;
    }
    case 'update':
      return `update set ${printAssignments(a.assignments)}${printWhere(a.where)}`;
    case 'delete':
      return `delete${printWhere(a.where)}`;
    default:
      return unreachable(a);
  }
}
