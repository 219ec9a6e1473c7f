import { openWasmPrimitives } from '#provider-wasm.ts'
import { describeWycheproof } from '#suite/wycheproof.suite-for-tests.ts'

await describeWycheproof(await openWasmPrimitives())
