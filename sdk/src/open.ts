/**
 * @module A messenger over the real network: the lines of `messenger.ts` made of the relay's two doors.
 */
import type { Primitives } from '@sotto/primitives'
import type { MakeThumbnail } from '#attachments/prepare.ts'
import type { Settings } from '#contacts/contact.ts'
import { SottoError } from '#errors.ts'
import { Messenger } from '#messenger.ts'
import type { Lines } from '#messenger-options.ts'
import type { Clock, Randomness } from '#ports/clock.ts'
import type { Network } from '#ports/network.ts'
import type { Profile } from '#profile/profile.ts'
import { LiveRelay } from '#relay/live.ts'
import { createObliviousRelay } from '#relay/oblivious.ts'
import { type RelayOrigin, relayOrigin } from '#relay/relay-origin.ts'
import { onlyDevice } from '#sessions/device.ts'

/** What `openMessenger` takes: an open profile, and its ports. */
export interface OpenOptions {
  readonly profile: Profile
  readonly primitives: Primitives
  readonly clock: Clock
  readonly random: Randomness
  readonly network: Network
  /** For a profile that has none yet. */
  readonly settings?: (Partial<Settings> & Pick<Settings, 'relay'>) | undefined
  /** Without a connection: to look at what is there, and to write for later. */
  readonly isOffline?: boolean | undefined
  /** What should not happen, for a log. It is told nothing secret. */
  readonly failed?: ((error: unknown) => void) | undefined
  /** Of whoever has a decoder; without it pictures go without a small one. */
  readonly makeThumbnail?: MakeThumbnail | undefined
}

/** The profile stays the caller's to lock, after the messenger was closed. */
export function openMessenger(options: OpenOptions): Promise<Messenger> {
  const { profile, primitives, clock, random, network, settings, failed, makeThumbnail } = options
  const lines: Lines = {
    deposits: (relay, { relay: own, forwarder, mode }) =>
      createObliviousRelay({
        network,
        clock,
        randomness: random,
        primitives,
        relay: originOf(relay),
        // A forwarder carries to one gateway.
        forwarder: relay === own && forwarder !== undefined ? originOf(forwarder) : undefined,
        mode,
      }),
    live:
      options.isOffline === true
        ? undefined
        : (relay, identity, handlers) =>
            LiveRelay.open({
              network,
              clock,
              randomness: random,
              primitives,
              relay: originOf(relay),
              login: {
                identity: identity.ed25519PublicKey,
                device: onlyDevice,
                sign: (message) => primitives.signEd25519(identity.ed25519Seed, message),
              },
              handlers,
            }),
  }
  const { identity, registrationId, records } = profile
  return Messenger.open(
    {
      primitives,
      random,
      clock,
      lines,
      failed,
      makeThumbnail,
      profile: {
        identity,
        registrationId,
        records,
        hide: (text) => profile.records.keyedName(text),
      },
    },
    settings,
  )
}

function originOf(text: string): RelayOrigin {
  const origin = relayOrigin(text)
  if (origin === undefined) {
    throw new SottoError('invalid-argument', 'Cannot reach a relay: its URL is none')
  }
  return origin
}
