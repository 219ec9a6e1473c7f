/**
 * @module Whether bytes are one MessagePack value and nothing else: whatever anybody sends, what the relay hands on to
 * others must be. A parser of its own, so that it can disagree with the relay's.
 */

/** By first byte from 0xc0: how many bytes of a length follow, and what it counts. */
const noLength = { width: 0, extra: 0, of: 'nothing' } as const

interface Head {
  readonly width: number
  /** Bytes that follow in any case. */
  readonly extra: number
  readonly of: 'nothing' | 'bytes' | 'values' | 'pairs'
}

const heads: Readonly<Record<number, Head>> = {
  0xc4: { width: 1, extra: 0, of: 'bytes' },
  0xc5: { width: 2, extra: 0, of: 'bytes' },
  0xc6: { width: 4, extra: 0, of: 'bytes' },
  0xc7: { width: 1, extra: 1, of: 'bytes' },
  0xc8: { width: 2, extra: 1, of: 'bytes' },
  0xc9: { width: 4, extra: 1, of: 'bytes' },
  0xca: { ...noLength, extra: 4 },
  0xcb: { ...noLength, extra: 8 },
  0xcc: { ...noLength, extra: 1 },
  0xcd: { ...noLength, extra: 2 },
  0xce: { ...noLength, extra: 4 },
  0xcf: { ...noLength, extra: 8 },
  0xd0: { ...noLength, extra: 1 },
  0xd1: { ...noLength, extra: 2 },
  0xd2: { ...noLength, extra: 4 },
  0xd3: { ...noLength, extra: 8 },
  0xd4: { ...noLength, extra: 2 },
  0xd5: { ...noLength, extra: 3 },
  0xd6: { ...noLength, extra: 5 },
  0xd7: { ...noLength, extra: 9 },
  0xd8: { ...noLength, extra: 17 },
  0xd9: { width: 1, extra: 0, of: 'bytes' },
  0xda: { width: 2, extra: 0, of: 'bytes' },
  0xdb: { width: 4, extra: 0, of: 'bytes' },
  0xdc: { width: 2, extra: 0, of: 'values' },
  0xdd: { width: 4, extra: 0, of: 'values' },
  0xde: { width: 2, extra: 0, of: 'pairs' },
  0xdf: { width: 4, extra: 0, of: 'pairs' },
}

export function isWholeValue(bytes: Uint8Array): boolean {
  let at = 0
  /** Values that are still owed. */
  let owed = 1
  while (owed > 0) {
    const first = bytes[at++]
    if (first === undefined || first === 0xc1) return false
    owed--
    if (first >= 0x80 && first <= 0x8f) owed += 2 * (first & 0x0f)
    else if (first >= 0x90 && first <= 0x9f) owed += first & 0x0f
    else if (first >= 0xa0 && first <= 0xbf) at += first & 0x1f
    const head = heads[first]
    if (head === undefined) continue
    let length = 0
    for (let i = 0; i < head.width; i++) length = length * 256 + (bytes[at++] ?? 0)
    at += head.extra
    if (head.of === 'bytes') at += length
    else if (head.of === 'values') owed += length
    else if (head.of === 'pairs') owed += 2 * length
    // Nothing is shorter than a byte.
    if (at + owed > bytes.length) return false
  }
  return at === bytes.length
}
