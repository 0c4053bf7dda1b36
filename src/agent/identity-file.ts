/** Makes the key file of a new agent; answers its PeerId. */
import { generateIdentity, storeIdentity } from '../federation/identity.ts';

export async function createIdentityFile(path: string): Promise<string> {
  const identity = await generateIdentity();
  await storeIdentity(path, identity);
  return identity.peerId;
}
