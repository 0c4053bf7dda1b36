/** "Did you mean" for names in EPL. */
import { nearestName } from '../model/nearest-name.ts';

/** The candidate nearest to `name`, or null. */
export function didYouMean(name: string, candidates: Iterable<string>): string | null {
  return nearestName(name, candidates) ?? null;
}

/** `did you mean 'x'?`, or undefined: for the hint of an error. */
export function didYouMeanHint(name: string, candidates: Iterable<string>): string | undefined {
  const nearest = didYouMean(name, candidates);
  return nearest === null ? undefined : `did you mean '${nearest}'?`;
}
