import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClientFrames } from '#clients/client-frames.ts'
import { encodeClientFrame, Opcode } from '#clients/websocket-frames.ts'

test('what a client has masked is read, in whatever pieces it comes', () => {
  const lengths = fc.constantFrom(0, 1, 5, 125, 126, 300, 65_535, 65_536)
  const masks = fc.uint8Array({ minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(lengths, { maxLength: 4 }), masks, fc.nat(), (sizes, mask, cut) => {
      const said = sizes.map((size, at) => Buffer.alloc(size, at + 1))
      const all = Buffer.concat(said.map((each) => encodeClientFrame(Opcode.binary, each, mask)))
      const heard: Buffer[] = []
      const frames = new ClientFrames((payload) => void heard.push(Buffer.from(payload)))
      const at = cut % (all.length + 1)
      frames.push(all.subarray(0, at))
      frames.push(all.subarray(at))
      expect(Buffer.concat(heard).equals(Buffer.concat(said))).toBe(true)
      expect(heard.map(({ length }) => length)).toEqual(sizes)
    }),
    { numRuns: 60 },
  )
})
