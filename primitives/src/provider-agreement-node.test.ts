import { expect, test } from 'vitest'
import { openNodePrimitives } from '#provider-node.ts'
import { openPrimitives } from '#provider-open-node.ts'
import { describeAgreement } from '#suite/agreement.suite-for-tests.ts'

describeAgreement(await openNodePrimitives())

test("Node and Bun open Node's provider", async () => {
  expect((await openPrimitives()).name).toBe('node')
})
