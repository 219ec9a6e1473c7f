/**
 * @module How fast a file is sealed and opened, with its digest: `bun sdk/src/attachments/stream.bench.ts`, or `node`. It is
 * to be faster than the network: 50 MB/s.
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { stripJpeg } from '#attachments/pictures/jpeg.ts'
import { joined } from '#attachments/pictures/picture.ts'
import {
  bytesOfChunk,
  chunkBytes,
  digestAfter,
  emptyDigest,
  openPiece,
  sealChunk,
  shapeOf,
} from '#attachments/stream.ts'

const primitives = await openPrimitives()
const key = crypto.getRandomValues(new Uint8Array(32))
const shape = shapeOf(50_331_648)
if (shape === undefined) throw new Error('too large')
const { chunks, size } = shape

function seal(): readonly Uint8Array[] {
  let digest = emptyDigest()
  return Array.from({ length: chunks }, (_, index) => {
    const piece = sealChunk(primitives, key, { index, of: chunks }, fileChunk(index))
    digest = digestAfter(primitives, digest, piece)
    return piece
  })
}

const chunk = crypto.getRandomValues(new Uint8Array(chunkBytes))
function fileChunk(index: number): Uint8Array {
  return chunk.subarray(0, shape === undefined ? 0 : bytesOfChunk(shape, index))
}

function open(pieces: readonly Uint8Array[]): void {
  let digest = emptyDigest()
  for (const [index, piece] of pieces.entries()) {
    digest = digestAfter(primitives, digest, piece)
    if (openPiece(primitives, key, { index, of: chunks }, piece) === undefined)
      throw new Error('no')
  }
}

const pieces = seal()
console.log(`seal ${speed(seal)} MB/s, open ${speed(() => open(pieces))} MB/s`)

/** Thirty megabytes of a scan, which is what most of a picture is. */
const scan = new Uint8Array(30_000_000).map((_, at) => (at * 7) % 251)
const head = Uint8Array.fromHex('ffd8' + 'ffc0000b080030004001011100' + 'ffda0008010100003f00')
const picture = joined([head, scan, Uint8Array.of(0xff, 0xd9)])
if (stripJpeg(picture) === undefined) throw new Error('refused')
console.log(`strip a JPEG: ${speed(() => stripJpeg(picture), picture.length)} MB/s`)

/** The best of five. */
function speed(run: () => unknown, bytes = size): string {
  let best = Infinity
  for (let round = 0; round < 5; round++) {
    const began = performance.now()
    run()
    best = Math.min(best, performance.now() - began)
  }
  return (bytes / 1000 / best).toFixed(0)
}
