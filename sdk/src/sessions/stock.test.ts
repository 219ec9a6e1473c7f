import { openPrimitives } from '@sotto/primitives/provider'
import { identityFromSeed } from '@sotto/signal'
import { expect, test } from 'vitest'
import { readBundle } from '#cards/bundle.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { deviceOf } from '#sessions/device.ts'
import { allKyber, allOneTime, allSigned } from '#sessions/prekey-records.ts'
import { type KeyCounts, published, stockUp } from '#sessions/stock.ts'
import { State } from '#state/state.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'

const primitives = await openPrimitives()
const day = 24 * 60 * 60 * 1000
const full: KeyCounts = { oneTime: 100, kemOneTime: 100 }
const none: KeyCounts = { oneTime: 0, kemOneTime: 0 }
const asBefore: Parameters<typeof stockUp>[3] = { requests: undefined, force: false }

async function open() {
  const random = fakeRandomness(1)
  const clock = new FakeClock()
  const identity = identityFromSeed(primitives, random(32))
  const device = deviceOf({ primitives, random, clock, hide: (text) => text }, identity, 7)
  const state = new State(await openMemoryShelf().open('test', 'create'))
  return {
    clock,
    identity,
    state,
    stock: (left: KeyCounts, options = asBefore) => stockUp(state, device, left, options),
  }
}

test('a new device publishes a hundred keys of each kind, in place of all that was there', async () => {
  const { identity, state, stock } = await open()
  const keys = await stock({ oneTime: 3, kemOneTime: 3 })
  expect(keys?.replace).toBe(true)
  expect([keys?.oneTime.length, keys?.kemOneTime.length]).toEqual([100, 100])
  const { bundle = new Uint8Array(), oneTime = [], kemOneTime = [] } = keys ?? {}
  const found = { device: 1, bundle, oneTime: oneTime[0], kemOneTime: kemOneTime[0] }
  const read = readBundle(primitives, identity.ed25519PublicKey, found)
  expect(read?.bundle.oneTimePrekey?.publicKey).toEqual(
    (await allOneTime(state))[0]?.keyPair.publicKey,
  )
  await published(state)
  expect(await stock(full)).toBeUndefined()
})

test('keys are refilled to a hundred when fewer than twenty are left, and nothing is drawn twice', async () => {
  const { state, stock } = await open()
  await stock(none)
  await published(state)
  expect(await stock({ oneTime: 20, kemOneTime: 20 })).toBeUndefined()
  const more = await stock({ oneTime: 19, kemOneTime: 20 })
  expect(more).toMatchObject({ replace: false, kemOneTime: [] })
  expect(more?.oneTime).toHaveLength(81)
  const ids = (await allOneTime(state)).map(({ id }) => id)
  expect(new Set(ids).size).toBe(181)
})

test('signed keys and those of last resort are replaced after two days, and kept for thirty more', async () => {
  const { clock, state, stock } = await open()
  const first = await stock(none)
  await published(state)
  await clock.advance(2 * day)
  const second = await stock(full)
  expect(second?.bundle).not.toEqual(first?.bundle)
  expect(second?.oneTime).toEqual([])
  expect(await allSigned(state)).toHaveLength(2)
  await clock.advance(31 * day)
  await stock(full)
  expect(await allSigned(state)).toHaveLength(2)
  const lastResorts = (await allKyber(state)).filter(({ isLastResort }) => isLastResort)
  expect(lastResorts).toHaveLength(2)
})

test('a relay that has more keys than we know gets all of them anew', async () => {
  const { state, stock } = await open()
  await stock(none)
  await published(state)
  const keys = await stock({ oneTime: 101, kemOneTime: 100 })
  expect(keys?.replace).toBe(true)
  expect([keys?.oneTime.length, keys?.kemOneTime.length]).toEqual([100, 100])
})

test('what was made and never published does not gather for ever', async () => {
  const { state, stock } = await open()
  for (let i = 0; i < 13; i++) await stock(none)
  expect((await allOneTime(state)).length).toBeLessThanOrEqual(1100)
  expect((await allKyber(state)).length).toBeLessThanOrEqual(1101)
})

test('the bundle is published again when something else in it is another', async () => {
  const { identity, state, stock } = await open()
  await stock(none)
  await published(state)
  const requests = new Uint8Array(32).fill(9)
  const keys = await stock(full, { requests, force: true })
  const found = { device: 1, bundle: keys?.bundle ?? new Uint8Array(), oneTime: undefined }
  const read = readBundle(primitives, identity.ed25519PublicKey, {
    ...found,
    kemOneTime: undefined,
  })
  expect(read?.requests).toEqual(requests)
})
