import { test } from 'vitest'
import { arrive, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
test('x', async () => {
  await using relay = await startLive()
  const ours = { caps: ['ack'] }
    using alice = await arrive(relay)
    const first = await arrive(relay, ours)
    const { person: bob } = first
    await alice.ask({type:'message', recipient: bob.name, payload:'01'})
    const live = await first.next('message')
    console.log(live)
    first.socket.terminate()
    using second = await arrive(relay, { ...ours, person: bob })
    console.log(await second.sofar())
    second.send({ type: 'ack', ids: [live['id']] })
    console.log(await second.sofar())
    for (let i=0;i<3;i++){
      await new Promise(r=>setTimeout(r,500))
      using c = await arrive(relay, {...ours, person: bob})
      console.log(await c.sofar(), await relay.stored(), await relay.metric('sotto_gateway_sockets'))
    }
})
