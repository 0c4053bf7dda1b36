/**
 * What a query does when a domain falls silent (DESIGN §4): by the option of the registration, or by `@OnSilence('wait' |
 * 'continue' | 'hold')` at a statement of its text. One clock group has one mode.
 */
import type { AstModule } from '../model/ast.ts';
import { CodedError } from '../model/errors.ts';
import { hintNames } from '../model/nearest-name.ts';
import type { OnSilence } from './query.ts';

export const SILENCE_MODES: readonly OnSilence[] = ['wait', 'continue', 'hold'];

/** @default */
const DEFAULT_MODE: OnSilence = 'continue';

/**
 * `asked`: the option; null when the client said nothing. Throws `INVALID_OPTION` where the text says no mode that there
 * is, and where two of its statements, or it and the option, say different ones.
 */
export function silenceModeOf(ast: AstModule, asked: OnSilence | null): OnSilence {
  let said = asked;
  let by = 'the option onSilence';
  for (const statement of ast.statements) {
    for (const annotation of statement.annotations) {
      if (annotation.name.toLowerCase() !== 'onsilence') continue;
      const { position } = annotation;
      const mode = SILENCE_MODES.find((m) => m === annotation.value);
      if (mode === undefined) {
        const word = typeof annotation.value === 'string' ? annotation.value : '';
        const what = word === '' ? '@OnSilence takes one word' : `@OnSilence cannot be '${word}'`;
        throw new CodedError('INVALID_OPTION', what, { position, hint: hintNames(word, SILENCE_MODES, 'one of') });
      }
      if (said !== null && said !== mode) {
        throw new CodedError('INVALID_OPTION', `@OnSilence('${mode}') contradicts ${by}, which says '${said}'`, {
          position,
          hint: 'a query has one clock and one mode for all its statements',
        });
      }
      said = mode;
      by = 'another statement';
    }
  }
  return said ?? DEFAULT_MODE;
}
