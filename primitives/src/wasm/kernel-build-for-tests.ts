/**
 * @module Compiles `assembly/`. Run by itself (`npm run --workspace primitives wasm`) it writes the module that is
 * committed; a test compiles again and compares, so the committed bytes are those of the committed source.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main as compile } from 'assemblyscript/asc'

const flags = [
  ...['--baseDir', fileURLToPath(new URL('../..', import.meta.url))],
  ...['--outFile', 'kernel.wasm'],
  // A little smaller and, with less written out, no slower.
  ...['-O3', '--shrinkLevel', '1'],
  '--noAssert',
  ...['--runtime', 'stub'],
  ...['--enable', 'simd'],
  // Nothing to import, and all of the memory from the start.
  ...['--use', 'abort='],
  ...['--memoryBase', '65536', '--initialMemory', '2', '--maximumMemory', '2'],
]

/** The module's bytes. */
export async function compileKernel(): Promise<Uint8Array> {
  const outputs = new Map<string, string | Uint8Array>()
  const { error } = await compile(['assembly/kernel.ts', ...flags], {
    writeFile: (name, contents) => void outputs.set(name, contents),
  })
  const compiled = outputs.get('kernel.wasm')
  if (error !== null || !(compiled instanceof Uint8Array)) {
    throw new Error('Cannot compile the kernel', { cause: error })
  }
  return compiled
}

/** The text of `kernel-binary.ts`. */
function kernelModule(compiled: Uint8Array): string {
  return `/**
 * @module Made from \`assembly/\` by \`npm run --workspace primitives wasm\`: the kernel's bytes in base64.
 */
export const kernelBinary =
  '${Buffer.from(compiled).toString('base64')}'
`
}

if (import.meta.main) {
  const target = new URL('kernel-binary.ts', import.meta.url)
  writeFileSync(target, kernelModule(await compileKernel()))
}
