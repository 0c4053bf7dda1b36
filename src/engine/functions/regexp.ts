/**
 * `regexp`: the whole text must match, in the syntax of java.util.regex as far as RE2 has it.
 *
 * Patterns come from clients, so matching is linear in the text (RE2); a pattern that needs backtracking (back-references,
 * look-around) is refused with a code.
 */
import { RE2JS } from 're2js';
import { CodedError } from '../../model/errors.ts';
import type { Position } from '../../model/errors.ts';
import type { Matcher } from './text.ts';

/** Longest pattern taken: compiled programs grow with it. */
const PATTERN_LIMIT = 4096;

/** @throws CodedError WRONG_ARGUMENTS if the pattern is no regular expression or too long. */
export function regexpMatcher(pattern: string, position?: Position): Matcher {
  if (pattern.length > PATTERN_LIMIT) {
    throw new CodedError('WRONG_ARGUMENTS', `a regular expression may have ${PATTERN_LIMIT} characters`, { position });
  }
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matches(text);
  } catch (cause) {
    throw new CodedError('WRONG_ARGUMENTS', `'${pattern}' is not a regular expression that can be matched`, {
      position,
      hint: 'back-references and look-around are not supported',
      cause,
    });
  }
}

/** Matches against patterns that are not constant; the last one is kept. */
export function dynamicRegexp(): (text: string, pattern: string) => boolean {
  let last = '';
  let matcher: Matcher | null = null;
  return (text, pattern) => {
    if (matcher === null || pattern !== last) {
      matcher = regexpMatcher(pattern);
      last = pattern;
    }
    return matcher(text);
  };
}
