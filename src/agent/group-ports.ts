/** What a clock group needs of the agent around it. */
import type { SilenceQuestion } from '../exchange/silence-receiver.ts';
import type { CauseKey } from '../model/cause-key.ts';
import type { CodedError } from '../model/errors.ts';
import type { DomainName, FragmentId } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Counters } from '../ports/counters.ts';
import type { GroupMember } from './group-members.ts';
import type { GroupOutput } from './group-output.ts';

/** What a group asks of the world; answered later through the group's methods. */
export interface GroupQuestions {
  /** Deltas are missing: ask `domain` for them again. */
  replay(member: GroupMember, fromSeq: number, toSeq: number): void;
  /** Numbering or content is lost: deploy again if need be, then a snapshot. */
  recover(member: GroupMember): void;
  /** Causes wait for `domain`: ask how far it is. */
  progress(domain: DomainName, fragmentIds: readonly FragmentId[], untilMs: number): void;
  /** Silent having: answered by `QueryGroup.onSilence`. */
  silence(member: GroupMember, question: SilenceQuestion): void;
}

export interface GroupDeps {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly questions: GroupQuestions;
  onOutput(output: GroupOutput): void;
  /** A statement failed at run time (`EVALUATION`, `LIMIT_EXCEEDED`, …). Without it the failure is thrown. */
  onFailure?(error: CodedError, key: CauseKey): void;
}
