import fc from 'fast-check'
import { base64urlnopad } from '@scure/base'
import { describe, expect, test } from 'vitest'
import { signCard, verifyCard } from '#cards/contact-card.ts'
import { readInvitation, writeInvitation } from '#cards/invitation.ts'
import { alice, card, cut, damaged, mallory, now, primitives } from '#cards/people-for-tests.ts'
import { signBody } from '#cards/signing.ts'
import { isSottoError } from '#errors.ts'

const link = writeInvitation(primitives, alice, card)
const read = (text: string, at = now) => readInvitation(primitives, text, at)
const expected = { kind: 'card', card: { ...card, identity: alice.ed25519PublicKey } }
const invalid = { kind: 'invalid' }

/** A link to any place with these bytes. */
function linkTo(place: string, signed: Uint8Array): string {
  return `${place}#i.${base64urlnopad.encode(signed)}`
}

describe('an invitation', () => {
  test('is a link to the relay, with everything behind the #', () => {
    expect(link).toMatch(/^https:\/\/relay\.example\/#i\.[\w-]+$/)
    expect(link.length).toBeLessThan(500)
    expect(read(link)).toEqual(expected)
  })

  test('comes back whatever it says', () => {
    const names = fc.option(fc.string({ unit: 'grapheme', maxLength: 20 }), { nil: undefined })
    const relays = fc.constantFrom(
      'https://relay.example',
      'http://localhost:8080',
      'https://xn--bcher-kva.example:8443',
      'http://[::1]:9000',
    )
    fc.assert(
      fc.property(names, relays, fc.uint8Array({ minLength: 32, maxLength: 32 }), (...any) => {
        const [name, relay, address] = any
        const each = { ...card, name, relay, address }
        expect(read(writeInvitation(primitives, alice, each))).toEqual({
          kind: 'card',
          card: { ...each, identity: alice.ed25519PublicKey },
        })
      }),
      { numRuns: 30 },
    )
  })

  test.each([
    ['spaces', `  \n\t${link} \n`],
    ['angle brackets', `<${link}>`],
    ['brackets and a full stop', `(${link}).`],
    ['quotes', `“${link}”`],
    ['a comma', `${link},`],
    ['marks', `${link}!?`],
    ['capitals of scheme and host', link.replace('https://relay', 'HTTPS://Relay')],
    ['no slash before the #', link.replace('/#', '#')],
  ])('may be pasted with %s', (_, pasted) => {
    expect(read(pasted)).toEqual(expected)
  })

  test.each([
    ['nothing', ''],
    ['words', 'Hello'],
    ['words before it', `Join me: ${link}`],
    ['words behind it', `${link} see you`],
    ['a space within', link.replace('#', ' #')],
    ['another scheme', link.replace('https:', 'ftp:')],
    ['a script', link.replace('https://relay.example/', 'javascript://relay.example/')],
    ['http for https', link.replace('https:', 'http:')],
    ['no scheme', link.replace('https://', '')],
    ['another host', link.replace('relay.example', 'relay.example.evil')],
    ['another port', link.replace('relay.example', 'relay.example:444')],
    ['a user', link.replace('relay.example', 'relay.example@evil.example')],
    ['a password', link.replace('https://', 'https://a:b@')],
    ['a path', link.replace('/#', '/a#')],
    ['a query', link.replace('/#', '/?a#')],
    ['another fragment', link.replace('#i.', '#j.')],
    ['no fragment', link.replace('#', '')],
    ['no card', link.replace(/#i\..*/, '#i.')],
    ['other characters', `${link}*`],
    ['padding', `${link}==`],
    ['more than a link can have', ' '.repeat(4096) + link],
  ])('with %s is invalid', (_, text) => {
    expect(read(text)).toEqual(invalid)
  })

  test('is over at its end, and not before', () => {
    expect(read(link, now + 999)).toEqual(expected)
    expect(read(link, now + 1000)).toEqual({ kind: 'expired' })
    expect(read(link, Number.MAX_SAFE_INTEGER)).toEqual({ kind: 'expired' })
    expect(read(link, 0)).toEqual(expected)
  })

  test('without an end is invalid', () => {
    const endless = { ...card, expiresAtMillis: undefined }
    expect(read(linkTo('https://relay.example/', signCard(primitives, alice, endless)))).toEqual(
      invalid,
    )
  })

  test('that was changed is invalid, and is never told to be expired', () => {
    const signed = signCard(primitives, alice, card)
    for (const broken of [...damaged(signed), ...cut(signed)]) {
      expect(read(linkTo('https://relay.example/', broken), now + 2000)).toEqual(invalid)
    }
    expect(read(linkTo('https://relay.example/', signed))).toEqual(expected)
  })

  test('of another relay than the card names is invalid, signed or not', () => {
    const elsewhere = signCard(primitives, mallory, { ...card, relay: 'https://evil.example' })
    expect(read(linkTo('https://relay.example/', elsewhere))).toEqual(invalid)
    expect(read(linkTo('https://evil.example/', elsewhere)).kind).toBe('card')
  })

  test('of any origin is answered', () => {
    const tails = fc.string({ unit: 'binary-ascii', maxLength: 100 })
    fc.assert(
      fc.property(
        fc.oneof(
          tails,
          tails.map((tail) => `https://relay.example/#i.${tail}`),
        ),
        (text) => {
          expect(read(text)).toEqual(invalid)
        },
      ),
    )
  })
})

describe('a card', () => {
  test.each([
    'relay.example',
    'https://relay.example/',
    'HTTPS://relay.example',
    'ftp://a.example',
    '',
  ])('for the relay %j is neither signed nor read', (relay) => {
    try {
      signCard(primitives, alice, { ...card, relay })
      expect.unreachable()
    } catch (error) {
      expect(isSottoError(error, 'invalid-argument')).toBe(true)
    }
    const { address, issuedAtMillis } = card
    const values = { relay, address, issued_at: issuedAtMillis }
    const signed = signBody(primitives, alice, 'card', values)
    expect(verifyCard(primitives, signed)).toBeUndefined()
  })
})
