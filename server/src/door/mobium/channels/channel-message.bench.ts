/**
 * @module What handing on a channel's message costs, without store and sockets:
 * `bun server/src/door/mobium/channels/channel-message.bench.ts`, and the same with node. A thousand members must stay
 * well under a fifth of a millisecond.
 */
import process from 'node:process'
import type { ChannelId, IdentityKey, MailboxId } from '@sotto/wire'
import type { Capability } from '@sotto/wire/live'
import { Rooms } from '#relay/channels/rooms.ts'
import { Turns } from '#relay/channels/turns.ts'
import { createChannelMessage } from '#door/mobium/channels/channel-message.ts'
import { identityName, type Client, type SharedMessage } from '#door/mobium/client.ts'
import { openMemoryStore } from '#store/memory/open.ts'

const channel = new Uint8Array(32).fill(200) as ChannelId
const { channels } = openMemoryStore()
let bytes = 0

function memberNumber(number: number, capabilities: readonly Capability[]): Client {
  const identity = new Uint8Array(32) as IdentityKey
  new DataView(identity.buffer).setUint32(0, number)
  const announced = new Set(capabilities)
  return {
    identity,
    name: identityName(identity),
    device: 1,
    mailbox: number.toString(16).padStart(64, '0') as MailboxId,
    form: number % 2 === 0 ? 'array' : 'bin',
    has: (capability) => announced.has(capability),
    send: () => undefined,
    sendShared(message: SharedMessage) {
      bytes += message.bytes(this.form).length
    },
    hasRoom: () => Promise.resolve(),
    sendMedia: () => undefined,
  }
}

async function measure(name: string, members: number, payloadBytes: number): Promise<void> {
  const rooms = new Rooms<Client>({ channelsOf: async () => [channel] })
  const clients = Array.from({ length: members }, (_, index) =>
    memberNumber(index, index % 3 === 0 ? ['history'] : []),
  )
  for (const client of clients) await rooms.enter(client.identity, client)
  let sequence = 0
  const post = async () => ({ kind: 'stored', sequence: ++sequence }) as const
  const handle = createChannelMessage({
    channels: { ...channels, post },
    rooms,
    turns: new Turns(),
    clock: Date,
    randomness: { bytes: (length) => new Uint8Array(length) },
    presence: { clientsOf: () => [], isOnline: () => false },
    policy: {
      ttlMillis: 1000,
      history: { maxMessages: 1000, maxBytes: 1000 },
      maxMembers: members,
      autoCreate: true,
      maxMessageBytes: 2 ** 20,
    },
    endVoice: () => undefined,
    onPosted: () => undefined,
    onDamaged: () => undefined,
  })
  const [sender] = clients
  if (sender === undefined) return
  const message = {
    type: 'channel_message',
    channel_id: channel,
    payload: new Uint8Array(payloadBytes).fill(200),
    bucket_size: 0,
  } as const
  let micros = Number.POSITIVE_INFINITY
  // The best of some rounds: the others were disturbed by something else on the machine.
  for (let round = 0; round < 20; round++) {
    const startedAt = performance.now()
    for (let i = 0; i < 200; i++) await handle(sender, message)
    micros = Math.min(micros, ((performance.now() - startedAt) * 1000) / 200)
  }
  process.stdout.write(`${name.padEnd(28)} ${micros.toFixed(1).padStart(7)} µs\n`)
}

await measure('2 members, 532 bytes', 2, 532)
await measure('10 members, 532 bytes', 10, 532)
await measure('1,000 members, 532 bytes', 1000, 532)
await measure('1,000 members, 64 KiB', 1000, 65_556)
if (bytes === 0) throw new Error('Nothing was handed on')
