import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressOfKey, mailboxOfAddress } from '#door/vauchi/address.ts'
import { base64, drawToken, OpenDoor } from '#door/vauchi/door-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'

const error = (text: string) => ({ status: 'error', error: text })
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

/** A door, and what rests in the mailbox of an address. */
async function open(settings: Parameters<typeof OpenDoor.open>[0] = {}) {
  const store = openMemoryStore()
  const door = await OpenDoor.open({ ...settings, store })
  const wordsAt = async (address: string): Promise<readonly string[]> => {
    const { envelopes } = await store.mailboxes.collect(mailboxOfAddress(unhex(address)), {
      after: 0,
      maxEnvelopes: 100,
      maxBytes: 1_000_000,
      nowMillis: door.nowMillis,
    })
    return envelopes.map(({ body }) => Buffer.from(body).toString())
  }
  return { door, wordsAt }
}

describe('A message to an address', () => {
  test('is answered as one to a token, and rests where the address says, in either case', async () => {
    const { door, wordsAt } = await open()
    await using opened = door
    const address = Buffer.from(addressOfKey(unhex(drawToken()))).toString('hex')
    for (const [text, written] of [
      ['one', address],
      ['two', address.toUpperCase()],
    ] as const) {
      const answer = await opened.post('/v2/send', { address: written, ciphertext: base64(text) })
      expect([answer.status, answer.body]).toEqual([
        200,
        { status: 'ok', blob_id: expect.any(String) },
      ])
    }
    expect(await wordsAt(address)).toEqual(['one', 'two'])
    expect(await opened.texts(address)).toEqual([])
  })

  test('names one mailbox: no request that names two or none is stored anywhere', async () => {
    const { door, wordsAt } = await open()
    await using opened = door
    const [address, recipient_id] = [drawToken(), drawToken()]
    const ciphertext = base64('nowhere')
    for (const body of [
      { address, recipient_id, ciphertext },
      { address, recipient_id: address, ciphertext },
      { address: '', recipient_id, ciphertext },
      { address: null, recipient_id: null, ciphertext },
      { ciphertext },
      { address: [address], ciphertext },
      { address: 7, recipient_id, ciphertext },
      { address },
    ]) {
      const answer = await opened.post('/v2/send', body)
      expect([answer.status, answer.body]).toEqual([400, error('invalid request')])
    }
    expect([await wordsAt(address), await opened.texts(address, recipient_id)]).toEqual([[], []])
    // Nothing there is the same as no member.
    const answer = await opened.post('/v2/send', { address, recipient_id: null, ciphertext })
    expect(answer.status).toBe(200)
    expect(await wordsAt(address)).toEqual(['nowhere'])
  })

  test.each([
    ['63 digits', 'a'.repeat(63)],
    ['65 digits', 'a'.repeat(65)],
    ['no hex', 'g'.repeat(64)],
    ['digits of another script', '١'.repeat(64)],
    ['a sign in front', `0x${'a'.repeat(62)}`],
    ['nothing', ''],
  ])('to an address of %s is refused', async (_, address) => {
    await using door = await OpenDoor.open()
    const { status, body } = await door.post('/v2/send', { address, ciphertext: '' })
    expect([status, body]).toEqual([400, error('address must be 64 hex characters')])
  })

  test('whatever the address is, is answered in the envelope', async () => {
    await using door = await OpenDoor.open({ rates: { perMinute: 1_000_000 } })
    const anything = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(anything, async (address) => {
        const { status, body } = await door.vauchi.actions.send({ address, ciphertext: '' })
        expect([status, body['status']]).toEqual([400, 'error'])
      }),
      { numRuns: 300 },
    )
  })

  test('leaves no address in the log', async () => {
    await using door = await OpenDoor.open()
    const address = drawToken()
    await door.post('/v2/send', { address, ciphertext: base64('secret words') })
    await door.post('/v2/send', { address: `${address}0`, ciphertext: '' })
    expect(door.lines.join('\n')).toContain('message.accepted')
    expect(door.lines.join('\n')).not.toContain(address)
  })
})
