/**
 * @module The end of a relay, and the next one on the same data (mobium reference §6.4, behaviour 91).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  arrive,
  gather,
  joinChannel,
  startLive,
  visit,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, text } from '#door/mobium/contract/person-for-tests.ts'
import { Program } from '#door/mobium/contract/program-for-tests.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-life-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('A relay that ends', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'mobium 91: by %s, and is started again, has everything that it answered for',
    async (signal) => {
      const setting = { folder, env: { SC_DATABASE_URL: 'sqlite://./mobium.db' } }
      await using first = await Program.start(setting)
      const alice = await arrive(first, { x25519_pub: draw() })
      const bob = await visit(first)
      const channel_id = await gather(alice)
      await alice.ask({ type: 'message', recipient: bob.name, payload: text('for later') })
      const said = { type: 'channel_message', channel_id, payload: text('said'), bucket_size: 0 }
      await alice.ask(said)
      const bundle = {
        identity_x25519_pub: draw(),
        signed_prekey: draw(),
        signed_prekey_sig: draw(64),
      }
      await alice.ask({ type: 'publish_prekeys', ...bundle })
      const ended = await first.end(signal)
      expect(ended).toBe(signal === 'SIGKILL' ? 'SIGKILL' : 0)
      // A program that is killed says no goodbye.
      const { code } = await alice.socket.closed()
      expect(code).toBe(signal === 'SIGKILL' ? 1006 : 1001)

      await using second = await Program.start(setting)
      using client = await MobiumClient.connect({ port: second.port })
      const { waiting, success } = await client.logIn(bob)
      expect(success['offline_count']).toBe(1)
      expect(waiting.map(({ sender, payload }) => [sender, payload])).toEqual([
        [alice.name, text('for later')],
      ])
      expect(
        await client.ask({ type: 'get_prekey_bundle', target_pubkey: alice.name }),
      ).toMatchObject(bundle)
      using again = await arrive(second, { person: alice.person })
      const history = await again.ask({ type: 'get_history', channel_id, after_id: 0 })
      expect(history['messages']).toMatchObject([{ payload: text('said') }])
      await joinChannel(client, channel_id)
      expect(await again.next()).toEqual({
        type: 'member_joined',
        channel_id,
        member: client.name,
      })
      await client.ask({ ...said, payload: text('and goes on') })
      expect((await again.next('channel_message'))['payload']).toBe(text('and goes on'))
      await second.end('SIGTERM')
    },
  )

  test('closes its sockets with 1001, whether they are logged in or not', async () => {
    await using relay = await startLive()
    using stranger = await MobiumClient.connect({ port: relay.port })
    using client = await arrive(relay)
    const stopped = relay.stop()
    for (const { socket } of [stranger, client]) {
      expect(await socket.closed()).toEqual({ code: 1001, reason: 'Server shutting down' })
    }
    await stopped
  })

  test('ends in its time, though somebody reads nothing', async () => {
    await using relay = await startLive({ flags: { 'shutdown-timeout-secs': '1' } })
    using deaf = await arrive(relay)
    using talker = await arrive(relay, { form: 'bin' })
    const channel_id = await gather(deaf, talker)
    deaf.socket.pause()
    const payload = draw(2 ** 19)
    for (let i = 0; i < 12; i++) {
      await talker.ask({ type: 'channel_message', channel_id, payload, bucket_size: 10 })
    }
    await relay.stop()
  })
})
