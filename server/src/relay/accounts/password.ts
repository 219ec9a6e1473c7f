/**
 * @module Passwords at rest: Argon2id (RFC 9106) off the event loop, as PHC strings. At most a few run at once, since
 * each takes 19 MiB; a bounded number waits.
 */
import { argon2, timingSafeEqual } from 'node:crypto'
import type { Randomness } from '#relay/clock.ts'

/** OWASP's second choice, and what obscura-server stores: 19 MiB, two passes, one lane. */
const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const
const saltBytes = 16

/** What a stored hash may ask for: one that somebody slipped in must not take the machine. */
const maxMemoryKibibytes = 262_144
const maxPasses = 16
const maxLanes = 8

export async function hashPassword(password: string, randomness: Randomness): Promise<string> {
  const salt = randomness.bytes(saltBytes)
  return phcOf(salt, await derive(password, salt, parameters))
}

/** False for a wrong password and for a hash that this cannot read. */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const stored = parsePhc(phc)
  if (stored === undefined) return false
  const tag = await derive(password, stored.salt, { ...stored.costs, tagLength: stored.tag.length })
  return timingSafeEqual(tag, stored.tag)
}

/**
 * A hash of nothing: as slow to check as a real one, and no password fits it. Made without hashing, since a start should
 * not take 19 MiB for it.
 */
export function decoyHash(randomness: Randomness): string {
  return phcOf(randomness.bytes(saltBytes), randomness.bytes(parameters.tagLength))
}

function phcOf(salt: Uint8Array, tag: Uint8Array): string {
  const { memory, passes, parallelism } = parameters
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`
}

interface Costs {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

function derive(
  password: string,
  salt: Uint8Array,
  costs: Costs & { readonly tagLength: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const input = { message: password, nonce: salt, ...costs }
    argon2('argon2id', input, (error, tag) => {
      if (error === null || error === undefined) resolve(tag)
      else reject(error)
    })
  })
}

const phcPattern =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/

function parsePhc(
  phc: string,
): { readonly costs: Costs; readonly salt: Uint8Array; readonly tag: Uint8Array } | undefined {
  const [, memory, passes, parallelism, salt, tag] = phcPattern.exec(phc) ?? []
  if (salt === undefined || tag === undefined) return undefined
  const costs = {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  }
  const isBearable =
    costs.memory <= maxMemoryKibibytes && costs.passes <= maxPasses && costs.parallelism <= maxLanes
  if (!isBearable || costs.passes < 1 || costs.parallelism < 1) return undefined
  if (costs.memory < 8 * costs.parallelism) return undefined
  return { costs, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') }
}

/** Without padding, as PHC strings have it. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
