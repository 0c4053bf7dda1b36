/** All checkers of a run. */
import type { Checker, SimRun } from '../sim-run.ts';
import { Bounds } from './bounds.ts';
import { Held } from './held.ts';
import { PolicyKept } from './policy-kept.ts';
import { Monotone } from './monotone.ts';
import { EachOnce } from './once.ts';
import { SameAsOneEngine } from './same-as-one-engine.ts';
import { Settled } from './settled.ts';

export function makeCheckers(run: SimRun): readonly Checker[] {
  return [
    new SameAsOneEngine(run),
    new EachOnce(),
    new Monotone(run),
    new Bounds(),
    new Settled(),
    new Held(),
    new PolicyKept(run),
  ];
}
