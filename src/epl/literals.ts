/** Values of literal tokens. */
import type { IToken } from 'chevrotain';
import type { AstExpression, LiteralKind } from '../model/ast.ts';
import { CodedError, type Position } from '../model/errors.ts';
import { BackQuoted } from './tokens.ts';

export function nameOf(token: IToken): string {
  return token.tokenType === BackQuoted ? token.image.slice(1, -1) : token.image;
}

/** Escapes: quotes, backslash and \uXXXX count; before anything else the backslash is dropped (conformance select-strings-01). */
export function stringValue(token: IToken): string {
  const body = token.image.slice(1, -1);
  if (!body.includes('\\')) return body;
  return body.replace(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (_, hex: string | undefined, char: string | undefined) =>
    hex === undefined ? (char ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const INT_LIMIT = 2 ** 31;

/** `5` int (long from 2^31 on), `5L` long, `5f` float, `5d`, `5.0`, `5e3` double. A long beyond 2^53 is the nearest double. */
export function numberLiteral(token: IToken, position: Position): AstExpression {
  const image = token.image;
  const suffix = image.slice(-1).toLowerCase();
  const digits = suffix === 'l' || suffix === 'f' || suffix === 'd' ? image.slice(0, -1) : image;
  const value = Number(digits);
  const integral = /^\d+$/.test(digits);
  if (suffix === 'l' && !integral) {
    throw new CodedError('SYNTAX', `'${image}' is not a whole number`, {
      position,
      data: { text: image },
      hint: `write ${digits} for a double`,
    });
  }
  return Object.freeze({ kind: 'literal', type: kindOf(suffix, integral, value), value, position });
}

function kindOf(suffix: string, integral: boolean, value: number): LiteralKind {
  if (suffix === 'l') return 'long';
  if (suffix === 'f') return 'float';
  if (suffix === 'd' || !integral) return 'double';
  return value >= INT_LIMIT ? 'long' : 'int';
}

/** `cast(x, long[])`, `instanceof(x, string)`: arguments from the second on name types. */
export function typeArguments(name: string, args: readonly AstExpression[]): readonly AstExpression[] {
  const lower = name.toLowerCase();
  if (lower !== 'cast' && lower !== 'instanceof') return args;
  return Object.freeze(args.map((arg, i) => (i === 0 ? arg : (asTypeName(arg) ?? arg))));
}

function asTypeName(arg: AstExpression): AstExpression | null {
  if (arg.kind !== 'chain' || arg.target !== null) return null;
  let name = '';
  for (const step of arg.steps) {
    if (step.kind === 'name') name += name === '' ? step.name : `.${step.name}`;
    else if (step.kind === 'index' && step.keys.length === 0) name += '[]';
    else return null;
  }
  return Object.freeze({ kind: 'typeName', name, position: arg.position });
}
