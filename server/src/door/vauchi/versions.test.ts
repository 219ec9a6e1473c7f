import { describe, expect, test } from 'vitest'
import { OpenDoor } from '#door/vauchi/door-for-tests.ts'
import type { Call, Route } from '#door/route.ts'
import { openMemoryStore } from '#store/memory/open.ts'

const day = 86_400_000

const health = (door: OpenDoor, version?: string) =>
  door.ask('/v2/health', {
    headers: version === undefined ? {} : { 'x-app-compat-version': version },
  })

const policyHeaders = ({ headers }: { readonly headers: Headers }) => [
  headers.get('x-min-version'),
  headers.get('x-warn-version'),
  headers.get('x-upgrade-deadline'),
]

describe('The oldest version that is let in', () => {
  test('vauchi 79: lets everybody in while there is none, and says so', async () => {
    await using door = await OpenDoor.open()
    const answer = await health(door)
    expect([answer.status, ...policyHeaders(answer)]).toEqual([200, '0', '0', null])
  })

  test('vauchi 80: lets older clients in for a while, and then asks them to be newer', async () => {
    await using door = await OpenDoor.open({ version: { minimum: 5, warn: 7 } })
    const deadline = String((door.nowMillis + 14 * day) / 1000)
    const current = await health(door, '5')
    expect([current.status, ...policyHeaders(current)]).toEqual([200, '5', '7', null])
    const older = await health(door, '4')
    expect([older.status, ...policyHeaders(older)]).toEqual([200, '5', '7', deadline])
    door.nowMillis += 14 * day - 1
    expect((await health(door, '4')).status).toBe(200)
    door.nowMillis += 1
    const refused = await health(door, '4')
    expect([refused.status, refused.body, ...policyHeaders(refused)]).toEqual([
      426,
      { status: 'error', error: 'upgrade_required', min_version: 5 },
      null,
      null,
      null,
    ])
    expect(refused.headers.get('cache-control')).toBe('no-store')
    expect((await health(door, '5')).status).toBe(200)
    const posted = await door.post('/v2/send', {}, { 'x-app-compat-version': '4' })
    expect(posted.status).toBe(426)
    expect((await door.post('/v2/send', {}, { 'x-app-compat-version': '5' })).status).toBe(400)
  })

  test.each(['abc', '70000', '-5', '5.5', '', ' ', '0x9', '9e1'])(
    'vauchi 81: a version %j, or none, is 0',
    async (version) => {
      await using door = await OpenDoor.open({
        version: { minimum: 1, warn: 1, changedAtMillis: 0 },
      })
      expect((await health(door, version)).status).toBe(426)
      expect((await health(door)).status).toBe(426)
      expect((await health(door, '65535')).status).toBe(200)
    },
  )

  test('vauchi 82: a restart does not begin the while again, another minimum does', async () => {
    const store = openMemoryStore()
    const deadlineOf = async (minimum: number, millisLater: number) => {
      await using door = await OpenDoor.open({ store, version: { minimum, warn: minimum } })
      door.nowMillis += millisLater
      return (await health(door, '1')).headers.get('x-upgrade-deadline')
    }
    const first = await deadlineOf(5, 0)
    expect(first).not.toBeNull()
    expect(await deadlineOf(5, 3 * day)).toBe(first)
    expect(await store.milestones.since('oldest-app-version', 5, 1)).toBeGreaterThan(1)
    expect(await store.milestones.since('oldest-app-version', 6, 1)).toBe(1)
  })

  test('inside a seal the version is a member of the request, and who says none is let in', async () => {
    await using door = await OpenDoor.open({ version: { minimum: 5, warn: 5, changedAtMillis: 0 } })
    const { register } = door.vauchi.actions
    const request = { mailbox_tokens: [] }
    expect((await register({ ...request, app_version: 4 })).status).toBe(426)
    expect((await register({ ...request, app_version: -4 })).status).toBe(426)
    expect((await register({ ...request, app_version: 5 })).status).toBe(200)
    expect((await register(request)).status).toBe(200)
    // Outside of one it is only a member that is not known.
    expect((await register({ ...request, app_version: 4 }, 'an address')).status).toBe(200)
  })

  test('a sealed request that is a whole one may say it in its header, or not at all', async () => {
    await using door = await OpenDoor.open({ version: { minimum: 5, warn: 5, changedAtMillis: 0 } })
    const statusOf = async (routes: readonly Route[], version?: string) => {
      const route = routes.find(({ path }) => path === '/v2/register')
      const headers = new Headers({ 'content-type': 'application/json' })
      if (version !== undefined) headers.set('x-app-compat-version', version)
      const body = JSON.stringify({ mailbox_tokens: [] })
      const request = new Request('https://relay/v2/register', { method: 'POST', headers, body })
      const call: Call<undefined> = {
        request,
        peer: { address: '' },
        params: {},
        caller: undefined,
        upgrade: () => false,
      }
      return route?.access === 'public' ? (await route.handle(call))?.status : undefined
    }
    const { routes, sealedRoutes } = door.vauchi
    expect(await statusOf(sealedRoutes)).toBe(200)
    expect(await statusOf(sealedRoutes, '4')).toBe(426)
    expect(await statusOf(sealedRoutes, '5')).toBe(200)
    // A socket that is gone has no address either.
    expect(await statusOf(routes)).toBe(426)
  })
})
