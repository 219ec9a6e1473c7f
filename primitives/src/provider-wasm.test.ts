import { openWasmPrimitives } from '#provider-wasm.ts'
import { describeProvider } from '#suite/provider.suite-for-tests.ts'

describeProvider(await openWasmPrimitives(), true)
