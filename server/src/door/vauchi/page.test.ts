import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import { maxPageBytes, readPage } from '#door/vauchi/page.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import type { MailboxStore } from '#store/store.ts'

const now = 1_800_000_000_000
const roomy = { maxEnvelopes: 100_000, maxBytes: 2 ** 30, whenFull: 'refuse' } as const

interface Letter {
  readonly mailbox: number
  readonly bytes: number
  /** After the one before. */
  readonly laterMillis: number
}

// 64 digits.
const mailboxOf = (number: number): MailboxId => String(number).padStart(64, '0') as MailboxId

/** Tokens are whatever names a mailbox for the caller. */
const tokens = new Map([0, 1, 2, 3].map((number) => [mailboxOf(number), `token ${number}`]))

async function filled(letters: readonly Letter[]): Promise<MailboxStore> {
  const { mailboxes } = openMemoryStore()
  for (const mailbox of tokens.keys()) await mailboxes.open(mailbox)
  let acceptedAtMillis = now
  for (const [index, { mailbox, bytes, laterMillis }] of letters.entries()) {
    acceptedAtMillis += laterMillis
    const id = new Uint8Array(16)
    new DataView(id.buffer).setUint32(0, index)
    await mailboxes.deposit(
      {
        mailbox: mailboxOf(mailbox),
        // Sixteen bytes.
        id: id as EnvelopeId,
        idMayRepeat: false,
        kind: 0,
        sender: undefined,
        body: new Uint8Array(bytes),
        acceptedAtMillis,
        expiresAtMillis: now * 2,
      },
      roomy,
    )
  }
  return mailboxes
}

/** The number of the letter. */
const numberOf = (blobId: string): number => Number.parseInt(blobId.slice(0, 8), 16)

async function numbersOnPage(letters: readonly Letter[]) {
  const page = await readPage(await filled(letters), tokens, now)
  return [page.blobs.map((blob) => numberOf(blob.blob_id)), page.isTruncated]
}

describe('A page', () => {
  test('ends before what would overtake something of a mailbox that was not read to its end', async () => {
    const letters = [
      { mailbox: 0, bytes: 40_000, laterMillis: 0 },
      { mailbox: 0, bytes: 40_000, laterMillis: 1 },
      { mailbox: 1, bytes: 10, laterMillis: 1 },
    ]
    expect(await numbersOnPage(letters)).toEqual([[0], true])
  })

  test('of everything is not truncated', async () => {
    const letters = [1, 0, 2].map((mailbox) => ({ mailbox, bytes: 20_000, laterMillis: 1 }))
    expect(await numbersOnPage(letters)).toEqual([[0, 1, 2], false])
    expect(await numbersOnPage([])).toEqual([[], false])
  })

  test('is cut to its size, whoever is read first', async () => {
    const letters = [3, 2, 1, 0].map((mailbox) => ({ mailbox, bytes: 30_000, laterMillis: 1 }))
    expect(await numbersOnPage(letters)).toEqual([[0, 1], true])
  })

  test('after page gives everything once and in order, none larger than it may be', async () => {
    const letter = fc.record({
      mailbox: fc.integer({ min: 0, max: 3 }),
      bytes: fc.oneof(fc.nat(200), fc.nat(60_000), fc.constant(120_000)),
      laterMillis: fc.nat(2),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(letter, { maxLength: 40 }), async (letters) => {
        const mailboxes = await filled(letters)
        const received: number[] = []
        for (let isTruncated = true; isTruncated;) {
          const page = await readPage(mailboxes, tokens, now)
          isTruncated = page.isTruncated
          const bytes = JSON.stringify(page.blobs).length
          expect(page.blobs.length === 1 || bytes <= maxPageBytes).toBe(true)
          if (isTruncated) expect(page.blobs.length).toBeGreaterThan(0)
          for (const { blob_id, mailbox_token } of page.blobs) {
            received.push(numberOf(blob_id))
            const [mailbox] = [...tokens].find(([, token]) => token === mailbox_token) ?? []
            const id = Buffer.from(blob_id.replaceAll('-', ''), 'hex')
            if (mailbox === undefined) throw new Error('A token that was not asked for')
            // Sixteen bytes.
            await mailboxes.acknowledge(mailbox, [new Uint8Array(id) as EnvelopeId])
          }
        }
        expect(received).toEqual(letters.map((_, index) => index))
      }),
      { numRuns: 60 },
    )
  })
})
