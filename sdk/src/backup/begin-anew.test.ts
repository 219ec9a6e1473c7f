import { describe, expect, test } from 'vitest'
import {
  backupPassphrase,
  gather,
  inPieces,
  newDeps,
  openIn,
  passphrase,
} from '#backup/backups-for-tests.ts'
import { exportBackup } from '#backup/export-backup.ts'
import { importBackup } from '#backup/import-backup.ts'
import { contacts, peers } from '#contacts/contact.ts'
import type { Messenger } from '#messenger.ts'
import type { Profile } from '#profile/profile.ts'
import { createProfile } from '#profile/profiles.ts'
import { restored } from '#profile/restored.ts'
import { deviceOf, remoteAddress } from '#sessions/device.ts'
import { isReadyToSend } from '#sessions/stored-session.ts'
import { State } from '#state/state.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'
import { type Person, World } from '#world-for-tests.ts'

const second = 1000
const day = 24 * 60 * 60 * second

interface Story {
  readonly world: World
  readonly bob: Person
  readonly toAnn: string
  readonly profile: Profile
  readonly phrase: string
  readonly ann: Messenger
  readonly toBob: string
}

/** Ann has a real profile, Bob is anybody; they have met. */
async function begin(): Promise<Story> {
  const world = new World()
  const bob = await world.person('Bob')
  const { profile, phrase } = await createProfile(newDeps('ann', world.clock), openMemoryShelf(), {
    name: 'ann',
    passphrase,
  })
  const ann = await openIn(world, profile)
  await world.settle()
  const { link } = await bob.messenger.invite()
  const { id: toBob } = await ann.acceptInvitation(link)
  await world.settle()
  const identity = profile.identity.ed25519PublicKey.toHex()
  const toAnn = (await bob.messenger.contacts()).find((each) => each.identity === identity)?.id
  return { world, bob, toAnn: toAnn ?? '', profile, phrase, ann, toBob }
}

function backupOf({ world, profile }: Story): Promise<Uint8Array> {
  return gather(exportBackup(newDeps('export', world.clock), profile, backupPassphrase))
}

async function restore(
  { world, phrase }: Story,
  bytes: Uint8Array,
): Promise<{ readonly profile: Profile; readonly ann: Messenger }> {
  const profile = await importBackup(newDeps('import', world.clock), openMemoryShelf(), {
    name: 'ann-again',
    passphrase,
    phrase,
    backup: inPieces(bytes),
    backupPassphrase,
  })
  const ann = await openIn(world, profile)
  await world.pass(60 * second)
  return { profile, ann }
}

const textsOf = async (messenger: Messenger, conversation: string): Promise<readonly string[]> =>
  (await messenger.history(conversation, { limit: 1000 }))
    .filter(({ kind }) => kind === 'text')
    .map(({ body }) => body)

/** Where somebody reads what others write. */
async function addressesOf(world: World, person: Person): Promise<ReadonlySet<string>> {
  const rows = await person.records.list('reading-key', { limit: 99 })
  return new Set(
    rows.map(({ value }) => {
      const { key } = JSON.parse(new TextDecoder().decode(value)) as { readonly key: string }
      return world.relay.addressOf(Uint8Array.fromHex(key))
    }),
  )
}

describe('one who has put back a backup', () => {
  test('has the history, and goes on talking to those who know nothing of it', async () => {
    const story = await begin()
    const { world, bob, toAnn, toBob } = story
    await story.ann.send(toBob, 'Before')
    await world.pass(30 * second)
    const bytes = await backupOf(story)
    await story.ann.close()
    const { ann } = await restore(story, bytes)
    expect(await textsOf(ann, toBob)).toEqual(['Before'])
    await ann.send(toBob, 'Here again')
    await world.settle()
    await bob.messenger.send(toAnn, 'So I see')
    await world.pass(30 * second)
    expect(await textsOf(ann, toBob)).toEqual(['Before', 'Here again', 'So I see'])
    expect(await bob.texts(toAnn)).toEqual(['Before', 'Here again', 'So I see'])
    expect(world.failures).toEqual([])
  })

  test('reads what was on its way, in the sessions of before', async () => {
    const story = await begin()
    const { world, bob, toAnn, toBob } = story
    await story.ann.send(toBob, 'Before')
    await world.settle()
    await bob.messenger.send(toAnn, 'Seen')
    await world.pass(30 * second)
    const bytes = await backupOf(story)
    await story.ann.close()
    await bob.messenger.send(toAnn, 'Are you there?')
    await world.settle()
    const { ann } = await restore(story, bytes)
    const history = await ann.history(toBob)
    expect(history.filter(({ kind }) => kind === 'lost')).toEqual([])
    expect(await textsOf(ann, toBob)).toEqual(['Before', 'Seen', 'Are you there?'])
  })

  test('is told again what an older backup cannot read', async () => {
    const story = await begin()
    const { world, bob, toAnn, toBob } = story
    const bytes = await backupOf(story)
    for (const text of ['1', '2', '3']) {
      await story.ann.send(toBob, `Ann ${text}`)
      await world.settle()
      await bob.messenger.send(toAnn, `Bob ${text}`)
      await world.pass(30 * second)
    }
    await story.ann.close()
    await bob.messenger.send(toAnn, 'Said while she was away')
    await world.settle()
    const { ann } = await restore(story, bytes)
    await world.pass(6 * 60 * second)
    expect(await textsOf(ann, toBob)).toContain('Said while she was away')
    await ann.send(toBob, 'And now')
    await world.settle()
    expect((await bob.texts(toAnn)).at(-1)).toBe('And now')
    expect(world.failures).toEqual([])
  })

  test('uses no key of a ratchet that somebody else may use too', async () => {
    const story = await begin()
    const { world, bob, toAnn, toBob } = story
    await story.ann.send(toBob, 'Before')
    await world.settle()
    await bob.messenger.send(toAnn, 'Seen')
    await world.pass(30 * second)
    const bytes = await backupOf(story)
    const keys = world.relay.keysOf(bob.identity)
    const left = keys.oneTime.length
    await story.ann.send(toBob, 'From the old machine')
    await world.settle()
    await story.ann.close()
    const { ann } = await restore(story, bytes)
    // A new session was begun, with keys that were fetched for it.
    expect(world.relay.keysOf(bob.identity).oneTime.length).toBeLessThan(left)
    await ann.send(toBob, 'From the new one')
    await world.settle()
    expect(await bob.texts(toAnn)).toEqual([
      'Before',
      'Seen',
      'From the old machine',
      'From the new one',
    ])
  })

  test('has published other keys, so that strangers begin with what only this machine has', async () => {
    const story = await begin()
    const { world, profile } = story
    const before = world.relay.keysOf(profile.identity)
    const [bundle, oneTime] = [before.bundle, before.oneTime.map((each) => each.toHex())]
    const bytes = await backupOf(story)
    await story.ann.close()
    const again = await restore(story, bytes)
    const after = world.relay.keysOf(profile.identity)
    expect(after.bundle).not.toEqual(bundle)
    expect(after.oneTime.length).toBeGreaterThan(90)
    expect(
      after.oneTime.map((each) => each.toHex()).filter((key) => oneTime.includes(key)),
    ).toEqual([])
    const signed = await again.profile.records.list('signed-prekey', { limit: 9 })
    expect(signed).toHaveLength(2)
    const carol = await world.person('Carol')
    await carol.messenger.sendRequest(again.ann.address, 'Hello from Carol')
    await world.pass(30 * second)
    const stranger = (await again.ann.contacts()).find(({ state }) => state === 'request')
    expect(stranger?.name).toBe('Carol')
  })

  test('does all of that once', async () => {
    const story = await begin()
    const bytes = await backupOf(story)
    await story.ann.close()
    const { profile, ann } = await restore(story, bytes)
    expect(await restored.get(profile.records)).toBeUndefined()
    await ann.close()
    const seen = story.world.relay.seen.length
    const again = await openIn(story.world, profile)
    await story.world.pass(30 * second)
    expect(story.world.relay.seen).toHaveLength(seen)
    expect(await again.contact(story.toBob)).toMatchObject({ state: 'contact' })
  })

  test('sends what waited, once, and tells nothing to who is blocked or has only asked', async () => {
    const story = await begin()
    const { world, bob, toAnn, toBob } = story
    const carol = await world.person('Carol')
    await carol.messenger.sendRequest(story.ann.address, 'Hello')
    await world.pass(30 * second)
    const dave = await world.person('Dave')
    const { link } = await dave.messenger.invite()
    const { id: toDave } = await story.ann.acceptInvitation(link)
    await world.pass(30 * second)
    await story.ann.block(toDave)
    await story.ann.close()
    const offline = await openIn(world, story.profile, false)
    await offline.send(toBob, 'Waiting')
    await world.settle()
    const bytes = await backupOf(story)
    await offline.close()
    const seen = world.relay.seen.length
    const { ann } = await restore(story, bytes)
    await world.pass(day)
    expect((await bob.texts(toAnn)).filter((text) => text === 'Waiting')).toHaveLength(1)
    expect(await bob.messenger.contact(toAnn)).toMatchObject({ state: 'contact' })
    const told = new Set(world.relay.seen.slice(seen).map(({ address }) => address))
    expect(told.intersection(await addressesOf(world, bob)).size).toBe(1)
    expect(told.intersection(await addressesOf(world, carol)).size).toBe(0)
    expect(told.intersection(await addressesOf(world, dave)).size).toBe(0)
    expect((await ann.contacts()).map(({ state }) => state)).toHaveLength(3)
  })

  test('goes on in no session with members of channels who are no contacts', async () => {
    const story = await begin()
    const { world, profile, toBob, bob } = story
    const contact = await story.ann.contact(toBob)
    if (contact === undefined) throw new Error('there is one')
    await story.ann.close()
    const state = new State(profile.records)
    await state.change(async (work) => {
      contacts.delete(work, toBob)
      peers.put(work, toBob, { ...contact, state: 'peer' })
    })
    const isReady = ({ records, identity, registrationId }: Profile): Promise<boolean> => {
      const hide = (text: string): string => records.keyedName(text)
      const device = deviceOf({ ...newDeps('x', world.clock), hide }, identity, registrationId)
      return isReadyToSend(records, device, remoteAddress(contact.identity))
    }
    expect(await isReady(profile)).toBe(true)
    const again = await restore(story, await backupOf(story))
    expect(await isReady(again.profile)).toBe(false)
    expect(await again.profile.records.list('session', { limit: 9 })).toHaveLength(1)
    expect(contact.identity).toBe(bob.identity.ed25519PublicKey.toHex())
  })
})
