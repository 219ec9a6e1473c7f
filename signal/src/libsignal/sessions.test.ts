import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { curveKeyPairOf } from '#keys/curve-key-pair.ts'
import { libsignal, OracleDevice, presence, type Verdict } from '#libsignal/oracle-for-tests.ts'
import { protocolAddress } from '#messages/service-address.ts'
import {
  bundleOf,
  codeOf,
  flipped,
  nowMillis,
  primitives,
  testDevice,
  TestSide,
} from '#session/parties-for-tests.ts'
import type { CiphertextMessage } from '#session/parties.ts'
import { processBundle } from '#session/process-bundle.ts'
import { readRecord, writeRecord } from '#session/record-format.ts'

const phone = { ours: '+14151111111', theirs: '+14152222222' }
const service = {
  ours: '31415926-5358-9793-2384-626433827950',
  theirs: '27182818-2845-9045-2353-602874713526',
}
const mixed = { ours: service.ours, theirs: `PNI:${service.theirs}` }

interface Pair {
  readonly us: TestSide
  readonly them: OracleDevice
}

function pair(names: { readonly ours: string; readonly theirs: string } = phone): Pair {
  const them = new OracleDevice(protocolAddress(names.theirs, 3))
  return { us: new TestSide(testDevice(names.ours), them.address), them }
}

async function weStart({ us, them }: Pair, withOneTimePrekey = true): Promise<void> {
  const bundle = await them.bundle(withOneTimePrekey)
  const { local, random } = us.device
  const { remote, record } = us
  const input = { local, remote, bundle, record, nowMillis }
  us.record = processBundle(primitives, input, random).record
}

async function theyStart({ us, them }: Pair, withOneTimePrekey = true): Promise<void> {
  await them.start(us.device.local.address, bundleOf(us.device, withOneTimePrekey))
}

/** In libsignal's words. */
function ourVerdict(us: TestSide, message: CiphertextMessage): Verdict {
  let text = ''
  const code = codeOf(() => {
    text = us.receive(message)
  })
  if (code === 'nothing') return { text }
  return code === 'duplicated-message' ? code : 'refused'
}

function theirVerdict({ us, them }: Pair, message: CiphertextMessage): Promise<Verdict> {
  return them.receive(us.device.local.address, message)
}

function theySend({ us, them }: Pair, text: string): Promise<CiphertextMessage> {
  return them.send(us.device.local.address, text)
}

async function converse(both: Pair, rounds: number): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    expect(await theirVerdict(both, both.us.send(`ours ${i}`))).toEqual({ text: `ours ${i}` })
    expect(ourVerdict(both.us, await theySend(both, `theirs ${i}`))).toEqual({
      text: `theirs ${i}`,
    })
  }
}

/** A pair that has spoken, whoever began. */
async function acquainted(names = phone): Promise<Pair> {
  const both = pair(names)
  await weStart(both)
  await converse(both, 1)
  return both
}

describe.skipIf(libsignal === undefined)(`sessions with libsignal${presence}`, () => {
  for (const [kind, names] of Object.entries({ phone, service, mixed })) {
    test.each([true, false])(
      `are started by us, names: ${kind}, one-time prekey: %s`,
      async (withOneTimePrekey) => {
        const both = pair(names)
        await weStart(both, withOneTimePrekey)
        const first = both.us.send('first')
        const second = both.us.send('second')
        expect(await theirVerdict(both, second)).toEqual({ text: 'second' })
        expect(await theirVerdict(both, first)).toEqual({ text: 'first' })
        expect(await theirVerdict(both, first)).toBe('duplicated-message')
        await converse(both, 3)
      },
    )

    test.each([true, false])(
      `are started by libsignal, names: ${kind}, one-time prekey: %s`,
      async (withOneTimePrekey) => {
        const both = pair(names)
        await theyStart(both, withOneTimePrekey)
        const first = await theySend(both, 'first')
        const second = await theySend(both, 'second')
        expect(first.type).toBe('prekey')
        expect(ourVerdict(both.us, second)).toEqual({ text: 'second' })
        expect(ourVerdict(both.us, first)).toEqual({ text: 'first' })
        expect(ourVerdict(both.us, first)).toBe('duplicated-message')
        await converse(both, 3)
      },
    )
  }

  test('are not confused with those of another address', async () => {
    const both = pair(service)
    await weStart(both)
    const first = both.us.send('first')
    expect(await both.them.receive(protocolAddress(service.ours, 2), first)).toBe('refused')
    await theyStart(both)
    const theirs = await theySend(both, 'first')
    const elsewhere = new TestSide(both.us.device, protocolAddress(service.theirs, 4))
    expect(ourVerdict(elsewhere, theirs)).toBe('refused')
  })

  test('started by both at once become one', async () => {
    const both = pair()
    await weStart(both)
    await theyStart(both)
    const ours = both.us.send('ours')
    const theirs = await theySend(both, 'theirs')
    expect(ourVerdict(both.us, theirs)).toEqual({ text: 'theirs' })
    expect(await theirVerdict(both, ours)).toEqual({ text: 'ours' })
    await converse(both, 5)
    expect(both.us.record?.archived.length).toBe(1)
  })

  test('that were archived still read what is late', async () => {
    const both = await acquainted()
    const late = await theySend(both, 'late')
    const lateOurs = both.us.send('ours, late')
    await weStart(both)
    expect(await theirVerdict(both, both.us.send('new'))).toEqual({ text: 'new' })
    expect(ourVerdict(both.us, late)).toEqual({ text: 'late' })
    expect(await theirVerdict(both, lateOurs)).toEqual({ text: 'ours, late' })
    await converse(both, 3)
  })

  test('read five chains and not a sixth, on either side', async () => {
    const both = await acquainted()
    const ours: CiphertextMessage[] = []
    const theirs: CiphertextMessage[] = []
    for (let i = 0; i < 7; i++) {
      ours.push(both.us.send(`late ${i}`))
      theirs.push(await theySend(both, `late ${i}`))
      await converse(both, 1)
    }
    const byUs = theirs.map((message) => ourVerdict(both.us, message))
    const byThem: Verdict[] = []
    for (const message of ours) byThem.push(await theirVerdict(both, message))
    const late = (dropped: number) =>
      ours.map((_, i) => (i < dropped ? 'refused' : { text: `late ${i}` }))
    // Each answer began a chain behind the late message; of our last chain nothing has been sent yet.
    expect(byUs).toEqual(late(3))
    expect(byThem).toEqual(late(2))
  })

  test('refuse changed messages on both sides, and lose nothing by them', async () => {
    const both = await acquainted()
    for (let i = 0; i < 40; i++) {
      const ours = both.us.send(`ours ${i}`)
      const theirs = await theySend(both, `theirs ${i}`)
      const at = (i * 7919) % Math.min(ours.bytes.length, theirs.bytes.length)
      const bit = 1 << (i % 8)
      expect(
        await theirVerdict(both, { ...ours, bytes: flipped(ours.bytes, at, bit) }),
      ).not.toHaveProperty('text')
      expect(
        ourVerdict(both.us, { ...theirs, bytes: flipped(theirs.bytes, at, bit) }),
      ).not.toHaveProperty('text')
      expect(await theirVerdict(both, ours)).toEqual({ text: `ours ${i}` })
      expect(ourVerdict(both.us, theirs)).toEqual({ text: `theirs ${i}` })
    }
  })

  test('of one account jump farther than 25,000 messages', async () => {
    const device = testDevice(service.ours)
    const { identity } = device.local
    const them = new OracleDevice(protocolAddress(service.ours, 3), identity.privateKey)
    const both = { us: new TestSide(device, them.address), them }
    expect(curveKeyPairOf(primitives, identity.privateKey).publicKey).toEqual(them.identityKey)
    await theyStart(both)
    expect(ourVerdict(both.us, await theySend(both, 'first'))).toEqual({ text: 'first' })
    await converse(both, 1)
    for (let i = 0; i < 25_100; i++) await theySend(both, 'lost')
    expect(ourVerdict(both.us, await theySend(both, 'far'))).toEqual({ text: 'far' })
    await converse(both, 1)
  }, 60_000)

  test('carry on through several epochs of SPQR, stored and loaded at every step', async () => {
    const both = await acquainted(service)
    for (let i = 0; i < 250; i++) {
      if (both.us.record !== undefined) both.us.record = readRecord(writeRecord(both.us.record))
      await converse(both, 1)
    }
    // Four epochs are behind us.
    expect(both.us.record?.current?.spqr.braid.epoch).toBeGreaterThanOrEqual(5)
  }, 30_000)
})

type Move = {
  readonly kind: 'send' | 'deliver' | 'lose' | 'twice'
  readonly fromUs: boolean
  readonly which: number
}

/** So few may be on their way that none is of a chain that was dropped. */
const maxUnderWay = 4

const anyMove: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom('send', 'send', 'send', 'deliver', 'deliver', 'deliver', 'lose', 'twice'),
  fromUs: fc.boolean(),
  which: fc.nat(maxUnderWay - 1),
})

interface Sent {
  readonly text: string
  readonly message: CiphertextMessage
}

async function play(both: Pair, moves: readonly Move[]): Promise<number> {
  const queues: { readonly ours: Sent[]; readonly theirs: Sent[] } = { ours: [], theirs: [] }
  let count = 0
  const deliver = async (fromUs: boolean, { text, message }: Sent, times: number) => {
    for (let i = 0; i < times; i++) {
      const verdict = fromUs ? await theirVerdict(both, message) : ourVerdict(both.us, message)
      expect(verdict).toEqual(i === 0 ? { text } : 'duplicated-message')
    }
  }
  for (const { kind, fromUs, which } of moves) {
    const queue = fromUs ? queues.ours : queues.theirs
    if (kind === 'send') {
      if (queue.length === maxUnderWay) await deliver(fromUs, queue.shift() as Sent, 1)
      const text = `message ${count++}`
      queue.push({ text, message: fromUs ? both.us.send(text) : await theySend(both, text) })
      continue
    }
    const [sent] = queue.splice(which % Math.max(queue.length, 1), 1)
    if (sent === undefined || kind === 'lose') continue
    await deliver(fromUs, sent, kind === 'twice' ? 2 : 1)
  }
  for (const sent of queues.ours) await deliver(true, sent, 1)
  for (const sent of queues.theirs) await deliver(false, sent, 1)
  return count
}

describe.skipIf(libsignal === undefined)(`schedules with libsignal${presence}`, () => {
  test('lose, repeat and reorder at random; what arrives is read', async () => {
    const moves = fc.array(anyMove, { minLength: 300, maxLength: 700, size: 'max' })
    let messages = 0
    await fc.assert(
      fc.asyncProperty(moves, fc.constantFrom(phone, service), async (list, names) => {
        messages += await play(await acquainted(names), list)
      }),
      { numRuns: 6 },
    )
    expect(messages).toBeGreaterThan(500)
  }, 60_000)
})
