/**
 * @module What members decide about a channel. Each decision is a wish, which the line writes into the chain; what the chain
 * would refuse as we know it is refused here at once.
 */
import { maxPictureBytes } from '@sotto/wire/channels'
import type { ChainState, Refusal } from '#channels/chain.ts'
import { channels, chains, type StoredChannel } from '#channels/channel.ts'
import { makeRecord } from '#channels/make-record.ts'
import { putWish, type Wish } from '#channels/wishes.ts'
import type { Engine } from '#engine.ts'
import { SottoError, type SottoErrorCode } from '#errors.ts'
import type { Reader, Work } from '#state/work.ts'

export const maxNameCharacters = 64

export interface MemberChannel {
  readonly channel: StoredChannel
  readonly state: ChainState
}

/** Throws 'not-found', or 'not-a-member'. */
export async function channelOfMember(reader: Reader, id: string): Promise<MemberChannel> {
  const [channel, state] = [await channels.get(reader, id), await chains.get(reader, id)]
  if (channel === undefined) throw new SottoError('not-found', 'Cannot find the channel')
  const isIn = channel.stage === 'creating' || channel.stage === 'member'
  if (state === undefined || !isIn) {
    throw new SottoError('not-a-member', 'Cannot do that: this user is no member of the channel')
  }
  return { channel, state }
}

/** The id of what waits. */
export async function wishFor(work: Work, engine: Engine, id: string, wish: Wish): Promise<string> {
  const { channel, state } = await channelOfMember(work, id)
  const made = await makeRecord(work, engine.device, channel, state, wish)
  if (made.kind === 'refused') throw refusalError(made.reason)
  return putWish(work, id, { wish })
}

/** What a caller is told of a refusal. */
export function refusalError(reason: Refusal): SottoError {
  const { code, text } = refusals[reason]
  return new SottoError(code, `Cannot change the channel: ${text}`)
}

const refusals: Readonly<
  Record<Refusal, { readonly code: SottoErrorCode; readonly text: string }>
> = {
  'not-first': { code: 'not-found', text: 'its records are not known' },
  'does-not-follow': { code: 'relay-refused', text: 'it has gone on meanwhile' },
  'not-a-member': { code: 'not-a-member', text: 'this user is no member' },
  'not-an-admin': { code: 'not-allowed', text: 'this user is no admin' },
  'no-such-member': { code: 'not-found', text: 'there is no such member' },
  'is-a-member': { code: 'invalid-argument', text: 'they are a member already' },
  'was-removed': { code: 'not-allowed', text: 'this user was removed' },
  'no-grant': { code: 'invalid-invitation', text: 'the invitation is of nobody who may invite' },
  'grant-revoked': { code: 'invalid-invitation', text: 'the invitation was taken back' },
  'grant-used': { code: 'invalid-invitation', text: 'the invitation is used up' },
  'grant-over': { code: 'invitation-expired', text: 'the invitation has expired' },
  full: { code: 'relay-refused', text: 'it has as many members as it can' },
  'last-admin': { code: 'not-allowed', text: 'somebody else has to be an admin first' },
  'is-self': { code: 'invalid-argument', text: 'nobody removes themselves, but leaves' },
  'changes-nothing': { code: 'invalid-argument', text: 'it is so already' },
}

export function checkedName(name: string): string {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > maxNameCharacters) {
    throw new SottoError(
      'invalid-argument',
      `Cannot name a channel: ${trimmed.length} characters, required 1 to ${maxNameCharacters}`,
    )
  }
  return trimmed
}

export function checkedPicture(picture: Uint8Array | undefined): Uint8Array | undefined {
  if (picture === undefined || picture.length <= maxPictureBytes) return picture
  throw new SottoError(
    'file-too-large',
    `Cannot set a picture: ${picture.length} bytes of at most ${maxPictureBytes}`,
  )
}
