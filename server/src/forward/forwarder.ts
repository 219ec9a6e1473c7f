/**
 * @module The forwarder put together: options in, a listening forwarder out. It keeps nothing, and says in no log who
 * sends.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createCors } from '#door/dispatch-cors.ts'
import { createDispatch } from '#door/dispatch.ts'
import { selectListen } from '#door/listener.ts'
import { clientOf } from '#forward/client-of.ts'
import { createGateway } from '#forward/gateway.ts'
import { createKeyCache } from '#forward/key-cache.ts'
import type { ForwardOptions } from '#forward/options.ts'
import { forwardRoutes } from '#forward/routes.ts'
import { createKeyedHash, hashKeyBytes } from '#guard/keyed-hash.ts'
import { createRateLimit } from '#guard/rate-limit.ts'
import type { ListenPolicy } from '#options.ts'
import type { Events } from '#watch/events.ts'

export interface Forwarder {
  readonly port: number
  /** Reads the certificate again, for connections from now on. */
  reload(): Promise<void>
  /** Stops accepting, finishes open requests. Resolves when the process may end. */
  stop(): Promise<void>
}

export async function openForwarder(
  options: ForwardOptions,
  policy: Exclude<ListenPolicy, { readonly kind: 'refused' }>,
  events: Events,
): Promise<Forwarder> {
  const nowMillis = (): number => performance.now()
  const timeoutMillis = options.requestTimeoutSeconds * 1000
  const gateway = createGateway({
    origin: options.gateway,
    timeoutMillis,
    maxResponseBytes: options.maxResponseBytes,
    maxKeyResponseBytes: options.maxKeyResponseBytes,
  })
  const keys = createKeyCache({
    fetchKey: (form) => gateway.key(form),
    ttlSeconds: options.keyCacheSeconds,
    nowMillis,
  })
  const perSecond = options.rateLimitPerSecond
  const limit =
    perSecond === 0
      ? undefined
      : createRateLimit({
          rate: { burst: perSecond, count: perSecond, perMillis: 1000 },
          capacity: options.rateLimitMaxBuckets,
          now: nowMillis,
          hash: createKeyedHash(randomBytes(hashKeyBytes)),
        })
  const { maxRequestBytes } = options
  const dispatch = createDispatch({
    routes: forwardRoutes({ gateway, keys, maxRequestBytes, timeoutMillis }),
    // Nobody logs in here.
    tokens: {
      issue: () => Promise.reject(new TypeError('Cannot issue token: a forwarder has none')),
      verify: () => undefined,
      revoke: () => undefined,
    },
    clientOf: clientOf(options.clientIpHeader, options.clientIpHeaderTrustedProxies),
    admit: (_, client) => limit?.take(client()) ?? { allowed: true },
    cors: createCors(options.corsOrigins),
    newRequestId: randomUUID,
    nowMillis,
    events,
  })
  const listen = await selectListen()
  const { host } = options.listen
  const front = await listen({
    host,
    port: options.listen.port,
    tls: options.tls === undefined ? undefined : await readTls(options.tls),
    socket: { maxMessageBytes: 1024 },
    // The route's own limit answers; this one only ends what is far beyond it.
    maxBodyBytes: 8 * maxRequestBytes,
    // A request may take its time twice: until it is here, and until it is answered.
    idleSeconds: 2 * options.requestTimeoutSeconds + 5,
    handle: dispatch,
    onError: (error) => events.requestFailed('unmatched', error),
  })
  events.relayListening('clients', { host, port: front.port, tls: policy.kind })
  return {
    port: front.port,
    async reload() {
      if (options.tls !== undefined) await front.reloadTls(await readTls(options.tls))
    },
    async stop() {
      const deadline = AbortSignal.timeout(options.shutdownTimeoutSeconds * 1000)
      await front.stopAccepting()
      await front.drained(deadline)
      await front.closeNow()
    },
  }
}

async function readTls(files: { readonly certPath: string; readonly keyPath: string }) {
  const [cert, key] = await Promise.all([
    readFile(files.certPath, 'utf8'),
    readFile(files.keyPath, 'utf8'),
  ])
  return { cert, key }
}
