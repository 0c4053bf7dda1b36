/** How an XML document becomes an event: `@XMLSchema`, `@XMLSchemaField` of `create xml schema` (Esper reference §3.9, appendix on annotations). */
import type { ValueType } from './value.ts';

export interface XmlField {
  readonly name: string;
  /** XPath from the document, or from its root element when it does not begin with `/`. */
  readonly path: string;
  readonly type: ValueType;
  /** True for `type='boolean'` without a cast: XPath's boolean(), which asks whether there is such a node. */
  readonly existence: boolean;
}

export interface XmlMapping {
  /** Local name of the root element; documents with another are refused. */
  readonly root: string;
  readonly fields: readonly XmlField[];
}
