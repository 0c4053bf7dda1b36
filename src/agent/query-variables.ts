/** Variables of a running query, set and read over the API: which there are, and what may become their value. */
import { CodedError } from '../model/errors.ts';
import type { VariableType } from '../model/event-type.ts';
import { hintNames } from '../model/nearest-name.ts';
import { stringifyType, type Value } from '../model/value.ts';
import { checkValue } from './check-value.ts';
import type { Query } from './query.ts';

export interface VariableState extends VariableType {
  readonly value: Value;
  /** True while a newer value waits for its place in the order of causes. */
  readonly waiting: boolean;
}

/** Throws `UNKNOWN_VARIABLE`, and `INVALID_STATEMENT` for a constant. */
export function variableOf(query: Query, name: string): VariableType {
  const own = [...query.catalog.ownVariables()];
  const variable = own.find((v) => v.name === name);
  if (variable === undefined) {
    throw new CodedError('UNKNOWN_VARIABLE', `the query has no variable '${name.slice(0, 80)}'`, {
      hint: hintNames(
        name,
        own.map((v) => v.name),
      ),
    });
  }
  if (variable.constant) {
    throw new CodedError('INVALID_STATEMENT', `variable '${name}' is constant`, {
      hint: 'declare it without `constant` to set it at run time',
    });
  }
  return variable;
}

/** Throws `TYPE_MISMATCH`, `VALUE_OUT_OF_RANGE`. */
export function valueFor(variable: VariableType, raw: unknown): Value {
  try {
    return checkValue(raw, variable.type, `the value of variable '${variable.name}'`);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'INVALID_EVENT') throw error;
    throw new CodedError('TYPE_MISMATCH', error.message, {
      hint: `the variable is declared ${stringifyType(variable.type)}`,
      cause: error,
    });
  }
}

/** A query that waits for its domains has no statements that could see a value. */
export function notRunning(query: Pick<Query, 'id'>): CodedError {
  return new CodedError('BUSY', `query ${query.id.slice(0, 12)} is not running yet`, {
    hint: 'it waits for the domains it reads; try again when it runs',
  });
}
