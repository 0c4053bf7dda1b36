/** The domain's key pair: a file that only its owner can read. The PeerId is the public key's (DESIGN §7). */
import { chmod, open, readFile, stat } from 'node:fs/promises';
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id';
import { CodedError } from '../model/errors.ts';

/** Longest key file that is read. */
const KEY_FILE_BYTES = 4096;
const OWNER_ONLY = 0o600;
const GROUP_OR_OTHER = 0o077;

export interface Identity {
  readonly privateKey: PrivateKey;
  /** As it stands in the membership lists of other domains, `12D3Koo…`. */
  readonly peerId: string;
}

export async function generateIdentity(): Promise<Identity> {
  return identityOf(await generateKeyPair('Ed25519'));
}

/** Throws `KEY_UNREADABLE`, or `KEY_INSECURE` when group or others have any right on the file. */
export async function loadIdentity(path: string): Promise<Identity> {
  let text: string;
  try {
    const info = await stat(path);
    if ((info.mode & GROUP_OR_OTHER) !== 0) {
      throw new CodedError('KEY_INSECURE', `${path} has mode ${(info.mode & 0o777).toString(8)}`, {
        hint: `others could use the key: chmod 600 ${path}`,
      });
    }
    if (info.size > KEY_FILE_BYTES) throw new Error(`${info.size} bytes are no key file`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw unreadable(path, error);
  }
  try {
    const privateKey = privateKeyFromProtobuf(Buffer.from(text.trim(), 'base64'));
    if (privateKey.type !== 'Ed25519') throw new Error(`a key of type ${privateKey.type}`);
    return identityOf(privateKey);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Writes the key to a new file of mode 0600. Throws `KEY_UNREADABLE` when the file exists or cannot be written. */
export async function storeIdentity(path: string, identity: Identity): Promise<void> {
  try {
    const file = await open(path, 'wx', OWNER_ONLY);
    try {
      await file.writeFile(`${Buffer.from(privateKeyToProtobuf(identity.privateKey)).toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    // A umask may have taken rights away, never the other way round; make it exact.
    await chmod(path, OWNER_ONLY);
  } catch (error) {
    throw new CodedError('KEY_UNREADABLE', `the key cannot be written to ${path}`, {
      hint: 'an existing key is never overwritten: name a new file in a directory that exists',
      cause: error,
    });
  }
}

/** True for the text of a PeerId, as membership lists need it. */
export function isPeerId(text: string): boolean {
  try {
    return peerIdFromString(text).toString() === text;
  } catch {
    return false;
  }
}

function identityOf(privateKey: PrivateKey): Identity {
  return { privateKey, peerId: peerIdFromPrivateKey(privateKey).toString() };
}

function unreadable(path: string, cause: unknown): CodedError {
  return new CodedError('KEY_UNREADABLE', `${path} holds no key that can be read`, {
    hint: 'make one with pqa init',
    cause,
  });
}
