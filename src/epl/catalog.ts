/** A catalog that can be filled, and layered over another: what a module declares lies over what the agent offers. */
import type { AstExpressionDeclaration } from '../model/ast.ts';
import type { CheckedContext } from '../model/checked-context.ts';
import type { CheckedModule, CheckedStatement } from '../model/checked.ts';
import type { Catalog, EventType, VariableType } from '../model/event-type.ts';

export class LayeredCatalog implements Catalog {
  readonly #parent: Catalog | null;
  readonly #types = new Map<string, EventType>();
  readonly #variables = new Map<string, VariableType>();
  readonly #expressions = new Map<string, AstExpressionDeclaration>();
  readonly #contexts = new Map<string, CheckedContext>();
  /** Named windows, tables and variables of contexts, with the name of the context. */
  readonly #divided = new Map<string, string>();
  readonly #indexes = new Set<string>();

  constructor(parent: Catalog | null = null) {
    this.#parent = parent;
  }

  /** Adds or replaces in this layer. */
  addType(type: EventType): void {
    this.#types.set(type.name, type);
  }

  /** Takes a type out of this layer. */
  removeType(name: string): void {
    this.#types.delete(name);
  }

  addVariable(variable: VariableType): void {
    this.#variables.set(variable.name, variable);
  }

  addExpression(declaration: AstExpressionDeclaration): void {
    this.#expressions.set(declaration.name, declaration);
  }

  /** Adds all that a module declares: types, variables, expressions. */
  addModule(module: CheckedModule): void {
    for (const type of module.eventTypes.values()) this.addType(type);
    for (const declaration of module.expressions?.values() ?? []) this.addExpression(declaration);
    for (const s of module.statements) {
      if (s.kind === 'createContext') this.addContext(s.definition);
      this.addDivided(s);
      if (s.kind === 'createVariable') this.addVariable({ name: s.variable, type: s.type, constant: s.constant });
    }
  }

  /** Notes what a statement of a context declares for its partitions. */
  addDivided(statement: CheckedStatement): void {
    const { context } = statement;
    if (context === null) return;
    if (statement.kind === 'createVariable') this.#divided.set(statement.variable, context);
    if (statement.kind === 'createWindow' || statement.kind === 'createTable')
      this.#divided.set(statement.eventType.name, context);
  }

  /** Notes an index of a named window or table; false if this layer has one of that name already. */
  addIndex(target: string, index: string): boolean {
    const key = JSON.stringify([target, index]);
    if (this.#indexes.has(key)) return false;
    this.#indexes.add(key);
    return true;
  }

  /** The context whose partitions have a named window, table or variable for themselves; null where there is none. */
  dividedBy(name: string): string | null {
    const parent = this.#parent instanceof LayeredCatalog ? this.#parent.dividedBy(name) : null;
    return this.#divided.get(name) ?? parent;
  }

  addContext(context: CheckedContext): void {
    this.#contexts.set(context.name, context);
  }

  context(name: string): CheckedContext | undefined {
    return this.#contexts.get(name) ?? this.#parent?.context?.(name);
  }

  /** Contexts of this layer and, where they are layered catalogs too, of those below; for "did you mean". */
  *contextNames(): Iterable<string> {
    yield* this.#contexts.keys();
    if (this.#parent instanceof LayeredCatalog) yield* this.#parent.contextNames();
  }

  expression(name: string): AstExpressionDeclaration | undefined {
    return this.#expressions.get(name) ?? this.#parent?.expression?.(name);
  }

  /** Expressions of this layer and, where they are layered catalogs too, of those below. */
  *expressions(): Iterable<AstExpressionDeclaration> {
    yield* this.#expressions.values();
    if (this.#parent instanceof LayeredCatalog) yield* this.#parent.expressions();
  }

  eventType(name: string): EventType | undefined {
    return this.#types.get(name) ?? this.#parent?.eventType(name);
  }

  *eventTypeNames(): Iterable<string> {
    yield* this.#types.keys();
    if (this.#parent === null) return;
    for (const name of this.#parent.eventTypeNames()) if (!this.#types.has(name)) yield name;
  }

  variable(name: string): VariableType | undefined {
    return this.#variables.get(name) ?? this.#parent?.variable(name);
  }

  /** Variables of this layer and, where they are layered catalogs too, of those below; for "did you mean". */
  *variableNames(): Iterable<string> {
    yield* this.#variables.keys();
    if (this.#parent instanceof LayeredCatalog) yield* this.#parent.variableNames();
  }

  /** Variables of this layer alone. */
  ownVariables(): Iterable<VariableType> {
    return this.#variables.values();
  }

  /** Contexts of this layer alone. */
  ownContexts(): Iterable<CheckedContext> {
    return this.#contexts.values();
  }

  /** Types of this layer alone. */
  ownTypes(): ReadonlyMap<string, EventType> {
    return this.#types;
  }
}

/** A catalog of `types` (and nothing else) over `parent`. */
export function catalogOf(types: Iterable<EventType>, parent: Catalog | null = null): LayeredCatalog {
  const catalog = new LayeredCatalog(parent);
  for (const type of types) catalog.addType(type);
  return catalog;
}
