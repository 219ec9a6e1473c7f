import { describe, expect, test } from 'vitest'
import { channel, openWorld } from '#door/mobium/channels/world-for-tests.ts'

const payload = Uint8Array.from({ length: 256 }, (_, index) => index)
const send = { type: 'channel_message', channel_id: channel, payload, bucket_size: 3 } as const
const clientId = new Uint8Array(16).fill(5)

describe('channel_message', () => {
  test('mobium 45: a stranger may not write', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    expect(await world.refusal(bob, send)).toEqual(['not-a-member'])
    await world.join(ann)
    expect(await world.refusal(bob, send)).toEqual(['not-a-member'])
    expect(ann.take()).toEqual([])
    expect(world.posted).toEqual([])
  })

  test('mobium 46: the others get channel, sender and payload, the sender only ack', async () => {
    const world = openWorld()
    const [ann, bob, cat] = [
      await world.logIn(1),
      await world.logIn(2),
      await world.logIn(3, { form: 'bin' }),
    ]
    await world.join(ann, bob, cat)
    expect(await world.say(ann, send)).toEqual([{ type: 'ack', channel_id: channel }])
    const got = { type: 'channel_message', channel_id: channel, sender: ann.identity, payload }
    expect([bob.take(), cat.take()]).toEqual([[got], [got]])
    expect(world.posted).toEqual([2])
  })

  test('tells who asks for it what it is called and when it came', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2, { capabilities: ['history'] })]
    await world.join(ann, bob)
    world.clock.advance(1999)
    await world.say(ann, send)
    expect(bob.take()).toEqual([
      {
        type: 'channel_message',
        channel_id: channel,
        sender: ann.identity,
        payload,
        id: 1,
        timestamp: Math.floor(world.clock.now() / 1000),
        accepted_at: world.clock.now(),
      },
    ])
  })

  test('is written once for all who get the same', async () => {
    const world = openWorld()
    const ann = await world.logIn(1)
    const rest = [
      await world.logIn(2),
      await world.logIn(3),
      await world.logIn(4, { capabilities: ['history'] }),
      await world.logIn(5, { capabilities: ['history'] }),
    ]
    await world.join(ann, ...rest)
    await world.say(ann, send)
    const [bob, cat, dan, eve] = rest.map((client) => client.shared.at(-1))
    expect(cat).toBe(bob)
    expect(dan).not.toBe(bob)
    expect(eve).toBe(dan)
  })

  test('reaches the sender’s other sockets, and not the one that it came from', async () => {
    const world = openWorld()
    const [phone, desk] = [await world.logIn(1), await world.logIn(1, { device: 2 })]
    await world.join(phone)
    expect(await world.say(phone, send)).toEqual([{ type: 'ack', channel_id: channel }])
    expect(desk.take()).toMatchObject([{ type: 'channel_message', sender: phone.identity }])
  })

  test('mobium 47: is not pushed at a login, and history has it', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    world.logOut(bob)
    world.clock.advance(1000)
    await world.say(ann, send)
    const again = await world.logIn(2)
    expect(again.take()).toEqual([])
    const [history] = await world.say(again, { type: 'get_history', channel_id: channel })
    expect(history).toMatchObject({ count: 1, messages: [{ payload }] })
  })

  test('mobium 53: of ten senders at once ten are stored, and each gets the other nine', async () => {
    const world = openWorld()
    const clients = []
    for (let i = 1; i <= 10; i++) clients.push(await world.logIn(i))
    await world.join(...clients)
    world.clock.advance(1000)
    await Promise.all(clients.map((client) => world.say(client, send)))
    const [first] = clients
    if (first === undefined) throw new Error('No client')
    const received = clients.map(
      ({ sent }) => sent.filter(({ type }) => type === 'channel_message').length,
    )
    expect(received).toEqual(clients.map(() => 9))
    const [history] = await world.say(first, { type: 'get_history', channel_id: channel })
    expect(history).toMatchObject({ count: 10 })
  })

  test('is as large as a message may be, and no larger', async () => {
    const world = openWorld({ policy: { maxMessageBytes: 256 } })
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    expect(await world.say(ann, { ...send, payload: new Uint8Array(256) })).toEqual([
      { type: 'ack', channel_id: channel },
    ])
    const large = { ...send, payload: new Uint8Array(257) }
    expect(await world.refusal(ann, large)).toEqual(['too-large'])
    expect(bob.take()).toHaveLength(1)
  })

  test('with a client id is answered with what became of it', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    const [answer] = await world.say(ann, { ...send, client_id: clientId })
    const stored = {
      type: 'ack',
      channel_id: channel,
      client_id: clientId,
      status: 'stored',
      id: 1,
      timestamp: world.clock.now() / 1000,
      accepted_at: world.clock.now(),
    }
    expect(answer).toEqual(stored)
    bob.take()
    world.clock.advance(5000)
    const [again] = await world.say(ann, { ...send, client_id: clientId })
    expect(again).toEqual({ ...stored, status: 'duplicate' })
    expect(bob.take()).toEqual([])
    expect(world.posted).toEqual([1])
  })

  test('with the client id of another sender or device is another message', async () => {
    const world = openWorld()
    const [ann, desk, bob] = [
      await world.logIn(1),
      await world.logIn(1, { device: 2 }),
      await world.logIn(2),
    ]
    await world.join(ann, bob)
    const message = { ...send, client_id: clientId }
    for (const client of [ann, desk, bob]) {
      expect((await world.say(client, message)).at(-1)).toMatchObject({ status: 'stored' })
    }
  })

  test('is handed on only when the store has it', async () => {
    const stored = Promise.withResolvers<void>()
    const world = openWorld({
      channels: (store) => ({
        async post(message, limits) {
          const outcome = await store.post(message, limits)
          await stored.promise
          return outcome
        },
      }),
    })
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    const answered = world.say(ann, send)
    await new Promise((resolve) => setImmediate(resolve))
    expect([ann.take(), bob.take()]).toEqual([[], []])
    stored.resolve()
    expect(await answered).toHaveLength(1)
    expect(bob.take()).toHaveLength(1)
  })

  test('that the store fails to keep reaches nobody', async () => {
    const failure = new Error('No room')
    const world = openWorld({ channels: () => ({ post: () => Promise.reject(failure) }) })
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    await expect(world.say(ann, send)).rejects.toBe(failure)
    expect([ann.take(), bob.take()]).toEqual([[], []])
  })
})
