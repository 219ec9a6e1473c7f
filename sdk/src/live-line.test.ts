import { openPrimitives } from '@sotto/primitives/provider'
import { identityFromSeed } from '@sotto/signal'
import { expect, test } from 'vitest'
import { keepReadingKey } from '#contacts/reading-keys.ts'
import { Events } from '#events.ts'
import { type LiveDoor, LiveLine } from '#live-line.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { maxWatched } from '#relay/live/watched.ts'
import { deviceOf } from '#sessions/device.ts'
import { State } from '#state/state.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'

test('of more keys than a relay watches, those that were replaced are left out', async () => {
  const primitives = await openPrimitives()
  const random = fakeRandomness(1)
  const platform = { primitives, random, clock: new FakeClock(), hide: (text: string) => text }
  const device = deviceOf(platform, identityFromSeed(primitives, random(32)), 1)
  const state = new State(await openMemoryShelf().open('test', 'create'))
  const use = { kind: 'contact', contact: 'somebody' } as const
  const replaced: string[] = []
  await state.change(async (work) => {
    for (let i = 0; i < maxWatched + 10; i++) {
      const key = random(32)
      if (i < 10) replaced.push(key.toHex())
      keepReadingKey(work, device, key, use, i < 10 ? 1 : undefined)
    }
  })
  const watched = new Set<string>()
  const refuse = (): never => {
    throw new Error('Nobody asks for this here')
  }
  const door = new Proxy<Partial<LiveDoor>>(
    { watch: (keys) => keys.forEach((key) => watched.add(key.toHex())) },
    { get: (target, name: keyof LiveDoor) => target[name] ?? refuse },
  ) as LiveDoor
  const engine = {
    device,
    state,
    events: new Events(),
    wakeSender: () => {},
    wakeUpkeep: () => {},
    meetingReceived: () => {},
  }
  await new LiveLine(engine as never, door, refuse).watchAll()
  expect(watched.size).toBe(maxWatched)
  expect(watched.isDisjointFrom(new Set(replaced))).toBe(true)
})
