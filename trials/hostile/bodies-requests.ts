/**
 * @module Requests that no client of the oblivious doors would make: bodies that are nearly right, or of the wrong kind,
 * or seals that were changed on the way. Their framing is right, so that all of it reaches the doors.
 */
import { type KeyConfig, sealRequest } from '#clients/oblivious.ts'
import type { Chance } from '#crash/random.ts'

export interface BodiesScene {
  readonly key: KeyConfig
  /** Mailbox tokens that strangers and honest people never share. */
  readonly tokens: readonly string[]
}

export interface HostileRequest {
  readonly bytes: Buffer
  /** Whether the answer comes in the clear words of `/v2`. */
  readonly isDirect: boolean
}

type Members = Readonly<Record<string, unknown>>

const paths = [
  ...['send', 'fetch', 'ack', 'register', 'purge', 'recovery/store', 'recovery/query'],
  ...['exchange/offer', 'exchange/claim', 'exchange/complete', 'recovery_store', 'exchange_claim'],
]
const sealedPercent = 20
const freshSealPercent = 4
const pooledSeals = 50
const maxSmallNesting = 40
const maxNesting = 30_000

export class BodyMaker {
  readonly #scene: BodiesScene
  readonly #chance: Chance
  readonly #seals: Buffer[] = []

  constructor(scene: BodiesScene, chance: Chance) {
    this.#scene = scene
    this.#chance = chance
  }

  next(): HostileRequest {
    const chance = this.#chance
    if (chance.percent(sealedPercent)) {
      const body = chance.percent(5) ? noise(chance) : this.#changedSeal()
      return { bytes: posted('/v2/ohttp', 'message/ohttp-req', body), isDirect: false }
    }
    const path = chance.percent(1) ? 'send/../fetch%00' : chance.pick(paths)
    const type = chance.percent(4) ? chance.pick(strangeTypes) : 'application/json'
    const method = chance.percent(1) ? chance.pick(['GET', 'PUT', 'DELETE']) : 'POST'
    const bytes = posted(`/v2/${path}`, type, this.#body(path), method)
    return { bytes, isDirect: true }
  }

  /** Making a seal takes a hundred times as long as changing one. */
  #changedSeal(): Buffer {
    const chance = this.#chance
    if (this.#seals.length < pooledSeals || chance.percent(freshSealPercent)) {
      const seal = this.#seal()
      const isFull = this.#seals.length === pooledSeals
      this.#seals[isFull ? chance.integer(0, pooledSeals - 1) : this.#seals.length] = seal
      return seal
    }
    const seal = chance.pick(this.#seals)
    if (chance.percent(10)) return seal
    // The header and the encapsulated key are 39 bytes of many hundred.
    if (chance.percent(30)) return flipped(seal, chance, 39)
    return changed(seal, chance.pick(this.#seals), chance)
  }

  #seal(): Buffer {
    const chance = this.#chance
    const path = chance.pick(paths)
    return sealRequest(this.#scene.key, 'aes-128-gcm', {
      method: chance.percent(80) ? 'POST' : chance.pick(['GET', 'DELETE', 'CONNECT', '', 'post']),
      path: chance.percent(80) ? `/v2/${path}` : chance.pick(strangePaths),
      headers: chance.percent(80)
        ? { 'content-type': 'application/json' }
        : chance.pick(strangeHeaders),
      content: this.#body(path),
    }).message
  }

  #body(path: string): Buffer {
    const chance = this.#chance
    const whole = this.#members(path)
    const isConfused = chance.percent(50)
    const text = JSON.stringify(isConfused ? confused(whole, chance) : whole)
    const bytes = Buffer.from(chance.percent(15) ? withStrangeText(text, chance) : text)
    if (chance.percent(isConfused ? 75 : 15)) return bytes
    return changed(bytes, Buffer.from(JSON.stringify(this.#members(chance.pick(paths)))), chance)
  }

  /** What is right for the path. */
  #members(path: string): Members {
    const chance = this.#chance
    const token = (): string => chance.pick(this.#scene.tokens)
    const base64 = (): string => Buffer.alloc(chance.integer(0, 400), 'm').toString('base64')
    const code = (): string => String(chance.integer(0, 999_999)).padStart(6, '0')
    switch (path.replace('_', '/')) {
      case 'send':
        return { version: 2, recipient_id: token(), ciphertext: base64() }
      case 'ack':
        return { recipient_id: token(), blob_id: '00000000-0000-4000-8000-000000000000' }
      case 'purge':
        return {
          ...{ recipient_id: token(), public_key: token(), purge_token: token() },
          ...{ signature: token() + token(), timestamp: Math.floor(Date.now() / 1000) },
        }
      case 'recovery/store':
        return { key_hash: token(), proof_data: base64() }
      case 'recovery/query':
        return { key_hashes: [token(), token()] }
      case 'exchange/offer':
        return { payload: base64(), expires_secs: 30, with_completion_token: true }
      case 'exchange/claim':
        return { code: code(), response: base64() }
      case 'exchange/complete':
        return { code: code(), completion_token: token().slice(0, 32) }
      default:
        return { mailbox_tokens: [token(), token()] }
    }
  }
}

const strangeTypes = [
  ...['', 'text/plain', 'application/JSON;charset=utf-16', 'application/x+json', 'json'],
  ...['application/json; boundary="', 'multipart/form-data; boundary=x', 'a'.repeat(3000)],
]
const strangePaths = [
  '',
  '*',
  '/',
  '//v2/send',
  '/v2/ohttp',
  '/v2/../v1/users',
  '/v2/%zz',
  '\u00ff',
]
const strangeHeaders: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'Content-Type': 'application/json' },
  { 'content-type': 'application/json', 'x-app-compat-version': '9'.repeat(50) },
  { date: 'yesterday', 'content-length': '-1', 'transfer-encoding': 'chunked' },
  { ':path': '/', 'a b': '\r\nx: y', 'content-type': '\u0000' },
  { authorization: `Bearer ${'a'.repeat(9000)}`, 'content-type': 'application/json' },
]
const strangeNames = [
  '__proto__',
  'constructor',
  'toString',
  'app_version',
  'action',
  '',
  'é'.repeat(40),
]

function confused(whole: Members, chance: Chance): unknown {
  if (chance.percent(8)) return strangeValue(chance)
  const name = chance.percent(20) ? chance.pick(strangeNames) : chance.pick(Object.keys(whole))
  const { [name]: old, ...rest } = whole
  if (chance.percent(10)) return rest
  const listed: readonly unknown[] | undefined = Array.isArray(old) ? old : undefined
  const value =
    listed !== undefined && chance.percent(60)
      ? [...listed, strangeValue(chance)]
      : strangeValue(chance)
  // Not by a literal: that would set the prototype.
  return Object.fromEntries([...Object.entries(rest), [name, value]])
}

function strangeValue(chance: Chance): unknown {
  return chance.pick<() => unknown>([
    () => null,
    () => true,
    () => -1,
    () => 2 ** 53,
    () => -1e308,
    () => 0.5,
    () => '',
    () => 'zz'.repeat(32),
    () => 'ab'.repeat(chance.integer(0, 200)),
    () => 'A='.repeat(chance.integer(0, 200)),
    () => '\u0000\ud800\u202e',
    () => 'x'.repeat(chance.percent(1) ? 140_000 : 5000),
    () => [],
    () => Array.from({ length: chance.integer(0, 3000) }, () => ''),
    () => [[[[]]], {}, null],
    () => ({ toJSON: 1, length: -1 }),
  ])()
}

/** What `JSON.stringify` never writes, in place of some value, or around everything. */
function withStrangeText(text: string, chance: Chance): string {
  const depth = chance.percent(3) ? maxNesting : chance.integer(1, maxSmallNesting)
  const strange = chance.pick([
    ...['1e400', '-1e-400', '9'.repeat(400), '0x10', 'NaN', '-', '1.', '"\\ud800"', '"\\x"', '01'],
    ...['['.repeat(depth), '{"a":'.repeat(depth), `${'['.repeat(depth)}${']'.repeat(depth)}`],
    ...['\uFEFF', '{"a":1,"a":2}', '/**/1', 'undefined', '"\n"'],
  ])
  const colons = [...text.matchAll(/:/g)].map(({ index }) => index)
  if (colons.length === 0 || chance.percent(10)) return strange + text
  const at = chance.pick(colons) + 1
  const end = text.indexOf(',', at)
  return text.slice(0, at) + strange + (end < 0 ? '}' : text.slice(end))
}

function changed(bytes: Buffer, other: Buffer, chance: Chance): Buffer {
  const at = chance.integer(0, bytes.length)
  switch (chance.integer(0, 6)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([bytes.subarray(0, at), noise(chance), bytes.subarray(at)])
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + chance.integer(1, 20))])
    case 3:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(chance.integer(0, other.length))])
    case 4:
      return noise(chance)
    default:
      return flipped(bytes, chance, bytes.length)
  }
}

/** Up to four bits, among so many first bytes. */
function flipped(bytes: Buffer, chance: Chance, among: number): Buffer {
  const copy = Buffer.from(bytes)
  for (let i = chance.integer(1, 4); i > 0; i--) {
    const at = chance.integer(0, Math.max(Math.min(among, copy.length) - 1, 0))
    copy[at] = (copy[at] ?? 0) ^ (1 << chance.integer(0, 7))
  }
  return copy
}

function noise(chance: Chance): Buffer {
  return Buffer.from(Array.from({ length: chance.integer(0, 200) }, () => chance.integer(0, 255)))
}

function posted(path: string, type: string, body: Buffer, method = 'POST'): Buffer {
  const head =
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${type === '' ? '' : `Content-Type: ${type}\r\n`}` +
    `Content-Length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}
