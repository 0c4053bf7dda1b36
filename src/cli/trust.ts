/** `pqa trust`, `pqa invite`: how two domains come to know each other. */
import { invitationOf, trustMember, untrustMember } from '../agent/membership-file.ts';
import { CodedError } from '../model/errors.ts';
import { print, printJson } from './output.ts';

export interface TrustOptions {
  readonly config: string;
  readonly replace?: boolean;
  readonly remove?: boolean;
  readonly json?: boolean;
}

export async function trust(
  domain: string,
  peerId: string | undefined,
  addresses: readonly string[],
  options: TrustOptions,
): Promise<void> {
  if (options.remove === true) return distrust(domain, options);
  if (peerId === undefined) {
    throw new CodedError('INVALID_PARAMETERS', `the peer id of '${domain}' is missing`, {
      hint: 'type what `pqa invite` printed at the other side',
    });
  }
  const member = { domain, peerId, addresses: [...addresses] };
  const outcome = await trustMember(options.config, member, { replace: options.replace });
  if (options.json === true) return printJson({ ...member, outcome });
  if (outcome === 'unchanged') return print(`${domain} is trusted already; nothing was changed`);
  print(`${outcome === 'added' ? 'added' : 'changed'}   ${domain} in the members of ${options.config}`);
  print('next     a running agent takes it within a second; the other side has to trust this one too: pqa invite');
}

function distrust(domain: string, options: TrustOptions): void {
  untrustMember(options.config, domain);
  if (options.json === true) return printJson({ domain, outcome: 'removed' });
  print(`removed   ${domain} from the members of ${options.config}`);
  print('next      a running agent disconnects it within a second and ends what runs for it');
}

export interface InviteOptions {
  readonly config: string;
  readonly address?: readonly string[];
  readonly json?: boolean;
}

export async function invite(options: InviteOptions): Promise<void> {
  const invitation = await invitationOf(options.config, options.address ?? []);
  if (options.json === true) return printJson(invitation);
  print('The operator of the other domain types, in the folder of its pqa.yaml:');
  print('');
  print(`    ${invitation.command}`);
  print('');
  if (invitation.addresses.length === 0) {
    print('No address is known at which others reach this agent: give one with --address, or let it dial the others.');
  }
  print('Hand it over by a way that you both trust: who has the key of this peer id is this domain. Then ask for the');
  print('same from the other side (pqa invite) and type it here. Running agents take it; pqa peers shows the rest.');
}
