/**
 * Members that no type declares, read as `temp?`: a row holds declared properties alone, so that they travel in columns of
 * their own, with every stream of a module that reads some. Where the module asks `exists`, so does whether a member was there.
 *
 * Told by the text: which event a name belongs to is not asked. A name that the type declares needs no column of its own.
 */
import type { AstExpressionDeclaration, AstStatement } from '../model/ast.ts';
import type { EventType, Property } from '../model/event-type.ts';
import { memberColumn } from '../model/member-columns.ts';
import { BOOLEAN, OBJECT } from '../model/value.ts';

export interface UndeclaredReads {
  /** Sorted. */
  readonly names: readonly string[];
  /** True if `exists` is asked somewhere. */
  readonly existence: boolean;
}

export function undeclaredReads(nodes: readonly (AstStatement | AstExpressionDeclaration)[]): UndeclaredReads {
  const names = new Set<string>();
  let existence = false;
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('kind' in node && 'name' in node && typeof node.name === 'string') {
      if (node.kind === 'name' && 'dynamic' in node && node.dynamic === true) names.add(node.name);
      if (node.kind === 'call' && node.name.toLowerCase() === 'exists') existence = true;
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'position') walk(child);
  };
  for (const node of nodes) walk(node);
  return { names: [...names].sort(), existence };
}

/** Columns for what the module may ask of events of `type` beyond its properties. */
export function memberColumns(type: EventType, { names, existence }: UndeclaredReads): readonly Property[] {
  return names.flatMap((member): Property[] => {
    const declared = type.properties.some((p) => p.name === member);
    return [
      ...(declared ? [] : [{ name: memberColumn({ kind: 'member', member }), type: OBJECT }]),
      ...(existence ? [{ name: memberColumn({ kind: 'presence', member }), type: BOOLEAN }] : []),
    ];
  });
}
