/** Addresses of XMPP (RFC 7622), as far as an agent has to judge them. */
import { CodedError } from '../../model/errors.ts';

/** RFC 7622 §3.1: 1023 bytes for each part. */
const MAX_JID_LENGTH = 2047;

/**
 * The bare JID `local@domain` in lower case. Throws `INVALID_JID` for a text without a local part, with forbidden or
 * control characters. A resource is cut off: affiliations belong to bare JIDs (XEP-0060 §4.1).
 */
export function bareJidOf(text: string): string {
  const bare = (text.trim().split('/')[0] ?? '').toLowerCase();
  if (bare.length > MAX_JID_LENGTH || !/^[^\s"&'/:<>@\p{Cc}]+@[^\s"&'/:<>@\p{Cc}]+$/u.test(bare)) {
    throw new CodedError('INVALID_JID', `'${text.slice(0, 80)}' is not a JID`, {
      hint: 'write it as alice@example.org',
    });
  }
  return bare;
}
