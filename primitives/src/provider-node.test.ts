import { openNodePrimitives } from '#provider-node.ts'
import { describeProvider } from '#suite/provider.suite-for-tests.ts'

describeProvider(await openNodePrimitives(), true)
