/**
 * @module `one_time_prekeys` of `publish_prekeys`: a byte string that is MessagePack in itself, an array of keys.
 */
import { readBytes } from '#live/byte-forms.ts'
import { readArrayHeader } from '#messagepack/scan.ts'
import { MessagePackWriter } from '#messagepack/write.ts'

/** What is behind these is left out: the oldest clients publish all keys that they ever made. */
const maxKeys = 1000
const maxKeyBytes = 64

/** The keys in their order; none when the blob is not such an array. */
export function readOneTimePrekeys(blob: Uint8Array): readonly Uint8Array[] {
  const header = readArrayHeader(blob, 0)
  if (header === undefined) return []
  const keys: Uint8Array[] = []
  let place = header.end
  for (let i = 0; i < header.value; i++) {
    const key = readBytes(blob, place)
    if (key === undefined || key.form === 'hex' || key.value.length > maxKeyBytes) return []
    if (keys.length < maxKeys) keys.push(key.value)
    place = key.end
  }
  return keys
}

/** In the only form that Mobium's relay decodes. */
export function writeOneTimePrekeys(keys: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (keys.length > maxKeys) {
    throw new RangeError(`Cannot write one-time prekeys: ${keys.length}, required up to ${maxKeys}`)
  }
  const writer = new MessagePackWriter()
  writer.arrayHeader(keys.length)
  for (const key of keys) {
    if (key.length > maxKeyBytes) {
      throw new RangeError(
        `Cannot write a one-time prekey: ${key.length} bytes, required up to ${maxKeyBytes}`,
      )
    }
    writer.intArray(key)
  }
  return writer.finish()
}
