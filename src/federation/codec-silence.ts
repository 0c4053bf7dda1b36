/** Messages of a silent having ↔ bytes (proto/control.proto). */
import type { RowValues } from '../model/delta.ts';
import type {
  SilenceReply,
  SilenceRequest,
  SilenceStep,
  SilentBounds,
  SilentProgress,
  SilentReport,
} from '../model/silence.ts';
import { fromWireValue, toWireValue } from './codec-value.ts';
import { count, list, Malformed, name, positive } from './decoded.ts';
import { COLUMNS, NAME_UNITS, SILENT_ATOMS, SILENT_GROUPS } from './limits.ts';
import {
  wire,
  type WireSilence,
  type WireSilenceReply,
  type WireSilenceStep,
  type WireSilentProgress,
} from './wire/wire.ts';

const STEPS: Readonly<Record<SilenceStep, WireSilenceStep>> = {
  report: wire.SilenceStep.REPORT,
  arm: wire.SilenceStep.ARM,
  begin: wire.SilenceStep.BEGIN,
  end: wire.SilenceStep.END,
};

type WireGroup = NonNullable<WireSilenceReply['groups']>[number];

export function toWireSilence({ fragmentId, step, version, atMs, bounds }: SilenceRequest): WireSilence {
  const result: WireSilence = { fragmentId, step: STEPS[step], version, atMs };
  if (bounds !== undefined) {
    const { atom, others, groups, mass } = bounds;
    const listed = groups.map(({ key, bound }) => ({ key: key.map(toWireValue), levels: [bound] }));
    result.bounds = { atom, ...(others === null ? {} : { others }), groups: listed, mass };
  }
  return result;
}

/** Throws `Malformed`: for decoders only, as all below. */
export function fromWireSilence(frame: WireSilence): SilenceRequest {
  const step = (['report', 'arm', 'begin', 'end'] as const).find(
    (s) => STEPS[s] === (frame.step ?? wire.SilenceStep.REPORT),
  );
  if (step === undefined) throw new Malformed('an unknown step of silence');
  const { bounds } = frame;
  return {
    kind: 'silence',
    fragmentId: name(frame.fragmentId, 'fragment id', NAME_UNITS),
    step,
    version: positive(frame.version, 'version'),
    atMs: count(frame.atMs, 'at_ms'),
    ...(bounds ? { bounds: boundsOf(bounds) } : {}),
  };
}

export function toWireSilenceReply({ done, atMs, report }: SilenceReply): WireSilenceReply {
  const groups = report?.groups.map(({ key, levels }) => ({ key: key.map(toWireValue), levels: [...levels] }));
  return { done, atMs, ...(groups === undefined ? {} : { groups }) };
}

export function fromWireSilenceReply(frame: WireSilenceReply): SilenceReply {
  const done = frame.done === true;
  return { kind: 'silence', done, atMs: count(frame.atMs, 'at_ms'), report: reportOf(frame) };
}

export function toWireSilentProgress(progress: SilentProgress): WireSilentProgress {
  return { ...progress };
}

export function fromWireSilentProgress(frame: WireSilentProgress): SilentProgress {
  return {
    version: positive(frame.version, 'version'),
    heldMs: count(frame.heldMs, 'held_ms'),
    broken: frame.broken === true,
  };
}

function boundsOf(frame: NonNullable<WireSilence['bounds']>): SilentBounds {
  return {
    atom: count(frame.atom, 'atom'),
    others: frame.others ?? null,
    groups: list(frame.groups, 'groups', SILENT_GROUPS).map((g) => ({
      key: keyOf(g),
      bound: levelsOf(g)[0] ?? Number.NaN,
    })),
    mass: frame.mass ?? 0,
  };
}

function reportOf(frame: WireSilenceReply): SilentReport {
  return {
    groups: list(frame.groups, 'groups', SILENT_GROUPS).map((g) => ({ key: keyOf(g), levels: levelsOf(g) })),
  };
}

function keyOf(group: WireGroup): RowValues {
  return list(group.key, 'values of a key', COLUMNS).map((v) => fromWireValue(v));
}

function levelsOf(group: WireGroup): readonly number[] {
  return list(group.levels, 'levels', SILENT_ATOMS);
}
