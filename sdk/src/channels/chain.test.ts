import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Identity } from '@sotto/signal'
import { alice, bob, mallory, person } from '#cards/people-for-tests.ts'
import {
  applyRecord,
  type ChainState,
  grantGraceMillis,
  memberOf,
  type Role,
  showsAnother,
} from '#channels/chain.ts'
import { Chain, dayMillis, joining, nameOf, random } from '#channels/chains-for-tests.ts'
import type { Later } from '#channels/record.ts'

const carol = person(4)

const key = (whom: Identity): Uint8Array => whom.ed25519PublicKey
const roleOf = (state: ChainState, whom: Identity): Role | undefined =>
  memberOf(state, nameOf(whom))?.role
const membersOf = ({ members }: ChainState): readonly string[] => Object.keys(members).toSorted()

function withBob(): Chain {
  const chain = new Chain(alice)
  expect(chain.join(bob)).toBeUndefined()
  return chain
}

describe('a chain', () => {
  test('begins with whoever made it as its admin', () => {
    const { state, channel } = new Chain(alice)
    expect(state).toMatchObject({ channel, number: 1, epoch: 1, name: 'Plants', timerSeconds: 0 })
    expect(state.members).toMatchObject({ [nameOf(alice)]: { role: 'admin', name: 'Creator' } })
  })

  test('begins with nothing else, and once', () => {
    const chain = new Chain(alice)
    const { record } = chain.make(alice, { type: 'revoke' })
    expect(applyRecord(undefined, record)).toEqual({ kind: 'refused', reason: 'not-first' })
    const [first] = new Chain(bob).written
    if (first === undefined) throw new Error('No first record')
    expect(applyRecord(chain.state, first.record)).toMatchObject({ reason: 'not-first' })
  })

  test('goes on with the next number and the hash of the last record only', () => {
    const chain = withBob()
    const [first] = chain.written
    const before = chain.state
    for (const place of [{ number: 2 }, { number: 4 }, { previous: first?.record.hash ?? '' }]) {
      expect(chain.refusalOf(alice, { type: 'revoke' }, place)).toBe('does-not-follow')
    }
    expect(chain.state).toBe(before)
    expect(chain.refusalOf(alice, { type: 'revoke' })).toBeUndefined()
    expect(chain.state.number).toBe(3)
  })

  test('takes no record of another chain, wherever it would stand', () => {
    const [one, other] = [new Chain(alice), new Chain(alice)]
    const { record } = other.make(alice, { type: 'revoke' })
    expect(applyRecord(one.state, record)).toMatchObject({ kind: 'refused' })
  })

  test('changes nothing that was there: a state is left as it is', () => {
    const chain = withBob()
    const [before, copy] = [chain.state, structuredClone(chain.state)]
    chain.append(alice, { type: 'remove', member: key(bob) })
    chain.append(alice, { type: 'name', name: 'Trees' })
    expect(before).toEqual(copy)
  })
})

describe('coming in', () => {
  test('takes a grant of an admin', () => {
    const chain = new Chain(alice)
    expect(chain.refusalOf(mallory, joining(undefined))).toBe('no-grant')
    expect(chain.join(mallory, chain.grant(mallory))).toBe('no-grant')
    expect(chain.join(bob)).toBeUndefined()
    // A member is no admin.
    expect(chain.join(carol, chain.grant(bob))).toBe('no-grant')
    expect(roleOf(chain.state, bob)).toBe('member')
    expect(membersOf(chain.state)).toEqual([nameOf(alice), nameOf(bob)].toSorted())
  })

  test('takes one for this channel, and signed', () => {
    const chain = new Chain(alice)
    expect(chain.join(bob, chain.grant(alice, { channel: '11'.repeat(32) }))).toBe('no-grant')
    expect(chain.join(bob, random(200))).toBe('no-grant')
    const forged = Uint8Array.from(chain.grant())
    forged[20] = (forged[20] ?? 0) ^ 1
    expect(chain.join(bob, forged)).toBe('no-grant')
  })

  test('works as often as the grant says, whoever comes', () => {
    const chain = new Chain(alice)
    const grant = chain.grant(alice, { uses: 2 })
    expect([4, 5, 6, 7].map((number) => chain.join(person(number), grant))).toEqual([
      undefined,
      undefined,
      'grant-used',
      'grant-used',
    ])
    // Who has left has used it all the same.
    chain.append(person(4), { type: 'leave' })
    expect(chain.join(person(4), grant)).toBe('grant-used')
  })

  test('ends a day behind the end of the grant, by the record or by the newest record of an admin', () => {
    const chain = new Chain(alice)
    const expiresAtMillis = chain.nowMillis + dayMillis
    const grant = chain.grant(alice, { uses: 9, expiresAtMillis })
    const last = expiresAtMillis + grantGraceMillis - 1
    const joinAt = (whom: Identity, atMillis: number): string | undefined =>
      chain.refusalOf(whom, joining(grant), { atMillis })
    expect(joinAt(person(4), last)).toBeUndefined()
    expect(joinAt(person(5), last + 1)).toBe('grant-over')
    // What a member says of the time does not end what an admin has granted.
    chain.refusalOf(person(4), joining(undefined), { atMillis: last + dayMillis })
    expect(joinAt(person(6), chain.nowMillis)).toBeUndefined()
    chain.append(alice, { type: 'name', name: 'Later' }, { atMillis: last + 1 })
    expect(joinAt(person(7), chain.nowMillis)).toBe('grant-over')
  })

  test('ends when the grant is revoked, when its author is no admin, and never by a number to come', () => {
    const chain = withBob()
    chain.append(alice, { type: 'role', member: key(bob), role: 'admin' })
    const [ofAlice, ofBob] = [chain.grant(), chain.grant(bob)]
    const immune = chain.grant(bob, { number: 1_000_000 })
    expect(chain.join(carol, immune)).toBe('no-grant')
    chain.append(alice, { type: 'revoke' })
    expect(chain.join(carol, ofAlice)).toBe('grant-revoked')
    expect(chain.join(carol, ofBob)).toBe('grant-revoked')
    const fresh = chain.grant(bob)
    chain.append(alice, { type: 'role', member: key(bob), role: 'member' })
    expect(chain.join(carol, fresh)).toBe('no-grant')
    expect(chain.join(carol, chain.grant())).toBeUndefined()
  })

  test('is not for whom an admin has removed, until an admin lets them back', () => {
    const chain = withBob()
    chain.append(alice, { type: 'remove', member: key(bob) })
    expect(chain.join(bob)).toBe('was-removed')
    const back: Later = { type: 'add', member: key(bob), role: 'member' }
    expect(chain.refusalOf(bob, back)).toBe('not-a-member')
    expect(chain.refusalOf(alice, back)).toBeUndefined()
    expect(memberOf(chain.state, nameOf(bob))).toEqual({ role: 'member', since: 4 })
    // A member says where they read without a grant.
    expect(chain.refusalOf(bob, joining(undefined))).toBeUndefined()
    expect(memberOf(chain.state, nameOf(bob))).toMatchObject({ since: 4, role: 'member' })
    expect(memberOf(chain.state, nameOf(bob))?.address).toHaveLength(64)
  })

  test('is for whom has left of their own accord', () => {
    const chain = withBob()
    chain.append(bob, { type: 'leave' })
    expect(chain.join(bob)).toBeUndefined()
    expect(chain.state.former).toEqual({})
  })

  test('ends at five hundred', () => {
    const chain = new Chain(alice)
    const crowd: ChainState = {
      ...chain.state,
      members: Object.fromEntries([
        ...Object.entries(chain.state.members),
        ...Array.from({ length: 499 }, (_, i) => [`${i}`, { role: 'member', since: 1 }] as const),
      ]),
    }
    chain.state = crowd
    expect(chain.join(bob)).toBe('full')
    expect(chain.refusalOf(alice, { type: 'add', member: key(bob), role: 'member' })).toBe('full')
  })
})

describe('what only admins may', () => {
  const deeds: readonly (readonly [string, Later])[] = [
    ['add', { type: 'add', member: key(carol), role: 'member' }],
    ['remove', { type: 'remove', member: key(alice) }],
    ['give roles', { type: 'role', member: key(bob), role: 'admin' }],
    ['name', { type: 'name', name: 'Trees' }],
    ['set the timer', { type: 'timer', seconds: 60 }],
    ['revoke', { type: 'revoke' }],
  ]
  test.each(deeds)('%s', (_, deed) => {
    const chain = withBob()
    expect(chain.refusalOf(bob, deed)).toBe('not-an-admin')
    expect(chain.refusalOf(mallory, deed)).toBe('not-a-member')
    chain.append(alice, { type: 'remove', member: key(bob) })
    expect(chain.refusalOf(bob, deed)).toBe('not-a-member')
  })

  test('is done, and seen in the state', () => {
    const chain = withBob()
    chain.append(alice, { type: 'name', name: 'Trees', picture: Uint8Array.of(1) })
    chain.append(alice, { type: 'timer', seconds: 60 })
    chain.append(alice, { type: 'role', member: key(bob), role: 'admin' })
    chain.append(bob, { type: 'add', member: key(carol), role: 'admin' })
    expect(chain.state).toMatchObject({ name: 'Trees', picture: '01', timerSeconds: 60, epoch: 1 })
    expect([bob, carol].map((whom) => roleOf(chain.state, whom))).toEqual(['admin', 'admin'])
    chain.append(carol, { type: 'remove', member: key(alice) })
    expect(chain.state).toMatchObject({ epoch: 7, former: { [nameOf(alice)]: { until: 7 } } })
  })

  test('is refused about whom it cannot be', () => {
    const chain = withBob()
    const refusals = [
      chain.refusalOf(alice, { type: 'add', member: key(bob), role: 'member' }),
      chain.refusalOf(alice, { type: 'remove', member: key(carol) }),
      chain.refusalOf(alice, { type: 'remove', member: key(alice) }),
      chain.refusalOf(alice, { type: 'role', member: key(carol), role: 'admin' }),
      chain.refusalOf(alice, { type: 'role', member: key(bob), role: 'member' }),
    ]
    expect(refusals).toEqual([
      'is-a-member',
      'no-such-member',
      'is-self',
      'no-such-member',
      'changes-nothing',
    ])
  })
})

describe('the last admin', () => {
  test('stays one as long as somebody else is there', () => {
    const chain = withBob()
    expect(chain.refusalOf(alice, { type: 'leave' })).toBe('last-admin')
    expect(chain.refusalOf(alice, { type: 'role', member: key(alice), role: 'member' })).toBe(
      'last-admin',
    )
    chain.append(alice, { type: 'role', member: key(bob), role: 'admin' })
    expect(chain.refusalOf(alice, { type: 'leave' })).toBeUndefined()
    expect(membersOf(chain.state)).toEqual([nameOf(bob)])
  })

  test('may go when nobody is left', () => {
    const chain = new Chain(alice)
    expect(chain.refusalOf(alice, { type: 'leave' })).toBeUndefined()
    expect(membersOf(chain.state)).toEqual([])
    expect(chain.refusalOf(alice, { type: 'revoke' })).toBe('not-a-member')
  })
})

describe('another chain', () => {
  test('shows when a member has signed what does not follow', () => {
    const chain = withBob()
    const [, second] = chain.written
    const { record } = chain.make(alice, { type: 'revoke' }, { number: 2 })
    expect(showsAnother(chain.state, record, second?.record.hash)).toBe(true)
    const ahead = chain.make(alice, { type: 'revoke' }, { number: 9, previous: '00'.repeat(32) })
    expect(showsAnother(chain.state, ahead.record, undefined)).toBe(true)
    const guest = chain.make(carol, joining(chain.grant()), { number: 9 })
    expect(showsAnother(chain.state, guest.record, undefined)).toBe(true)
  })

  test('does not show in what is known, or what a stranger has signed', () => {
    const chain = withBob()
    const [, second] = chain.written
    if (second === undefined) throw new Error('Nobody has joined')
    expect(showsAnother(chain.state, second.record, second.record.hash)).toBe(false)
    const { record } = chain.make(mallory, { type: 'revoke' }, { number: 2 })
    expect(showsAnother(chain.state, record, second.record.hash)).toBe(false)
    const stranger = chain.make(mallory, joining(chain.grant(mallory)), { number: 2 })
    expect(showsAnother(chain.state, stranger.record, second.record.hash)).toBe(false)
  })
})

// ------------------------------------------------------------------------------ anything that anybody can do

const people = [1, 2, 3, 4, 5].map(person)
const whoever = fc.nat(people.length - 1)

type Deed =
  | { readonly kind: 'grant'; readonly by: number; readonly uses: number }
  | { readonly kind: 'join'; readonly who: number; readonly grant: number }
  | { readonly kind: 'record'; readonly by: number; readonly about: number; readonly what: number }

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant('grant' as const),
    by: whoever,
    uses: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ kind: fc.constant('join' as const), who: whoever, grant: fc.nat(9) }),
  fc.record({ kind: fc.constant('record' as const), by: whoever, about: whoever, what: fc.nat(6) }),
)

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length]
  if (item === undefined) throw new RangeError('Nothing is there')
  return item
}

function recordOf(what: number, about: Identity): Later {
  const member = key(about)
  const all: readonly Later[] = [
    { type: 'add', member, role: 'member' },
    { type: 'add', member, role: 'admin' },
    { type: 'remove', member },
    { type: 'role', member, role: 'admin' },
    { type: 'role', member, role: 'member' },
    { type: 'leave' },
    { type: 'revoke' },
  ]
  return at(all, what)
}

/** A chain in which anybody tries anything; and, told apart from it, who was an admin when. */
function play(deeds: readonly Deed[]): Chain {
  const chain = new Chain(at(people, 0))
  const grants: { readonly bytes: Uint8Array; readonly by: Identity }[] = []
  for (const each of deeds) {
    const before = chain.state
    if (each.kind === 'grant') {
      const by = at(people, each.by)
      grants.push({ bytes: chain.grant(by, { uses: each.uses }), by })
      continue
    }
    const author = at(people, each.kind === 'join' ? each.who : each.by)
    const grant = each.kind === 'join' && grants.length > 0 ? at(grants, each.grant) : undefined
    const later =
      each.kind === 'join' ? joining(grant?.bytes) : recordOf(each.what, at(people, each.about))
    const isTaken = chain.append(author, later).kind === 'applied'
    expectReasons({ before, after: chain.state, isTaken, later, author, granter: grant?.by })
  }
  return chain
}

function expectReasons(step: {
  readonly before: ChainState
  readonly after: ChainState
  readonly isTaken: boolean
  readonly later: Later
  readonly author: Identity
  readonly granter: Identity | undefined
}): void {
  const { before, after, isTaken, later, author, granter } = step
  if (!isTaken) expect(after).toBe(before)
  const isByAdmin = roleOf(before, author) === 'admin'
  for (const whom of people) {
    const [was, is] = [roleOf(before, whom), roleOf(after, whom)]
    if (was === is) continue
    const isSelf = whom === author
    const isLetIn =
      later.type === 'join' &&
      isSelf &&
      granter !== undefined &&
      roleOf(before, granter) === 'admin'
    const mayCome = isLetIn ? is === 'member' : isByAdmin
    if (was === undefined) expect(mayCome).toBe(true)
    else if (is === undefined) expect(isByAdmin || (isSelf && later.type === 'leave')).toBe(true)
    else expect(isByAdmin).toBe(true)
  }
  const roles = Object.values(after.members).map(({ role }) => role)
  if (roles.length > 0) expect(roles).toContain('admin')
}

test('nobody gets in, up, down or out without whom may sign it', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 30 }), (deeds) => void play(deeds)),
    { numRuns: 100 },
  )
})

test('everybody who has the same records comes to the same state', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 20 }), (deeds) => {
      const { written, state } = play(deeds)
      let again: ChainState | undefined
      for (const { record } of written) {
        const applied = applyRecord(again, record)
        if (applied.kind === 'refused') throw new Error(applied.reason)
        again = applied.state
      }
      expect(again).toEqual(state)
    }),
    { numRuns: 50 },
  )
})

test('a record that is left out, moved or put in twice is noticed at once', () => {
  const order = fc.array(deed, { minLength: 10, maxLength: 30 })
  fc.assert(
    fc.property(order, fc.nat(), fc.nat(), fc.nat(2), (deeds, one, other, how) => {
      const { written } = play(deeds)
      const records = written.map(({ record }) => record)
      const [from, to] = [one % records.length, other % records.length]
      const changed = [...records]
      const [moved] = changed.splice(from, 1)
      if (moved === undefined) return
      if (how === 1) changed.splice(to, 0, moved)
      if (how === 2) changed.splice(from, 0, moved, moved)
      const differs = changed.findIndex((record, i) => record !== records[i])
      // Nothing, or only the end was taken: that is what a message's own number shows.
      if (differs === -1) return
      let state: ChainState | undefined
      for (const record of changed.slice(0, differs)) {
        const applied = applyRecord(state, record)
        if (applied.kind === 'applied') state = applied.state
      }
      for (const record of changed.slice(differs)) {
        const applied = applyRecord(state, record)
        if (applied.kind === 'refused') return
        state = applied.state
        expect(records).toContain(record)
      }
      throw new Error('A changed list of records went through')
    }),
    { numRuns: 200 },
  )
})
