/**
 * Columns of a row that hold no property of its type: members that the type does not declare (`temp?`), and whether the event
 * came with one (`exists(temp?)`). They stand behind the properties; nobody can write their names without back-quotes.
 */
const MEMBER = '~?';
const PRESENCE = '~!';

export type MemberColumn = { readonly kind: 'member' | 'presence'; readonly member: string };

export function memberColumn({ kind, member }: MemberColumn): string {
  return `${kind === 'member' ? MEMBER : PRESENCE}${member}`;
}

/** Null for the name of a property. */
export function parseMemberColumn(name: string): MemberColumn | null {
  if (name.startsWith(MEMBER)) return { kind: 'member', member: name.slice(MEMBER.length) };
  if (name.startsWith(PRESENCE)) return { kind: 'presence', member: name.slice(PRESENCE.length) };
  return null;
}
