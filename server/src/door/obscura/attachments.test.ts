import { describe, expect, test } from 'vitest'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseUuid, type BlobId } from '@sotto/wire'
import { createGetAttachments } from '#door/obscura/get-attachments.ts'
import { createPostAttachments } from '#door/obscura/post-attachments.ts'
import type { Route } from '#door/route.ts'
import {
  openTestAttachments,
  startMillis,
  testAccount,
} from '#relay/attachments/attachments-for-tests.ts'
import { expireAttachments } from '#relay/attachments/sweep.ts'
import { createUpload, type UploadPolicy } from '#relay/attachments/upload.ts'
import { byteSource, patternBytes } from '#store/blobs/byte-streams-for-tests.ts'
import { StoreError } from '#store/store.ts'

const day = 86_400_000
const policy: UploadPolicy = {
  maxBytes: 4_000_000,
  ttlMillis: 30 * day,
  maxConcurrent: 4,
  maxConcurrentPerAccount: 4,
  timeoutMillis: 10_000,
}
const random = 'c0ffee00-0000-4000-8000-000000000000'

interface Posted {
  readonly body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
  readonly announcedBytes?: number
  readonly signal?: AbortSignal
}

async function open(changes: Partial<UploadPolicy> = {}) {
  const at = await openTestAttachments()
  const told: string[] = []
  const events = {
    attachmentStored: (bytes: number) => told.push(`stored ${bytes}`),
    attachmentServed: () => told.push('served'),
    attachmentRefused: (outcome: string) => told.push(outcome),
    recordsDamaged: (what: string, count: number) => told.push(`damaged ${what} ${count}`),
    storeFailed: (code: string) => told.push(`failed ${code}`),
  }
  const upload = createUpload(at, { ...policy, ...changes })
  const post = createPostAttachments({ upload, events })
  const get = createGetAttachments({ ...at, events })
  return {
    ...at,
    told,
    post: ({ body, announcedBytes, signal }: Posted = {}) =>
      ask(
        post,
        {},
        {
          method: 'POST',
          headers: announcedBytes === undefined ? {} : { 'content-length': String(announcedBytes) },
          ...(body === undefined ? {} : { body, duplex: 'half' }),
          ...(signal === undefined ? {} : { signal }),
        },
      ),
    get: (id: string, ifNoneMatch?: string) =>
      ask(
        get,
        { id },
        ifNoneMatch === undefined ? {} : { headers: { 'if-none-match': ifNoneMatch } },
      ),
    getUnder: (id: string, signal: AbortSignal) => ask(get, { id }, { signal }),
    files: async () =>
      (await readdir(at.folder, { recursive: true, withFileTypes: true })).filter((entry) =>
        entry.isFile(),
      ).length,
    async damage(id: string) {
      const path = join(at.folder, id.slice(0, 2), id)
      const bytes = await readFile(path)
      bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1
      await writeFile(path, bytes)
    },
  }
}

async function ask(
  route: Route,
  params: Record<string, string>,
  init: RequestInit,
): Promise<Response> {
  if (route.access !== 'bearer') throw new Error('The route is open to everybody')
  const caller = { account: testAccount(1), session: undefined, scope: 'all' as const }
  const request = new Request('http://localhost/v1/attachments', init)
  const response = await route.handle({
    request,
    peer: { address: '' },
    params,
    caller,
    upgrade: () => false,
  })
  if (response === undefined) throw new Error('No response')
  return response
}

async function idIn(response: Response): Promise<string> {
  const body: unknown = await response.json()
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined
  return String(id)
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer())
}

describe('POST and GET /v1/attachments', () => {
  test('obscura 79: what was uploaded comes back the same', async () => {
    await using at = await open()
    const response = await at.post({ body: patternBytes(14), announcedBytes: 14 })
    expect(response.status).toBe(201)
    const answer = (await response.json()) as { id: string; expiresAt: number }
    expect(answer).toEqual({ id: answer.id, expiresAt: (startMillis + 30 * day) / 1000 })
    expect(parseUuid(answer.id)).toBeDefined()

    const found = await at.get(answer.id)
    expect(found.status).toBe(200)
    expect(found.headers.get('content-type')).toBe('application/octet-stream')
    expect(found.headers.get('content-length')).toBe('14')
    expect(await bytesOf(found)).toEqual(Buffer.from(patternBytes(14)))
    expect(at.told).toEqual(['stored 14', 'served'])
  })

  test.each([262_144, 262_145, 3_000_000])(
    '%i bytes come back the same, sent with no length',
    async (length) => {
      await using at = await open()
      const sent = await at.post({ body: byteSource(patternBytes(length)).stream })
      expect(sent.status).toBe(201)
      const found = await at.get(await idIn(sent))
      expect(found.headers.get('content-length')).toBe(String(length))
      expect(Buffer.compare(await bytesOf(found), patternBytes(length))).toBe(0)
    },
  )

  test('obscura 80: too large is 400, by the announced length before anything is read', async () => {
    await using at = await open({ maxBytes: 100 })
    const source = byteSource(patternBytes(101))
    const response = await at.post({ body: source.stream, announcedBytes: 101 })
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: 'Attachment too large' },
    ])
    expect(source.pulled()).toBe(0)
    expect((await at.post({ body: patternBytes(100), announcedBytes: 100 })).status).toBe(201)
  })

  test('obscura 80: too large is 400 without a length too, and with one that lies', async () => {
    await using at = await open({ maxBytes: 100 })
    const chunked = await at.post({ body: byteSource(patternBytes(150), 10).stream })
    expect([chunked.status, await chunked.json()]).toEqual([400, { error: 'Attachment too large' }])
    const lying = await at.post({
      body: byteSource(patternBytes(150), 10).stream,
      announcedBytes: 50,
    })
    expect([lying.status, await lying.json()]).toEqual([
      400,
      { error: 'Attachment upload broke off' },
    ])
    expect(at.told).toEqual(['too-large', 'broken'])
    expect(await at.files()).toBe(0)
  })

  test('obscura 81: an id that nothing was stored under is 404, and what is no id is 400', async () => {
    await using at = await open()
    const unknown = await at.get(random)
    expect([unknown.status, await unknown.json()]).toEqual([404, { error: 'Not found' }])
    for (const text of ['', 'x', `${random}0`, random.replace('c', 'g')]) {
      const invalid = await at.get(text)
      expect([invalid.status, await invalid.json()]).toEqual([
        400,
        { error: 'Invalid attachment id' },
      ])
    }
  })

  test('obscura 82: there is no smallest size: zero bytes, and no body, are attachments', async () => {
    await using at = await open()
    for (const posted of [
      {},
      { body: byteSource(new Uint8Array()).stream },
      { body: patternBytes(0), announcedBytes: 0 },
    ]) {
      const response = await at.post(posted)
      expect(response.status).toBe(201)
      const found = await at.get(await idIn(response))
      expect([
        found.status,
        found.headers.get('content-length'),
        (await bytesOf(found)).length,
      ]).toEqual([200, '0', 0])
    }
  })

  test('obscura 83: If-None-Match with the quoted id is 304, with another value 200', async () => {
    await using at = await open()
    const id = await idIn(await at.post({ body: patternBytes(14) }))
    for (const match of [`"${id}"`, `W/"${id}"`, `"other", "${id}"`, '*']) {
      const response = await at.get(id, match)
      expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([
        304,
        `"${id}"`,
        '',
      ])
    }
    for (const other of ['"other"', id, '""', '', `"${id.toUpperCase()}"`]) {
      const response = await at.get(id, other)
      expect([response.status, response.headers.get('etag')]).toEqual([200, `"${id}"`])
      expect(await bytesOf(response)).toHaveLength(14)
    }
    expect((await at.get(random, `"${random}"`)).status).toBe(404)
    expect((await at.get(random, '*')).status).toBe(404)
  })

  test('obscura 84: an expired attachment is 404 at once, and gone after the job', async () => {
    await using at = await open()
    const id = await idIn(await at.post({ body: patternBytes(14) }))
    at.clock.set(startMillis + 30 * day)
    const expired = await at.get(id)
    expect([expired.status, await expired.json()]).toEqual([404, { error: 'Not found' }])
    expect((await at.get(id, `"${id}"`)).status).toBe(404)
    expect(await at.files()).toBe(1)
    await expireAttachments(at, 100, new AbortController().signal)
    expect(await at.files()).toBe(0)
    expect(await at.records.find(parseUuid(id) as BlobId)).toBeUndefined()
  })

  test('obscura 85: an upload that breaks off, and one that its client gives up, leave nothing', async () => {
    await using at = await open()
    const broken = await at.post({ body: byteSource(patternBytes(50), 10, 'fail').stream })
    expect([broken.status, await broken.json()]).toEqual([
      400,
      { error: 'Attachment upload broke off' },
    ])
    const abort = new AbortController()
    const given = at.post({
      body: byteSource(patternBytes(50), 10, 'stall').stream,
      signal: abort.signal,
    })
    setTimeout(() => abort.abort(), 20)
    expect((await given).status).toBe(400)
    expect(await at.files()).toBe(0)
  })

  test('an upload that is too slow is 408, and one for which there is no place 503', async () => {
    await using at = await open({ timeoutMillis: 50, maxConcurrent: 1 })
    const slow = at.post({ body: byteSource(patternBytes(50), 10, 'stall').stream })
    const busy = await at.post({ body: patternBytes(1) })
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await busy.json()).toEqual({ error: 'Too many uploads' })
    expect([(await slow).status, at.told]).toEqual([408, ['busy', 'timeout']])
  })

  test('no answer may be kept by anybody on the way', async () => {
    await using at = await open()
    const stored = await at.post({ body: patternBytes(14) })
    const id = await idIn(stored)
    for (const response of [stored, await at.get(id), await at.get(id, `"${id}"`)]) {
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
  })

  test('any text of the id will do; the tag has one', async () => {
    await using at = await open()
    const id = await idIn(await at.post({ body: patternBytes(14) }))
    for (const text of [id.toUpperCase(), id.replaceAll('-', ''), `{${id}}`, `urn:uuid:${id}`]) {
      const found = await at.get(text)
      expect([found.status, found.headers.get('etag')]).toEqual([200, `"${id}"`])
    }
  })

  test('a record whose bytes are lost is 404 to the client and reported', async () => {
    await using at = await open()
    const id = await idIn(await at.post({ body: patternBytes(14) }))
    await at.blobs.remove(parseUuid(id) as BlobId, new AbortController().signal)
    const lost = await at.get(id)
    expect([lost.status, await lost.json()]).toEqual([404, { error: 'Not found' }])
    expect(at.told).toEqual(['stored 14', 'damaged attachment 1', 'unknown'])
  })

  test('damaged bytes are never served whole, and reported', async () => {
    await using at = await open()
    const small = await idIn(await at.post({ body: patternBytes(14) }))
    await at.damage(small)
    await expect(at.get(small)).rejects.toThrow(StoreError)
    const large = await idIn(await at.post({ body: patternBytes(1_000_000) }))
    await at.damage(large)
    const response = await at.get(large)
    await expect(response.arrayBuffer()).rejects.toThrow()
    expect(at.told.filter((told) => /^(damaged|failed)/.test(told))).toEqual([
      'damaged attachment 1',
      'damaged attachment 1',
      'failed unusable',
    ])
  })

  test('a full disk is reported and left to the dispatcher', async () => {
    await using at = await open()
    const full = new StoreError('disk-full', 'Cannot store attachment: ENOSPC')
    const events = {
      attachmentStored: () => undefined,
      attachmentRefused: (why: string) => at.told.push(why),
    }
    const post = createPostAttachments({ upload: () => Promise.reject(full), events })
    await expect(ask(post, {}, { method: 'POST' })).rejects.toBe(full)
    expect(at.told).toEqual(['no-room'])
  })

  test('a client that leaves a download is no failure of the relay', async () => {
    await using at = await open()
    const id = await idIn(await at.post({ body: patternBytes(14) }))
    expect((await at.getUnder(id, AbortSignal.abort())).status).toBe(400)
    expect(at.told).toEqual(['stored 14', 'broken'])
  })
})
