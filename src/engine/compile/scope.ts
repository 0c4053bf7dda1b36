/**
 * What one generated function has collected so far: temporaries, constants, helpers, and how it reads the streams.
 *
 * A lambda opens a {@link Scope} of its own (temporaries live per JavaScript function) that shares constants and
 * helpers with the function around it. No name from a statement becomes an identifier: all identifiers are made here.
 */
import type { CheckedExpression, StreamRef } from '../../model/checked.ts';
import { assert, CodedError } from '../../model/errors.ts';
import type { HelperName } from './helpers.ts';
import { quote } from './quote.ts';

/** A JavaScript expression. `nullable` false: it never yields null. `pure`: an identifier or constant, free to repeat. */
export interface Code {
  readonly js: string;
  readonly nullable: boolean;
  readonly pure: boolean;
}

export function code(js: string, nullable: boolean, pure = false): Code {
  return { js, nullable, pure };
}

/** How the events of a row are reached. */
export interface StreamAccess {
  /** JavaScript of the whole row: the parameter `row`, or an array made of the one event there is. */
  readonly row: string;
  /** Identifiers that hold the event of a level-0 stream and are never null. */
  readonly events: ReadonlyMap<number, string>;
  /** Identifiers of the statement's aggregations by index; without, they are read from the context. */
  readonly aggregates?: readonly string[] | undefined;
}

export type Emit = (expression: CheckedExpression, scope: Scope) => Code;

interface Shared {
  readonly constants: unknown[];
  readonly helpers: Set<HelperName>;
  /** Numbers of columns of the output rows that are made. */
  readonly widths: Set<number>;
  identifiers: number;
}

export class Scope {
  readonly emit: Emit;
  readonly streams: StreamAccess;
  readonly #shared: Shared;
  readonly #temporaries: string[];
  readonly #lambdaParameters: ReadonlyMap<string, string>;

  constructor(
    emit: Emit,
    streams: StreamAccess,
    shared: Shared = { constants: [], helpers: new Set(), widths: new Set(), identifiers: 0 },
    lambdaParameters: ReadonlyMap<string, string> = new Map(),
    temporaries: string[] = [],
  ) {
    this.emit = emit;
    this.streams = streams;
    this.#shared = shared;
    this.#lambdaParameters = lambdaParameters;
    this.#temporaries = temporaries;
  }

  get constants(): readonly unknown[] {
    return this.#shared.constants;
  }

  /** A fresh variable of this function. */
  temporary(): string {
    const name = `t${this.#shared.identifiers++}`;
    this.#temporaries.push(name);
    return name;
  }

  /** Passes `value` into the function; its identifier. */
  constant(value: unknown): string {
    return `k${this.#shared.constants.push(value) - 1}`;
  }

  helper(name: HelperName): string {
    this.#shared.helpers.add(name);
    return `h_${name}`;
  }

  /** The class of output rows of so many columns. */
  rowClass(width: number): string {
    this.#shared.widths.add(width);
    return `Row${index(width)}`;
  }

  /** `name(args)` of helpers.ts. */
  call(name: HelperName, ...args: readonly string[]): string {
    return `${this.helper(name)}(${args.join(',')})`;
  }

  /** JavaScript for the event that `ref` means, before its tag. */
  event(ref: StreamRef): Code {
    if (ref.level > 0) return code(`cx.outer[${index(ref.level - 1)}][${index(ref.stream)}]`, true);
    const identifier = this.streams.events.get(ref.stream);
    return identifier === undefined ? code(`${this.row()}[${index(ref.stream)}]`, true) : code(identifier, false, true);
  }

  /** JavaScript for the value of an aggregation. */
  aggregate(at: number): Code {
    const identifier = this.streams.aggregates?.[at];
    return identifier === undefined ? code(`cx.aggregates[${index(at)}]`, true) : code(identifier, true, true);
  }

  /** The row as subqueries get it. */
  row(): string {
    return this.streams.row;
  }

  /** Undefined for a parameter of a lambda that this expression does not stand in: it is read by a subquery within. */
  lambdaParameter(name: string): string | undefined {
    return this.#lambdaParameters.get(name);
  }

  /** A scope for the body of a lambda: its JavaScript parameters by the lambda's own names. */
  lambda(names: readonly string[]): { readonly scope: Scope; readonly identifiers: readonly string[] } {
    const identifiers = names.map(() => `p${this.#shared.identifiers++}`);
    const parameters = new Map(this.#lambdaParameters);
    names.forEach((name, i) => parameters.set(name, identifiers[i] ?? ''));
    return { scope: new Scope(this.emit, this.streams, this.#shared, parameters), identifiers };
  }

  /** The same function with level-0 references to `stream` reading the event in `identifier`: `prev`, `prior`. */
  over(stream: number): { readonly scope: Scope; readonly identifier: string } {
    const identifier = this.temporary();
    return { scope: this.#inner(stream, identifier, this.#temporaries), identifier };
  }

  /** As {@link over} for the body of an arrow function whose parameter is `identifier`. */
  overArrow(stream: number): { readonly scope: Scope; readonly identifier: string } {
    const identifier = `p${this.#shared.identifiers++}`;
    return { scope: this.#inner(stream, identifier, []), identifier };
  }

  #inner(stream: number, identifier: string, temporaries: string[]): Scope {
    const streams = { ...this.streams, events: new Map(this.streams.events).set(stream, identifier) };
    return new Scope(this.emit, streams, this.#shared, this.#lambdaParameters, temporaries);
  }

  /** `let t0,t1;` for the temporaries of this function. */
  declarations(): string {
    return this.#temporaries.length === 0 ? '' : `let ${this.#temporaries.join(',')};`;
  }

  /** `const h_like=h.like;` for the helpers of the outermost function. */
  helpers(): string {
    const parts = [...this.#shared.helpers].map((name) => `h_${name}=h[${quote(name)}]`);
    for (const width of this.#shared.widths) parts.push(`Row${index(width)}=h.rowClass(${index(width)})`);
    return parts.length === 0 ? '' : `const ${parts.join(',')};`;
  }

  /** As {@link helpers}, and `const k0=k[0];` for the constants. */
  prologue(): string {
    const parts = this.#shared.constants.map((_, i) => `k${i}=k[${i}]`);
    return `${this.helpers()}${parts.length === 0 ? '' : `const ${parts.join(',')};`}`;
  }

  /** An arrow function of `identifiers` whose body is `js`, with the temporaries of this scope. */
  arrow(identifiers: readonly string[], js: string): string {
    const declarations = this.declarations();
    const list = `(${identifiers.join(',')})=>`;
    return declarations === '' ? `${list}(${js})` : `${list}{${declarations}return ${js};}`;
  }
}

/** A stream or slot number as source: refuses anything but a small non-negative integer. */
export function index(n: number): string {
  assert(Number.isInteger(n) && n >= 0 && n < 65_536, 'indices are small integers');
  return String(n);
}

/** The code in a form that may be repeated: binds it to a temporary at its first use. */
export interface Bound {
  /** First occurrence: evaluates. */
  readonly first: string;
  /** Every later one. */
  readonly again: string;
}

export function bind(scope: Scope, value: Code): Bound {
  if (value.pure) return { first: value.js, again: value.js };
  const name = scope.temporary();
  return { first: `(${name}=${value.js})`, again: name };
}

export function notSupported(expression: CheckedExpression, what: string): CodedError {
  return new CodedError('NOT_SUPPORTED', `${what} is not supported here`, { position: expression.ast.position });
}
