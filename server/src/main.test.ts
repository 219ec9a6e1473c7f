import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nextTls, testTls } from '#door/listener.certificate.ts'

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

interface Running {
  /** Waits until the relay has said that so often, or has ended. */
  until(text: string, times?: number): Promise<void>
  hangUp(): void
  /** The port for clients, once it is ready. */
  port(): number
}

interface Circumstances {
  readonly environment?: Readonly<Record<string, string>>
  readonly folder?: string
  /** What happens before it is stopped. */
  readonly meanwhile?: (relay: Running) => Promise<void>
}

/** Runs the relay on this test's own runtime until it says it is ready, or until it ends. */
async function run(
  parameters: readonly string[],
  { environment = {}, folder = tmpdir(), meanwhile }: Circumstances = {},
): Promise<{ output: string; errors: string; exitCode: number | null }> {
  const child = spawn(process.execPath, [program, ...parameters], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...environment },
  })
  let output = ''
  let errors = ''
  let hasEnded = false
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  void ended.then(() => (hasEnded = true))
  const relay: Running = {
    async until(text, times = 1) {
      while (!hasEnded && output.split(text).length <= times) await delay(5)
    },
    hangUp: () => void child.kill('SIGHUP'),
    port: () => Number(/for=clients host=\S+ port=(\d+)/.exec(output)?.[1]),
  }
  try {
    await (meanwhile?.(relay) ?? relay.until('Ready'))
  } finally {
    // Once: a second signal ends the relay at once.
    child.kill('SIGTERM')
  }
  return { exitCode: await ended, output, errors }
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-main-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const freePorts = ['--port', '0', '--mgmt-port', '0']

test('starts without configuration, stops on SIGTERM with 0, and keeps its files to their owner', async () => {
  // A folder that was there before, open to everybody.
  chmodSync(folder, 0o755)
  const { output, errors, exitCode } = await run(['--data-dir', folder, ...freePorts])
  expect(errors).toBe('')
  expect(exitCode).toBe(0)
  for (const said of ['Starting', 'Listening', 'Ready', 'Stopping', 'Stopped']) {
    expect(output).toContain(said)
  }
  for (const name of readdirSync(folder)) {
    expect(`${name} ${(statSync(join(folder, name)).mode & 0o077).toString(8)}`).toBe(`${name} 0`)
  }
})

test('ends with 2 and a sentence when it cannot be run like this, and changes nothing', async () => {
  const misspelt = await run(['--prot', '1'])
  expect(misspelt).toMatchObject({ output: '', exitCode: 2 })
  expect(misspelt.errors).toContain('--port')
  const open = await run(['--host', '0.0.0.0'])
  expect(open).toMatchObject({ output: '', exitCode: 2 })
  expect(open.errors).toContain('without TLS')
})

test('ends with 1 and a sentence when something in its way is not the options', async () => {
  const { errors, exitCode } = await run(['--data-dir', '/dev/null/here'])
  expect(exitCode).toBe(1)
  expect(errors.trim().split('\n')).toHaveLength(1)
})

test('prints help and version to standard output and ends with 0', async () => {
  expect(await run(['--help'])).toMatchObject({ errors: '', exitCode: 0 })
  const { output } = await run(['--version'])
  expect(output).toMatch(/^sotto-relay \d+\.\d+\.\d+\n$/)
})

describe('a .env file in the working directory', () => {
  test('is read as it stands, is no match for the environment, and is the only one', async () => {
    writeFileSync(join(folder, '.env'), "SC_PORT='pa$HOME'\nSC_AUTH_TIMEOUT=soon\n")
    writeFileSync(join(folder, '.env.local'), 'SC_PORT=1\nSC_ICE_TTL=never\n')
    const environment = { HOME: '/nonexistent', SC_AUTH_TIMEOUT: '5' }
    const { errors, exitCode } = await run([], { folder, environment })
    expect(exitCode).toBe(2)
    expect(errors.split('\n')[0]).toBe(
      'Cannot use SC_PORT "pa$HOME": must be a whole number from 0 to 65535',
    )
    expect(errors).not.toMatch(/SC_AUTH_TIMEOUT|SC_ICE_TTL/)
  })

  test('that is absurdly large ends the relay with 2 and its name', async () => {
    writeFileSync(join(folder, '.env'), '#'.repeat(100_000))
    const { output, errors, exitCode } = await run([], { folder })
    expect([output, exitCode]).toEqual(['', 2])
    expect(errors).toBe(
      'Cannot read .env in the working directory: 100000 bytes of at most 65536\n',
    )
  })
})

describe('a hangup', () => {
  const nothing = 'what=nothing'
  const certificate = 'what=certificate'

  test('without a certificate is a line in the log, at any time, and ends nothing', async () => {
    const { output, errors, exitCode } = await run(['--data-dir', folder, ...freePorts], {
      async meanwhile(relay) {
        await relay.until('Starting')
        relay.hangUp()
        await relay.until(nothing)
        relay.hangUp()
        await relay.until(nothing, 2)
      },
    })
    expect([errors, exitCode, output.split(nothing).length - 1]).toEqual(['', 0, 2])
    expect(output.indexOf('Ready')).toBeLessThan(output.indexOf(nothing))
    expect(output).toContain('Stopped')
  })

  test('has the certificate read again, and one that cannot be used changes nothing', async () => {
    const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const put = (pair: { readonly cert: string; readonly key: string }): void => {
      writeFileSync(certPath, pair.cert)
      writeFileSync(keyPath, pair.key)
    }
    put(testTls)
    const shown: string[] = []
    const tls = ['--tls-cert', certPath, '--tls-key', keyPath]
    const parameters = ['--data-dir', join(folder, 'data'), ...freePorts, ...tls]
    const { output, errors, exitCode } = await run(parameters, {
      async meanwhile(relay) {
        await relay.until('Ready')
        shown.push(await shownCertificate(relay.port()))
        put(nextTls)
        relay.hangUp()
        await relay.until(certificate)
        shown.push(await shownCertificate(relay.port()))
        put({ cert: testTls.cert, key: nextTls.key })
        relay.hangUp()
        await relay.until('could not be read again')
        rmSync(keyPath)
        relay.hangUp()
        await relay.until('could not be read again', 2)
        shown.push(await shownCertificate(relay.port()))
      },
    })
    expect([errors, exitCode, output.split(certificate).length - 1]).toEqual(['', 0, 1])
    const [before, after] = [testTls, nextTls].map(
      ({ cert }) => new X509Certificate(cert).fingerprint256,
    )
    expect(shown).toEqual([before, after, after])
    expect(output).toContain('certificate or key is not usable PEM')
    expect(output).not.toContain(folder)
  })
})

function shownCertificate(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const tcp = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(new X509Certificate(tcp.getPeerCertificate().raw).fingerprint256)
      tcp.destroy()
    })
    tcp.on('error', reject)
  })
}
