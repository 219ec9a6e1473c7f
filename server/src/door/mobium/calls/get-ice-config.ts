/**
 * @module get_ice_config: which STUN and TURN servers calls may use (mobium reference §2.4). Credentials are those of
 * coturn's `use-auth-secret`: good until a time that the user name says, and for nobody in particular. The name is drawn
 * for each answer, so that who runs the TURN server learns no identity.
 */
import { createHmac } from 'node:crypto'
import type { Clock, Randomness } from '#relay/clock.ts'
import type { Handle } from '#door/mobium/client.ts'

export interface IceConfigDeps {
  readonly stunUrls: readonly string[]
  readonly turnUrls: readonly string[]
  /** Shared with the TURN server. Without it TURN is named without credentials. */
  readonly turnSecret: { reveal(): string } | undefined
  readonly ttlSeconds: number
  readonly clock: Clock
  readonly randomness: Randomness
}

const nameBytes = 16

export function createGetIceConfig(deps: IceConfigDeps): Handle<'get_ice_config'> {
  const { stunUrls, turnUrls, turnSecret } = deps
  const stun = stunUrls.length === 0 ? [] : [{ urls: stunUrls }]
  return (client) => {
    const credentials = turnSecret === undefined ? {} : credentialsOf(turnSecret.reveal(), deps)
    const turn = turnUrls.length === 0 ? [] : [{ urls: turnUrls, ...credentials }]
    client.send({ type: 'ice_config', ice_servers: [...stun, ...turn] })
  }
}

function credentialsOf(secret: string, { ttlSeconds, clock, randomness }: IceConfigDeps) {
  const expiresAtSeconds = Math.floor(clock.now() / 1000) + ttlSeconds
  const name = Buffer.from(randomness.bytes(nameBytes)).toString('hex')
  const username = `${expiresAtSeconds}:${name}`
  const credential = createHmac('sha1', secret).update(username).digest('base64')
  return { username, credential, ttl: ttlSeconds }
}
