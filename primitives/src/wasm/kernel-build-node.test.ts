import { expect, test } from 'vitest'
import { kernelBinary } from '#wasm/kernel-binary.ts'
import { compileKernel } from '#wasm/kernel-build-for-tests.ts'

test('the committed kernel is what its source compiles to', async () => {
  expect(Buffer.from(await compileKernel()).toString('base64')).toBe(kernelBinary)
})
