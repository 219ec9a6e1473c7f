/**
 * @module Walks over raw MessagePack (github.com/msgpack/msgpack/blob/master/spec.md) without decoding it: where a value
 * ends, and how many entries a map or an array announces. For hostile bytes: nothing is read behind the end, no length
 * is believed that the remaining bytes cannot hold, and depth is bounded.
 *
 * | first byte | value | | first byte | value |
 * |---|---|---|---|---|
 * | `00`–`7f` | small integer | | `ca` `cb` | float of 4, 8 |
 * | `80`–`8f` | map | | `cc`–`cf` | unsigned of 1, 2, 4, 8 |
 * | `90`–`9f` | array | | `d0`–`d3` | signed of 1, 2, 4, 8 |
 * | `a0`–`bf` | text | | `d4`–`d8` | extension of 1, 2, 4, 8, 16 |
 * | `c0` `c2` `c3` | nil, false, true | | `d9`–`db` | text, length of 1, 2, 4 |
 * | `c4`–`c6` | bin, length of 1, 2, 4 | | `dc` `dd` | array, length of 2, 4 |
 * | `c7`–`c9` | extension, length of 1, 2, 4 | | `de` `df` | map, length of 2, 4 |
 */

/** Something that was read, and the place behind it. */
export interface Found<Value> {
  readonly value: Value
  readonly end: number
}

/** How deep maps and arrays nest in what we walk over. */
export const maxDepth = 32

/** By first byte, how long an integer of one or two bytes is; 0 for everything else. */
const smallIntegerBytes = Uint8Array.from({ length: 256 }, (_, first) => {
  if (first === 0xcc) return 2
  return first <= 0x7f || first >= 0xe0 ? 1 : 0
})

/** Where the value that begins at `at` ends; undefined when it is not whole, not MessagePack, or too deep. */
export function skipValue(bytes: Uint8Array, at: number, depth = maxDepth): number | undefined {
  const size = bytes.length
  /** How many values are still to come in each container that is open, the innermost last. */
  const open: number[] = []
  let left = 1
  let place = at
  for (;;) {
    while (left === 0) {
      const outer = open.pop()
      if (outer === undefined) return place
      left = outer
    }
    // Arrays of small integers, Mobium's bytes, are most of what there is.
    for (; left > 0; left--) {
      const width = smallIntegerBytes[bytes[place] ?? 0xc1] as number // a byte is below 256
      if (width === 0) break
      place += width
    }
    if (place > size) return undefined
    if (left === 0) continue
    left -= 1
    const children = childrenAt(bytes, place)
    if (children === undefined) {
      const end = endOfScalar(bytes, place)
      if (end === undefined || end > size) return undefined
      place = end
    } else {
      const { value: count, end } = children
      // A value has one byte or more.
      if (count > size - end || open.length + 1 > depth) return undefined
      open.push(left)
      left = count
      place = end
    }
  }
}

/** How many values a map or an array holds, a map two for each entry. Undefined for everything else. */
function childrenAt(bytes: Uint8Array, at: number): Found<number> | undefined {
  const array = readArrayHeader(bytes, at)
  if (array !== undefined) return array
  const map = readMapHeader(bytes, at)
  return map && { value: 2 * map.value, end: map.end }
}

/** How many entries the map at `at` announces, and where the first one begins. Undefined when no map is there. */
export function readMapHeader(bytes: Uint8Array, at: number): Found<number> | undefined {
  return readHeader(bytes, at, 0x80, 0xde)
}

/** How many elements the array at `at` announces, and where the first one begins. Undefined when no array is there. */
export function readArrayHeader(bytes: Uint8Array, at: number): Found<number> | undefined {
  return readHeader(bytes, at, 0x90, 0xdc)
}

function readHeader(
  bytes: Uint8Array,
  at: number,
  short: number,
  long: number,
): Found<number> | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if ((first & 0xf0) === short) return { value: first & 0x0f, end: at + 1 }
  if (first !== long && first !== long + 1) return undefined
  const width = first === long ? 2 : 4
  const value = unsignedAt(bytes, at + 1, width)
  return value === undefined ? undefined : { value, end: at + 1 + width }
}

/** Where the bytes of a text, a bin or an extension begin and end, by the first byte of the ones with a length. */
export function readLength(
  bytes: Uint8Array,
  at: number,
  width: number,
): Found<number> | undefined {
  const value = unsignedAt(bytes, at, width)
  if (value === undefined) return undefined
  const end = at + width
  return value > bytes.length - end ? undefined : { value, end }
}

/** A big-endian integer of 1, 2 or 4 bytes. */
export function unsignedAt(bytes: Uint8Array, at: number, width: number): number | undefined {
  if (at + width > bytes.length) return undefined
  let value = 0
  for (let i = at; i < at + width; i++) value = value * 256 + (bytes[i] as number) // in bounds: checked above
  return value
}

/** Everything but maps and arrays. */
function endOfScalar(bytes: Uint8Array, at: number): number | undefined {
  const first = bytes[at] as number // the caller has looked at it
  if (first >= 0xa0 && first <= 0xbf) return at + 1 + (first & 0x1f)
  if (first === 0xc0 || first === 0xc2 || first === 0xc3) return at + 1
  if (first >= 0xc4 && first <= 0xc6) return endOfSized(bytes, at, 1 << (first - 0xc4), 0)
  if (first >= 0xc7 && first <= 0xc9) return endOfSized(bytes, at, 1 << (first - 0xc7), 1)
  if (first === 0xca || first === 0xcb) return at + 1 + (first === 0xca ? 4 : 8)
  if (first >= 0xcc && first <= 0xcf) return at + 1 + (1 << (first - 0xcc))
  if (first >= 0xd0 && first <= 0xd3) return at + 1 + (1 << (first - 0xd0))
  if (first >= 0xd4 && first <= 0xd8) return at + 2 + (1 << (first - 0xd4))
  if (first >= 0xd9 && first <= 0xdb) return endOfSized(bytes, at, 1 << (first - 0xd9), 0)
  return undefined
}

function endOfSized(bytes: Uint8Array, at: number, width: number, tag: number): number | undefined {
  const length = readLength(bytes, at + 1, width)
  return length && length.end + tag + length.value
}
