/**
 * @module A channel for tests of its chain, without a relay: people who write records one after the other.
 */
import type { Identity } from '@sotto/signal'
import { person, primitives } from '#cards/people-for-tests.ts'
import { applyRecord, type Applied, type ChainState } from '#channels/chain.ts'
import { signGrant } from '#channels/grant.ts'
import {
  type Later,
  makeFirst,
  makeLater,
  sealRecord,
  type SignedRecord,
  verifyRecord,
} from '#channels/record.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'

export const startMillis: number = Date.UTC(2026, 0, 1)
export const dayMillis: number = 24 * 60 * 60 * 1000

export const random: (length: number) => Uint8Array = fakeRandomness(7)

export const nameOf = ({ ed25519PublicKey }: Identity): string => ed25519PublicKey.toHex()

export interface Written {
  readonly signed: Uint8Array
  readonly record: SignedRecord
}

export class Chain {
  readonly creator: Identity
  readonly channel: string
  readonly secret: string = random(32).toHex()
  readonly written: Written[] = []
  state: ChainState
  nowMillis = startMillis

  constructor(creator: Identity = person(1)) {
    this.creator = creator
    const first = {
      type: 'create',
      nonce: random(32),
      address: random(32),
      own_name: 'Creator',
      name: 'Plants',
    } as const
    const { channel, signed } = makeFirst(primitives, creator, first, startMillis)
    this.channel = channel
    const record = verified(channel, signed)
    const begun = applyRecord(undefined, record)
    if (begun.kind !== 'applied') throw new Error('A chain does not begin')
    this.written.push({ signed, record })
    this.state = begun.state
  }

  /** What somebody would write now. */
  make(author: Identity, later: Later, place: Partial<Place> = {}): Written {
    const { channel, number, hash } = this.state
    const at = { channel, number: number + 1, previous: hash, ...place }
    const { signed } = makeLater(primitives, author, later, at, place.atMillis ?? this.nowMillis)
    return { signed, record: verified(at.channel, signed) }
  }

  /** Written, and taken when it fits. */
  append(author: Identity, later: Later, place: Partial<Place> = {}): Applied {
    const written = this.make(author, later, place)
    const applied = applyRecord(this.state, written.record)
    if (applied.kind === 'applied') {
      this.written.push(written)
      this.state = applied.state
    }
    return applied
  }

  /** Why not, or undefined. */
  refusalOf(author: Identity, later: Later, place: Partial<Place> = {}): string | undefined {
    const applied = this.append(author, later, place)
    return applied.kind === 'refused' ? applied.reason : undefined
  }

  grant(by: Identity = this.creator, terms: Partial<Terms> = {}): Uint8Array {
    return signGrant(primitives, random, by, {
      channel: Uint8Array.fromHex(terms.channel ?? this.channel),
      number: terms.number ?? this.state.number,
      uses: terms.uses ?? 1,
      expiresAtMillis: terms.expiresAtMillis ?? this.nowMillis + dayMillis,
    })
  }

  /** By an invitation of the creator's. */
  join(whom: Identity, grant: Uint8Array = this.grant()): string | undefined {
    return this.refusalOf(whom, joining(grant))
  }

  sealed({ signed }: Written): Uint8Array {
    return sealRecord(primitives, random, this, signed)
  }
}

interface Place {
  readonly channel: string
  readonly number: number
  readonly previous: string
  readonly atMillis: number
}

interface Terms {
  readonly channel: string
  readonly number: number
  readonly uses: number
  readonly expiresAtMillis: number
}

export function joining(grant: Uint8Array | undefined): Later {
  return { type: 'join', grant, address: random(32) }
}

function verified(channel: string, signed: Uint8Array): SignedRecord {
  const record = verifyRecord(primitives, channel, signed)
  if (record === undefined) throw new Error('A record that was just written is none')
  return record
}
