/**
 * @module How many oblivious requests a gateway opens and answers in a second, one after the other.
 *
 *     node veil/src/ohttp/ohttp.bench.ts
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { encapsulateRequest } from '#ohttp/client.ts'
import { configOf, openRequest, sealResponse } from '#ohttp/gateway.ts'
import { knownSuites } from '#ohttp/suites.ts'
import { keysAround } from '#ohttp/windowed-keys.ts'

const rounds = 3_000
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const primitives = await openPrimitives()
const keys = keysAround(primitives, random(32), 1)

for (const suite of knownSuites) {
  for (const bytes of [256, 4_096]) {
    const config = configOf(keys[0], [suite])
    const sent = await encapsulateRequest(primitives, random, config, new Uint8Array(bytes))
    if (sent === undefined) throw new Error('Not encapsulated')
    const started = performance.now()
    for (let round = 0; round < rounds; round++) {
      const opened = await openRequest(primitives, keys, sent.message)
      if (opened.kind !== 'opened') throw new Error('Not opened')
      await sealResponse(primitives, random, opened.context, opened.request)
    }
    const perSecond = Math.round((rounds * 1000) / (performance.now() - started))
    console.log(`AEAD ${suite.aead}, ${bytes} bytes: ${perSecond} a second`)
  }
}
