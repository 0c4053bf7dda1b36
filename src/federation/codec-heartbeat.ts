/** Frames of heartbeat streams ↔ bytes (proto/control.proto). */
import type { FragmentProgress, Heartbeat } from '../model/control.ts';
import type { DomainName } from '../model/ids.ts';
import { fragmentIdOf, fromWireHello, toWireHello, type Hello } from './codec-control.ts';
import { lacksOf, toWireLack } from './codec-lack.ts';
import { fromWireSilentProgress, toWireSilentProgress } from './codec-silence.ts';
import { count, decodeWith, list, positive, present, type Decoded } from './decoded.ts';
import { FRAGMENTS, HEARTBEAT_BYTES } from './limits.ts';
import { wire, type DecodedHeartbeatFrame, type WireHeartbeat } from './wire/wire.ts';

export type HeartbeatFrame =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'heartbeat'; readonly heartbeat: Heartbeat };

export function encodeHello(self: DomainName): Uint8Array {
  return wire.HeartbeatFrame.encode({ hello: toWireHello(self) }).finish();
}

export function encodeHeartbeat(heartbeat: Heartbeat): Uint8Array {
  return wire.HeartbeatFrame.encode({ heartbeat: toWireHeartbeat(heartbeat) }).finish();
}

/** Never throws. */
export function decodeHeartbeatFrame(bytes: Uint8Array): Decoded<HeartbeatFrame> {
  return decodeWith(bytes, HEARTBEAT_BYTES, (b): HeartbeatFrame => {
    const frame: DecodedHeartbeatFrame = wire.HeartbeatFrame.decode(b);
    if (frame.hello) return { kind: 'hello', hello: fromWireHello(frame.hello) };
    return { kind: 'heartbeat', heartbeat: fromWireHeartbeat(present(frame.heartbeat, 'heartbeat')) };
  });
}

export function toWireHeartbeat(heartbeat: Heartbeat): WireHeartbeat {
  return { sentMs: heartbeat.sentMs, fragments: heartbeat.fragments.map(toWireProgress) };
}

function toWireProgress({
  silence,
  lacks,
  ...rest
}: FragmentProgress): NonNullable<WireHeartbeat['fragments']>[number] {
  return {
    ...rest,
    ...(silence === undefined ? {} : { silence: toWireSilentProgress(silence) }),
    ...(lacks === undefined ? {} : { lacks: lacks.map(toWireLack) }),
  };
}

/** Throws `Malformed`: for decoders only. */
export function fromWireHeartbeat(heartbeat: WireHeartbeat): Heartbeat {
  return {
    sentMs: count(heartbeat.sentMs, 'sent_ms'),
    fragments: list(heartbeat.fragments, 'fragments', FRAGMENTS).map(fromWireProgress),
  };
}

function fromWireProgress(f: NonNullable<WireHeartbeat['fragments']>[number]): FragmentProgress {
  const lacks = lacksOf(f.lacks);
  return {
    fragmentId: fragmentIdOf(f.fragmentId),
    epoch: positive(f.epoch, 'epoch'),
    watermarkMs: count(f.watermarkMs, 'watermark'),
    lastSeq: count(f.lastSeq, 'last_seq'),
    ...(f.silence ? { silence: fromWireSilentProgress(f.silence) } : {}),
    ...(lacks === undefined ? {} : { lacks }),
  };
}
