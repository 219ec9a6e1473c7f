import { noblePrimitives } from '#provider-noble.ts'
import { describeWycheproof } from '#suite/wycheproof.suite-for-tests.ts'

await describeWycheproof(noblePrimitives)
