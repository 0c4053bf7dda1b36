/** Date-time and enumeration methods: `target.name(args)`. */
import type { CheckedExpression } from '../../model/checked.ts';
import { notSupported } from './scope.ts';
import type { Code, Scope } from './scope.ts';

type Of<K extends CheckedExpression['kind']> = CheckedExpression & { readonly kind: K };

export function emitMethod(e: Of<'method'>, _scope: Scope): Code {
  throw notSupported(e, `the method '${e.name}'`);
}
