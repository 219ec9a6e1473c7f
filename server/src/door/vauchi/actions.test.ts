import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Ring } from '#bus/bus.ts'
import { actionNames } from '#door/vauchi/actions.ts'
import { mailboxOfToken } from '#door/vauchi/address.ts'
import { base64, drawToken, OpenDoor } from '#door/vauchi/door-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { openSqliteStore } from '#store/sqlite/open.ts'
import type { Envelope } from '#store/store.ts'

const letterTo = (token: string) => ({ recipient_id: token, ciphertext: base64('hello') })

describe('An action', () => {
  test('does the same as the route of its name', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    const { send, fetch, ack } = door.vauchi.actions
    const { body } = await send(letterTo(token))
    expect((await fetch({ mailbox_tokens: [token] })).body).toEqual({
      status: 'ok',
      blobs: await door.blobs(token),
    })
    const gone = await ack({ recipient_id: token, blob_id: body['blob_id'] })
    expect(gone).toEqual({ status: 200, body: { status: 'ok', acknowledged: true } })
    expect(await door.texts(token)).toEqual([])
  })

  test('that meets what nobody expected is a failure without a word of it', async () => {
    const store = openMemoryStore()
    const token = drawToken()
    store.mailboxes.collect = () => Promise.reject(new TypeError(`Cannot: ${token}`))
    await using door = await OpenDoor.open({ store })
    const { status, body } = await door.post('/v2/fetch', { mailbox_tokens: [token] })
    expect([status, body]).toEqual([500, { status: 'error', error: 'internal error' }])
    expect(door.lines.join('\n')).toContain('"request.failed","route":"/v2/fetch"')
    expect(door.lines.join('\n')).not.toContain(token)
  })

  test('is there for every name, and for no other', async () => {
    await using door = await OpenDoor.open()
    expect(Object.keys(door.vauchi.actions).toSorted()).toEqual([...actionNames].toSorted())
  })
})

describe('A message', () => {
  test('wakes who watches its mailbox', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    const mailbox = mailboxOfToken(Buffer.from(token, 'hex'))
    const rings: Ring[] = []
    door.bus.listen(mailbox, { onRing: (ring) => void rings.push(ring) })
    await door.send(token, 'hello')
    const envelope: Partial<Envelope> = { mailbox, sender: undefined, sequence: 1 }
    expect(rings).toMatchObject([{ mailbox, live: { envelope } }])
  })

  test('that is damaged on the disk hides none behind it', async () => {
    const store = openMemoryStore()
    const { collect } = store.mailboxes
    store.mailboxes.collect = async (mailbox, query) =>
      query.after === 0
        ? { envelopes: [], more: true, damaged: 3, cursor: 3 }
        : collect.call(store.mailboxes, mailbox, { ...query, after: 0 })
    await using door = await OpenDoor.open({ store })
    const token = drawToken()
    await door.send(token, 'whole')
    expect(await door.texts(token)).toEqual(['whole'])
    expect(door.lines.join('\n')).toContain('store.damaged')
  })
})

test('what was answered is there after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-vauchi-'))
  const path = join(folder, 'relay.db')
  const [one, two] = [drawToken(), drawToken()]
  const hash = drawToken()
  try {
    await using before = await openSqliteStore({ path })
    {
      await using door = await OpenDoor.open({ store: before })
      for (const [token, text] of [
        [two, 'a'],
        [one, 'b'],
        [two, 'c'],
      ] as const) {
        await door.send(token, text)
      }
      await door.post('/v2/recovery/store', { key_hash: hash, proof_data: base64('proof') })
    }
    await before[Symbol.asyncDispose]()
    await using after = await openSqliteStore({ path })
    await using door = await OpenDoor.open({ store: after })
    expect(await door.texts(one, two)).toEqual(['a', 'b', 'c'])
    const { body } = await door.post('/v2/recovery/query', { key_hashes: [hash] })
    expect(body).toMatchObject({ proofs: [{ key_hash: hash, proof_data: base64('proof') }] })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
