/** Variables of an engine: values by name, and who is told of a change. */
import { CodedError } from '../../model/errors.ts';
import type { Value, ValueType } from '../../model/value.ts';

export const MAX_VARIABLES = 100_000;

export type VariableListener = (name: string, before: Value) => void;

interface Variable {
  readonly type: ValueType;
  readonly constant: boolean;
  value: Value;
  readonly listeners: Set<VariableListener>;
}

export class Variables {
  readonly #byName = new Map<string, Variable>();

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  add(name: string, type: ValueType, constant: boolean, value: Value): void {
    if (this.#byName.size >= MAX_VARIABLES)
      throw new CodedError('LIMIT_EXCEEDED', `more than ${MAX_VARIABLES} variables`);
    if (this.#byName.has(name)) throw new CodedError('DUPLICATE_NAME', `variable '${name}' exists already`);
    this.#byName.set(name, { type, constant, value, listeners: new Set() });
  }

  remove(name: string): void {
    this.#byName.delete(name);
  }

  read(name: string): Value {
    return this.#get(name).value;
  }

  set(name: string, value: Value): void {
    const variable = this.#get(name);
    const before = variable.value;
    variable.value = coerce(value, variable.type);
    for (const listener of variable.listeners) listener(name, before);
  }

  isConstant(name: string): boolean {
    return this.#get(name).constant;
  }

  listen(name: string, listener: VariableListener): () => void {
    const { listeners } = this.#get(name);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  #get(name: string): Variable {
    const variable = this.#byName.get(name);
    if (variable === undefined) throw new CodedError('UNKNOWN_VARIABLE', `no variable is named '${name}'`);
    return variable;
  }
}

function coerce(value: Value, type: ValueType): Value {
  if (typeof value !== 'number') return value;
  if (type.kind === 'float') return Math.fround(value);
  return type.kind === 'int' ? Math.trunc(value) : value;
}
