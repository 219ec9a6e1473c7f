/**
 * @module Who is who: what a contact is called, and whom a person means by a name that they typed.
 */
import { Refusal } from '#refusal.ts'
import { nearest } from '#text/nearest.ts'

/** A contact; or a channel, which has no identity. */
export interface Nameable {
  readonly id: string
  readonly identity: string
  readonly nickname?: string | undefined
  readonly name?: string | undefined
}

export function nameOf({ nickname, name, identity }: Omit<Nameable, 'id'>): string {
  return nickname ?? name ?? shortIdentity(identity)
}

/** For who has no name. */
export function shortIdentity(identity: string): string {
  return `${identity.slice(0, 8)}…`
}

/** Shorter beginnings of ids mean nobody: they would mean another tomorrow. */
const minIdCharacters = 4

/** By nickname, name, or the beginning of id, identity or address; exact names before beginnings of names. */
export function contactsMeant<Each extends Nameable>(
  contacts: readonly Each[],
  given: string,
): readonly Each[] {
  const wanted = fold(given)
  if (wanted === '') return []
  const rules: readonly ((contact: Each) => boolean)[] = [
    ({ id, identity }) => id === wanted || identity === wanted,
    ({ nickname }) => nickname !== undefined && fold(nickname) === wanted,
    ({ name, nickname }) => nickname === undefined && name !== undefined && fold(name) === wanted,
    ({ name }) => name !== undefined && fold(name) === wanted,
    ({ id, identity }) =>
      wanted.length >= minIdCharacters && (id.startsWith(wanted) || identity.startsWith(wanted)),
    (contact) => fold(nameOf(contact)).startsWith(wanted),
  ]
  for (const rule of rules) {
    const found = contacts.filter(rule)
    if (found.length > 0) return found
  }
  return []
}

/** One, or a sentence that says why not. */
export function findContact<Each extends Nameable>(contacts: readonly Each[], given: string): Each {
  const found = contactsMeant(contacts, given)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (found.length > 1) throw new Refusal(ambiguous(found, given), 'usage')
  const near = nearest(given, contacts.map(nameOf))
  throw new Refusal(
    `You have no contact called "${given}".\n` +
      (near === undefined ? 'See: sotto contacts list' : `Did you mean: ${near}`),
    'usage',
  )
}

function ambiguous(found: readonly Nameable[], given: string): string {
  const count = countInWords(found.length)
  const called = found.every((contact) => fold(nameOf(contact)) === fold(given))
  const lines = found
    .slice(0, 5)
    .map((contact) => `  ${nameOf(contact)}${ofIdentity(contact)}, id ${contact.id.slice(0, 8)}`)
  return [
    called
      ? `${count} contacts are called ${given}:`
      : `"${given}" may mean ${count.toLowerCase()} contacts:`,
    ...lines,
    ...(found.length > lines.length ? [`  and ${found.length - lines.length} more`] : []),
    'Say which by the id, or give one a nickname: sotto contacts nickname ID NAME',
  ].join('\n')
}

function ofIdentity({ identity }: Nameable): string {
  return identity === '' ? '' : ` (${identity.slice(0, 8)})`
}

function countInWords(count: number): string {
  return ['No', 'One', 'Two', 'Three', 'Four', 'Five'][count] ?? String(count)
}

/** Case and Unicode forms do not make another name. */
export function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}
