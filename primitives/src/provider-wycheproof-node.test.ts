import { openNodePrimitives } from '#provider-node.ts'
import { describeWycheproof } from '#suite/wycheproof.suite-for-tests.ts'

await describeWycheproof(await openNodePrimitives())
