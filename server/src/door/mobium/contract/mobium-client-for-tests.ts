/**
 * @module A client at the live door that shares no code with the relay: MessagePack by somebody else, Ed25519 by the
 * runtime, frames by hand. It holds the relay to what original clients can read: bytes in the form that this client
 * reads, keys in alphabetical order, integers as short as they can be.
 *
 * Tests write and read bytes as hex; how they travel is this client's business.
 */
import { decode, encode } from '@msgpack/msgpack'
import {
  Opcode,
  openRawSocket,
  RawSocket,
  type HandshakeOptions,
} from '#door/obscura/contract/raw-socket-for-tests.ts'
import type { RawReply } from '#door/obscura/contract/raw-http-for-tests.ts'
import { hex, Person, unhex } from '#door/mobium/contract/person-for-tests.ts'

/** How a client writes bytes: numbers as the original clients, MessagePack's own, or digits. */
export type Form = 'array' | 'bin' | 'hex'

export interface Message {
  readonly type: string
  readonly [field: string]: unknown
}

export interface LoginChoices {
  readonly form?: Form
  readonly caps?: readonly string[]
  readonly device?: number
  readonly x25519_pub?: string
  readonly x25519_sig?: string
}

export interface Connected extends HandshakeOptions {
  readonly port: number
  /** The form of the first frame, when it is not that of original clients. */
  readonly firstForm?: 'bin'
}

/** Fields that hold bytes, wherever they stand. A text in one of them, if the relay sends it, stays a text. */
const byteFields = new Set([
  ...['audio', 'bundle', 'channel_id', 'chunk', 'client_id', 'ed25519', 'encrypted_dist'],
  ...['encrypted_distribution', 'encrypted_metadata', 'id', 'identity_x25519_pub', 'ids'],
  ...[
    'invite_token',
    'keys',
    'kem_one_time',
    'member',
    'members',
    'nonce',
    'one_time',
    'one_time_prekey',
  ],
  ...['one_time_prekeys', 'participants', 'payload', 'pubkey', 're', 'recipient', 'record'],
  ...['sender', 'sender_ed25519_pub', 'sender_x25519_pub', 'signature', 'signed_prekey'],
  ...['signed_prekey_sig', 'target_pubkey', 'token', 'tokens', 'x25519', 'x25519_pub'],
  'x25519_sig',
])

/** Lists of bytes in what the relay says. */
const listFields = new Set(['members', 'participants'])

/** The relay hands these on as their senders wrote them. */
const relayed = new Set(['voice_data', 'screen_data'])

export class MobiumClient implements Disposable {
  readonly socket: RawSocket
  readonly nonce: string
  readonly challenge: Message
  #person: Person | undefined
  #form: Form = 'array'
  #reads: 'array' | 'bin'

  private constructor(socket: RawSocket, reads: 'array' | 'bin', challenge: Uint8Array) {
    this.socket = socket
    this.#reads = reads
    this.challenge = this.#read(challenge)
    this.nonce = String(this.challenge['nonce'])
  }

  /** Connects, and takes the challenge. */
  static async connect(where: Connected): Promise<MobiumClient> {
    const opened = await MobiumClient.tryConnect(where)
    if (opened instanceof MobiumClient) return opened
    throw new Error(`The relay refused a socket: ${opened.status} ${opened.body}`)
  }

  static async tryConnect({ port, ...options }: Connected): Promise<MobiumClient | RawReply> {
    const opened = await openRawSocket(port, '/ws', options)
    if (!(opened instanceof RawSocket)) return opened
    return await MobiumClient.over(opened, options)
  }

  /** On a socket that is open. */
  static async over(
    socket: RawSocket,
    { headers, firstForm }: Partial<Connected> = {},
  ): Promise<MobiumClient> {
    const asksForBin = headers?.['Sec-WebSocket-Protocol']?.includes('mobium.bin.v1') === true
    const form = asksForBin ? 'bin' : (firstForm ?? 'array')
    return new MobiumClient(socket, form, await socket.messages.next())
  }

  /** Who is logged in. */
  get person(): Person {
    if (this.#person === undefined) throw new Error('Nobody is logged in')
    return this.#person
  }

  get name(): string {
    return this.person.name
  }

  // ------------------------------------------------------------------------------------------- the login

  /** What a login says. */
  login(person: Person, { form, caps, device, ...rest }: LoginChoices = {}): Message {
    this.#person = person
    this.#form = form ?? (caps?.includes('bin') === true ? 'bin' : 'array')
    this.#reads = this.#form === 'bin' || caps?.includes('bin') === true ? 'bin' : 'array'
    return {
      type: 'auth',
      pubkey: person.name,
      signature: person.signLogin(this.nonce),
      ...(caps === undefined ? {} : { caps }),
      ...(device === undefined ? {} : { device }),
      ...rest,
    }
  }

  /** Logs in. Resolves to what came before the answer, and the answer. */
  async logIn(
    person: Person,
    choices?: LoginChoices,
  ): Promise<{ readonly waiting: readonly Message[]; readonly success: Message }> {
    this.send(this.login(person, choices))
    const all = await this.upTo('auth_success')
    return { waiting: all.slice(0, -1), success: all.at(-1) ?? { type: '' } }
  }

  // -------------------------------------------------------------------------------------------- sending

  /** Hex in fields of bytes is written in this client's form. */
  send(...messages: readonly Message[]): void {
    for (const message of messages) this.sendExactly(spoken(message, this.#form))
  }

  /** The map as it stands. */
  sendExactly(map: unknown): void {
    this.raw(encode(map))
  }

  raw(bytes: Uint8Array): void {
    this.socket.send(Opcode.binary, bytes)
  }

  /** Sends, and takes the one answer. */
  async ask(message: Message): Promise<Message> {
    this.send(message)
    return await this.next()
  }

  // ------------------------------------------------------------------------------------------ receiving

  /** The next message, which must be of this type when one is named. */
  async next(type?: string): Promise<Message> {
    const message = this.#read(await this.socket.messages.next())
    if (type === undefined || message.type === type) return message
    throw new Error(`Expected ${type}, got ${JSON.stringify(message).slice(0, 500)}`)
  }

  /** So many messages. */
  async take(count: number): Promise<readonly Message[]> {
    const all: Message[] = []
    while (all.length < count) all.push(await this.next())
    return all
  }

  /** Everything up to the first message of this type. An error ends it, too. */
  async upTo(type: string): Promise<readonly Message[]> {
    const all: Message[] = []
    while (all.at(-1)?.type !== type) {
      const message = await this.next()
      all.push(message)
      if (message.type === 'error' && type !== 'error') {
        throw new Error(`Expected ${type}, got ${JSON.stringify(message)}`)
      }
    }
    return all
  }

  /**
   * Everything that came until now. Messages are handled and answered in turn, so the answer to a ping is behind
   * all that the relay had for this client when it read the ping.
   */
  async sofar(): Promise<readonly Message[]> {
    this.sendExactly({ type: 'ping' })
    const all: Message[] = []
    for (;;) {
      const message = await this.next()
      if (message.type === 'pong') return all
      all.push(message)
    }
  }

  /** Nothing waits for this client. */
  async expectNothing(): Promise<void> {
    const all = await this.sofar()
    if (all.length > 0) {
      throw new Error(`Expected nothing, got ${JSON.stringify(all).slice(0, 500)}`)
    }
  }

  async leave(): Promise<void> {
    this.socket.close()
    await this.socket.closed()
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }

  #read(frame: Uint8Array): Message {
    const map = decode(frame)
    if (!isMap(map) || typeof map['type'] !== 'string') throw new Error('Not a message')
    const type = map['type']
    if (!relayed.has(type) && Buffer.compare(encode(map, { sortKeys: true }), frame) !== 0) {
      throw new Error(`Not as the original relay writes it: ${Buffer.from(frame).toString('hex')}`)
    }
    return { ...heard(map, this.#reads), type }
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  )
}

// ------------------------------------------------------------------------------------------------ bytes

/** What is written for a map whose fields of bytes are hex. */
function spoken(map: Readonly<Record<string, unknown>>, form: Form): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, spokenValue(name, value, form)]),
  )
}

function spokenValue(name: string, value: unknown, form: Form): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => spokenValue(name, each, form))
  if (isMap(value)) return spoken(value, form)
  return typeof value === 'string' && byteFields.has(name) ? bytesAs(form, value) : value
}

/** Bytes as they travel. */
export function bytesAs(form: Form, digits: string): unknown {
  if (form === 'hex') return digits
  return form === 'bin' ? unhex(digits) : [...unhex(digits)]
}

/** A map as it came, with bytes as hex. Throws for bytes in a form that the reader does not know. */
function heard(
  map: Readonly<Record<string, unknown>>,
  form: 'array' | 'bin',
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, heardValue(name, value, form)]),
  )
}

function heardValue(name: string, value: unknown, form: 'array' | 'bin'): unknown {
  if (value instanceof Uint8Array) {
    if (form === 'array') throw new Error(`Bytes as bin in ${name}, which not everybody reads`)
    return hex(value)
  }
  if (isMap(value)) return heard(value, form)
  if (!Array.isArray(value)) return value
  if (listFields.has(name)) return value.map((each: unknown) => heardBytes(name, each, form))
  if (byteFields.has(name)) return heardBytes(name, value, form)
  return value.map((each: unknown) => (isMap(each) ? heard(each, form) : each))
}

function heardBytes(name: string, value: unknown, form: 'array' | 'bin'): string {
  if (form === 'bin' && value instanceof Uint8Array) return hex(value)
  if (form === 'array' && Array.isArray(value) && value.every(isOctet)) {
    return Buffer.from(value).toString('hex')
  }
  throw new Error(`No bytes in ${name}, or in another form`)
}

function isOctet(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255
}
