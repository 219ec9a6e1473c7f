/**
 * @module Keys without sockets: a store in memory, and the questions that clients ask of it.
 */
import type { MailboxId } from '@sotto/wire'
import type { UpMessage, UpType } from '@sotto/wire/live'
import { mailboxOf } from '#door/mobium/address.ts'
import type { Client } from '#door/mobium/client.ts'
import { fakeClient, fakePresence, type FakeClient } from '#door/mobium/client-for-tests.ts'
import { createKeys, type KeysDeps } from '#door/mobium/keys/key-handlers.ts'
import { openMemoryStore } from '#store/memory/open.ts'

export const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
export const keys = (count: number, from = 1): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => key(from + i))

export type Ask = <Type extends UpType>(
  client: Client,
  message: Extract<UpMessage, { readonly type: Type }>,
) => Promise<void>

export function openKeys(given: Partial<KeysDeps> = {}) {
  const store = openMemoryStore()
  const presence = fakePresence()
  const events: string[] = []
  const deps: KeysDeps = {
    bundles: store.bundles,
    identities: store.identities,
    presence,
    meter: (_mailbox: MailboxId) => true,
    lowThreshold: 0,
    maxPoolKeys: 100,
    events: {
      prekeysLow: () => void events.push('low'),
      prekeysServed: (outcome) => void events.push(outcome),
      storeFailed: (code) => void events.push(code),
    },
    ...given,
  }
  const opened = createKeys(deps)

  /** A client that has logged in. */
  async function enter(...args: Parameters<typeof fakeClient>): Promise<FakeClient> {
    const fake = fakeClient(...args)
    const client = { ...fake, mailbox: mailboxOf(fake.identity, fake.device) }
    await store.identities.enter(client.identity, client.mailbox, undefined)
    presence.add(client)
    return client
  }

  const ask: Ask = async (client, message) => {
    // The table has a handler for each type that has one; which one this is, the type says.
    const handle = opened.handlers[message.type] as
      ((client: Client, message: UpMessage) => Promise<void>) | undefined
    await handle?.(client, message)
  }

  return { ask, deps, enter, events, keys: opened, presence, store }
}
