import fc from 'fast-check'
import {
  emptyRecord,
  generateKyberPrekey,
  generateOneTimePrekeys,
  generateSignedPrekey,
  processBundle,
  protocolAddress,
  type Identity,
} from '@sotto/signal'
import { writeKemOneTime, writeOneTime } from '@sotto/wire/cards'
import { describe, expect, test } from 'vitest'
import {
  type BundleToSign,
  makeBundle,
  makeKemOneTime,
  makeOneTime,
  readBundle,
} from '#cards/bundle.ts'
import { alice, bob, cut, damaged, mallory, now, primitives } from '#cards/people-for-tests.ts'
import { type RecordToSign, signBody } from '#cards/signing.ts'
import { isSottoError } from '#errors.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'

const random = fakeRandomness('bundle')

function prekeysOf({ keyPair }: Identity) {
  const kyber = (id: number, isLastResort: boolean) =>
    generateKyberPrekey(primitives, keyPair, { id, nowMillis: now, isLastResort }, random)
  const [oneTime] = generateOneTimePrekeys(primitives, 20, 1, random)
  if (oneTime === undefined) throw new Error('No prekey')
  return {
    signed: generateSignedPrekey(primitives, keyPair, 10, now, random),
    lastResort: kyber(30, true),
    kemOneTime: kyber(31, false),
    oneTime,
  }
}

const own = prekeysOf(alice)
const theirs = prekeysOf(mallory)
const parts: BundleToSign = {
  device: 1,
  registrationId: 4711,
  signedPrekey: own.signed,
  lastResort: own.lastResort,
  requests: new Uint8Array(32).fill(5),
  caps: ['again'],
  issuedAtMillis: now,
}
const bundle = makeBundle(primitives, alice, parts)
const oneTime = makeOneTime(own.oneTime)
const kemOneTime = makeKemOneTime(own.kemOneTime)
const published = { device: 1, bundle, oneTime, kemOneTime }
const identity = alice.ed25519PublicKey

/** Signed by Alice, whatever it says. */
function saying(changes: Partial<RecordToSign<'bundle'>>): Uint8Array {
  return signBody(primitives, alice, 'bundle', {
    device: 1,
    registration_id: 1,
    signed_prekey: { id: 10, key: own.signed.keyPair.publicKey, signature: own.signed.signature },
    last_resort: {
      id: 30,
      key: own.lastResort.keyPair.publicKey,
      signature: own.lastResort.signature,
    },
    caps: [],
    issued_at: now,
    ...changes,
  })
}

describe('published keys', () => {
  test('are read as what a session begins with', () => {
    const { publicKey } = own.signed.keyPair
    expect(readBundle(primitives, identity, published)).toEqual({
      bundle: {
        registrationId: 4711,
        deviceId: 1,
        identityKey: alice.keyPair.publicKey,
        signedPrekey: { id: 10, publicKey, signature: own.signed.signature },
        kyberPrekey: {
          id: 31,
          publicKey: own.kemOneTime.keyPair.publicKey,
          signature: own.kemOneTime.signature,
        },
        oneTimePrekey: { id: 20, publicKey: own.oneTime.keyPair.publicKey },
      },
      requests: parts.requests,
      caps: ['again'],
      issuedAtMillis: now,
    })
  })

  test('fall back to the key of last resort, and to no one-time key', () => {
    const read = readBundle(primitives, identity, { device: 1, bundle })
    expect(read?.bundle.kyberPrekey.id).toBe(30)
    expect(read?.bundle.kyberPrekey.publicKey).toEqual(own.lastResort.keyPair.publicKey)
    expect(read?.bundle.oneTimePrekey).toBeUndefined()
  })

  test('begin a session', () => {
    for (const each of [published, { device: 1, bundle }]) {
      const read = readBundle(primitives, identity, each)
      if (read === undefined) throw new Error('Not read')
      const step = processBundle(
        primitives,
        {
          local: {
            address: protocolAddress('bob', 1),
            identity: bob.keyPair,
            registrationId: 1,
          },
          remote: protocolAddress('alice', 1),
          record: emptyRecord,
          bundle: read.bundle,
          nowMillis: now,
        },
        random,
      )
      expect(step.record).not.toEqual(emptyRecord)
    }
  })

  test('without a mailbox for requests take none', () => {
    const closed = makeBundle(primitives, alice, { ...parts, requests: undefined, caps: [] })
    const read = readBundle(primitives, identity, { device: 1, bundle: closed })
    expect(read).toMatchObject({ requests: undefined, caps: [] })
  })

  test('are those of one identity and of one device', () => {
    expect(readBundle(primitives, mallory.ed25519PublicKey, published)).toBeUndefined()
    expect(readBundle(primitives, identity.slice(1), published)).toBeUndefined()
    expect(readBundle(primitives, identity, { ...published, device: 2 })).toBeUndefined()
    const swapped = makeBundle(primitives, mallory, {
      ...parts,
      signedPrekey: theirs.signed,
      lastResort: theirs.lastResort,
    })
    expect(readBundle(primitives, identity, { device: 1, bundle: swapped })).toBeUndefined()
  })

  test('whose prekeys somebody else has signed are none, signed bundle or not', () => {
    const { signed, lastResort } = theirs
    const foreign = [
      { signed_prekey: { id: 10, key: signed.keyPair.publicKey, signature: signed.signature } },
      {
        last_resort: {
          id: 30,
          key: lastResort.keyPair.publicKey,
          signature: lastResort.signature,
        },
      },
      {
        signed_prekey: {
          id: 10,
          key: signed.keyPair.publicKey,
          signature: own.signed.signature,
        },
      },
    ]
    expect(readBundle(primitives, identity, { device: 1, bundle: saying({}) })).toBeDefined()
    for (const changes of foreign) {
      const forged = saying(changes)
      expect(readBundle(primitives, identity, { device: 1, bundle: forged })).toBeUndefined()
    }
    const kem = makeKemOneTime(theirs.kemOneTime)
    expect(readBundle(primitives, identity, { ...published, kemOneTime: kem })).toBeUndefined()
  })

  test('with a key that gives away what is agreed are none', () => {
    for (const key of [new Uint8Array(32), new Uint8Array(32).fill(0xff)]) {
      const low = writeOneTime({ id: 1, key })
      expect(readBundle(primitives, identity, { ...published, oneTime: low })).toBeUndefined()
    }
  })

  test('in which a bit was changed are none', { timeout: 60_000 }, () => {
    const anyOther = 7
    let at = 0
    for (const broken of [...damaged(bundle), ...cut(bundle)]) {
      // Every byte of the first and the last hundred, and some in between.
      const place = at++ % bundle.length
      const isNearAnEnd = place < 100 || place > bundle.length - 100
      if (!isNearAnEnd && place % anyOther !== 0) continue
      expect(readBundle(primitives, identity, { device: 1, bundle: broken })).toBeUndefined()
    }
    for (const broken of cut(oneTime)) {
      expect(readBundle(primitives, identity, { ...published, oneTime: broken })).toBeUndefined()
    }
    for (const broken of cut(kemOneTime)) {
      expect(readBundle(primitives, identity, { ...published, kemOneTime: broken })).toBeUndefined()
    }
    const { keyPair, signature } = own.kemOneTime
    const key = keyPair.publicKey
    for (const other of [...damaged(key)].filter((_, i) => i % 100 === 0)) {
      const forged = writeKemOneTime({ id: 31, key: other, signature })
      expect(readBundle(primitives, identity, { ...published, kemOneTime: forged })).toBeUndefined()
    }
  })

  test('of any origin are answered', () => {
    const some = fc.uint8Array({ maxLength: 100 })
    fc.assert(
      fc.property(some, some, some, (...[a, b, c]) => {
        const any = { device: 1, bundle: a, oneTime: b, kemOneTime: c }
        expect(readBundle(primitives, identity, any)).toBeUndefined()
        expect(readBundle(primitives, identity, { ...any, bundle })).toBeUndefined()
      }),
    )
  })

  test('do not change when what they were read from does', () => {
    for (const each of [published, { device: 1, bundle }]) {
      const copies = structuredClone(each)
      const read = readBundle(primitives, identity, copies)
      for (const part of Object.values(copies)) if (typeof part !== 'number') part.fill(0)
      expect(read).toEqual(readBundle(primitives, identity, each))
    }
  })
})

test('a bundle is small enough for the relay', () => {
  expect(bundle.length).toBeLessThan(2600)
})

test('keys for one use and of last resort are not mistaken for each other', () => {
  const mistakes = [
    () => makeBundle(primitives, alice, { ...parts, lastResort: own.kemOneTime }),
    () => makeKemOneTime(own.lastResort),
  ]
  for (const mistake of mistakes) {
    try {
      mistake()
      expect.unreachable()
    } catch (error) {
      expect(isSottoError(error, 'invalid-argument')).toBe(true)
    }
  }
})
