/**
 * @module Somebody whose clock is two days off, ahead or behind: they meet, write and are read like everybody, the last
 * word counts on both sides, and what disappears and expires does so in its time.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Message } from '@sotto/sdk'
import { meet, type SdkPerson, SdkStage } from '#sdk-stage.ts'

const hour = 60 * 60 * 1000
const day = 24 * hour
/** How far apart two clocks of this machine can be that were asked one after the other. */
const tolerance = 60_000

let stage: SdkStage
beforeAll(async () => {
  stage = await SdkStage.open('bun')
})
afterAll(async () => await stage[Symbol.asyncDispose]())

describe.each([
  ['ahead', 2 * day],
  ['behind', -2 * day],
] as const)('somebody whose clock is two days %s', { timeout: 60_000 }, (name, aheadMillis) => {
  let wrong: SdkPerson
  let right: SdkPerson
  let toRight = ''
  let toWrong = ''

  beforeAll(async () => {
    wrong = await stage.person(`wrong-${name}`)
    right = await stage.person(`right-${name}`)
    wrong.clock.set(aheadMillis)
    await wrong.reopen()
    ;[toRight, toWrong] = await meet(wrong, right)
  })

  /** What both see, wherever it stands: what crossed on its way stands in another order there. */
  async function everythingOf(one: SdkPerson, conversation: string): Promise<unknown> {
    const all = await one.messages(conversation)
    const emojis = ({ reactions = {} }: Message): readonly unknown[] =>
      Object.entries(reactions).map(([who, { emoji }]) => [who, emoji])
    return Object.fromEntries(
      all.map((message) => [message.id, [message.body, message.isDeleted, emojis(message)]]),
    )
  }

  test('is written to and read at once, and no message stands in the future', async () => {
    await wrong.messenger.send(toRight, 'What time is it?')
    await right.messenger.send(toWrong, 'Late')
    expect(await right.hear(toWrong, 1)).toEqual(['What time is it?'])
    expect(await wrong.hear(toRight, 1)).toEqual(['Late'])
    for (const [one, conversation] of [
      [wrong, toRight],
      [right, toWrong],
    ] as const) {
      for (const { sentAtMillis } of await one.messages(conversation)) {
        expect(sentAtMillis).toBeLessThanOrEqual(one.clock.now())
      }
    }
    await wrong.sent(toRight, ({ status }) => status === 'delivered')
    await right.sent(toWrong, ({ status }) => status === 'delivered')
  })

  test('changes what they wrote, and so do others, and the last word counts', async () => {
    // All of it is read in one go, and so at one time.
    await right.close()
    const mine = await wrong.messenger.send(toRight, 'Frist')
    await wrong.messenger.edit(toRight, mine.id, 'Frst')
    await wrong.messenger.edit(toRight, mine.id, 'First')
    const [theirs] = (await wrong.messages(toRight)).filter(({ isOwn }) => !isOwn)
    for (const emoji of ['👍', '', '🎉']) {
      await wrong.messenger.react(toRight, theirs?.id ?? '', emoji)
    }
    await wrong.messenger.send(toRight, 'Done')
    await wrong.sent(toRight, ({ status }) => status !== 'queued')
    await right.open()
    await right.hear(toWrong, 3)
    expect(await everythingOf(right, toWrong)).toEqual(await everythingOf(wrong, toRight))

    await wrong.close()
    const other = await right.messenger.send(toWrong, 'Secnd')
    await right.messenger.edit(toWrong, other.id, 'Scond')
    await right.messenger.edit(toWrong, other.id, 'Second')
    for (const emoji of ['👎', '', '👌']) await right.messenger.react(toWrong, mine.id, emoji)
    await right.messenger.send(toWrong, 'Done too')
    await right.sent(toWrong, ({ status }) => status !== 'queued')
    await wrong.open()
    await wrong.hear(toRight, 3)
    expect(await everythingOf(wrong, toRight)).toEqual(await everythingOf(right, toWrong))
    expect((await right.messages(toWrong)).map(({ body }) => body)).toContain('First')
    expect((await wrong.messages(toRight)).map(({ body }) => body)).toContain('Second')
  })

  test('sets how long messages stay, and so does the other, and both mean the same', async () => {
    for (const [one, conversation, seconds] of [
      [right, toWrong, 1000],
      [wrong, toRight, 2000],
      [right, toWrong, 3000],
      [wrong, toRight, 2],
    ] as const) {
      await one.messenger.setTimer(conversation, seconds)
      const [other, theirs] =
        one === right ? ([wrong, toRight] as const) : ([right, toWrong] as const)
      await other.until(
        `the timer of ${seconds}`,
        async () => {
          const found = await other.messenger.conversation(theirs)
          return found?.timerSeconds === seconds || undefined
        },
        8000,
      )
      expect((await one.messenger.conversation(conversation))?.timerSeconds).toBe(seconds)
    }
  })

  test('sees what disappears disappear, not before it was read, and on both sides', async () => {
    for (const [one, conversation, other, theirs] of [
      [right, toWrong, wrong, toRight],
      [wrong, toRight, right, toWrong],
    ] as const) {
      const sent = await one.messenger.send(conversation, 'Burn this')
      const read = (found: Message): boolean => found.id === sent.id && found.timerSeconds === 2
      await other.until('it', async () => (await other.messages(theirs)).some(read) || undefined)
      await one.until('its end', async () => {
        return (await one.messenger.message(conversation, sent.id)) === undefined || undefined
      })
      expect(await other.messenger.message(theirs, sent.id)).toMatchObject({ body: 'Burn this' })
      await other.messenger.markRead(theirs)
      await other.until('its end', async () => {
        return (await other.messenger.message(theirs, sent.id)) === undefined || undefined
      })
    }
  })

  test('invites people who come in time by either clock', async () => {
    await using guest = await stage.person(`guest-${name}`)
    const { link } = await wrong.messenger.invite({ lifeMillis: 3 * day })
    await guest.messenger.acceptInvitation(link)
    await guest.contactOf(wrong, 'contact')
    expect(await wrong.contactOf(guest, 'contact')).not.toBe('')
    const short = await wrong.messenger.invite({ lifeMillis: hour })
    const accepted = guest.messenger.acceptInvitation(short.link)
    if (aheadMillis < 0) {
      await expect(accepted).rejects.toMatchObject({ code: 'invitation-expired' })
    } else {
      expect((await accepted).id).toBe(await guest.contactOf(wrong))
    }
    const late = await right.messenger.invite({ lifeMillis: hour })
    const taken = wrong.messenger.acceptInvitation(late.link)
    if (aheadMillis > 0) {
      await expect(taken).rejects.toMatchObject({ code: 'invitation-expired' })
    } else {
      expect((await taken).id).toBe(toRight)
    }
  })

  test('sets it right, and is still heard, also from a new address', async () => {
    wrong.clock.set(0)
    await wrong.reopen()
    const before = await right.messenger.contact(toWrong)
    await wrong.messenger.renewAddress(toRight)
    await right.until(
      'the new address',
      async () => {
        const now = await right.messenger.contact(toWrong)
        return now?.address !== before?.address || undefined
      },
      8000,
    )
    await wrong.messenger.setTimer(toRight, 0)
    await right.until(
      'no timer',
      async () => {
        return (await right.messenger.conversation(toWrong))?.timerSeconds === 0 || undefined
      },
      8000,
    )
    const { id } = await wrong.messenger.send(toRight, 'Better?')
    await right.until('it', async () => await right.messenger.message(toWrong, id))
    await wrong.messenger.edit(toRight, id, 'Better!')
    await right.messenger.send(toWrong, 'Much')
    await wrong.until('it', async () => (await wrong.read(toRight)).includes('Much') || undefined)
    await right.until('the better text', async () => {
      return (await right.read(toWrong)).includes('Better!') || undefined
    })
    const last = (await right.messages(toWrong)).find((message) => message.id === id)
    expect(Math.abs((last?.sentAtMillis ?? 0) - Date.now())).toBeLessThan(tolerance)
    expect([wrong.failures, right.failures]).toEqual([[], []])
  })
})
