import { expect, test } from 'vitest'
import { isIn } from '#clients/traces.ts'

const text = 'Grüße aus Lissabon 🦜'

test('a text is found in every form, wherever it stands', () => {
  for (let before = 0; before < 7; before++) {
    const bytes = Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(text), Buffer.from('yz')])
    for (const haystack of [
      bytes,
      ...(['hex', 'base64', 'base64url'] as const).map((form) => Buffer.from(bytes.toString(form))),
      Buffer.from(bytes.toString('hex').toUpperCase()),
      Buffer.from(JSON.stringify({ before, text })),
      Buffer.from(`/search?q=${encodeURIComponent(text)}`),
      Buffer.from('"Gr\\u00fc\\u00dfe aus Lissabon \\ud83e\\udd9c"'),
    ]) {
      expect(isIn(haystack, text)).toBe(true)
    }
  }
})

test('bytes are found in all forms that bytes have, and what is not there is not found', () => {
  const secret = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 3)
  const all = Buffer.concat([Buffer.of(1, 2), secret, Buffer.of(3)])
  for (const form of ['hex', 'base64', 'base64url'] as const) {
    expect(isIn(Buffer.from(all.toString(form)), secret)).toBe(true)
  }
  expect(isIn(all, secret)).toBe(true)
  const other = secret.with(16, 0)
  expect(isIn(all, other)).toBe(false)
  expect(isIn(Buffer.from(all.toString('base64')), other)).toBe(false)
  expect(isIn(Buffer.from('Grüsse aus Lissabon'), text)).toBe(false)
})
