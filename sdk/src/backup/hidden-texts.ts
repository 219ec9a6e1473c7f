/**
 * @module What the ids of records stand for that are keyed names: another vault has other names for the same.
 */
import type { Primitives } from '@sotto/primitives'
import { contacts, identityText, peers } from '#contacts/contact.ts'
import { addressOf, addressText, allReadingKeys } from '#contacts/reading-keys.ts'
import { remoteAddress, sessionId } from '#sessions/device.ts'
import type { Reader } from '#state/work.ts'

/**
 * Adds to `texts`, by id: of everybody whom we write to, and of everything that is read. What belongs to nobody any more
 * has no text, and nobody misses it.
 */
export async function addHiddenTexts(
  texts: Map<string, string>,
  reader: Reader,
  primitives: Primitives,
  hide: (text: string) => string,
): Promise<void> {
  const add = (text: string): void => void texts.set(hide(text), text)
  // Whoever hides nothing gets the text itself.
  const addSession = (identity: string): void =>
    add(sessionId({ hide: (text) => text }, remoteAddress(identity)))
  for (const { value } of await contacts.all(reader)) {
    const { identity, changedIdentity } = value
    add(identityText(identity))
    addSession(identity)
    if (changedIdentity !== undefined) addSession(changedIdentity)
  }
  for (const { value } of await peers.all(reader)) addSession(value.identity)
  for (const key of await allReadingKeys(reader)) {
    add(addressText(addressOf({ primitives }, Uint8Array.fromHex(key))))
  }
}
