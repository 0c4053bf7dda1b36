/** The generated messages of proto/, configured. The only way to them. */
// The order of these two imports matters.
import './configure.ts';
import { pqa } from './generated.js';

export const wire = pqa.wire;

export type WireEnvelope = pqa.wire.Envelope.$Properties;
export type WireDelta = pqa.wire.Delta.$Properties;
export type WireUpdate = pqa.wire.Update.$Properties;
export type WireRow = pqa.wire.Row.$Properties;
export type WireValue = pqa.wire.Value.$Properties;
export type WireRequest = pqa.wire.Request.$Properties;
export type WireReply = pqa.wire.Reply.$Properties;
export type WireHello = pqa.wire.Hello.$Properties;
export type WireHeartbeat = pqa.wire.Heartbeat.$Properties;
export type WireSilence = pqa.wire.Silence.$Properties;
export type WireSilenceStep = pqa.wire.SilenceStep;
export type WireSilenceReply = pqa.wire.SilenceReply.$Properties;
export type WireSilentProgress = pqa.wire.SilentProgress.$Properties;
export type WireType = pqa.wire.Type.$Properties;
export type WireFragmentKind = pqa.wire.FragmentKind;
export type WireLack = pqa.wire.Lack.$Properties;
export type WireResidual = pqa.wire.Residual.$Properties;
export type WireColumn = pqa.wire.Column.$Properties;

/** What `decode` yields, without the narrower shape that it also claims. */
export type DecodedPayload = pqa.wire.Payload;
export type DecodedRequest = pqa.wire.Request;
export type DecodedReply = pqa.wire.Reply;
export type DecodedHeartbeatFrame = pqa.wire.HeartbeatFrame;
