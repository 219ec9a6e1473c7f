/**
 * @module The metrics that have Vauchi's names, on a running relay: what each thing that clients do steps, directly and from
 * inside a seal, and that nothing else is stepped. The page of these names is held against what the relay shows.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPrimitives } from '@sotto/primitives/provider'
import { encapsulateRequest, openResponse } from '@sotto/veil/ohttp/client'
import { decodeKeyConfig } from '@sotto/veil/ohttp/key-config'
import type { GatewayClient } from '#door/obscura/contract/gateway-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'
import { binary, bodyOf, padded, responseOf } from '#door/ohttp/served-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { samplesOf } from '#watch/samples-for-tests.ts'

/** Deposits in one mailbox until it is one too many. */
const perMinute = 5

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const drawToken = (): string => randomBytes(32).toString('hex')
const ciphertext = 'aGk='

const primitives = await openPrimitives()
let nowMillis = Date.now()
let relay: RunningRelay

beforeAll(async () => {
  const store = openMemoryStore()
  const recovery = {
    put: store.recovery.put.bind(store.recovery),
    expire: store.recovery.expire.bind(store.recovery),
    get: () => Promise.reject(new TypeError('Cannot read')),
  }
  relay = await RunningRelay.start({
    store: { ...store, recovery },
    clock: { now: () => nowMillis },
    flags: {
      'oblivious-per-minute': String(perMinute),
      'oblivious-max-blobs': '3',
      'messaging-cleanup-interval-secs': '1',
    },
  })
})
afterAll(async () => await relay[Symbol.asyncDispose]())

// ---------------------------------------------------------------------------------------- three ways in

type Act = (action: string, fields: object) => Promise<string>

async function postDirectly(action: string, fields: object): Promise<string> {
  return (await relay.post(`/v2/${action}`, fields)).text
}

async function seal(plaintext: Uint8Array) {
  const key = await fetch(`http://127.0.0.1:${relay.port}/v2/ohttp-key`)
  const config = decodeKeyConfig(new Uint8Array(await key.arrayBuffer()))
  if (config === undefined) throw new Error(`No key: ${key.status}`)
  const sealed = await encapsulateRequest(primitives, random, config, plaintext)
  if (sealed === undefined) throw new Error('Cannot seal')
  return sealed
}

async function hand(message: Uint8Array): Promise<Response> {
  const url = `http://127.0.0.1:${relay.port}/v2/ohttp`
  return await fetch(url, { method: 'POST', body: new Uint8Array(message) })
}

async function exchange(plaintext: Uint8Array): Promise<Uint8Array> {
  const sealed = await seal(plaintext)
  const answer = await (await hand(sealed.message)).arrayBuffer()
  const opened = await openResponse(primitives, sealed.context, new Uint8Array(answer))
  if (opened === undefined) throw new Error('The answer is not sealed')
  return opened
}

async function postInEnvelope(action: string, fields: object): Promise<string> {
  return JSON.stringify(bodyOf(await exchange(padded({ version: 2, action, ...fields }))))
}

async function walk(path: string, fields: object): Promise<string> {
  const headers = [{ name: 'content-type', value: 'application/json' }]
  const content = new TextEncoder().encode(JSON.stringify(fields))
  const request = binary({ method: 'POST', path, headers, content })
  return new TextDecoder().decode(responseOf(await exchange(request)).content)
}

async function postByBinaryHttp(action: string, fields: object): Promise<string> {
  return await walk(`/v2/${action}`, fields)
}

// --------------------------------------------------------------------------------------------- figures

/** By the short forms that this test uses. */
const names = {
  opened: 'relay_connections_total',
  refused: 'relay_connection_errors_total',
  open: 'relay_connections_active',
  received: 'relay_messages_received_total',
  rejected: 'relay_messages_rejected_total',
  limited: 'relay_rate_limited_total',
  timed: 'relay_message_duration_seconds_count',
  sent: 'relay_messages_sent_total',
  created: 'relay_blobs_created_total',
  delivered: 'relay_blobs_delivered_total',
  expired: 'relay_blobs_expired_total',
  stored: 'relay_blobs_stored',
  vouchers: 'relay_recovery_vouchers_total',
  panics: 'relay_panics_total',
}

type Changes = Partial<Record<keyof typeof names, number>>

async function scrape(): Promise<ReadonlyMap<string, number>> {
  return samplesOf((await relay.askOps('/metrics')).text)
}

function changesBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Record<string, number> {
  const changes: Record<string, number> = {}
  for (const [short, name] of Object.entries(names)) {
    const change = (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN)
    if (change !== 0) changes[short] = change
  }
  return changes
}

/** What is acknowledged on a socket is counted some milliseconds later. */
async function expectSteps(run: () => Promise<unknown>, changes: Changes): Promise<void> {
  const before = await scrape()
  await run()
  const deadline = performance.now() + 5000
  let found = changesBetween(before, await scrape())
  while (!isDeepStrictEqual(found, changes) && performance.now() < deadline) {
    found = changesBetween(before, await scrape())
  }
  expect(found).toEqual(changes)
}

// ----------------------------------------------------------------------------------------------- tests

const ways: readonly (readonly [name: string, act: Act])[] = [
  ['directly', postDirectly],
  ['in an envelope', postInEnvelope],
  ['by binary HTTP', postByBinaryHttp],
]

for (const [way, act] of ways) {
  describe(way, () => {
    const token = drawToken()
    const send = { recipient_id: token, ciphertext }

    test('a deposit is a request that was received and a blob that was created', async () => {
      const changes = { received: 1, timed: 1, created: 1, stored: 1 }
      await expectSteps(async () => await act('send', send), changes)
      await expectSteps(async () => await act('send', send), changes)
    })

    test('fetching hands blobs out, acknowledging one delivers it once', async () => {
      let answer = ''
      const fetched = { mailbox_tokens: [token] }
      await expectSteps(async () => (answer = await act('fetch', fetched)), {
        received: 1,
        timed: 1,
        sent: 2,
      })
      const ack = { recipient_id: token, blob_id: /"blob_id":"([^"]+)"/.exec(answer)?.[1] }
      const changes = { received: 1, timed: 1 }
      const removed = { delivered: 1, stored: -1 }
      await expectSteps(async () => await act('ack', ack), { ...changes, ...removed })
      await expectSteps(async () => await act('ack', ack), changes)
    })

    test('what is refused is rejected', async () => {
      const changes = { rejected: 1, timed: 1 }
      await expectSteps(async () => await act('send', { ...send, recipient_id: 'x' }), changes)
      await expectSteps(async () => await act('fetch', { mailbox_tokens: 7 }), changes)
    })

    test('429 is rejected and limited, for a full mailbox and for one request too many', async () => {
      await act('send', send)
      await act('send', send)
      const changes = { rejected: 1, limited: 1, timed: 1 }
      await expectSteps(async () => {
        expect(await act('send', send)).toContain('quota exceeded for recipient')
      }, changes)
      await expectSteps(async () => {
        expect(await act('send', send)).toContain('rate limit exceeded')
      }, changes)
    })

    test('a proof that was stored is a voucher', async () => {
      const proof = { key_hash: drawToken(), proof_data: ciphertext }
      await expectSteps(async () => await act('recovery_store', proof), {
        received: 1,
        timed: 1,
        vouchers: 1,
      })
    })

    test('an error that nobody foresaw is a panic, and neither received nor rejected', async () => {
      const question = { key_hashes: [drawToken()] }
      await expectSteps(async () => await act('recovery_query', question), { timed: 1, panics: 1 })
    })
  })
}

describe('at the edge', () => {
  test('a POST for nothing under /v2 is rejected, a probe and other doors are not counted', async () => {
    await expectSteps(async () => await relay.post('/v2/nothing', {}), { rejected: 1, timed: 1 })
    await expectSteps(async () => await relay.ask('GET', '/v2/health'), {})
    await expectSteps(async () => await relay.post('/v1/sessions', {}), {})
  })

  test('what cannot be opened is rejected', async () => {
    const changes = { rejected: 1, timed: 1 }
    await expectSteps(async () => await hand(random(100)), changes)
    const noVersion = await seal(padded({ action: 'send' }))
    await expectSteps(async () => await hand(noVersion.message), changes)
  })

  test('what comes out of a seal and means nothing is rejected', async () => {
    const changes = { rejected: 1 }
    await expectSteps(async () => await postInEnvelope('jump', {}), changes)
    await expectSteps(async () => await exchange(random(256).fill(9)), changes)
    await expectSteps(async () => await walk('/v2/nothing', {}), changes)
    await expectSteps(async () => await exchange(Buffer.from('\0\x04POST')), changes)
  })

  test('a sealed request that comes again is rejected', async () => {
    const fields = { mailbox_tokens: [drawToken()] }
    const envelope = await seal(padded({ version: 2, action: 'fetch', ...fields }))
    await expectSteps(async () => await hand(envelope.message), { received: 1, timed: 1 })
    await expectSteps(async () => await hand(envelope.message), { rejected: 1 })
  })
})

describe('other doors', () => {
  let person: Person
  let socket: GatewayClient

  beforeAll(async () => {
    person = await relay.join()
  })

  test('sockets are connections, opened or refused', async () => {
    await expectSteps(async () => (socket = await relay.connect(person)), { opened: 1, open: 1 })
    await expectSteps(async () => await relay.tryConnect('no token'), { refused: 1 })
  })

  test('their envelopes are blobs, and their requests are none of these', async () => {
    await expectSteps(async () => await relay.send(person, person, 'hello'), {
      created: 1,
      stored: 1,
      sent: 1,
    })
    await expectSteps(
      async () => {
        for (;;) {
          const frame = await socket.frame()
          if (frame.kind === 'envelope') return socket.acknowledge(frame)
        }
      },
      { delivered: 1, stored: -1 },
    )
    await expectSteps(async () => await socket.leave(), { open: -1 })
  })
})

test('what nobody fetched expires', async () => {
  const waiting = (await scrape()).get(names.stored) ?? 0
  expect(waiting).toBeGreaterThan(0)
  await expectSteps(
    async () => {
      nowMillis += 121 * 86_400_000
      await Promise.resolve()
    },
    { expired: waiting, stored: -waiting },
  )
})

describe('the names', () => {
  const page = readFileSync(
    new URL('../../../../docs/protocols/vauchi-metrics.md', import.meta.url),
    'utf8',
  )
  const namesUnder = (heading: string): string[] => {
    const section = page.split(`\n## ${heading}\n`)[1]?.split('\nThe usual')[0]?.split('\n## ')[0]
    const rows = [...(section ?? '').matchAll(/^\| `([^`]+)`/gm)]
    return rows.map(([, name = '']) => name).toSorted()
  }

  test('those that the page says are here are here, and no other', async () => {
    const { text } = await relay.askOps('/metrics')
    const shown = [...text.matchAll(/^# TYPE ((?:relay|process)_\S+)/gm)].map(
      ([, name = '']) => name,
    )
    expect(namesUnder('Names that are here')).toEqual(shown.toSorted())
    for (const name of namesUnder('Names that are not here')) {
      expect(text).not.toContain(name.replace('*', ''))
    }
  })

  test('all that a relay of Vauchi has are on the page', () => {
    const known = [...namesUnder('Names that are here'), ...namesUnder('Names that are not here')]
    const ours = known.filter((name) => name.startsWith('relay_'))
    expect(ours.toSorted()).toEqual(
      [
        ...['connections_total', 'connection_errors_total', 'messages_received_total'],
        ...['messages_sent_total', 'messages_rejected_total', 'blobs_created_total'],
        ...['blobs_delivered_total', 'blobs_expired_total', 'recovery_vouchers_total'],
        ...['rate_limited_total', 'panics_total', 'federation_*', 'connections_active'],
        ...['blobs_stored', 'recovery_proofs_active', 'tokio_alive_tasks', 'tokio_workers'],
        ...['ohttp_intermediate_not_after_seconds', 'message_duration_seconds'],
      ]
        .map((name) => `relay_${name}`)
        .toSorted(),
    )
  })

  test('no label is on them but that of a bucket, and the bounds are the same', async () => {
    const series = [...(await scrape()).keys()].filter((each) => /^(?:relay|process)_/.test(each))
    const labelled = series.filter((each) => each.includes('{'))
    const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, '+Inf']
    expect(labelled).toEqual(
      bounds.map((bound) => `relay_message_duration_seconds_bucket{le="${bound}"}`),
    )
  })
})
