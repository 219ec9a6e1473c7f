import { describe, expect, test } from 'vitest'
import { identityOf } from '#door/mobium/client-for-tests.ts'
import { key, keys, openKeys } from '#door/mobium/keys/keys-for-tests.ts'

const bundle = new Uint8Array(1000).fill(0xb1)

/** As the live door's meter: so many for each device. */
function budget(count: number) {
  const asked = new Map<string, number>()
  return (mailbox: string): boolean => {
    const before = asked.get(mailbox) ?? 0
    asked.set(mailbox, before + 1)
    return before < count
  }
}

describe('Keys that are handed out at another door', () => {
  test('come from the same pools as at this one, and from the same allowance', async () => {
    const { ask, enter, events, keys: opened } = openKeys({ meter: budget(3) })
    const ann = await enter({ identity: 1, device: 3 })
    await ask(ann, { type: 'publish_keys', bundle, one_time: keys(9), kem_one_time: keys(1, 100) })
    const overLogin = async () => {
      await ask(ann, { type: 'get_key_bundle', target_pubkey: ann.identity, device: 3 })
      return ann.sent.at(-1)
    }
    expect(await opened.handOut(ann.identity, 3)).toEqual({
      bundle,
      oneTime: key(1),
      kemOneTime: key(100),
      isMetered: false,
    })
    expect(await overLogin()).toMatchObject({ one_time: key(2), metered: false })
    expect(await opened.handOut(ann.identity, 3)).toEqual({
      bundle,
      oneTime: key(3),
      kemOneTime: undefined,
      isMetered: false,
    })
    expect(await overLogin()).toMatchObject({ bundle, metered: true })
    expect(await opened.handOut(ann.identity, 3)).toEqual({
      bundle,
      oneTime: undefined,
      kemOneTime: undefined,
      isMetered: true,
    })
    expect(events).toEqual(['with-one-time', 'without', 'without', 'metered', 'metered'])
  })

  test('are nothing where nobody published any', async () => {
    const { enter, events, keys: opened } = openKeys()
    const ann = await enter({ identity: 1 })
    expect(await opened.handOut(ann.identity, 1)).toBeUndefined()
    expect(await opened.handOut(identityOf(9), 1)).toBeUndefined()
    expect(events).toEqual([])
  })
})
