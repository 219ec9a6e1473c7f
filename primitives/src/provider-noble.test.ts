import { noblePrimitives } from '#provider-noble.ts'
import { describeProvider } from '#suite/provider.suite-for-tests.ts'

describeProvider(noblePrimitives, false)
