/**
 * @module What is said at the live door, as MessagePack by somebody else's library: maps with a `type`, and byte strings
 * in one of two forms, as lists of numbers or as MessagePack's own bytes.
 */
import { decode, encode } from '@msgpack/msgpack'

/** How bytes travel: `array` as the original clients write and read them, `bin` as ours do. */
export type Form = 'array' | 'bin'

export interface Outgoing {
  readonly type: string
  readonly [field: string]: unknown
}

type Fields = Readonly<Record<string, unknown>>

export function encodeMessage(message: Outgoing, form: Form): Uint8Array {
  return encode(form === 'bin' ? message : withLists(message))
}

/** Every byte string in it becomes a list of numbers. */
function withLists(value: unknown): unknown {
  if (value instanceof Uint8Array) return Array.from(value)
  if (Array.isArray(value)) return value.map(withLists)
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withLists(each)]))
}

/** A message or a map inside one. What is asked of it must be there, in the form that this client reads. */
export class LiveMessage {
  readonly form: Form
  readonly #fields: Fields

  private constructor(fields: Fields, form: Form) {
    this.#fields = fields
    this.form = form
  }

  static decode(frame: Uint8Array, form: Form): LiveMessage {
    const value = decode(frame)
    if (!isMap(value)) throw new TypeError('Cannot read message: it is not a map')
    const message = new LiveMessage(value, form)
    // Throws without one.
    message.text('type')
    return message
  }

  get type(): string {
    return this.text('type')
  }

  has(name: string): boolean {
    const value = this.#fields[name]
    return value !== undefined && value !== null
  }

  bytes(name: string): Uint8Array {
    return this.#bytes(this.#fields[name], name)
  }

  /** The same as hex, for sets and comparisons. */
  hex(name: string): string {
    return Buffer.from(this.bytes(name)).toString('hex')
  }

  text(name: string): string {
    const value = this.#fields[name]
    return typeof value === 'string' ? value : this.#unfit(name, 'a text')
  }

  integer(name: string): number {
    const value = this.#fields[name]
    return Number.isSafeInteger(value) ? Number(value) : this.#unfit(name, 'an integer')
  }

  bytesList(name: string): readonly Uint8Array[] {
    return this.#list(name).map((each) => this.#bytes(each, name))
  }

  hexList(name: string): readonly string[] {
    return this.bytesList(name).map((bytes) => Buffer.from(bytes).toString('hex'))
  }

  maps(name: string): readonly LiveMessage[] {
    return this.#list(name).map((each) =>
      isMap(each) ? new LiveMessage(each, this.form) : this.#unfit(name, 'a list of maps'),
    )
  }

  #list(name: string): readonly unknown[] {
    const value = this.#fields[name]
    return Array.isArray(value) ? value : this.#unfit(name, 'a list')
  }

  /** An original client cannot read MessagePack's bytes, and one of ours was promised nothing else. */
  #bytes(value: unknown, name: string): Uint8Array {
    if (this.form === 'bin') {
      return value instanceof Uint8Array ? value : this.#unfit(name, 'MessagePack bytes')
    }
    if (!Array.isArray(value)) return this.#unfit(name, 'a list of numbers')
    const bytes = new Uint8Array(value.length)
    for (let i = 0; i < bytes.length; i++) {
      const each: unknown = value[i]
      if (typeof each !== 'number' || each !== (each & 0xff)) {
        return this.#unfit(name, 'a list of numbers below 256')
      }
      bytes[i] = each
    }
    return bytes
  }

  #unfit(name: string, wanted: string): never {
    const type = this.#fields['type']
    throw new TypeError(`Cannot read "${name}" of ${String(type)}: ${wanted} is needed`)
  }
}

function isMap(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  )
}
