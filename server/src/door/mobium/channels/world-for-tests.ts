/**
 * @module A relay's channels without its sockets: clients that log in, say something, and keep what they are told.
 */
import type { ChannelId } from '@sotto/wire'
import type { Capability, DownMessage, UpMessage, WrittenForm } from '@sotto/wire/live'
import { countingRandomness, forwarding, HandClock } from '#relay/channels/channels-for-tests.ts'
import { Rooms } from '#relay/channels/rooms.ts'
import { Turns } from '#relay/channels/turns.ts'
import type { ChannelDeps, ChannelPolicy } from '#door/mobium/channels/channel-deps.ts'
import { channelHandlers, roomWatcher } from '#door/mobium/channels/channel-handlers.ts'
import { fakeClient, fakePresence, type FakeClient } from '#door/mobium/client-for-tests.ts'
import { Refusal, type Client, type Handle } from '#door/mobium/client.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import type { ChannelStore } from '#store/channels.ts'

export const channel = new Uint8Array(32).fill(200) as ChannelId
export const elsewhere = new Uint8Array(32).fill(201) as ChannelId
export const metadata = Uint8Array.of(1, 2, 3)

interface Choices {
  readonly policy?: Partial<ChannelPolicy>
  /** Stands in front of what the store does. */
  readonly channels?: (store: ChannelStore) => Partial<ChannelStore>
}

export function openWorld({ policy, channels: changed }: Choices = {}) {
  const store = openMemoryStore()
  const channels: ChannelStore = forwarding(store.channels, changed?.(store.channels) ?? {})
  const clock = new HandClock()
  const presence = fakePresence()
  const rooms = new Rooms<Client>(channels)
  const ended: string[] = []
  const posted: number[] = []
  const deps: ChannelDeps = {
    channels,
    rooms,
    turns: new Turns(),
    presence,
    clock,
    randomness: countingRandomness(),
    policy: {
      ttlMillis: 604_800_000,
      history: { maxMessages: 50_000, maxBytes: 2 ** 28 },
      maxMembers: 1000,
      autoCreate: true,
      maxMessageBytes: 1000,
      ...policy,
    },
    endVoice: (room, identity) => void ended.push(`${room} ${identity}`),
    onPosted: (recipients) => void posted.push(recipients),
    onDamaged: () => undefined,
  }
  const handlers = channelHandlers(deps)
  const watcher = roomWatcher(rooms)

  return {
    ...deps,
    clock,
    store,
    /** Who went out of which call, in hex. */
    ended,
    /** How many connections each message was handed to. */
    posted,

    async logIn(
      identity: number,
      choices: {
        readonly capabilities?: readonly Capability[]
        readonly device?: number
        readonly form?: WrittenForm
        readonly exchangeKey?: { readonly publicKey: Uint8Array; readonly signature: undefined }
      } = {},
    ): Promise<FakeClient> {
      const { exchangeKey, ...rest } = choices
      const client = fakeClient({ identity, ...rest })
      await store.identities.enter(client.identity, client.mailbox, exchangeKey)
      presence.add(client)
      await watcher.entered?.(client)
      return client
    },

    logOut(client: FakeClient): void {
      presence.remove(client)
      watcher.left(client)
    },

    /** Resolves to what the client was sent since it was last looked at. */
    async say(client: FakeClient, message: UpMessage): Promise<readonly DownMessage[]> {
      // The handler in the table under a type takes messages of that type.
      const handle = handlers[message.type] as Handle<UpMessage['type']> | undefined
      if (handle === undefined) throw new TypeError('Cannot handle message: no handler')
      await handle(client, message)
      return client.take()
    },

    /** Resolves to the reason and the text of the refusal. */
    async refusal(client: FakeClient, message: UpMessage): Promise<readonly unknown[]> {
      const error: unknown = await this.say(client, message).catch((thrown: unknown) => thrown)
      if (!(error instanceof Refusal)) throw new TypeError('Cannot look at a refusal: none came')
      if (error.shown === undefined) return [error.reason]
      const { code, message: text } = error.shown
      return code === undefined ? [error.reason, text] : [error.reason, text, code]
    },

    async reason(client: FakeClient, message: UpMessage): Promise<unknown> {
      return (await this.refusal(client, message))[0]
    },

    /** Joins, and forgets what was said meanwhile. */
    async join(...clients: readonly FakeClient[]): Promise<void> {
      for (const client of clients) {
        await this.say(client, { type: 'join_channel', channel_id: channel })
      }
      for (const client of clients) client.take()
    },
  }
}
