/** Data forms (XEP-0004) of node configurations. */
import { xml, type Element } from '@xmpp/xml';
import { NS, StanzaRefusal } from './stanza.ts';

const PREFIX = 'pubsub#';
/** Fields read of one form. */
const MAX_FIELDS = 100;

/** Options without the prefix, of the form in `parent`; empty without one. Throws bad-request for a form without end. */
export function readForm(parent: Element): ReadonlyMap<string, string> {
  const fields = parent.getChild('x', NS.data)?.getChildren('field') ?? [];
  if (fields.length > MAX_FIELDS) throw new StanzaRefusal('bad-request');
  const named = fields.filter((field) => (field.attrs['var'] ?? '').startsWith(PREFIX));
  return new Map(named.map((f) => [(f.attrs['var'] ?? '').slice(PREFIX.length), f.getChildText('value') ?? '']));
}

export function configForm(
  type: 'form' | 'result',
  config: ReadonlyMap<string, string>,
  formType = 'http://jabber.org/protocol/pubsub#node_config',
): Element {
  const fields = [...config].map(([name, value]) => xml('field', { var: PREFIX + name }, xml('value', {}, value)));
  const head = xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, formType));
  return xml('x', { xmlns: NS.data, type }, head, ...fields);
}
