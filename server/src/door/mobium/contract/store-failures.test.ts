/**
 * @module What the live door's clients see of a store that does not work: nothing is answered that did not happen, and
 * nothing happens that was refused.
 */
import { describe, expect, test } from 'vitest'
import { openMemoryStore } from '#store/memory/open.ts'
import { StoreError, type Store } from '#store/store.ts'
import {
  arrive,
  depart,
  gather,
  requestFailed,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient, type Message } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, Person } from '#door/mobium/contract/person-for-tests.ts'

/** A real store behind a switch: while it is set, whatever is asked of its ports rejects with it. */
function switchable() {
  const real = openMemoryStore()
  const state: { fail: Error | undefined } = { fail: undefined }
  const guarded = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        if (name === 'count') return member.bind(target)
        return async (...args: unknown[]): Promise<unknown> => {
          if (state.fail !== undefined) throw state.fail
          return await member.apply(target, args)
        }
      },
    })
  const { mailboxes, identities, bundles, channels } = real
  const store: Store = {
    ...real,
    mailboxes: guarded(mailboxes),
    identities: guarded(identities),
    bundles: guarded(bundles),
    channels: guarded(channels),
    [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
  }
  return { state, store }
}

const ours = { caps: ['ack', 'keys', 'records', 'devices', 'watch'] }

/** One of every kind that touches the store. */
const requests = (friend: MobiumClient, channel_id: string): readonly Message[] => [
  { type: 'message', recipient: friend.name, payload: '01' },
  { type: 'create_channel', channel_id: draw(), encrypted_metadata: '' },
  { type: 'join_channel', channel_id },
  { type: 'leave_channel', channel_id },
  { type: 'channel_message', channel_id, payload: '01', bucket_size: 0 },
  { type: 'get_history', channel_id },
  { type: 'get_members', channel_id },
  {
    type: 'sender_key_distribution',
    channel_id,
    sender_x25519_pub: draw(),
    distributions: [{ recipient: friend.name, encrypted_dist: '01' }],
  },
  {
    type: 'publish_prekeys',
    identity_x25519_pub: draw(),
    signed_prekey: draw(),
    signed_prekey_sig: draw(64),
  },
  { type: 'get_prekey_bundle', target_pubkey: friend.name },
  { type: 'get_prekey_count' },
  { type: 'join_voice', channel_id },
  { type: 'set_channel_access', channel_id, access_mode: 'private' },
  { type: 'create_invite', channel_id },
  { type: 'set_role', channel_id, target_pubkey: friend.name, role: 'moderator' },
  { type: 'ban_user', channel_id, target_pubkey: friend.name },
  { type: 'unban_user', channel_id, target_pubkey: friend.name },
  { type: 'get_bans', channel_id },
  { type: 'publish_keys', bundle: '01', one_time: [], kem_one_time: [] },
  { type: 'get_key_bundle', target_pubkey: friend.name },
  { type: 'get_key_counts' },
  { type: 'publish_devices', record: '01' },
  { type: 'get_devices', target_pubkey: friend.name },
  { type: 'append_record', channel_id, record: '01' },
  { type: 'get_records', channel_id },
]

const failures: readonly Error[] = [
  new StoreError('busy', 'Cannot write: too much waits'),
  new StoreError('disk-full', 'Cannot write: no room'),
  new TypeError('Cannot foresee this'),
]

describe('A store that does not work', () => {
  test.each(failures)(
    '%s: everything is an error, nothing has happened, and the sockets stay',
    async (failure) => {
      const { state, store } = switchable()
      await using relay = await startLive({ store })
      using client = await arrive(relay, ours)
      using friend = await arrive(relay)
      const channel_id = await gather(client, friend)
      state.fail = failure
      for (const message of requests(friend, channel_id)) {
        expect(await client.ask(message)).toEqual({ ...requestFailed, code_str: 'unavailable' })
      }
      using stranger = await MobiumClient.connect({ port: relay.port })
      const person = Person.draw()
      expect(await stranger.ask(stranger.login(person))).toEqual(requestFailed)
      state.fail = undefined
      await client.expectNothing()
      await friend.expectNothing()
      const { members } = await friend.ask({ type: 'get_members', channel_id })
      expect(members).toEqual([client.name, friend.name])
      expect(await friend.ask({ type: 'get_history', channel_id, after_id: 0 })).toMatchObject({
        count: 0,
      })
      await stranger.logIn(person)
      expect((await client.ask({ type: 'get_records', channel_id }))['records']).toEqual([])
    },
  )

  test('a message that was not stored reaches nobody, and may come again with its id', async () => {
    const { state, store } = switchable()
    await using relay = await startLive({ store })
    using client = await arrive(relay, ours)
    using friend = await arrive(relay)
    const client_id = draw(16)
    const message = { type: 'message', recipient: friend.name, payload: '01', client_id }
    state.fail = failures[0]
    expect(await client.ask(message)).toMatchObject({ type: 'error', re: client_id })
    state.fail = undefined
    await friend.expectNothing()
    expect(await client.ask(message)).toMatchObject({ type: 'ack', status: 'delivered' })
    expect(await friend.sofar()).toHaveLength(1)
  })

  test('an acknowledgement that cannot be written ends the socket, and the message comes again', async () => {
    const { state, store } = switchable()
    const flags = { 'ws-ack-batch-size': '1' }
    await using relay = await startLive({ store, flags })
    using friend = await arrive(relay)
    const client = await arrive(relay, ours)
    const { person } = client
    await friend.ask({ type: 'message', recipient: person.name, payload: '01' })
    const { id } = await client.next('message')
    state.fail = failures[1]
    client.send({ type: 'ack', ids: [id] })
    expect((await client.socket.closed()).code).toBe(1011)
    state.fail = undefined
    using again = await arrive(relay, { ...ours, person })
    expect((await again.next('message'))['id']).toBe(id)
    await depart(relay, again)
  })
})
