/**
 * @module The live door behind the relay's own TLS (mobium reference §2.7; W23).
 */
import { describe, expect, test } from 'vitest'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import { nextTls, testTls } from '#door/listener.certificate.ts'
import { basics, handshake, RawSocket } from '#door/obscura/contract/raw-socket-for-tests.ts'
import { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { Person } from '#door/mobium/contract/person-for-tests.ts'
import { Program } from '#door/mobium/contract/program-for-tests.ts'

/** A connection that trusts this certificate alone. */
async function reach(port: number, { cert }: { readonly cert: string }): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: cert })
  const failed = once(socket, 'error').then(([error]) => Promise.reject(error))
  await Promise.race([once(socket, 'secureConnect'), failed])
  failed.catch(() => {})
  if (!socket.authorized) throw new Error('Another certificate')
  return socket
}

async function open(port: number, trusted: { readonly cert: string }): Promise<MobiumClient> {
  const socket = await reach(port, trusted)
  socket.write(handshake('/ws', basics()))
  let received = Buffer.alloc(0)
  while (!received.includes('\r\n\r\n')) {
    const [chunk] = await once(socket, 'data')
    received = Buffer.concat([received, Buffer.from(chunk)])
  }
  socket.pause()
  const end = received.indexOf('\r\n\r\n')
  expect(received.subarray(0, end).toString()).toMatch(/^HTTP\/1\.1 101 /)
  return await MobiumClient.over(new RawSocket(socket, received.subarray(end + 4), true))
}

describe('TLS', () => {
  test('carries the live door; a new certificate is taken up on SIGHUP, and open sockets stay', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sotto-tls-'))
    try {
      const files = { SC_TLS_CERT: join(folder, 'cert.pem'), SC_TLS_KEY: join(folder, 'key.pem') }
      const install = async ({ cert, key }: { readonly cert: string; readonly key: string }) => {
        await writeFile(files.SC_TLS_CERT, cert)
        await writeFile(files.SC_TLS_KEY, key)
      }
      await install(testTls)
      const env = { SC_REQUIRE_TLS: 'true', SC_HOST: '0.0.0.0', ...files }
      await using relay = await Program.start({ folder, env })
      using first = await open(relay.port, testTls)
      await first.logIn(Person.draw())
      await expect(reach(relay.port, nextTls)).rejects.toThrow()
      expect(await MobiumClient.tryConnect({ port: relay.port }).catch(() => 'nothing')).toBe(
        'nothing',
      )

      await install(nextTls)
      relay.signal('SIGHUP')
      await relay.logged('relay.reloaded')
      using second = await open(relay.port, nextTls)
      await second.logIn(Person.draw())
      await expect(reach(relay.port, testTls)).rejects.toThrow()
      const message = { type: 'message', recipient: first.name, payload: '01' }
      expect(await second.ask(message)).toEqual({ type: 'ack', recipient: first.name })
      expect(await first.next()).toEqual({ type: 'message', sender: second.name, payload: '01' })

      // A broken one is not taken up.
      await writeFile(files.SC_TLS_CERT, 'no certificate')
      relay.signal('SIGHUP')
      await relay.logged('relay.reload-failed')
      using third = await open(relay.port, nextTls)
      await third.logIn(Person.draw())
      await Promise.all([first, second, third].map((client) => client.expectNothing()))
      expect(await relay.end('SIGTERM')).toBe(0)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
