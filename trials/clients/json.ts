/**
 * @module Reading JSON that somebody else wrote: each function earns its type or throws.
 */

export type JsonObject = Readonly<Record<string, unknown>>

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`Cannot read ${what}: an object is needed`)
  }
  return Object.fromEntries(Object.entries(value))
}

export function asString(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new TypeError(`Cannot read ${what}: a string is needed`)
  return value
}

export function asInteger(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new TypeError(`Cannot read ${what}: an integer is needed`)
  }
  return value
}

/** Base64 with the standard alphabet and padding; anything that does not come back the same is refused. */
export function asBytes(value: unknown, what: string): Uint8Array {
  const text = asString(value, what)
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) {
    throw new TypeError(`Cannot read ${what}: padded base64 is needed`)
  }
  return Uint8Array.from(bytes)
}
