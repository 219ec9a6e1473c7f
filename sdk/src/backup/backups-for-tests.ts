/**
 * @module What the tests of backups begin with.
 */
import type { Identity } from '@sotto/signal'
import { Messenger } from '#messenger.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import type { Profile } from '#profile/profile.ts'
import type { ProfileDeps } from '#profile/profiles.ts'
import { testDeps } from '#vault/vault-for-tests.ts'
import { relayUrl, type World } from '#world-for-tests.ts'

export const passphrase = 'correct horse battery'
export const backupPassphrase = 'another horse, another battery'

export function newDeps(seed: string, clock: FakeClock = new FakeClock()): ProfileDeps {
  return { ...testDeps(seed), clock }
}

/** Of the same person, on a shelf of its own. */
export function openIn(world: World, profile: Profile, isOnline = true): Promise<Messenger> {
  const { identity, registrationId, records } = profile
  return Messenger.open(
    {
      primitives: testDeps('world').primitives,
      random: world.random,
      clock: world.clock,
      profile: { identity, registrationId, records, hide: (text) => records.keyedName(text) },
      lines: {
        deposits: () => world.relay.deposits(() => isOnline),
        live: (_, who: Identity, handlers) => world.relay.live(who, handlers, () => isOnline),
      },
      failed: (error) => world.failures.push(error),
    },
    { relay: relayUrl, takesRequests: true },
  )
}

export async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece.slice())
  return concatenate(all)
}

export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** As a file comes: in pieces that have nothing to do with how it was written. */
export async function* inPieces(bytes: Uint8Array, size = 10_007): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve()
    yield bytes.subarray(at, at + size)
  }
}
