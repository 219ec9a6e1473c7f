/**
 * @module A channel over a real relay, on Bun and on Node: made, joined by links, spoken in, led, left; while the relay is
 * killed, members are closed and opened, and one is put out.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Channel } from '@sotto/sdk'
import { meet, type SdkPerson, SdkStage } from '#sdk-stage.ts'

/** What the relay lets somebody say and ask in a second is for people. */
const flags = ['--live-chat-burst', '1000', '--live-chat-interval-ms', '1']

describe.each(['bun', 'node'] as const)('over a relay on %s', { timeout: 90_000 }, (runtime) => {
  let stage: SdkStage
  let ann: SdkPerson
  let bob: SdkPerson
  let cat: SdkPerson
  let anns: string
  let bobs: string
  let cats: string

  beforeAll(async () => {
    stage = await SdkStage.open(runtime, flags)
    ann = await stage.person('ann', { name: 'Ann' })
    bob = await stage.person('bob', { name: 'Bob' })
    cat = await stage.person('cat', { name: 'Cat' })
    await Promise.all([ann.online(), bob.online(), cat.online()])
  })
  afterAll(async () => await stage[Symbol.asyncDispose]())

  const seen = (person: SdkPerson, id: string, isSo: (channel: Channel) => boolean) =>
    person.until('the channel to be so', async () => {
      const channel = await person.messenger.channels.get(id)
      return channel !== undefined && isSo(channel) ? channel : undefined
    })

  test('one makes it, two join by a link, and all see the same', async () => {
    const made = await ann.messenger.channels.create({ name: 'Plants' })
    expect(made).toMatchObject({ stage: 'member', role: 'admin', name: 'Plants' })
    anns = made.id
    const link = await ann.messenger.channels.invite(anns, { uses: 2 })
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#c\.[\w-]+$/)
    bobs = (await bob.messenger.channels.join(link)).id
    cats = (await cat.messenger.channels.join(link)).id
    for (const [person, id] of [
      [ann, anns],
      [bob, bobs],
      [cat, cats],
    ] as const) {
      const { members } = await seen(person, id, (channel) => channel.members.length === 3)
      expect(members.map(({ name, role }) => `${name}: ${role}`)).toEqual([
        'Ann: admin',
        'Bob: member',
        'Cat: member',
      ])
    }
    const dan = await stage.person('dan', { name: 'Dan' })
    await dan.online()
    await expect(dan.messenger.channels.join(link)).rejects.toMatchObject({ code: 'not-allowed' })
    await dan.close()
  })

  test('they talk, in order, with answers, reactions and edits', async () => {
    const first = await ann.messenger.send(anns, 'The ficus is dying')
    expect(await bob.hear(bobs, 1)).toEqual(['The ficus is dying'])
    await cat.hear(cats, 1)
    await bob.messenger.send(bobs, { body: 'Water it', replyTo: first.id })
    await cat.messenger.react(cats, first.id, '😢')
    await ann.messenger.edit(anns, first.id, 'The ficus is dead')
    expect(await ann.hear(anns, 1)).toEqual(['Water it'])
    await cat.until('what Bob said and Ann changed', async () => {
      const bodies = (await cat.messages(cats)).map(({ body }) => body)
      return bodies.includes('Water it') && bodies.includes('The ficus is dead') ? true : undefined
    })
    await ann.until('a reaction', async () => {
      const message = await ann.messenger.message(anns, first.id)
      return message?.reactions?.[cat.messenger.identity]?.emoji === '😢' ? true : undefined
    })
    const texts = Array.from({ length: 50 }, (_, i) => `Leaf ${i}`)
    for (const text of texts) await bob.messenger.send(bobs, text)
    expect((await cat.hear(cats, 52)).slice(-50)).toEqual(texts)
    await bob.sent(bobs, ({ status }) => status === 'accepted')
  })

  test('nothing is lost while the relay is killed and members come and go', async () => {
    const before = (await cat.read(cats)).length
    await cat.close()
    for (const text of ['1', '2']) await ann.messenger.send(anns, text)
    await ann.sent(anns, ({ status }) => status === 'accepted')
    await stage.end('SIGKILL')
    for (const text of ['3', '4']) await ann.messenger.send(anns, text)
    await ann.close()
    await stage.start()
    bob.messenger.nudge()
    await Promise.all([ann.open(), cat.open()])
    await Promise.all([ann.online(), bob.online(), cat.online()])
    expect((await cat.hear(cats, before + 4)).slice(-4)).toEqual(['1', '2', '3', '4'])
    expect((await bob.hear(bobs, 5)).slice(-4)).toEqual(['1', '2', '3', '4'])
  })

  test('an admin names it, makes another one, and they put somebody out, who reads no more', async () => {
    await ann.messenger.channels.rename(anns, 'Dead plants')
    await ann.messenger.channels.setRole(anns, bob.messenger.identity, 'admin')
    await seen(bob, bobs, ({ role, name }) => role === 'admin' && name === 'Dead plants')
    await bob.messenger.channels.remove(bobs, cat.messenger.identity)
    await seen(cat, cats, ({ stage: at }) => at === 'removed')
    await seen(ann, anns, ({ members }) => members.length === 2)
    await ann.messenger.send(anns, 'Without Cat')
    expect((await bob.hear(bobs, 6)).at(-1)).toBe('Without Cat')
    await expect(cat.messenger.send(cats, 'Hello?')).rejects.toMatchObject({ code: 'not-a-member' })
    expect(await cat.read(cats)).not.toContain('Without Cat')
  })

  test('who was put out comes back when a contact invites them', async () => {
    const [toCat, toAnn] = await meet(ann, cat)
    await ann.messenger.channels.inviteContact(anns, toCat)
    const link = await cat.until('an invitation', async () => {
      const all = await cat.messenger.history(toAnn)
      const notices = all.flatMap(({ notice }) => (notice === undefined ? [] : [notice]))
      const found = notices.find(({ kind }) => kind === 'channel-invite')
      return found?.kind === 'channel-invite' ? found.link : undefined
    })
    expect(await cat.messenger.channels.join(link)).toMatchObject({ id: cats, stage: 'member' })
    await cat.messenger.send(cats, 'I am back')
    await ann.messenger.send(anns, 'Welcome')
    await ann.until('Cat', async () =>
      (await ann.read(anns)).includes('I am back') ? true : undefined,
    )
    await cat.until('Ann', async () =>
      (await cat.read(cats)).includes('Welcome') ? true : undefined,
    )
  })

  test('whoever leaves is gone, and the others go on', async () => {
    await ann.messenger.channels.leave(anns)
    await seen(bob, bobs, ({ members }) => members.length === 2)
    await bob.messenger.send(bobs, 'Ann is gone')
    await cat.until('Bob', async () =>
      (await cat.read(cats)).includes('Ann is gone') ? true : undefined,
    )
    expect(await ann.read(anns)).not.toContain('Ann is gone')
    for (const person of [ann, bob, cat]) expect(person.failures).toEqual([])
  })
})
