/**
 * @module Meeting with six digits: two people who look at each other's screens exchange signed cards through a relay that
 * may try anything, and see the same short code exactly when nobody stood between them.
 *
 * | step | who | what travels | in clear |
 * |---|---|---|---|
 * | offer | A → relay → B | commitment to A's key, card and nonce; the key | all of it |
 * | claim | B → relay → A | B's card and nonce | sealed to A's key of this meeting |
 * | opening | A → B | A's card and nonce | sealed to B's identity |
 *
 * Whoever stands between has to choose a nonce for each side before it sees that side's own: A's hides in the commitment
 * until A has B's, and B draws one only after it has the commitment. So the two codes agree by chance alone, one time in
 * a million. The commitment covers A's key too, so that nobody reads a claim on its way and hands it on.
 *
 * Without the comparison of codes a contact that was met is "not verified". A card proves that its owner signed it, not
 * that the owner is here: that is proved by the first letter that follows.
 */
import { equalBytes, type Primitives } from '@sotto/primitives'
import { type Identity, signalKeyOf } from '@sotto/signal'
import { openSealed, sealTo } from '@sotto/veil/seal/seal'
import {
  cardsVersion,
  meetingNonceBytes,
  readIntroduction,
  readMeetingOffer,
  writeIntroduction,
  writeMeetingOffer,
} from '@sotto/wire/cards'
import { type ContactCard, verifyCard } from '#cards/contact-card.ts'
import type { Randomness } from '#ports/clock.ts'

/** What A keeps until the claim comes. */
export interface OfferedMeeting {
  /** What travels. */
  readonly offer: Uint8Array
  /** X25519, 32 bytes: a secret. */
  readonly privateKey: Uint8Array
  /** A secret until the claim is there. */
  readonly nonce: Uint8Array
  /** The own card, signed. */
  readonly card: Uint8Array
}

/** What B keeps until the opening comes. */
export interface ClaimedMeeting {
  /** What travels. */
  readonly claim: Uint8Array
  /** As it came. */
  readonly offer: Uint8Array
  readonly nonce: Uint8Array
  /** The own card, signed. */
  readonly card: Uint8Array
}

/** Whom one has met. */
export interface Met {
  readonly card: ContactCard
  /** `123 456`, to compare. */
  readonly code: string
}

const keyBytes = 32
const labels = {
  commitment: ascii('sotto/meeting/1'),
  claim: ascii('sotto/meeting-claim/1'),
  opening: ascii('sotto/meeting-opening/1'),
  code: ascii('sotto/meeting-code/1'),
}

/** A's first step. `card` is signed (`contact-card.ts`). `random` is asked for 32 bytes, twice. */
export function offerMeeting(
  primitives: Primitives,
  random: Randomness,
  card: Uint8Array,
): OfferedMeeting {
  const privateKey = random(keyBytes)
  const nonce = random(meetingNonceBytes)
  const key = primitives.x25519PublicKey(privateKey)
  const commitment = commitmentTo(primitives, key, card, nonce)
  return {
    offer: writeMeetingOffer({ version: cardsVersion, commitment, key }),
    privateKey,
    nonce,
    card,
  }
}

/** B's answer. `random` is asked for 32 bytes, twice. Undefined when the offer is none. */
export async function claimMeeting(
  primitives: Primitives,
  random: Randomness,
  offer: Uint8Array,
  card: Uint8Array,
): Promise<ClaimedMeeting | undefined> {
  const read = readMeetingOffer(offer)
  if (read === undefined) return undefined
  const nonce = random(meetingNonceBytes)
  const introduction = writeIntroduction({ card, nonce })
  const claim = await sealTo(primitives, random, read.key, labels.claim, offer, introduction)
  return claim && { claim, offer, nonce, card }
}

/**
 * A's second step: whom A has met, and what to send to them. `random` is asked for 32 bytes. Undefined when the claim is
 * none, or none of this offer.
 */
export async function openClaim(
  primitives: Primitives,
  random: Randomness,
  { offer, privateKey, nonce, card }: OfferedMeeting,
  claim: Uint8Array,
): Promise<(Met & { readonly opening: Uint8Array }) | undefined> {
  const opened = await openSealed(primitives, privateKey, labels.claim, offer, claim)
  const theirs = opened && readIntroduction(opened)
  const theirCard = theirs && verifyCard(primitives, theirs.card)
  const theirKey = theirCard && signalKeyOf(primitives, theirCard.identity)
  if (theirs === undefined || theirCard === undefined || theirKey === undefined) return undefined
  const opening = await sealTo(
    primitives,
    random,
    theirKey,
    labels.opening,
    transcriptOf(primitives, offer, claim),
    writeIntroduction({ card, nonce }),
  )
  const code = shortCode(primitives, card, nonce, theirs.card, theirs.nonce)
  return opening && { card: theirCard, code, opening }
}

/** B's second step: whom B has met. Undefined when the opening is none, or not what was promised. */
export async function openOpening(
  primitives: Primitives,
  identity: Pick<Identity, 'keyPair'>,
  { offer, claim, nonce, card }: ClaimedMeeting,
  opening: Uint8Array,
): Promise<Met | undefined> {
  const { privateKey } = identity.keyPair
  const transcript = transcriptOf(primitives, offer, claim)
  const promised = readMeetingOffer(offer)
  const opened = await openSealed(primitives, privateKey, labels.opening, transcript, opening)
  const theirs = opened && readIntroduction(opened)
  if (promised === undefined || theirs === undefined) return undefined
  const commitment = commitmentTo(primitives, promised.key, theirs.card, theirs.nonce)
  if (!equalBytes(commitment, promised.commitment)) return undefined
  const theirCard = verifyCard(primitives, theirs.card)
  if (theirCard === undefined) return undefined
  return {
    card: theirCard,
    code: shortCode(primitives, theirs.card, theirs.nonce, card, nonce),
  }
}

/** What both screens show. A is who offers. Cards are signed; they and the nonces are taken as they travelled. */
export function shortCode(
  primitives: Primitives,
  cardA: Uint8Array,
  nonceA: Uint8Array,
  cardB: Uint8Array,
  nonceB: Uint8Array,
): string {
  // Each part has 32 bytes, so that no two meetings are the same bytes.
  const hash = primitives.sha256(
    labels.code,
    ...[cardA, nonceA, cardB, nonceB].map((part) => primitives.sha256(part)),
  )
  // 64 bits: what the remainder prefers is beyond measure.
  const number = new DataView(hash.buffer, hash.byteOffset).getBigUint64(0) % 1_000_000n
  const digits = number.toString().padStart(6, '0')
  return `${digits.slice(0, 3)} ${digits.slice(3)}`
}

/** Key and nonce have 32 bytes each, so that no two sets of the three are the same bytes. */
function commitmentTo(
  primitives: Primitives,
  key: Uint8Array,
  card: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  return primitives.sha256(labels.commitment, key, card, nonce)
}

/** Binds an opening to this very offer and claim. */
function transcriptOf(primitives: Primitives, offer: Uint8Array, claim: Uint8Array): Uint8Array {
  return primitives.sha256(primitives.sha256(offer), primitives.sha256(claim))
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
