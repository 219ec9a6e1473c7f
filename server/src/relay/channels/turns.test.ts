import { describe, expect, test } from 'vitest'
import { channel, channelOf, identityOf } from '#relay/channels/channels-for-tests.ts'
import { Turns } from '#relay/channels/turns.ts'

const [ann, bob, cat] = [identityOf(1), identityOf(2), identityOf(3)]

function slow(log: string[], name: string) {
  const gate = Promise.withResolvers<void>()
  const work = async (): Promise<string> => {
    log.push(`${name} begins`)
    await gate.promise
    log.push(`${name} ends`)
    return name
  }
  return { work, finish: gate.resolve, fail: gate.reject }
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('Turns', () => {
  test('run work that shares a key in the order in which it was asked for', async () => {
    const turns = new Turns()
    const log: string[] = []
    const [one, two, three] = [slow(log, '1'), slow(log, '2'), slow(log, '3')]
    const done = [one, two, three].map(({ work }) => turns.take('key', work))
    three.finish()
    two.finish()
    await settle()
    expect(log).toEqual(['1 begins'])
    one.finish()
    expect(await Promise.all(done)).toEqual(['1', '2', '3'])
    expect(log).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends'])
  })

  test('begin at once when nobody else has the key', () => {
    const turns = new Turns()
    const log: string[] = []
    void turns.take('one', slow(log, '1').work)
    void turns.take('other', slow(log, '2').work)
    expect(log).toEqual(['1 begins', '2 begins'])
  })

  test('go on after work that failed, and fail only for who asked for it', async () => {
    const turns = new Turns()
    const log: string[] = []
    const [one, two] = [slow(log, '1'), slow(log, '2')]
    const failing = turns.take('key', one.work)
    const passing = turns.take('key', two.work)
    one.fail(new Error('Broken'))
    two.finish()
    await expect(failing).rejects.toThrow('Broken')
    expect(await passing).toBe('2')
  })

  test('keep nothing when all work is done', async () => {
    const turns = new Turns()
    await Promise.all([
      turns.ofMembers(channel, [ann, bob], () => Promise.resolve()),
      turns.ofMembers(channel, [bob], () => Promise.resolve()),
      turns.take('key', () => Promise.reject(new Error('Broken'))).catch(() => undefined),
    ])
    await settle()
    expect(turns.size).toBe(0)
  })

  test('of two members exclude work on either of them in that channel, and no other', async () => {
    const turns = new Turns()
    const log: string[] = []
    const both = slow(log, 'ann and bob')
    void turns.ofMembers(channel, [bob, ann], both.work)
    void turns.ofMembers(channel, [ann], slow(log, 'ann').work)
    void turns.ofMembers(channel, [bob], slow(log, 'bob').work)
    void turns.ofMembers(channel, [cat], slow(log, 'cat').work)
    void turns.ofMembers(channelOf(201), [ann], slow(log, 'ann elsewhere').work)
    await settle()
    expect(log).toEqual(['ann and bob begins', 'cat begins', 'ann elsewhere begins'])
    both.finish()
    await settle()
    expect(log.slice(3).toSorted()).toEqual(['ann and bob ends', 'ann begins', 'bob begins'])
  })

  test('of the same two in either order never wait for each other', async () => {
    const turns = new Turns()
    const log: string[] = []
    const all = [
      turns.ofMembers(channel, [ann, bob], async () => log.push('1')),
      turns.ofMembers(channel, [bob, ann], async () => log.push('2')),
      turns.ofMembers(channel, [ann, ann], async () => log.push('3')),
    ]
    await Promise.all(all)
    expect(log).toEqual(['1', '2', '3'])
  })
})
