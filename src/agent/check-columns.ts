/** Columns that a consumer expects, against those that a text selects here. */
import type { Column } from '../model/checked.ts';
import { CodedError } from '../model/errors.ts';
import { stringifyType } from '../model/value.ts';

/** Throws `SCHEMA_CONFLICT`, or `FRAGMENT_REFUSED` where their number differs. */
export function checkColumns(expected: readonly Column[], actual: readonly Column[]): void {
  for (const [i, want] of expected.entries()) {
    const have = actual[i];
    if (have === undefined || have.name !== want.name || stringifyType(have.type) !== stringifyType(want.type)) {
      const found = have === undefined ? 'nothing' : `${have.name} of type ${stringifyType(have.type)}`;
      throw new CodedError(
        'SCHEMA_CONFLICT',
        `column ${i + 1} is expected as ${want.name} of type ${stringifyType(want.type)}, here it is ${found}`,
        {
          hint: 'types of one name must agree, in every domain, on the properties that a query uses',
        },
      );
    }
  }
  if (actual.length !== expected.length)
    throw new CodedError(
      'FRAGMENT_REFUSED',
      `${expected.length} columns are expected, the text selects ${actual.length}`,
    );
}
