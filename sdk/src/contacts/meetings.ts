/**
 * @module Meeting by six digits: one says them, the other types them, and both compare the short code that both screens
 * show. The relay brings the offer; what follows goes sealed to addresses that were made for this meeting
 * (`cards/meeting.ts` says why nobody can stand between).
 *
 * | step | travels by | |
 * |---|---|---|
 * | offer | the relay's exchange, under the digits | A's address for this meeting (32) ‖ offer |
 * | claim | A's address | B's card and nonce, sealed |
 * | opening | the address in B's card | A's card and nonce, sealed |
 *
 * A meeting is kept in memory alone: whoever closes the program begins again.
 */
import { signCard, type ContactCard } from '#cards/contact-card.ts'
import {
  type ClaimedMeeting,
  claimMeeting,
  type Met,
  type OfferedMeeting,
  offerMeeting,
  openClaim,
  openOpening,
} from '#cards/meeting.ts'
import { type Contact, contactOfIdentity, putContact, settings } from '#contacts/contact.ts'
import { sayHello } from '#contacts/hello.ts'
import { newContact } from '#contacts/invitations.ts'
import { addressOf, dropReadingKey, keepReadingKey } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { isSottoError, SottoError } from '#errors.ts'
import { backoffMillis } from '#messages/backoff.ts'
import { sleep } from '#ports/clock.ts'
import type { ObliviousRelay } from '#relay/oblivious.ts'
import { remoteAddress } from '#sessions/device.ts'
import { setSessionAside } from '#sessions/stored-session.ts'

export type MeetingPlace = Pick<ObliviousRelay, 'offer' | 'claim' | 'send'>

/** Six digits that are good for a short while, and whoever comes because of them. */
export interface Meeting {
  /** Six digits, to be told to the other; undefined for who has typed them. */
  readonly digits: string | undefined
  readonly expiresAtMillis: number
  /** Rejects with 'wrong-code' when nobody has come in time, or 'closed'. */
  readonly met: Promise<Encounter>
  cancel(): Promise<void>
}

/** Somebody is there. Whether it is the right one, the two say who compare their codes. */
export interface Encounter {
  readonly identity: string
  readonly name: string | undefined
  /** `123 456`, on both screens. */
  readonly code: string
  /** The codes are the same: they are a contact, verified as soon as their first letter comes. */
  confirm(): Promise<Contact>
  /** They are not: nothing stays. */
  refuse(): Promise<void>
}

interface Open {
  readonly readingKey: Uint8Array
  readonly offered?: OfferedMeeting | undefined
  readonly claimed?: ClaimedMeeting | undefined
  readonly resolve: (encounter: Encounter) => void
  readonly reject: (error: unknown) => void
  readonly timer: { cancel(): void }
}

const lifeSeconds = 600
const keyBytes = 32
const idBytes = 16
/** What stands where Vauchi's clients put their answer. */
const responseBytes = 32
export const maxMeetings = 8

export class Meetings {
  readonly #engine: Engine
  readonly #place: (relay: string) => MeetingPlace
  readonly #over = new AbortController()
  readonly #open = new Map<string, Open>()

  constructor(engine: Engine, place: (relay: string) => MeetingPlace) {
    this.#engine = engine
    this.#place = place
  }

  async offer(signal: AbortSignal): Promise<Meeting> {
    const { device } = this.#engine
    const relay = await this.#ownRelay()
    const readingKey = device.random(keyBytes)
    const card = await this.#card(readingKey)
    const offered = offerMeeting(device.primitives, device.random, card)
    const payload = joined(addressOf(device, readingKey), offered.offer)
    const bounded = AbortSignal.any([signal, this.#over.signal])
    const { code: digits } = await this.#place(relay).offer(payload, lifeSeconds, bounded)
    return this.#begin(readingKey, { digits, offered })
  }

  /** `relay` is where the digits were given out. */
  async join(digits: string, relay: string, signal: AbortSignal): Promise<Meeting> {
    const { device } = this.#engine
    const typed = digits.replaceAll(/[\s-]/g, '')
    if (!/^\d{6}$/.test(typed))
      throw new SottoError('wrong-code', 'Cannot meet: six digits are needed')
    const bounded = AbortSignal.any([signal, this.#over.signal])
    const place = this.#place(relay)
    const claimed = await place.claim(typed, device.random(responseBytes), bounded)
    if (claimed.kind === 'wrong-code') {
      throw new SottoError('wrong-code', 'Cannot meet: the digits are unknown, expired or used')
    }
    const { payload } = claimed
    const readingKey = device.random(keyBytes)
    const card = await this.#card(readingKey)
    const offer = payload.slice(keyBytes)
    const answer = await claimMeeting(device.primitives, device.random, offer, card)
    if (answer === undefined) throw new SottoError('bad-answer', 'Cannot meet: the offer is none')
    const meeting = await this.#begin(readingKey, { digits: undefined, claimed: answer })
    await this.#send(relay, payload.slice(0, keyBytes), answer.claim, bounded)
    return meeting
  }

  /** What has come to an address that was made for a meeting. */
  async received(id: string, payload: Uint8Array): Promise<void> {
    const open = this.#open.get(id)
    if (open === undefined) return
    const { device } = this.#engine
    if (open.offered !== undefined) {
      const met = await openClaim(device.primitives, device.random, open.offered, payload)
      if (met === undefined || !this.#open.delete(id)) return
      await this.#send(met.card.relay, met.card.address, met.opening, this.#over.signal)
      this.#encounter(open, met)
    } else if (open.claimed !== undefined) {
      const met = await openOpening(device.primitives, device.identity, open.claimed, payload)
      if (met === undefined || !this.#open.delete(id)) return
      this.#encounter(open, met)
    }
  }

  close(): void {
    this.#over.abort(new SottoError('closed', 'Cannot meet: closed'))
    for (const open of this.#open.values()) {
      open.timer.cancel()
      open.reject(this.#over.signal.reason)
    }
    this.#open.clear()
  }

  async #begin(
    readingKey: Uint8Array,
    begun: Pick<Open, 'offered' | 'claimed'> & { readonly digits: string | undefined },
  ): Promise<Meeting> {
    const { device, state, wakeUpkeep } = this.#engine
    if (this.#open.size >= maxMeetings) {
      throw new SottoError('invalid-argument', `Cannot meet: ${maxMeetings} meetings are open`)
    }
    const id = device.random(idBytes).toHex()
    const expiresAtMillis = device.clock.now() + lifeSeconds * 1000
    const { promise: met, resolve, reject } = Promise.withResolvers<Encounter>()
    // Whoever only waits for the digits need not hear of the end.
    met.catch(() => {})
    const timer = device.clock.after(lifeSeconds * 1000, () => {
      this.#open.delete(id)
      reject(new SottoError('wrong-code', 'Nobody has come while the digits were valid'))
    })
    this.#open.set(id, { ...begun, readingKey, resolve, reject, timer })
    await state.change(async (work) => {
      const use = { kind: 'meeting', meeting: id } as const
      keepReadingKey(work, device, readingKey, use, expiresAtMillis)
      work.afterwards(wakeUpkeep)
    })
    const cancel = async (): Promise<void> => {
      timer.cancel()
      if (!this.#open.delete(id)) return
      reject(new SottoError('closed', 'The meeting was given up'))
      await this.#forget(readingKey)
    }
    return { digits: begun.digits, expiresAtMillis, met, cancel }
  }

  #encounter({ readingKey, resolve, timer }: Open, { card, code }: Met): void {
    timer.cancel()
    resolve({
      identity: card.identity.toHex(),
      name: card.name,
      code,
      confirm: () => this.#confirm(readingKey, card),
      refuse: () => this.#forget(readingKey),
    })
  }

  #confirm(readingKey: Uint8Array, card: ContactCard): Promise<Contact> {
    const { device, state, events, wakeUpkeep } = this.#engine
    const identity = card.identity.toHex()
    return state.change(async (work) => {
      if (identity === device.local.address.name) {
        throw new SottoError('is-self', 'Cannot meet the own identity')
      }
      const known = await contactOfIdentity(work, device, identity)
      if (known?.isBlocked === true) throw new SottoError('blocked', 'This contact is blocked')
      const now = device.clock.now()
      const met = {
        relay: card.relay,
        address: card.address.toHex(),
        name: card.name,
        readingKey: readingKey.toHex(),
        verifiedAtMillis: now,
      }
      const contact: Contact =
        known === undefined
          ? newContact(work, this.#engine, { ...met, identity, state: 'invited' })
          : {
              ...known,
              ...met,
              readingKeySinceMillis: now,
              state: known.state === 'request' ? 'contact' : known.state,
            }
      keepReadingKey(work, device, readingKey, { kind: 'contact', contact: contact.id })
      putContact(work, device, contact)
      await setSessionAside(work, device, remoteAddress(identity))
      await sayHello(work, this.#engine, contact, { accepted: true })
      work.afterwards(() => {
        events.emit({ type: 'contact-changed', contact })
        wakeUpkeep()
      })
      return contact
    })
  }

  #forget(readingKey: Uint8Array): Promise<void> {
    const { device, state, wakeUpkeep } = this.#engine
    return state.change(async (work) => {
      dropReadingKey(work, device, readingKey.toHex())
      work.afterwards(wakeUpkeep)
    })
  }

  async #card(readingKey: Uint8Array): Promise<Uint8Array> {
    const { device, state } = this.#engine
    const chosen = await settings.get(state)
    return signCard(device.primitives, device.identity, {
      relay: await this.#ownRelay(),
      address: addressOf(device, readingKey),
      name: chosen?.name,
      issuedAtMillis: device.clock.now(),
    })
  }

  async #ownRelay(): Promise<string> {
    const chosen = await settings.get(this.#engine.state)
    if (chosen === undefined) throw new SottoError('not-found', 'Cannot meet: no relay is chosen')
    return chosen.relay
  }

  /** Until it is there, or the time is over. */
  async #send(
    relay: string,
    address: Uint8Array,
    payload: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    const { random, clock } = this.#engine.device
    const until = clock.now() + lifeSeconds * 1000
    for (let failures = 0; ; failures++) {
      try {
        await this.#place(relay).send(address, payload, signal)
        return
      } catch (error) {
        const isWorthMore = isSottoError(error, 'offline') || isSottoError(error, 'relay-busy')
        if (!isWorthMore || clock.now() > until) throw error
        await sleep(clock, backoffMillis(random, failures, error), signal)
      }
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}
