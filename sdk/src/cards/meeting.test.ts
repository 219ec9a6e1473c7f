import fc from 'fast-check'
import { sealTo } from '@sotto/veil/seal/seal'
import {
  readIntroduction,
  readMeetingOffer,
  writeIntroduction,
  writeMeetingOffer,
} from '@sotto/wire/cards'
import { describe, expect, test } from 'vitest'
import { signCard } from '#cards/contact-card.ts'
import { claimMeeting, offerMeeting, openClaim, openOpening, shortCode } from '#cards/meeting.ts'
import {
  alice,
  bob,
  card,
  cut,
  damaged,
  mallory,
  now,
  primitives,
} from '#cards/people-for-tests.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'

const random = fakeRandomness('meeting')
const addressOf = (number: number): Uint8Array => new Uint8Array(32).fill(number)
const [cardA, cardB, cardM] = [
  signCard(primitives, alice, { ...card, name: 'Alice', address: addressOf(1) }),
  signCard(primitives, bob, { ...card, name: 'Bob', address: addressOf(2) }),
  signCard(primitives, mallory, { ...card, name: 'Bob', address: addressOf(3) }),
] as const

function there<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('Not there')
  return value
}

/** Up to where Alice has answered. */
async function meeting() {
  const offered = offerMeeting(primitives, random, cardA)
  const claimed = there(await claimMeeting(primitives, random, offered.offer, cardB))
  const answered = there(await openClaim(primitives, random, offered, claimed.claim))
  return { offered, claimed, answered }
}

describe('two people who meet', () => {
  test('have each other’s cards, and the same code', async () => {
    const { claimed, answered } = await meeting()
    const met = there(await openOpening(primitives, bob, claimed, answered.opening))
    expect(answered.card.identity).toEqual(bob.ed25519PublicKey)
    expect(answered.card.address).toEqual(addressOf(2))
    expect(met.card.identity).toEqual(alice.ed25519PublicKey)
    expect(met.card).toMatchObject({ name: 'Alice', issuedAtMillis: now })
    expect(met.code).toMatch(/^\d{3} \d{3}$/)
    expect(met.code).toBe(answered.code)
  })

  test('have another code each time', async () => {
    const codes = new Set<string>()
    for (let round = 0; round < 5; round++) codes.add((await meeting()).answered.code)
    expect(codes.size).toBe(5)
  })

  test('show nothing of themselves to the relay: offers have one length, claims and openings a step', async () => {
    const { offered, claimed, answered } = await meeting()
    const long = signCard(primitives, alice, { ...card, name: 'A'.repeat(64) })
    expect(offerMeeting(primitives, random, long).offer).toHaveLength(offered.offer.length)
    expect([512, 1024]).toContain(claimed.claim.length)
    expect(answered.opening).toHaveLength(claimed.claim.length)
    const seen = [offered.offer, claimed.claim, answered.opening].map((each) => each.toHex())
    const secrets = [alice, bob].map((each) => each.ed25519PublicKey.toHex())
    for (const bytes of seen) for (const secret of secrets) expect(bytes).not.toContain(secret)
    expect(seen[0]).not.toContain(offered.nonce.toHex())
  })
})

describe('who stands between', () => {
  test('and changes a bit of anything is noticed', async () => {
    const { offered, claimed, answered } = await meeting()
    const { offer } = offered
    for (const broken of damaged(claimed.claim)) {
      expect(await openClaim(primitives, random, offered, broken)).toBeUndefined()
    }
    for (const broken of damaged(answered.opening)) {
      expect(await openOpening(primitives, bob, claimed, broken)).toBeUndefined()
    }
    for (const broken of damaged(offer)) {
      const other = await claimMeeting(primitives, random, broken, cardB)
      const opened = other && (await openClaim(primitives, random, offered, other.claim))
      expect(opened).toBeUndefined()
    }
  })

  test('and cuts anything gets no answer', async () => {
    const { offered, claimed, answered } = await meeting()
    for (const part of cut(offered.offer)) {
      expect(await claimMeeting(primitives, random, part, cardB)).toBeUndefined()
    }
    for (const length of [0, 1, 47, 48, 511]) {
      const claim = claimed.claim.slice(0, length)
      expect(await openClaim(primitives, random, offered, claim)).toBeUndefined()
      const opening = answered.opening.slice(0, length)
      expect(await openOpening(primitives, bob, claimed, opening)).toBeUndefined()
    }
  })

  test('and puts another key into the offer reads the claim, and is noticed when it is opened', async () => {
    const offered = offerMeeting(primitives, random, cardA)
    const { privateKey } = mallory.keyPair
    const key = primitives.x25519PublicKey(privateKey)
    const swapped = writeMeetingOffer({ ...there(readMeetingOffer(offered.offer)), key })
    const claimed = there(await claimMeeting(primitives, random, swapped, cardB))
    // Alice would have to open for this very offer, and the commitment is to her own key.
    const inTheMiddle = { ...offered, offer: swapped, privateKey }
    const answered = there(await openClaim(primitives, random, inTheMiddle, claimed.claim))
    expect(await openOpening(primitives, bob, claimed, answered.opening)).toBeUndefined()
  })

  test('and plays both parts shows two different codes', async () => {
    const toBob = offerMeeting(primitives, random, cardM)
    const fromBob = there(await claimMeeting(primitives, random, toBob.offer, cardB))
    const offered = offerMeeting(primitives, random, cardA)
    const toAlice = there(await claimMeeting(primitives, random, offered.offer, cardM))
    const alices = there(await openClaim(primitives, random, offered, toAlice.claim))
    const mallorys = there(await openClaim(primitives, random, toBob, fromBob.claim))
    const bobs = there(await openOpening(primitives, bob, fromBob, mallorys.opening))
    expect(alices.code).not.toBe(bobs.code)
  })

  test('and opens with another card or nonce than was promised is refused', async () => {
    const { offered, claimed } = await meeting()
    const others = [
      { ...offered, card: cardM },
      { ...offered, nonce: random(32) },
      { ...offered, card: Uint8Array.from([...cardA, 0]) },
    ]
    for (const other of others) {
      const answered = there(await openClaim(primitives, random, other, claimed.claim))
      expect(await openOpening(primitives, bob, claimed, answered.opening)).toBeUndefined()
    }
  })

  test('and hands on an opening of another meeting, or to somebody else, is refused', async () => {
    const one = await meeting()
    const other = await meeting()
    const { opening } = one.answered
    expect(await openOpening(primitives, bob, other.claimed, opening)).toBeUndefined()
    expect(await openOpening(primitives, mallory, one.claimed, opening)).toBeUndefined()
    expect(await openClaim(primitives, random, other.offered, one.claimed.claim)).toBeUndefined()
    expect(await openClaim(primitives, random, one.offered, opening)).toBeUndefined()
  })

  test('and answers one claim with the opening of another is refused', async () => {
    const { offered, claimed, answered } = await meeting()
    const again = there(await claimMeeting(primitives, random, offered.offer, cardB))
    expect(await openOpening(primitives, bob, again, answered.opening)).toBeUndefined()
    expect(await openOpening(primitives, bob, claimed, answered.opening)).toBeDefined()
  })

  test('and claims with a card that nobody has signed, or with none, is refused', async () => {
    const offered = offerMeeting(primitives, random, cardA)
    const forged = Uint8Array.from(cardB)
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
    for (const bad of [forged, cardB.slice(0, -1), Uint8Array.of(0xc0)]) {
      const claimed = there(await claimMeeting(primitives, random, offered.offer, bad))
      expect(await openClaim(primitives, random, offered, claimed.claim)).toBeUndefined()
    }
    const { key } = there(readMeetingOffer(offered.offer))
    const info = new TextEncoder().encode('sotto/meeting-claim/1')
    for (const content of [new Uint8Array(0), new Uint8Array(100)]) {
      const claim = there(await sealTo(primitives, random, key, info, offered.offer, content))
      expect(await openClaim(primitives, random, offered, claim)).toBeUndefined()
    }
  })

  test('and promises a card that nobody has signed is refused', async () => {
    const offered = offerMeeting(primitives, random, Uint8Array.from([...cardM, 0]))
    const claimed = there(await claimMeeting(primitives, random, offered.offer, cardB))
    const answered = there(await openClaim(primitives, random, offered, claimed.claim))
    expect(await openOpening(primitives, bob, claimed, answered.opening)).toBeUndefined()
  })
})

describe('the short code', () => {
  const nonceA = new Uint8Array(32).fill(1)
  const nonceB = new Uint8Array(32).fill(2)
  const code = shortCode(primitives, cardA, nonceA, cardB, nonceB)

  test('is these digits', async () => {
    const digest = async (...parts: readonly Uint8Array[]): Promise<Uint8Array> => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]))
      return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    }
    const label = new TextEncoder().encode('sotto/meeting-code/1')
    const parts = await Promise.all([cardA, nonceA, cardB, nonceB].map((part) => digest(part)))
    const hash = await digest(label, ...parts)
    const digits = String(BigInt(`0x${hash.slice(0, 8).toHex()}`) % 1_000_000n).padStart(6, '0')
    expect(code.replace(' ', '')).toBe(digits)
  })

  test('is another one when a card or a nonce changes, or the two sides are swapped', () => {
    const others = [
      shortCode(primitives, cardB, nonceB, cardA, nonceA),
      shortCode(primitives, cardB, nonceA, cardA, nonceB),
      shortCode(primitives, cardA, nonceB, cardB, nonceA),
      shortCode(primitives, cardM, nonceA, cardB, nonceB),
      shortCode(primitives, cardA, nonceA, cardM, nonceB),
      shortCode(primitives, cardA, random(32), cardB, nonceB),
      shortCode(primitives, cardA, nonceA, cardB, random(32)),
      // The same bytes in a row, cut in other places.
      shortCode(
        primitives,
        cardA.slice(0, -1),
        Uint8Array.of(cardA.at(-1) ?? 0, ...nonceA),
        cardB,
        nonceB,
      ),
    ]
    expect(new Set([code, ...others]).size).toBe(others.length + 1)
  })

  test('is always six digits in two groups', () => {
    const bytes = fc.uint8Array({ maxLength: 40 })
    fc.assert(
      fc.property(bytes, bytes, bytes, bytes, (...[a, b, c, d]) => {
        expect(shortCode(primitives, a, b, c, d)).toMatch(/^\d{3} \d{3}$/)
      }),
    )
  })
})

test('offers and introductions of any origin are answered', async () => {
  const offered = offerMeeting(primitives, random, cardA)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
      expect(await claimMeeting(primitives, random, bytes, cardB)).toBeUndefined()
      expect(await openClaim(primitives, random, offered, bytes)).toBeUndefined()
    }),
  )
  expect(readIntroduction(writeIntroduction({ card: cardA, nonce: offered.nonce }))).toBeDefined()
  const low = writeMeetingOffer({
    ...there(readMeetingOffer(offered.offer)),
    key: new Uint8Array(32),
  })
  expect(await claimMeeting(primitives, random, low, cardB)).toBeUndefined()
})
