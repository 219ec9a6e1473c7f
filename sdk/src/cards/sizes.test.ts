/**
 * Sizes that one package promises and another keeps.
 */
import { maxSealedContentBytes } from '@sotto/veil/padding/padded-block'
import {
  maxLetterBodyBytes,
  maxNameCharacters,
  maxRelayCharacters,
  writeLetter,
} from '@sotto/wire/content'
import { expect, test } from 'vitest'
import { signCard } from '#cards/contact-card.ts'
import { readInvitation, writeInvitation } from '#cards/invitation.ts'
import { claimMeeting, offerMeeting } from '#cards/meeting.ts'
import { alice, card, primitives } from '#cards/people-for-tests.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { maxExchangeBytes } from '#relay/oblivious.ts'

const random = fakeRandomness('sizes')
const largest = {
  ...card,
  relay: `https://${'a'.repeat(maxRelayCharacters - 8)}`,
  name: '漢'.repeat(maxNameCharacters),
}

test('the largest letter fits into the largest seal', () => {
  const body = new Uint8Array(maxLetterBodyBytes)
  const sender = alice.ed25519PublicKey
  const letter = writeLetter({ sender, device: 127, kind: 'sender-key', body })
  expect(letter.length).toBeLessThanOrEqual(maxSealedContentBytes)
})

test('an invitation with the largest card is read', () => {
  const link = writeInvitation(primitives, alice, largest)
  expect(readInvitation(primitives, link, card.issuedAtMillis).kind).toBe('card')
})

test('a meeting with the largest card fits into what the exchange carries', async () => {
  const signed = signCard(primitives, alice, largest)
  const { offer } = offerMeeting(primitives, random, signed)
  const claimed = await claimMeeting(primitives, random, offer, signed)
  expect(offer.length).toBeLessThan(maxExchangeBytes)
  expect(claimed?.claim.length).toBeLessThan(maxExchangeBytes)
})
