/** "Did you mean": the known name nearest to one that is not known. */

/** Longer names are not compared: the work is their product, and nobody mistypes one. */
const MAX_COMPARED_LENGTH = 80;

/** The candidate nearest to `name` by edits, capitals aside, or undefined if none is near: more than a third of it wrong. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance || candidate.length > MAX_COMPARED_LENGTH) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `did you mean 'memutil'?`, else the known names, else undefined: the hint of an error about an unknown name. */
export function hintNames(name: string, candidates: Iterable<string>, what = 'known'): string | undefined {
  const names = [...candidates];
  const near = nearestName(name, names);
  if (near !== undefined) return `did you mean '${near}'?`;
  if (names.length === 0) return undefined;
  const shown = names.slice(0, 20);
  return `${what}: ${shown.join(', ')}${names.length > shown.length ? ', …' : ''}`;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let d = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        d = Math.min(d, (beforeLast[j - 2] ?? 0) + 1);
      row.push(d);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
