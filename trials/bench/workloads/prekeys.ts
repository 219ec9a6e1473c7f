/**
 * @module W6: prekey bundles under many fetchers at once. Each account is asked more often than it has one-time keys: all
 * of its keys must come, none twice, and nothing comes without one before they are used up.
 */
import { HttpReplyReader } from '#bench/load/http-replies.ts'
import { runClosedLoop } from '#bench/load/closed-loop.ts'
import { bundleRequest } from '#bench/load/requests.ts'
import { BenchRelay, relayDurability, type Rig } from '#bench/rig.ts'
import { toRow } from '#bench/system.ts'
import { asObject, asString } from '#clients/json.ts'

const accounts = 100
const keysEach = 100
const fetchesEach = 110
const fetchers = 64
const maxSeconds = 120

export async function runPrekeys(rig: Rig): Promise<void> {
  const { report, signal } = rig
  report.heading(`W6  ${accounts} accounts of ${keysEach} one-time keys under ${fetchers} fetchers`)
  await using relay = await BenchRelay.start(rig, { accounts, oneTimeKeys: keysEach })
  const requests = relay.accounts.map(({ userId }) => bundleRequest(userId))
  const served = new Map<string, number>()
  let without = 0
  let asked = 0
  const before = relay.usage()
  const load = await runClosedLoop({
    port: relay.port,
    inFlight: fetchers,
    createReader: () => new HttpReplyReader(),
    // All fetchers on a few accounts at a time: that is where a race would be.
    next: () => {
      const at = asked++
      const block = Math.floor(at / (4 * fetchesEach))
      return at < accounts * fetchesEach ? requests[block * 4 + (at % 4)] : undefined
    },
    warmUpSeconds: 0,
    seconds: maxSeconds,
    onReply: ({ ok, body }) => {
      if (!ok) return
      const bundle = asObject(JSON.parse(Buffer.from(body).toString()), 'bundle')
      const oneTime = bundle['oneTimePreKey']
      if (oneTime === null) return void without++
      const identity = asString(bundle['identityKey'], 'identityKey')
      const key = asString(asObject(oneTime, 'oneTimePreKey')['publicKey'], 'publicKey')
      served.set(`${identity} ${key}`, (served.get(`${identity} ${key}`) ?? 0) + 1)
    },
    signal,
  })
  const usage = { name: 'relay', durability: relayDurability, usage: () => relay.usage() }
  report.row(toRow(usage, 'W6', `${fetchers} in flight`, load, before))
  const twice = [...served.values()].filter((count) => count > 1).length
  const missed = accounts * keysEach - served.size
  report.note(`${served.size} keys served, ${without} bundles without one`)
  report.target('W6', 'no one-time key twice', `${twice} twice`, twice === 0)
  report.target('W6', 'none missed while one remains', `${missed} missed`, missed === 0)
  if (twice > 0) report.fault('W6', `${twice} one-time keys were served more than once`)
  if (missed > 0) report.fault('W6', `${missed} one-time keys were left while bundles came without`)
}
