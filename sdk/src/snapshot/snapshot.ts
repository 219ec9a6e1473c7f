/**
 * @module What a person gets back who has nothing but the 24 words: whom they know, where those read, and what they had
 * chosen. JSON, bytes in base64url. Only the holder of the identity writes it (`parts.ts`), but perhaps with another
 * version: what is not understood is left out here, and members of the whole that are unknown are kept and written again.
 */
import type { Contact, Settings } from '#contacts/contact.ts'
import { relayOrigin } from '#relay/relay-origin.ts'

/** Bytes are hex. */
export type KnownContact = Pick<
  Contact,
  | 'identity'
  | 'state'
  | 'isBlocked'
  | 'relay'
  | 'address'
  | 'readingKey'
  | 'nickname'
  | 'name'
  | 'sinceMillis'
  | 'verifiedAtMillis'
>

export type KnownSettings = Partial<
  Pick<Settings, 'name' | 'takesRequests' | 'sendsReadReceipts' | 'sendsTyping'>
>

/** Members of the whole that this version does not know. */
export type Unknown = Readonly<Record<string, unknown>>

export interface Snapshot {
  readonly contacts: readonly KnownContact[]
  readonly settings: KnownSettings
  readonly unknown: Unknown
}

const keyBytes = 32
const maxTextCharacters = 64
const maxRelayCharacters = 512
const base64url = { alphabet: 'base64url', omitPadding: true } as const

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Contacts come in this order; those at the end go when not all fit into `maxBytes`. The same snapshot is the same bytes. */
export function writeSnapshot(
  { contacts, settings, unknown }: Snapshot,
  maxBytes: number,
): { readonly bytes: Uint8Array; readonly leftOut: number } {
  const written = contacts.map(writeContact)
  const { name, takesRequests, sendsReadReceipts, sendsTyping } = settings
  const chosen = { name, takesRequests, sendsReadReceipts, sendsTyping }
  const bytesOf = (count: number): Uint8Array =>
    encoder.encode(
      JSON.stringify({ ...unknown, contacts: written.slice(0, count), settings: chosen }),
    )
  const whole = bytesOf(written.length)
  if (whole.length <= maxBytes) return { bytes: whole, leftOut: 0 }
  let room = maxBytes - bytesOf(0).length
  let count = 0
  for (const each of written) {
    // With the comma before the next one.
    room -= encoder.encode(JSON.stringify(each)).length + 1
    if (room < 0) break
    count++
  }
  return { bytes: bytesOf(count), leftOut: written.length - count }
}

/** Undefined for what is no snapshot. */
export function readSnapshot(bytes: Uint8Array): Snapshot | undefined {
  const whole = parse(bytes)
  if (whole === undefined) return undefined
  const { contacts, settings, ...unknown } = whole
  if (!Array.isArray(contacts)) return undefined
  return {
    contacts: contacts.flatMap((each: unknown) => readContact(each) ?? []),
    settings: readSettings(settings),
    unknown,
  }
}

function writeContact(contact: KnownContact): Unknown {
  const { identity, address, readingKey, isBlocked, ...rest } = contact
  const { state, relay, nickname, name, sinceMillis, verifiedAtMillis } = rest
  return {
    identity: shorter(identity),
    address: shorter(address),
    readingKey: shorter(readingKey),
    ...{ state, relay, nickname, name, sinceMillis, verifiedAtMillis },
    ...(isBlocked ? { isBlocked } : {}),
  }
}

function readContact(value: unknown): KnownContact | undefined {
  if (!isRecord(value)) return undefined
  const identity = keyIn(value['identity'])
  const address = keyIn(value['address'])
  const readingKey = keyIn(value['readingKey'])
  const relay = relayOrigin(textIn(value['relay'], maxRelayCharacters) ?? '')
  const state = value['state'] === 'invited' ? 'invited' : value['state']
  if (identity === undefined || address === undefined || readingKey === undefined) return undefined
  if (relay === undefined || (state !== 'contact' && state !== 'invited')) return undefined
  return {
    ...{ identity, address, readingKey, relay, state },
    isBlocked: value['isBlocked'] === true,
    nickname: textIn(value['nickname'], maxTextCharacters),
    name: textIn(value['name'], maxTextCharacters),
    sinceMillis: momentIn(value['sinceMillis']) ?? 0,
    verifiedAtMillis: momentIn(value['verifiedAtMillis']),
  }
}

function readSettings(value: unknown): KnownSettings {
  if (!isRecord(value)) return {}
  const flagIn = (name: string): boolean | undefined => {
    const flag = value[name]
    return typeof flag === 'boolean' ? flag : undefined
  }
  return defined({
    name: textIn(value['name'], maxTextCharacters),
    takesRequests: flagIn('takesRequests'),
    sendsReadReceipts: flagIn('sendsReadReceipts'),
    sendsTyping: flagIn('sendsTyping'),
  })
}

function defined(settings: {
  readonly [Name in keyof KnownSettings]: KnownSettings[Name] | undefined
}): KnownSettings {
  const { name, takesRequests, sendsReadReceipts, sendsTyping } = settings
  return {
    ...(name === undefined ? {} : { name }),
    ...(takesRequests === undefined ? {} : { takesRequests }),
    ...(sendsReadReceipts === undefined ? {} : { sendsReadReceipts }),
    ...(sendsTyping === undefined ? {} : { sendsTyping }),
  }
}

function parse(bytes: Uint8Array): Unknown | undefined {
  try {
    const whole: unknown = JSON.parse(decoder.decode(bytes))
    return isRecord(whole) ? whole : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textIn(value: unknown, maxCharacters: number): string | undefined {
  return typeof value === 'string' && value.length <= maxCharacters ? value : undefined
}

function momentIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function shorter(hex: string): string {
  return Uint8Array.fromHex(hex).toBase64(base64url)
}

function keyIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  try {
    const bytes = Uint8Array.fromBase64(value, { alphabet: 'base64url' })
    return bytes.length === keyBytes ? bytes.toHex() : undefined
  } catch {
    return undefined
  }
}
