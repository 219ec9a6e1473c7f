/**
 * @module What every backend promises of those who log in at the live door.
 */
import { describe, expect, test } from 'vitest'
import {
  at,
  envelopeTo,
  fresh,
  freshIdentity,
  freshMailbox,
  hex,
  roomy,
  type Backend,
  channelIn,
} from '#store/samples-for-tests.ts'

export function identitiesContract(name: string, backend: Backend): void {
  describe(`${name}: identities`, () => {
    test('knows who entered, and makes the mailbox of each device known', async () => {
      const store = await backend.shared()
      const identity = freshIdentity()
      expect(await store.identities.isKnown(identity)).toBe(false)
      const mailboxes = [freshMailbox(), freshMailbox()]
      for (const mailbox of mailboxes) {
        await store.identities.enter(identity, mailbox, undefined)
        await store.identities.enter(identity, mailbox, undefined)
        const sent = await store.mailboxes.deposit(envelopeTo(mailbox, 'hi'), roomy)
        expect(sent.kind).toBe('stored')
      }
      expect(await store.identities.isKnown(identity)).toBe(true)
      expect(await store.identities.isKnown(freshIdentity())).toBe(false)
    })

    test('leaves what waits for somebody who enters again', async () => {
      const store = await backend.shared()
      const identity = freshIdentity()
      const mailbox = freshMailbox()
      await store.identities.enter(identity, mailbox, undefined)
      await store.mailboxes.deposit(envelopeTo(mailbox, 'stays'), roomy)
      await store.identities.enter(identity, mailbox, {
        publicKey: fresh(32),
        signature: fresh(64),
      })
      const query = { after: 0, maxEnvelopes: 9, maxBytes: 999, nowMillis: 0 }
      expect((await store.mailboxes.collect(mailbox, query)).envelopes).toHaveLength(1)
    })

    test('lets many enter at the same time, the same one among them', async () => {
      const store = await backend.shared()
      const identity = freshIdentity()
      const mailbox = freshMailbox()
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          store.identities.enter(
            i % 2 === 0 ? identity : freshIdentity(),
            i % 2 === 0 ? mailbox : freshMailbox(),
            undefined,
          ),
        ),
      )
      expect(await store.identities.isKnown(identity)).toBe(true)
    })

    test('shows the newest exchange key with its signature, and keeps it when none comes', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const identity = at(members, 0)
      const seen = async (): Promise<readonly (string | undefined)[]> => {
        const [member] = await store.channels.members(channel)
        return [hex(member?.exchangeKey?.publicKey), hex(member?.exchangeKey?.signature)]
      }
      expect(await seen()).toEqual([undefined, undefined])
      const first = { publicKey: fresh(32), signature: fresh(64) }
      const mailbox = freshMailbox()
      await store.identities.enter(identity, mailbox, first)
      const asFirst = [hex(first.publicKey), hex(first.signature)]
      expect(await seen()).toEqual(asFirst)
      await store.identities.enter(identity, mailbox, undefined)
      expect(await seen()).toEqual(asFirst)
      const second = { publicKey: fresh(32), signature: undefined }
      await store.identities.enter(identity, mailbox, second)
      expect(await seen()).toEqual([hex(second.publicKey), undefined])
      await store.identities.enter(identity, mailbox, { ...second, signature: first.signature })
      expect(await seen()).toEqual([hex(second.publicKey), hex(first.signature)])
      const signature = fresh(64)
      await store.identities.enter(identity, mailbox, { ...second, signature })
      expect(await seen()).toEqual([hex(second.publicKey), hex(signature)])
      await store.identities.enter(identity, mailbox, first)
      expect(await seen()).toEqual(asFirst)
    })

    test('does not see what the caller does to its buffers afterwards', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const identity = at(members, 0)
      const key = fresh(32)
      const before = hex(key)
      const entering = store.identities.enter(identity, freshMailbox(), {
        publicKey: key,
        signature: undefined,
      })
      key.fill(0)
      await entering
      expect(hex((await store.channels.members(channel))[0]?.exchangeKey?.publicKey)).toBe(before)
      const record = new Uint8Array([1, 2, 3])
      const setting = store.identities.setDevices(identity, record)
      record.fill(0)
      await setting
      expect(hex(await store.identities.devices(identity))).toBe('010203')
    })

    test('keeps the newest list of devices of whom it knows, and nothing of others', async () => {
      const store = await backend.shared()
      const identity = freshIdentity()
      await store.identities.setDevices(identity, fresh(10))
      expect(await store.identities.devices(identity)).toBeUndefined()
      expect(await store.identities.isKnown(identity)).toBe(false)
      await store.identities.enter(identity, freshMailbox(), undefined)
      expect(await store.identities.devices(identity)).toBeUndefined()
      const [first, second] = [fresh(100), fresh(70_000)]
      await store.identities.setDevices(identity, first)
      expect(hex(await store.identities.devices(identity))).toBe(hex(first))
      await store.identities.setDevices(identity, second)
      await store.identities.enter(identity, freshMailbox(), undefined)
      expect(hex(await store.identities.devices(identity))).toBe(hex(second))
    })

    const { reopen } = backend
    if (reopen === undefined) return
    test('knows them after a restart, with keys and devices', async () => {
      const { store, channel, members } = await channelIn(await backend.open())
      const identity = at(members, 0)
      const key = { publicKey: fresh(32), signature: fresh(64) }
      const mailbox = freshMailbox()
      await store.identities.enter(identity, mailbox, key)
      const devices = fresh(50)
      await store.identities.setDevices(identity, devices)
      const again = await reopen(store)
      expect(await again.identities.isKnown(identity)).toBe(true)
      expect(hex(await again.identities.devices(identity))).toBe(hex(devices))
      const [member] = await again.channels.members(channel)
      expect(hex(member?.exchangeKey?.signature)).toBe(hex(key.signature))
      expect((await again.mailboxes.deposit(envelopeTo(mailbox, 'hi'), roomy)).kind).toBe('stored')
    })
  })
}
