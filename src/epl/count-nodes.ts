/** Size of a tree, shared parts counted each time: what walking it costs. */

/** Number of nodes (objects with `kind`), or a number above `limit` as soon as it is passed. */
export function countNodes(tree: unknown, limit: number): number {
  let count = 0;
  const pending: unknown[] = [tree];
  while (pending.length > 0 && count <= limit) {
    const node = pending.pop();
    if (typeof node !== 'object' || node === null) continue;
    if ('kind' in node) count++;
    for (const [key, child] of Object.entries(node)) {
      if (key !== 'ast' && key !== 'type' && key !== 'position') pending.push(child);
    }
  }
  return count;
}
