/** Markup inside an element tree, written as it stands: payloads are encoded once and never parsed again to be sent. */
import { Element } from '@xmpp/xml';

export class RawXml extends Element {
  readonly #markup: string;

  /** `markup` must be one well-formed element that declares its own namespaces. */
  constructor(markup: string) {
    super('raw');
    this.#markup = markup;
  }

  override write(writer: (text: string) => void): void {
    writer(this.#markup);
  }
}
