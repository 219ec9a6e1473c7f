import { describe, expect, test } from 'vitest'
import type { ChannelId } from '@sotto/wire'
import { fakeClient, identityOf } from '#door/mobium/client-for-tests.ts'
import { sendWaitingKeys } from '#door/mobium/channels/send-waiting-keys.ts'

const channel = new Uint8Array(32).fill(200) as ChannelId

const keys = Array.from({ length: 300 }, (_, index) => ({
  sender: identityOf(index % 200),
  senderExchangeKey: { publicKey: new Uint8Array(32), signature: undefined },
  distribution: Uint8Array.of(index >> 8, index & 255),
}))

describe('Keys that wait for a member', () => {
  test('all come, in their order, with a turn for the socket between them', async () => {
    const client = fakeClient({ identity: 1 })
    const done = sendWaitingKeys({ channels: { senderKeysFor: async () => keys } }, client, channel)
    const seen: number[] = []
    const watch = (): void => {
      seen.push(client.sent.length)
      if (client.sent.length < keys.length) setImmediate(watch)
    }
    setImmediate(watch)
    await done
    const received = client.sent.map((message) =>
      message.type === 'sender_key_distribution' ? message.encrypted_distribution : undefined,
    )
    expect(received).toEqual(keys.map(({ distribution }) => distribution))
    expect(seen.some((count) => count > 0 && count < keys.length)).toBe(true)
  })
})
