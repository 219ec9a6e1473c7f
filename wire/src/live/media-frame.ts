/**
 * @module `voice_data` and `screen_data` on their way through the relay: it looks for the channel, says who sent the frame,
 * and copies the rest as it came. Nothing is decoded but the few bytes that matter.
 */
import {
  formAt,
  readBytes,
  writeBytes,
  type BytesForm,
  type WrittenForm,
} from '#live/byte-forms.ts'
import { readText } from '#messagepack/read.ts'
import { readMapHeader, skipValue } from '#messagepack/scan.ts'
import { MessagePackWriter } from '#messagepack/write.ts'

export type MediaKind = 'voice_data' | 'screen_data'

export interface MediaFrame {
  readonly kind: MediaKind
  readonly channel: Uint8Array
  /** Of its sound or picture; of its channel when there is none. */
  readonly form: BytesForm
  readonly entries: readonly MediaEntry[]
  /** What the entries are places in. */
  readonly frame: Uint8Array
}

/** An entry of the map: its name, and where its key, its value and what follows begin. */
interface MediaEntry {
  readonly name: string
  readonly key: number
  readonly value: number
  readonly end: number
}

/** A piece of sound has three or four; each costs the relay a little. */
const maxEntries = 64

const maxDepth = 8

const kinds: readonly MediaKind[] = ['voice_data', 'screen_data']

/** The fields that hold bytes in every client. */
const byteFields: ReadonlySet<string> = new Set(['audio', 'channel_id', 'chunk'])

/**
 * Undefined when it is neither kind, and when it is not whole or has no readable channel: `readUp` then says what is
 * wrong. Never throws. The frame stays in use until the result is thrown away.
 */
export function readMediaFrame(frame: Uint8Array): MediaFrame | undefined {
  const header = readMapHeader(frame, 0)
  if (header === undefined || header.value > maxEntries) return undefined
  const entries: MediaEntry[] = []
  let kind: MediaKind | undefined
  let place = header.end
  for (let i = 0; i < header.value; i++) {
    const key = readText(frame, place)
    const end = key && skipValue(frame, key.end, maxDepth - 1)
    if (key === undefined || end === undefined) return undefined
    if (key.value === 'type') {
      kind = readKind(frame, key.end)
      if (kind === undefined) return undefined
    }
    entries.push({ name: key.value, key: place, value: key.end, end })
    place = end
  }
  const channelAt = lastValue(entries, ['channel_id'])
  if (kind === undefined || channelAt === undefined) return undefined
  const channel = readBytes(frame, channelAt)
  if (channel === undefined) return undefined
  const bodyAt = lastValue(entries, ['audio', 'chunk'])
  const form = bodyAt === undefined ? undefined : formAt(frame, bodyAt)
  return { kind, channel: channel.value, form: form ?? channel.form, entries, frame }
}

/**
 * The frame as the others in the room get it: `sender` is what the relay knows, whatever the client wrote, and bytes are
 * in the form of those who read. The result belongs to the caller.
 */
export function relayMediaFrame(
  media: MediaFrame,
  sender: Uint8Array,
  form: WrittenForm,
): Uint8Array<ArrayBuffer> {
  const { frame } = media
  const kept = media.entries.filter((entry) => entry.name !== 'sender')
  const writer = new MessagePackWriter(frame.length + 2 * sender.length + spareBytes)
  writer.mapHeader(kept.length + 1)
  for (const entry of kept) {
    const bytes = bytesToRewrite(media, entry, form)
    if (bytes === undefined) {
      writer.raw(frame.subarray(entry.key, entry.end))
    } else {
      writer.raw(frame.subarray(entry.key, entry.value))
      writeBytes(writer, bytes, form)
    }
  }
  writer.text('sender')
  writeBytes(writer, sender, form)
  return writer.finish()
}

/** The map's header, the key and the length of the sender. */
const spareBytes = 32

/** The bytes of an entry that the readers could not read as it stands; undefined when it can be copied. */
function bytesToRewrite(
  media: MediaFrame,
  entry: MediaEntry,
  form: WrittenForm,
): Uint8Array | undefined {
  const found = formAt(media.frame, entry.value)
  if (found === undefined || found === form) return undefined
  // Only in a frame without bytes of their own kind may a list of small numbers be bytes.
  const areBytes =
    byteFields.has(entry.name) || found === 'bin' || (found === 'array' && media.form === 'array')
  return areBytes ? readBytes(media.frame, entry.value)?.value : undefined
}

/** What `type` says; undefined for every other type. */
function readKind(frame: Uint8Array, at: number): MediaKind | undefined {
  const type = readText(frame, at)?.value
  return kinds.find((kind) => kind === type)
}

/** Where the value of the last entry with one of these names begins: the one that a reader of the map would have. */
function lastValue(entries: readonly MediaEntry[], names: readonly string[]): number | undefined {
  return entries.findLast((each) => names.includes(each.name))?.value
}
