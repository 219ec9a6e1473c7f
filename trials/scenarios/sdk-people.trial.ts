/**
 * @module People who meet over a real relay, on Bun and on Node: strangers, guests, two who write first, two with six
 * digits, one with a new machine, one with a forwarder, and those who are not wanted.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { meet, type SdkPerson, SdkStage } from '#sdk-stage.ts'

describe.each(['bun', 'node'] as const)('over a relay on %s', { timeout: 60_000 }, (runtime) => {
  let stage: SdkStage
  let ann: SdkPerson
  let bob: SdkPerson

  beforeAll(async () => {
    stage = await SdkStage.open(runtime)
    ann = await stage.person('ann', { name: 'Ann' })
    bob = await stage.person('bob', { name: 'Bob' })
    await Promise.all([ann.online(), bob.online()])
  })
  afterAll(async () => await stage[Symbol.asyncDispose]())

  test('two meet by six digits, see the same code, and know each other as verified', async () => {
    const offered = await ann.messenger.offerMeeting()
    expect(offered.digits).toMatch(/^\d{6}$/)
    const joined = await bob.messenger.joinMeeting(offered.digits ?? '')
    const [atAnn, atBob] = await Promise.all([offered.met, joined.met])
    expect(atAnn).toMatchObject({ name: 'Bob', identity: bob.messenger.identity })
    expect(atBob).toMatchObject({ name: 'Ann', identity: ann.messenger.identity })
    expect(atAnn.code).toMatch(/^\d{3} \d{3}$/)
    expect(atBob.code).toBe(atAnn.code)
    await Promise.all([atAnn.confirm(), atBob.confirm()])
    const toBob = await ann.contactOf(bob, 'contact')
    const toAnn = await bob.contactOf(ann, 'contact')
    expect(await ann.messenger.contact(toBob)).toMatchObject({
      verifiedAtMillis: expect.any(Number),
    })
    await Promise.all([ann.messenger.send(toBob, 'Hello'), bob.messenger.send(toAnn, 'Hi')])
    expect(await Promise.all([ann.hear(toBob, 1), bob.hear(toAnn, 1)])).toEqual([['Hi'], ['Hello']])
    await expect(bob.messenger.joinMeeting(offered.digits ?? '')).rejects.toMatchObject({
      code: 'wrong-code',
    })
  })

  test('what was said is still there when both are opened again, and they go on', async () => {
    const [toBob, toAnn] = [await ann.contactOf(bob), await bob.contactOf(ann)]
    const before = [await ann.messages(toBob), await bob.messages(toAnn)]
    await Promise.all([ann.reopen(), bob.reopen()])
    expect((await ann.messages(toBob)).map(({ id, body }) => [id, body])).toEqual(
      before[0]?.map(({ id, body }) => [id, body]),
    )
    expect((await bob.messages(toAnn)).map(({ id, body }) => [id, body])).toEqual(
      before[1]?.map(({ id, body }) => [id, body]),
    )
    await ann.messenger.send(toBob, 'Still here')
    await bob.messenger.send(toAnn, 'So am I')
    expect((await bob.hear(toAnn, 2)).at(-1)).toBe('Still here')
    expect((await ann.hear(toBob, 2)).at(-1)).toBe('So am I')
    await ann.sent(toBob, ({ status }) => status === 'delivered')
  })

  test('a stranger is heard once they are accepted, and one who is declined hears nothing', async () => {
    await using carol = await stage.person('carol', { name: 'Carol' })
    await using mallory = await stage.person('mallory', { name: 'Mallory' })
    const toAnn = await carol.messenger.sendRequest(ann.messenger.address, 'We met in Lisbon')
    const spam = await mallory.messenger.sendRequest(ann.messenger.address, 'Buy this')
    const fromCarol = await ann.contactOf(carol, 'request')
    const fromMallory = await ann.contactOf(mallory, 'request')
    expect(await ann.read(fromCarol)).toEqual(['We met in Lisbon'])
    await expect(ann.messenger.send(fromCarol, 'Yes')).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await ann.messenger.declineRequest(fromMallory)
    await ann.messenger.acceptRequest(fromCarol)
    await carol.contactOf(ann, 'contact')
    await carol.messenger.send(toAnn.id, 'At the river')
    await ann.messenger.send(fromCarol, 'I remember')
    expect(await ann.hear(fromCarol, 2)).toEqual(['We met in Lisbon', 'At the river'])
    expect(await carol.hear(toAnn.id, 1)).toEqual(['I remember'])
    // By now Ann would have told Mallory as well.
    expect(await mallory.messenger.contact(spam.id)).toMatchObject({ state: 'invited' })
    expect(await ann.messenger.contact(fromMallory)).toBeUndefined()
    expect([...carol.failures, ...mallory.failures]).toEqual([])
  })

  test('two strangers who write to each other at the same time read what the other wrote', async () => {
    await using dora = await stage.person('dora', { name: 'Dora' })
    await using emil = await stage.person('emil', { name: 'Emil' })
    await Promise.all([dora.online(), emil.online()])
    const addresses = [dora.messenger.address, emil.messenger.address] as const
    // Their keys are there as soon as they can be asked for.
    const [atDora, atEmil] = await Promise.all([
      writeFirst(dora, addresses[1], 'From Dora'),
      writeFirst(emil, addresses[0], 'From Emil'),
    ])
    await Promise.all([dora.contactOf(emil, 'contact'), emil.contactOf(dora, 'contact')])
    expect(await dora.hear(atDora, 1)).toEqual(['From Emil'])
    expect(await emil.hear(atEmil, 1)).toEqual(['From Dora'])
    await Promise.all([
      ...['d1', 'd2', 'd3'].map((text) => dora.messenger.send(atDora, text)),
      ...['e1', 'e2', 'e3'].map((text) => emil.messenger.send(atEmil, text)),
    ])
    expect(await dora.hear(atDora, 4)).toEqual(['From Emil', 'e1', 'e2', 'e3'])
    expect(await emil.hear(atEmil, 4)).toEqual(['From Dora', 'd1', 'd2', 'd3'])
    expect([...dora.failures, ...emil.failures]).toEqual([])
  })

  test('two who use each other’s invitations at the same time are one contact each', async () => {
    await using finn = await stage.person('finn', { name: 'Finn' })
    await using gerd = await stage.person('gerd', { name: 'Gerd' })
    const [fromFinn, fromGerd] = [
      await finn.messenger.invite({ nickname: 'The other one' }),
      await gerd.messenger.invite(),
    ]
    await Promise.all([
      finn.messenger.acceptInvitation(fromGerd.link),
      gerd.messenger.acceptInvitation(fromFinn.link),
    ])
    const [atFinn, atGerd] = await Promise.all([
      finn.contactOf(gerd, 'contact'),
      gerd.contactOf(finn, 'contact'),
    ])
    await Promise.all([finn.messenger.send(atFinn, 'F'), gerd.messenger.send(atGerd, 'G')])
    expect(await Promise.all([finn.hear(atFinn, 1), gerd.hear(atGerd, 1)])).toEqual([['G'], ['F']])
    expect(await finn.messenger.contacts()).toMatchObject([{ name: 'Gerd' }])
    expect(await gerd.messenger.contacts()).toMatchObject([{ name: 'Finn' }])
    expect([...finn.failures, ...gerd.failures]).toEqual([])
  })

  test('an invitation that was revoked leads nowhere, and who is blocked is not heard', async () => {
    await using hugo = await stage.person('hugo', { name: 'Hugo' })
    const revoked = await ann.messenger.invite()
    await ann.messenger.revokeInvitation(revoked.id)
    const nowhere = await hugo.messenger.acceptInvitation(revoked.link)
    const { link } = await bob.messenger.invite({ nickname: 'Loud one' })
    const toBob = await hugo.messenger.acceptInvitation(link)
    const toHugo = await bob.contactOf(hugo, 'contact')
    await hugo.contactOf(bob, 'contact')
    expect(await bob.messenger.contact(toHugo)).toMatchObject({ nickname: 'Loud one' })
    await bob.messenger.block(toHugo)
    await hugo.messenger.send(toBob.id, 'Listen')
    // Hugo hears what everybody hears.
    await hugo.sent(toBob.id, ({ status }) => status === 'accepted')
    await expect(bob.messenger.send(toHugo, 'No')).rejects.toMatchObject({ code: 'blocked' })
    await bob.messenger.unblock(toHugo)
    await hugo.until('the new address', async () => {
      const [address] = [(await hugo.messenger.contact(toBob.id))?.address]
      return address === toBob.address ? undefined : address
    })
    await hugo.messenger.send(toBob.id, 'Friends again')
    expect(await bob.hear(toHugo, 1)).toEqual(['Friends again'])
    expect((await hugo.messenger.contact(nowhere.id))?.state).toBe('invited')
    const known = await ann.messenger.contacts()
    expect(known.some(({ identity }) => identity === hugo.messenger.identity)).toBe(false)
    expect(hugo.failures).toEqual([])
  })

  test('who has lost everything but the phrase is found again under the same address', async () => {
    await using ida = await stage.person('ida', { name: 'Ida' })
    const [toBob, toIda] = await meet(ida, bob)
    const { address } = ida.messenger
    await bob.messenger.send(toIda, 'Before')
    expect(await ida.hear(toBob, 1)).toEqual(['Before'])
    await ida.anotherMachine()
    expect(ida.messenger.address).toBe(address)
    expect(await ida.messenger.contacts()).toEqual([])
    await ida.online()
    const again = await writeFirst(ida, bob.messenger.address, 'My telephone fell into the sea')
    await ida.contactOf(bob, 'contact')
    expect(await bob.hear(toIda, 1)).toEqual(['My telephone fell into the sea'])
    await bob.messenger.send(toIda, 'After')
    expect(await ida.hear(again, 1)).toEqual(['After'])
    await ida.messenger.send(again, 'Thanks')
    expect((await bob.hear(toIda, 2)).at(-1)).toBe('Thanks')
    expect(ida.failures).toEqual([])
  })

  test('who sends through a forwarder is read like everybody, and hears like everybody', async () => {
    await using jana = await stage.person('jana', { forwarder: await stage.forwarder() })
    const [toBob, toJana] = await meet(jana, bob)
    for (let i = 0; i < 10; i++) await jana.messenger.send(toBob, `j${i}`)
    await bob.messenger.send(toJana, 'Heard')
    expect(await bob.hear(toJana, 10)).toEqual(Array.from({ length: 10 }, (_, i) => `j${i}`))
    expect(await jana.hear(toBob, 1)).toEqual(['Heard'])
    expect(jana.failures).toEqual([])
  })

  test('nothing that should not happen has happened to those who were in all of this', () => {
    expect([ann.failures, bob.failures]).toEqual([[], []])
  })
})

/** Keys are published soon after the login, and nothing says when. */
async function writeFirst(person: SdkPerson, address: string, text: string): Promise<string> {
  const deadline = performance.now() + 20_000
  for (;;) {
    try {
      return (await person.messenger.sendRequest(address, text)).id
    } catch (error) {
      const isEarly = error instanceof Error && 'code' in error && error.code === 'no-keys'
      if (!isEarly || performance.now() > deadline) throw error
    }
  }
}
