/**
 * @module Clients without a socket: what a handler sends them is kept, in order.
 */
import type { IdentityKey, MailboxId } from '@sotto/wire'
import { readDown, type WrittenForm, type Capability, type DownMessage } from '@sotto/wire/live'
import {
  identityName,
  type Client,
  type Presence,
  type SharedFrame,
  type SharedMessage,
} from '#door/mobium/client.ts'

export interface FakeClient extends Client {
  /** Everything sent, shared messages as a client reads them. */
  readonly sent: DownMessage[]
  readonly shared: SharedMessage[]
  readonly media: SharedFrame[]
  /** What was sent since the last time that somebody asked. */
  take(): readonly DownMessage[]
}

/** An identity that is 32 times the same byte. */
export function identityOf(byte: number): IdentityKey {
  return new Uint8Array(32).fill(byte) as IdentityKey
}

export function fakeClient({
  identity: byte,
  device = 1,
  capabilities = [],
  form = 'array',
}: {
  readonly identity: number
  readonly device?: number
  readonly capabilities?: readonly Capability[]
  readonly form?: WrittenForm
}): FakeClient {
  const identity = identityOf(byte)
  const sent: DownMessage[] = []
  const shared: SharedMessage[] = []
  const media: SharedFrame[] = []
  let taken = 0
  return {
    identity,
    name: identityName(identity),
    device,
    mailbox: (byte * 1000 + device).toString(16).padStart(64, '0') as MailboxId,
    form,
    has: (capability) => capabilities.includes(capability),
    send: (message) => void sent.push(message),
    sendShared(message) {
      shared.push(message)
      sent.push(readShared(message, form))
    },
    hasRoom: () => Promise.resolve(),
    sendMedia: (frame) => void media.push(frame),
    sent,
    shared,
    media,
    take() {
      const since = sent.slice(taken)
      taken = sent.length
      return since
    },
  }
}

function readShared(message: SharedMessage, form: WrittenForm): DownMessage {
  const read = readDown(message.bytes(form))
  if (read.kind !== 'message') throw new TypeError('Cannot read shared message: malformed')
  return read.message
}

export interface FakePresence extends Presence {
  add(...clients: readonly Client[]): void
  remove(client: Client): void
}

export function fakePresence(...clients: readonly Client[]): FakePresence {
  const online = new Set(clients)
  const clientsOf = (name: string): Client[] => [...online].filter((one) => one.name === name)
  return {
    clientsOf,
    isOnline: (name) => clientsOf(name).length > 0,
    add: (...more) => more.forEach((client) => online.add(client)),
    remove: (client) => void online.delete(client),
  }
}
