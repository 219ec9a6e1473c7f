/**
 * @module JSON that a relay says: an object, and its members by what they ought to be.
 */

export type JsonObject = Readonly<Record<string, unknown>>

/** Undefined for what is no JSON, or no object. */
export function readJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function writeJson(value: JsonObject): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

export function textIn(object: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return typeof value === 'string' ? value : undefined
}

/** A whole number that is exact. */
export function integerIn(object: JsonObject, name: string): number | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

/** Base64 with its padding (RFC 4648 §4). */
export function bytesIn(object: JsonObject, name: string): Uint8Array | undefined {
  const text = textIn(object, name)
  if (text === undefined || /\s/.test(text)) return undefined
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch {
    return undefined
  }
}

/** Whether there is nothing under this name, or null. */
export function isAbsent(object: JsonObject, name: string): boolean {
  return !Object.hasOwn(object, name) || object[name] === null
}
