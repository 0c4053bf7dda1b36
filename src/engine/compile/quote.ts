/**
 * The one quoting function of generated code (ENGINE rule 8): every text that stems from a statement or a catalog
 * enters JavaScript source through {@link quote} and nothing else. Values of literals do not enter source at all: they
 * are parameters.
 */

/**
 * A JavaScript string literal that denotes `text`: JSON's escapes, and everything outside printable ASCII as \uXXXX, so
 * that neither line separators nor lone surrogates nor an encoding can end the literal.
 */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e]/gu, (unit) => [...unit].map((c) => escapeUnits(c)).join(''));
}

function escapeUnits(character: string): string {
  let out = '';
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}
