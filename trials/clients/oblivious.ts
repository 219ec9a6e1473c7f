/**
 * @module A client of Oblivious HTTP written from the RFCs alone, on the platform's own primitives: HPKE in base mode
 * (RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM or ChaCha20-Poly1305), encapsulation (RFC 9458) and
 * binary HTTP of known length (RFC 9292); beside them the padded envelope that Vauchi's clients seal. It shares no line with
 * the product.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto'

export type Aead = 'aes-128-gcm' | 'chacha20-poly1305'

export interface KeyConfig {
  readonly id: number
  readonly publicKey: Buffer
  readonly aeads: readonly number[]
}

export interface Sealed<Answer = Buffer> {
  readonly message: Buffer
  readonly open: (response: Uint8Array) => Answer
}

export interface InnerRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly content?: Uint8Array
}

export interface InnerResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly content: Buffer
}

const aeads = {
  'aes-128-gcm': { id: 1, keyBytes: 16 },
  'chacha20-poly1305': { id: 3, keyBytes: 32 },
} as const
const kem = 0x0020
const kdf = 0x0001
const nonceBytes = 12
const tagBytes = 16

/** `application/ohttp-keys` (RFC 9458 §3.2): the first configuration of the list. */
export function readKeyList(list: Buffer): KeyConfig {
  const length = list.readUInt16BE(0)
  const config = list.subarray(2, 2 + length)
  if (config.length !== length || config.readUInt16BE(1) !== kem) throw new Error('Not our KEM')
  const suites = config.subarray(37, 37 + config.readUInt16BE(35))
  const ids: number[] = []
  for (let at = 0; at < suites.length; at += 4) {
    if (suites.readUInt16BE(at) === kdf) ids.push(suites.readUInt16BE(at + 2))
  }
  return { id: config.readUInt8(0), publicKey: config.subarray(3, 35), aeads: ids }
}

/** Binary HTTP, sealed. */
export function sealRequest(
  config: KeyConfig,
  name: Aead,
  request: InnerRequest,
): Sealed<InnerResponse> {
  const { message, open } = seal(config, name, writeRequest(request))
  return { message, open: (response) => readResponse(open(response)) }
}

/** What is inside is for the gateway to tell. */
export function seal(config: KeyConfig, name: Aead, plaintext: Uint8Array): Sealed {
  const { id, keyBytes } = aeads[name]
  if (!config.aeads.includes(id)) throw new Error(`The gateway does not offer ${name}`)
  const header = Buffer.concat([Buffer.of(config.id), u16(kem), u16(kdf), u16(id)])

  // Encap (RFC 9180 §4.1).
  const ephemeral = generateKeyPairSync('x25519')
  const enc = Buffer.from(ephemeral.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const shared = diffieHellman({
    privateKey: ephemeral.privateKey,
    publicKey: createPublicKey({
      key: { kty: 'OKP', crv: 'X25519', x: config.publicKey.toString('base64url') },
      format: 'jwk',
    }),
  })
  const kemSuite = Buffer.concat([Buffer.from('KEM'), u16(kem)])
  const eaePrk = labeledExtract(kemSuite, empty, 'eae_prk', shared)
  const context = Buffer.concat([enc, config.publicKey])
  const secret = labeledExpand(kemSuite, eaePrk, 'shared_secret', context, 32)

  // The key schedule in base mode (§5.1), and the export of RFC 9458 §4.2.
  const suite = Buffer.concat([Buffer.from('HPKE'), u16(kem), u16(kdf), u16(id)])
  const info = Buffer.concat([Buffer.from('message/bhttp request'), Buffer.of(0), header])
  const schedule = Buffer.concat([
    Buffer.of(0),
    labeledExtract(suite, empty, 'psk_id_hash', empty),
    labeledExtract(suite, empty, 'info_hash', info),
  ])
  const root = labeledExtract(suite, secret, 'secret', empty)
  const key = labeledExpand(suite, root, 'key', schedule, keyBytes)
  const nonce = labeledExpand(suite, root, 'base_nonce', schedule, nonceBytes)
  const exporter = labeledExpand(suite, root, 'exp', schedule, 32)
  const responseBytes = Math.max(keyBytes, nonceBytes)
  const label = Buffer.from('message/bhttp response')
  const exported = labeledExpand(suite, exporter, 'sec', label, responseBytes)

  const cipher =
    name === 'aes-128-gcm'
      ? createCipheriv(name, key, nonce)
      : createCipheriv(name, key, nonce, { authTagLength: tagBytes })
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return {
    message: Buffer.concat([header, enc, sealed, cipher.getAuthTag()]),
    open(response) {
      // RFC 9458 §4.4.
      const responseNonce = Buffer.from(response.subarray(0, responseBytes))
      const prk = hmac(Buffer.concat([enc, responseNonce]), exported)
      const responseKey = expand(prk, Buffer.from('key'), keyBytes)
      const openingNonce = expand(prk, Buffer.from('nonce'), nonceBytes)
      const opener =
        name === 'aes-128-gcm'
          ? createDecipheriv(name, responseKey, openingNonce)
          : createDecipheriv(name, responseKey, openingNonce, { authTagLength: tagBytes })
      opener.setAuthTag(response.subarray(-tagBytes))
      const body = response.subarray(responseBytes, -tagBytes)
      return Buffer.concat([opener.update(body), opener.final()])
    },
  }
}

const empty = Buffer.alloc(0)

function u16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** HKDF-Expand (RFC 5869 §2.3) for one block, which is all that is needed here. */
function expand(prk: Uint8Array, info: Uint8Array, length: number): Buffer {
  return hmac(prk, info, Buffer.of(1)).subarray(0, length)
}

function labeledExtract(suite: Buffer, salt: Buffer, label: string, ikm: Uint8Array): Buffer {
  // A salt of no bytes is a key of zeros.
  const key = salt.length === 0 ? Buffer.alloc(32) : salt
  return hmac(key, Buffer.from('HPKE-v1'), suite, Buffer.from(label), ikm)
}

function labeledExpand(
  suite: Buffer,
  prk: Buffer,
  label: string,
  info: Uint8Array,
  length: number,
): Buffer {
  const parts = [u16(length), Buffer.from('HPKE-v1'), suite, Buffer.from(label), info]
  return expand(prk, Buffer.concat(parts), length)
}

// ------------------------------------------------------------------------------------- Vauchi's envelope

/** `length (4) | JSON | random bytes`, in all 256, 512, 1,024 or 4,096 bytes, and above a multiple of 256. */
export function writeEnvelope(json: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  const bytes = length.length + json.length
  const size = [256, 512, 1024, 4096].find((step) => bytes <= step) ?? Math.ceil(bytes / 256) * 256
  return Buffer.concat([length, json, randomBytes(size - bytes)])
}

// ----------------------------------------------------------------------------------- binary HTTP (RFC 9292)

function writeRequest({ method, path, headers = {}, content = empty }: InnerRequest): Buffer {
  const lines = Object.entries(headers).flatMap(([name, value]) => [text(name), text(value)])
  return Buffer.concat([
    Buffer.of(0),
    ...[method, 'https', 'relay.example', path].map(text),
    sized(Buffer.concat(lines)),
    sized(content),
    sized(empty),
  ])
}

function readResponse(bytes: Buffer): InnerResponse {
  let at = 0
  const integer = (): number => {
    const size = 1 << ((bytes[at] ?? 0) >> 6)
    let value = (bytes[at] ?? 0) & 0x3f
    for (let i = 1; i < size; i++) value = value * 256 + (bytes[at + i] ?? 0)
    at += size
    return value
  }
  const take = (): Buffer => {
    const length = integer()
    at += length
    return bytes.subarray(at - length, at)
  }
  if (integer() !== 1) throw new Error('Not a response of known length')
  const status = integer()
  const end = integer() + at
  const headers: Record<string, string> = {}
  while (at < end) {
    const name = take().toString('latin1')
    headers[name] = take().toString('latin1')
  }
  return { status, headers, content: Buffer.from(take()) }
}

function text(value: string): Buffer {
  return sized(Buffer.from(value, 'latin1'))
}

/** Behind its length as an integer of RFC 9000 §16: one, two or four bytes. */
function sized(bytes: Uint8Array): Buffer {
  const { length } = bytes
  if (length < 64) return Buffer.concat([Buffer.of(length), bytes])
  if (length < 16_384) return Buffer.concat([u16(length | 0x4000), bytes])
  const header = Buffer.alloc(4)
  header.writeUInt32BE((length | 0x80000000) >>> 0)
  return Buffer.concat([header, bytes])
}
