import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeSigned } from '@sotto/wire/cards'
import { writeChannelRecord } from '@sotto/wire/channels'
import { alice, bob, cut, damaged, mallory, primitives } from '#cards/people-for-tests.ts'
import { Chain, joining, random } from '#channels/chains-for-tests.ts'
import { verifyGrant } from '#channels/grant.ts'
import { makeFirst, openRecord, sealRecord, verifyRecord } from '#channels/record.ts'
import { openForMembers, sealForMembers } from '#channels/seal.ts'
import { signAs } from '#channels/signing.ts'

describe('a record', () => {
  const chain = new Chain(alice)
  const written = chain.make(bob, joining(chain.grant()))
  const sealed = chain.sealed(written)

  function leaveBody(): Uint8Array {
    const { said } = chain.make(bob, { type: 'leave' }).record
    if (said.type !== 'leave') throw new Error('It is another record')
    return writeChannelRecord(said)
  }

  test('comes back to members as it was written', () => {
    expect(openRecord(primitives, chain, sealed)).toEqual(written.record)
  })

  test('is nothing to whom lacks the secret, and nothing in another channel', () => {
    const other = new Chain(alice)
    expect(
      openRecord(primitives, { channel: chain.channel, secret: other.secret }, sealed),
    ).toBeUndefined()
    const moved = { channel: other.channel, secret: chain.secret }
    expect(openRecord(primitives, moved, sealed)).toBeUndefined()
    const resealed = sealRecord(primitives, random, other, written.signed)
    expect(openRecord(primitives, other, resealed)).toBeUndefined()
  })

  test('has one of few sizes, and shows nothing of what it says', () => {
    for (const each of [sealed, chain.sealed(chain.make(alice, { type: 'revoke' }))]) {
      expect([512, 1024]).toContain(each.length)
      expect(each.toHex()).not.toContain(chain.channel)
    }
  })

  test('that was changed or cut is none', () => {
    for (const broken of [...damaged(sealed), ...cut(sealed)]) {
      expect(openRecord(primitives, chain, broken)).toBeUndefined()
    }
    for (const broken of [...damaged(written.signed), ...cut(written.signed)]) {
      expect(verifyRecord(primitives, chain.channel, broken)).toBeUndefined()
    }
  })

  test('counts for whom it names only when that one has signed it, as what it is', () => {
    const body = leaveBody()
    const names = ['channel-leave', 'channel-remove', 'channel-grant', 'card']
    const found = names.map((name) =>
      verifyRecord(primitives, chain.channel, signAs(primitives, bob, name, body)),
    )
    expect(found.map((each) => each?.said.type)).toEqual(['leave', undefined, undefined, undefined])
    const forged = signAs(primitives, mallory, 'channel-leave', body)
    expect(verifyRecord(primitives, chain.channel, forged)).toBeUndefined()
  })

  test('of the beginning makes the id of its channel, and begins no other', () => {
    const first = { type: 'create', nonce: random(32), address: random(32), name: 'A' } as const
    const one = makeFirst(primitives, alice, first, 5)
    const two = makeFirst(primitives, alice, { ...first, nonce: random(32) }, 5)
    expect(one.channel).not.toBe(two.channel)
    expect(verifyRecord(primitives, one.channel, one.signed)).toBeDefined()
    expect(verifyRecord(primitives, one.channel, two.signed)).toBeUndefined()
  })

  test('of a kind that is not known yet keeps its place', () => {
    const text = (word: string): string => new TextEncoder().encode(word).toHex()
    const body = Uint8Array.fromHex(leaveBody().toHex().replace(text('leave'), text('topic')))
    const signed = signAs(primitives, bob, 'channel-topic', body)
    const record = verifyRecord(primitives, chain.channel, signed)
    expect(record?.said).toMatchObject({ type: undefined, number: 2 })
    const asLeave = signAs(primitives, bob, 'channel-leave', body)
    expect(verifyRecord(primitives, chain.channel, asLeave)).toBeUndefined()
  })

  test('that is anything else throws nothing', () => {
    const some = fc.uint8Array({ maxLength: 300 })
    fc.assert(
      fc.property(some, (bytes) => {
        expect(openRecord(primitives, chain, bytes)).toBeUndefined()
        expect(verifyRecord(primitives, chain.channel, bytes)).toBeUndefined()
        const signature = new Uint8Array(64)
        if (bytes.length > 0) {
          const wrapped = writeSigned({ body: bytes, signature })
          expect(verifyRecord(primitives, chain.channel, wrapped)).toBeUndefined()
          expect(verifyGrant(primitives, wrapped)).toBeUndefined()
        }
      }),
    )
  })
})

describe('a seal for members', () => {
  const secret = random(32)
  const place = random(32)

  test('opens with the same secret, for the same purpose and place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (content) => {
        const sealed = sealForMembers(primitives, random, 'post', secret, place, content)
        expect(sealed.length % 512).toBe(0)
        expect(openForMembers(primitives, 'post', secret, place, sealed)).toEqual(content)
        expect(openForMembers(primitives, 'record', secret, place, sealed)).toBeUndefined()
        expect(openForMembers(primitives, 'post', place, place, sealed)).toBeUndefined()
        expect(openForMembers(primitives, 'post', secret, secret, sealed)).toBeUndefined()
      }),
      { numRuns: 30 },
    )
  })

  test('is another one each time', () => {
    const seal = (): string =>
      sealForMembers(primitives, random, 'post', secret, place, place).toHex()
    expect(seal()).not.toBe(seal())
  })
})
