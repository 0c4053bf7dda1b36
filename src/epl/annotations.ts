/** Annotations of statements: Esper's own (reference §5.2.7) and this agent's; capitals do not count. */
import type { Position } from '../model/errors.ts';
import { didYouMeanHint } from './names.ts';
import { fail } from './scope.ts';

const ANNOTATIONS: readonly string[] = [
  'Name',
  'Description',
  'Tag',
  'Priority',
  'Drop',
  'Hint',
  'Hook',
  'Audit',
  'NoLock',
  'EventRepresentation',
  'IterableUnbound',
  'XMLSchema',
  'XMLSchemaField',
  'XMLSchemaNamespacePrefix',
  'JsonSchema',
  'JsonSchemaField',
  'AvroSchemaField',
  'Public',
  'Protected',
  'Private',
  'BusEventType',
  'OnSilence',
  'Silent',
];

/** Marks fragments that keep silent (planner/fragment-text.ts); nobody is pointed to it. */
const BETWEEN_AGENTS = 'silent';
const KNOWN: ReadonlySet<string> = new Set([...ANNOTATIONS.map((name) => name.toLowerCase()), BETWEEN_AGENTS]);

/** Esper refuses a statement with an annotation whose class it does not find. @throws CodedError INVALID_STATEMENT */
export function requireAnnotation(name: string, position: Position): void {
  const simple = name.slice(name.lastIndexOf('.') + 1);
  if (KNOWN.has(simple.toLowerCase())) return;
  fail('INVALID_STATEMENT', `unknown annotation '@${name}'`, position, didYouMeanHint(simple, ANNOTATIONS));
}
