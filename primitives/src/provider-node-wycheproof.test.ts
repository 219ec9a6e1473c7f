import { openNodePrimitives } from '#provider-node.ts'
import { describeWycheproof } from '#suite/wycheproof.suite-for-tests.ts'

describeWycheproof(await openNodePrimitives())
