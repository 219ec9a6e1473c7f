import { expect, test } from 'vitest'
import { noblePrimitives } from '#provider-noble.ts'
import { openPrimitives } from '#provider-open-web.ts'
import { openWasmPrimitives } from '#provider-wasm.ts'
import { describeAgreement } from '#suite/agreement.suite-for-tests.ts'

describeAgreement(await openWasmPrimitives())

test('the providers that run everywhere have names, and the web opens the faster one', async () => {
  expect(noblePrimitives.name).toBe('noble')
  expect((await openPrimitives()).name).toBe('wasm')
})
