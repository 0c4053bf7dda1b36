/** A member in a process of its own, so that it can be stopped and killed: node member-process.ts '{domain, keyFile, members, listen}'. */
import { loadIdentity } from '../../src/federation/identity.ts';
import type { Member } from '../../src/federation/membership.ts';
import { Party } from './harness.ts';

interface Arguments {
  readonly domain: string;
  readonly keyFile: string;
  readonly listen: string;
  readonly members: readonly Member[];
  /** Subscribes to this fragment of this domain. */
  readonly from: string;
  readonly fragmentId: string;
}

const parsed: unknown = JSON.parse(process.argv[2] ?? '{}');
const options = parsed as Arguments;
const party = new Party(options.domain, await loadIdentity(options.keyFile), {}, options.listen);
party.renew(options.members);
await party.start();
party.transport.subscribe(options.from, options.fragmentId);
console.log(JSON.stringify({ address: party.asMember().addresses[0] }));
let told = 0;
setInterval(() => {
  for (; told < party.envelopes.length; told++)
    console.log(JSON.stringify({ seq: party.envelopes[told]?.envelope.seq }));
}, 5);
