/**
 * @module The browser's part: bundles, their sizes, and the measurement in a worker of a headless Chromium.
 */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import type { CaseName } from './cases.ts'
import type { Rounds } from './measure.ts'

const executablePath = '/usr/bin/chromium'

/** Undefined when there is no Chromium. */
export async function measureInChromium(
  names: readonly CaseName[],
): Promise<ReadonlyMap<CaseName, Rounds> | undefined> {
  if (!existsSync(executablePath)) return undefined
  const worker = await bundle('./browser.ts')
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    routes: {
      '/': new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
      '/worker.js': new Response(worker, { headers: { 'content-type': 'text/javascript' } }),
    },
  })
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${server.port}/`)
    const measured = new Map<CaseName, Rounds>()
    for (const name of names) measured.set(name, (await page.evaluate(inWorker, name)) as Rounds)
    return measured
  } finally {
    await browser.close()
    await server.stop(true)
  }
}

/** Runs in the page. */
function inWorker(name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // The page's own globals, which this program does not have.
    const { Worker } = globalThis as unknown as {
      Worker: new (
        url: string,
        options: { type: string },
      ) => {
        onmessage: (event: { data: unknown }) => void
        onerror: (event: { message: string }) => void
        postMessage(message: unknown): void
        terminate(): void
      }
    }
    const worker = new Worker('/worker.js', { type: 'module' })
    worker.onmessage = ({ data }) => {
      worker.terminate()
      resolve(data)
    }
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.postMessage(name)
  })
}

/**
 * Sizes after gzip of all that a browser loads for the protocol: with the fast provider, and with JavaScript alone. What
 * is only loaded if WebAssembly is refused, and the words of recovery phrases, are not of it.
 */
export async function bundleBytes(): Promise<{
  readonly whole: number
  readonly withoutWasm: number
}> {
  const [whole, withoutWasm] = await Promise.all([
    build('./bundle-whole.ts', true),
    build('./bundle-without-wasm.ts', true),
  ])
  return { whole: bytesAtOnce(whole), withoutWasm: bytesAtOnce(withoutWasm) }
}

/** A single file. */
async function bundle(entry: string): Promise<string> {
  const [file] = (await build(entry, false)).values()
  return file ?? ''
}

/** The first file and what it imports without being asked, files that those import included. */
function bytesAtOnce(files: ReadonlyMap<string, string>): number {
  const loaded = new Set<string>()
  const load = (name: string): void => {
    const text = files.get(name)
    if (text === undefined || loaded.has(name)) return
    loaded.add(name)
    for (const [, imported = ''] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g))
      load(imported)
  }
  for (const first of files.keys()) {
    load(first)
    break
  }
  let bytes = 0
  for (const name of loaded) bytes += gzipSync(files.get(name) ?? '').length
  return bytes
}

/** Files by name, the entry first. */
async function build(entry: string, splitting: boolean): Promise<Map<string, string>> {
  const built = await Bun.build({
    entrypoints: [fileURLToPath(new URL(entry, import.meta.url))],
    target: 'browser',
    minify: true,
    splitting,
    // Conditions of a browser, also for packages that name Bun.
    conditions: ['browser'],
  })
  const files = new Map<string, string>()
  for (const output of built.outputs) files.set(basename(output.path), await output.text())
  return files
}
