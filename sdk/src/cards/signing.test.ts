import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSigned, writeDevices, writeSigned } from '@sotto/wire/cards'
import { alice, cut, damaged, mallory, now, primitives } from '#cards/people-for-tests.ts'
import { type SignedName, signBody, verifySigned } from '#cards/signing.ts'

const record = { devices: [1, 2], issued_at: now }
const signed = signBody(primitives, alice, 'devices', record)
const { body } = readSigned(signed) ?? { body: new Uint8Array() }

/** Somebody's signature over whatever they like. */
function signedBy(who: typeof alice, label: string, bytes: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(label)
  const signature = primitives.signEd25519(who.ed25519Seed, Uint8Array.from([...text, ...bytes]))
  return writeSigned({ body: bytes, signature })
}

describe('a signed record', () => {
  test('is read as it was signed, with version and signer', () => {
    const identity = alice.ed25519PublicKey
    expect(verifySigned(primitives, 'devices', signed)).toEqual({ ...record, version: 1, identity })
  })

  test('is signed over its label and its body', () => {
    expect(signedBy(alice, 'sotto/devices/1', body)).toEqual(signed)
  })

  test('is none under the name of another, whatever the label', () => {
    const names: readonly SignedName[] = ['card', 'bundle']
    for (const name of names) expect(verifySigned(primitives, name, signed)).toBeUndefined()
    for (const label of [
      '',
      'sotto/devices/2',
      'sotto/card/1',
      'sotto/bundle/1',
      'sotto/devices/',
    ]) {
      const other = signedBy(alice, label, body)
      expect(verifySigned(primitives, 'devices', other)).toBeUndefined()
    }
  })

  test('is none when somebody else than the identity in it has signed it', () => {
    const forged = signedBy(mallory, 'sotto/devices/1', body)
    expect(verifySigned(primitives, 'devices', forged)).toBeUndefined()
    // Named after Mallory it is Mallory's.
    const named = { ...record, version: 1, identity: mallory.ed25519PublicKey }
    const own = signedBy(mallory, 'sotto/devices/1', writeDevices(named))
    expect(verifySigned(primitives, 'devices', own)?.identity).toEqual(mallory.ed25519PublicKey)
  })

  test('is none of a key of low order, for which signatures are easy', () => {
    for (const first of [0, 1]) {
      const identity = new Uint8Array(32)
      identity[0] = first
      const named = writeDevices({ ...record, version: 1, identity })
      const easy = new Uint8Array(64)
      easy[0] = 1
      for (const signature of [new Uint8Array(64), easy]) {
        const forged = writeSigned({ body: named, signature })
        expect(verifySigned(primitives, 'devices', forged)).toBeUndefined()
      }
    }
  })

  test('is none when a bit is changed, or something is missing or follows', () => {
    for (const broken of [...damaged(signed), ...cut(signed), Uint8Array.from([...signed, 0])]) {
      expect(verifySigned(primitives, 'devices', broken)).toBeUndefined()
    }
  })

  test('of any origin is answered', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(verifySigned(primitives, 'devices', bytes)).toBeUndefined()
        const whole = signedBy(alice, 'sotto/devices/1', Uint8Array.from([0xc0, ...bytes]))
        expect(verifySigned(primitives, 'devices', whole)).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })

  test('does not change when the bytes that it was read from do', () => {
    const copy = Uint8Array.from(signed)
    const read = verifySigned(primitives, 'devices', copy)
    copy.fill(0)
    expect(read?.identity).toEqual(alice.ed25519PublicKey)
  })
})
