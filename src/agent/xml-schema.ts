/** A metric declared by EPL: `@XMLSchema(…) @XMLSchemaField(…) create xml schema Disk()`. */
import { analyzeModule } from '../epl/analyze.ts';
import { LayeredCatalog } from '../epl/catalog.ts';
import { parseModule } from '../epl/parse.ts';
import { CodedError } from '../model/errors.ts';
import { stringifyType } from '../model/value.ts';
import type { PropertyDeclaration } from '../ports/registry.ts';
import { XmlDocumentReader } from '../sources/xml-document.ts';

export interface XmlSchema {
  readonly fields: readonly PropertyDeclaration[];
  readonly documents: XmlDocumentReader;
}

/** Throws `INVALID_METRIC`, and what parsing and checking throw. */
export function readXmlSchema(name: string, text: string): XmlSchema {
  const module = analyzeModule(parseModule(text), new LayeredCatalog());
  const [statement, more] = module.statements;
  if (statement?.kind !== 'createSchema' || more !== undefined || statement.eventType.xml === undefined) {
    throw new CodedError('INVALID_METRIC', `the schema of metric '${name.slice(0, 80)}' is no xml schema`, {
      hint: "write @XMLSchema(rootElementName='…') @XMLSchemaField(…) create xml schema NAME()",
    });
  }
  const { eventType } = statement;
  if (eventType.name !== name) {
    throw new CodedError('INVALID_METRIC', `the schema declares '${eventType.name}', not '${name.slice(0, 80)}'`);
  }
  return {
    fields: eventType.properties.map((p) => ({ name: p.name, type: stringifyType(p.type) })),
    documents: new XmlDocumentReader(statement.eventType.xml),
  };
}
