/**
 * @module What arrives at our addresses: opened, decrypted, done and written, many envelopes in one write, and only then
 * acknowledged. What is nobody's business to send, or says nothing, is acknowledged and forgotten.
 */
import { type Content, type Letter, readContent } from '@sotto/wire/content'
import { receiveChannelLetter } from '#channels/receive-letter.ts'
import { type Contact, contactOfIdentity, contacts, putContact } from '#contacts/contact.ts'
import { receiveAtInvitation } from '#contacts/invitations.ts'
import { type Use, useOf } from '#contacts/reading-keys.ts'
import { receiveRequest } from '#contacts/requests.ts'
import type { Engine } from '#engine.ts'
import { isSottoError } from '#errors.ts'
import { addNotice } from '#messages/compose.ts'
import { noteUnreadable, unwrapAgain } from '#messages/healing.ts'
import { receiveContent, receiveUnknown } from '#messages/receive-content.ts'
import { sleep } from '#ports/clock.ts'
import { decryptLetter, openLetter } from '#sessions/decrypt-letter.ts'
import { remoteAddress } from '#sessions/device.ts'
import { hasSession } from '#sessions/stored-session.ts'
import type { Work } from '#state/work.ts'

export interface Envelope {
  readonly address: Uint8Array
  readonly id: Uint8Array
  readonly payload: Uint8Array
  readonly acceptedAtMillis: number
}

/** Envelopes in one write. */
const batch = 128
/** When nothing can be written, nothing is acknowledged, and it is tried again. */
const pauseMillis = 5_000

export class Inbox {
  readonly #engine: Engine
  readonly #acknowledge: (address: Uint8Array, ids: readonly Uint8Array[]) => void
  readonly #failed: (error: unknown) => void
  #waiting: Envelope[] = []
  readonly #over = new AbortController()
  #running: Promise<void> | undefined

  constructor(
    engine: Engine,
    acknowledge: (address: Uint8Array, ids: readonly Uint8Array[]) => void,
    failed: (error: unknown) => void,
  ) {
    this.#engine = engine
    this.#acknowledge = acknowledge
    this.#failed = failed
  }

  /** How many wait: the relay hands out no more than were acknowledged, so this is bounded by its window. */
  get waiting(): number {
    return this.#waiting.length
  }

  push(envelope: Envelope): void {
    if (this.#over.signal.aborted) return
    this.#waiting.push(envelope)
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
  }

  /** The connection was lost: what was not taken in yet comes again. */
  forget(): void {
    this.#waiting = []
  }

  async close(): Promise<void> {
    this.#over.abort()
    this.#waiting = []
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#over.signal.aborted) {
      // When the connection is lost meanwhile, what comes on the next one is another queue.
      const queue = this.#waiting
      const taken = queue.slice(0, batch)
      try {
        await this.#engine.state.change(async (work) => {
          for (const envelope of taken) await receive(work, this.#engine, envelope, this.#failed)
        })
      } catch (error) {
        if (!isSottoError(error, 'closed')) this.#failed(error)
        const { clock } = this.#engine.device
        await sleep(clock, pauseMillis, this.#over.signal).catch(() => {})
        continue
      }
      queue.splice(0, taken.length)
      for (const [address, ids] of byAddress(taken)) this.#acknowledge(address, ids)
    }
  }
}

function byAddress(
  envelopes: readonly Envelope[],
): readonly (readonly [Uint8Array, readonly Uint8Array[]])[] {
  const groups = new Map<string, { readonly address: Uint8Array; readonly ids: Uint8Array[] }>()
  for (const { address, id } of envelopes) {
    const name = address.toHex()
    const group = groups.get(name) ?? { address, ids: [] }
    group.ids.push(id)
    groups.set(name, group)
  }
  return [...groups.values()].map(({ address, ids }) => [address, ids])
}

/**
 * One envelope within a work. What goes wrong with it alone, although it should not, is told and leaves the others
 * alone; a store that fails is everybody's problem.
 */
export async function receive(
  work: Work,
  engine: Engine,
  { address, payload }: Envelope,
  failed: (error: unknown) => void,
): Promise<void> {
  const use = await useOf(work, engine.device, address)
  if (use === undefined || use.kind === 'self') return
  if (use.kind === 'meeting') {
    work.afterwards(() => engine.meetingReceived(use.meeting, payload))
    return
  }
  const letter = await openLetter(engine.device, address, payload)
  if (letter === undefined) return
  try {
    await work.attempt(async (inner) => {
      await receiveLetter(inner, engine, use, letter)
      return true
    })
  } catch (error) {
    if (isSottoError(error, 'storage-failed') || isSottoError(error, 'storage-full')) throw error
    failed(error)
  }
}

function receiveLetter(work: Work, engine: Engine, use: Use, letter: Letter): Promise<void> {
  switch (use.kind) {
    case 'contact':
      return receiveFromContact(work, engine, use.contact, letter)
    case 'invitation':
      return receiveFirst(work, engine, letter, async (inner, identity, hello) => {
        await receiveAtInvitation(inner, engine, use.invitation, identity, hello)
      })
    case 'requests':
      return receiveFirst(work, engine, letter, (inner, identity, hello) =>
        receiveRequest(inner, engine, identity, hello),
      )
    case 'channel':
      return receiveChannelLetter(work, engine, use.channel, letter)
    case 'meeting':
    case 'self':
      return Promise.resolve()
  }
}

async function receiveFromContact(
  work: Work,
  engine: Engine,
  id: string,
  letter: Letter,
): Promise<void> {
  const contact = await contacts.get(work, id)
  if (contact === undefined || contact.isBlocked) return
  if (letter.sender.toHex() !== contact.identity) {
    await noteOtherIdentity(work, engine, contact, letter)
    return
  }
  const decrypted = await decryptLetter(work, engine.device, letter)
  if (decrypted.kind === 'duplicate') return
  if (decrypted.kind === 'unreadable') {
    // Of somebody with whom nothing was ever begun there is nothing to heal.
    const remote = remoteAddress(contact.identity)
    const isKnown = await hasSession(work, engine.device, remote)
    if (isKnown || contact.state === 'contact') {
      await noteUnreadable(work, engine, contact, decrypted.digest)
    }
    return
  }
  const read = readContent(decrypted.plaintext)
  if (read.kind === 'unknown') await receiveUnknown(work, engine, contact, read)
  if (read.kind === 'content') await receiveSaid(work, engine, contact, read.content)
}

async function receiveSaid(
  work: Work,
  engine: Engine,
  contact: Contact,
  content: Content,
): Promise<void> {
  if (content.type !== 'again') {
    await receiveContent(work, engine, contact, content, {})
    return
  }
  const unwrapped = await unwrapAgain(work, engine, contact, content)
  if (unwrapped === undefined) return
  const { insteadOf } = unwrapped
  await receiveContent(work, engine, contact, unwrapped.content, { insteadOf })
}

/**
 * Somebody else writes where only this contact can, and proves to be that somebody. It may be the contact, with a new
 * phrase: the user decides, and until then nothing of it is shown and nothing is sent.
 */
async function noteOtherIdentity(
  work: Work,
  engine: Engine,
  contact: Contact,
  letter: Letter,
): Promise<void> {
  if (contact.changedIdentity !== undefined) return
  const decrypted = await decryptLetter(work, engine.device, letter)
  if (decrypted.kind !== 'read') return
  const changedIdentity = letter.sender.toHex()
  const next: Contact = { ...contact, changedIdentity }
  putContact(work, engine.device, next)
  await addNotice(work, engine, contact.id, { kind: 'identity-changed' }, changedIdentity, false)
  work.afterwards(() => engine.events.emit({ type: 'contact-changed', contact: next }))
}

/**
 * At an address for first words nothing but a hello is heard. Of who is nobody afterwards nothing stays, their session
 * neither: identities cost nothing, and whoever has the address could fill the disk with them.
 */
async function receiveFirst(
  work: Work,
  engine: Engine,
  letter: Letter,
  hear: (work: Work, identity: string, hello: Extract<Content, { type: 'hello' }>) => Promise<void>,
): Promise<void> {
  await work.attempt(async (inner) => {
    const decrypted = await decryptLetter(inner, engine.device, letter)
    if (decrypted.kind !== 'read') return undefined
    const identity = letter.sender.toHex()
    const read = readContent(decrypted.plaintext)
    if (read.kind === 'content' && read.content.type === 'hello') {
      await hear(inner, identity, read.content)
    }
    return contactOfIdentity(inner, engine.device, identity)
  })
}
