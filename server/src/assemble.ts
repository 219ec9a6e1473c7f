/**
 * @module Where concrete classes meet: options in, a relay out. Read it top to bottom to see what a relay
 * is made of.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyEd25519 } from '@sotto/primitives/node'
import { openLocalBus } from '#bus/local.ts'
import { createCors } from '#door/dispatch-cors.ts'
import { createDispatch } from '#door/dispatch.ts'
import { selectListen } from '#door/listener.ts'
import { mailboxOf } from '#door/obscura/address.ts'
import { deleteSessions } from '#door/obscura/delete-sessions.ts'
import { createGetAttachments } from '#door/obscura/get-attachments.ts'
import { createGateway } from '#door/obscura/get-gateway.ts'
import { getKeys } from '#door/obscura/get-keys.ts'
import { getOpenApi } from '#door/obscura/get-openapi.ts'
import { createPostAttachments } from '#door/obscura/post-attachments.ts'
import { postKeys } from '#door/obscura/post-keys.ts'
import { postMessages } from '#door/obscura/post-messages.ts'
import { postSessionsRefresh } from '#door/obscura/post-sessions-refresh.ts'
import { postSessions } from '#door/obscura/post-sessions.ts'
import { postUsers } from '#door/obscura/post-users.ts'
import { opsRoutes } from '#door/ops/ops.ts'
import type { Route } from '#door/route.ts'
import { capabilityNames } from '@sotto/wire/live'
import { getAdminStats } from '#door/mobium/http/get-admin-stats.ts'
import { getHealth } from '#door/mobium/http/get-health.ts'
import { getInfo } from '#door/mobium/http/get-info.ts'
import { createLive } from '#door/mobium/live.ts'
import { createOhttp } from '#door/ohttp/ohttp.ts'
import { createVauchi } from '#door/vauchi/vauchi.ts'
import { getRoot } from '#door/web/get-root.ts'
import { createAccessTokens } from '#guard/access-token.ts'
import { clientAddress } from '#guard/client-address.ts'
import { createKeyedHash, hashKeyBytes } from '#guard/keyed-hash.ts'
import { createRateLimit, type Rate, type RateLimit } from '#guard/rate-limit.ts'
import { createReplayGuard } from '#guard/replay.ts'
import { createSlots } from '#guard/slots.ts'
import { liveFrameBytes, livePolicy } from '#live-policy.ts'
import { ohttpPolicy } from '#ohttp-policy.ts'
import { openOps } from '#open-ops.ts'
import { openBlobs, openStore } from '#open-storage.ts'
import type { ListenPolicy, Options } from '#options.ts'
import { createAccounts } from '#relay/accounts/accounts.ts'
import { decoyHash } from '#relay/accounts/password.ts'
import { pooledRandomness, type Clock, type Randomness } from '#relay/clock.ts'
import { expireAttachments, sweepOrphans } from '#relay/attachments/sweep.ts'
import { createUpload } from '#relay/attachments/upload.ts'
import { expireChannels } from '#relay/channels/expire-channels.ts'
import { expireEnvelopes, expireSessions } from '#relay/mailboxes/expire.ts'
import { loadOrCreateSecret } from '#store/secret-file.ts'
import type { Store } from '#store/store.ts'
import { createBackground } from '#watch/background.ts'
import type { Events } from '#watch/events.ts'
import type { Metrics } from '#watch/metrics.ts'
import { watchProcess } from '#watch/process-metrics.ts'
import { vauchiPolicy } from '#vauchi-policy.ts'
import { readTls } from '#read-tls.ts'
import { version } from '#version.ts'

const dayMillis = 86_400_000

/** One frame is one envelope: a body of 2 MiB with its names. */
const maxFrameBytes = 2 * 1024 * 1024 + 4096

/** Read from the store for one socket at a time. */
const maxReadBytes = 1024 * 1024

/** How long, and how many, ids of messages with an Idempotency-Key are remembered after they were fetched. */
const replayWindowMillis = dayMillis
const replayEntries = 500_000

/** So many wait to be hashed for each that is being hashed. */
const waitingPerHash = 32

/** Uploads at the same time, and how long one may take. Objects without a record are left alone for longer. */
const maxUploads = 64
const maxUploadsPerAccount = 4
const uploadTimeoutMillis = 15 * 60_000
const orphanGraceMillis = 60 * 60_000

export interface Relay {
  readonly port: number
  readonly opsPort: number | undefined
  /** Read the certificate again, for connections from now on. Rejects when it is of no use; the old one stays. */
  reload(): Promise<void>
  /** Stop accepting, close sockets with 1001, finish requests, checkpoint. Resolves when the process may end. */
  stop(): Promise<void>
}

export interface World {
  readonly events: Events
  readonly metrics: Metrics
  /** In place of the machine's own, and of what the options name: for tests. */
  readonly clock?: Clock
  readonly randomness?: Randomness
  readonly store?: Store
}

export async function assemble(
  options: Options,
  policy: Exclude<ListenPolicy, { readonly kind: 'refused' }>,
  { events, metrics, ...given }: World,
): Promise<Relay> {
  await using cleanup = new AsyncDisposableStack()
  const clock: Clock = given.clock ?? { now: () => Date.now() }
  const randomness: Randomness = given.randomness ?? pooledRandomness(randomBytes)
  const monotonic = (): number => performance.now()
  const hash = createKeyedHash(randomBytes(hashKeyBytes))
  const startedAt = new Date(clock.now()).toISOString()

  // ------------------------------------------------------------------------------- where it rests
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 })
  const store = cleanup.use(given.store ?? (await openStore(options, events)))
  const blobs = cleanup.use(await openBlobs(options))
  const bus = cleanup.use(openLocalBus())
  const background = cleanup.use(createBackground({ events, random: Math.random }))
  cleanup.use(watchProcess(metrics))
  metrics.readGauge('envelopesWaiting', () => store.mailboxes.count())

  // --------------------------------------------------------------------------------- who may pass
  const secret =
    options.jwtSecret === undefined
      ? await loadOrCreateSecret(join(options.dataDir, 'token-secret'), randomBytes)
      : new TextEncoder().encode(options.jwtSecret.reveal())
  const tokens = createAccessTokens({
    secret,
    ttlSeconds: options.accessTokenTtlSeconds,
    nowMillis: () => clock.now(),
    sessionIsOpen: (session) => store.accounts.sessionIsOpen(session),
  })
  const limit = (rate: Rate, capacity?: number): RateLimit =>
    createRateLimit({
      rate,
      now: monotonic,
      hash,
      ...(capacity === undefined ? {} : { capacity }),
    })
  const perSecond = (count: number, burst: number): RateLimit | undefined =>
    count === 0 ? undefined : limit({ burst, count, perMillis: 1000 })
  const limits = {
    standard: perSecond(options.rateLimitPerSecond, options.rateLimitBurst),
    auth: perSecond(options.authRateLimitPerSecond, options.authRateLimitBurst),
  }
  const prekeyMeter = limit({
    burst: options.prekeyBurst,
    count: options.prekeyRefillPerMinute,
    perMillis: 60_000,
  })
  const cors = createCors(options.corsOrigins)
  const addressOf = clientAddress(options.trustedProxies)
  const hashing = createSlots({
    slots: options.passwordConcurrency,
    maxWaiting: options.passwordConcurrency * waitingPerHash,
  })
  metrics.readGauge('passwordQueue', () => hashing.waiting())

  // ----------------------------------------------------------------------------------- what we do
  const decoy = decoyHash(randomness)
  const accounts = createAccounts(
    {
      store: store.accounts,
      bus,
      clock,
      randomness,
      tokens,
      hashing,
      refreshTtlMillis: options.refreshTokenTtlDays * dayMillis,
      mailboxOf,
    },
    decoy,
  )
  background.every(
    'expire',
    { everyMillis: options.messagingCleanupIntervalSeconds * 1000, jitter: 0.1, atOnce: true },
    async (signal) => {
      events.expired('envelopes', await expireEnvelopes(store.mailboxes, clock, signal))
      events.expired('sessions', await expireSessions(store.accounts, clock, signal))
      events.expired('channels', await expireChannels(store.channels, clock, signal))
    },
  )
  const attachments = { blobs, records: store.blobs, clock, randomness }
  background.every(
    'sweep attachments',
    { everyMillis: options.storageCleanupIntervalSeconds * 1000, jitter: 0.1 },
    async (signal) => {
      const batch = options.storageCleanupBatchSize
      const expired = await expireAttachments(attachments, batch, signal)
      events.expired('attachments', expired.removed)
      const orphans = await sweepOrphans(attachments, orphanGraceMillis, signal)
      events.orphansSwept(orphans.removed)
      const failure = expired.failure ?? orphans.failure
      if (failure !== undefined) events.storeFailed(failure.code)
    },
  )

  // ------------------------------------------------------------------------------------- the doors
  const onError = (error: unknown): void => events.requestFailed('unmatched', error)
  const requestTimeoutMillis = options.requestTimeoutSeconds * 1000
  const shared = { accounts, events, requestTimeoutMillis, verify: verifyEd25519 }
  const gateway = createGateway({
    mailboxes: store.mailboxes,
    prekeys: store.prekeys,
    bus,
    clock,
    events,
    follow: { maxEnvelopes: options.batchLimit, maxBytes: maxReadBytes },
    acknowledge: {
      batchSize: Math.min(options.wsAckBatchSize, options.wsAckBufferSize),
      flushMillis: options.wsAckFlushIntervalMillis,
    },
    prekeyThreshold: options.prekeyRefillThreshold,
    maxFrameBytes,
    maxSockets: options.maxSockets,
    maxSocketsPerAccount: options.maxSocketsPerAccount,
  })
  const obscura: readonly Route[] = [
    postUsers({ ...shared, maxOneTimePrekeys: options.maxPrekeys }),
    postSessions(shared),
    deleteSessions(shared),
    postSessionsRefresh(shared),
    postKeys({ ...shared, prekeys: store.prekeys, bus, maxOneTime: options.maxPrekeys }),
    getKeys({
      prekeys: store.prekeys,
      bus,
      events,
      meter: (mailbox) => prekeyMeter.take(mailbox).allowed,
      lowThreshold: options.prekeyRefillThreshold,
    }),
    postMessages({
      mailboxes: store.mailboxes,
      bus,
      clock,
      randomness,
      events,
      requestTimeoutMillis,
      replay: createReplayGuard({
        windowMillis: replayWindowMillis,
        maxEntries: replayEntries,
        hash,
      }),
      policy: {
        maxEnvelopes: options.maxInboxSize,
        maxBytes: options.maxInboxBytes,
        whenFull: options.inboxOverflow,
        ttlMillis: options.ttlDays * dayMillis,
      },
    }),
    gateway.route,
    createPostAttachments({
      upload: createUpload(attachments, {
        maxBytes: options.storageMaxSizeBytes,
        ttlMillis: options.ttlDays * dayMillis,
        maxConcurrent: maxUploads,
        maxConcurrentPerAccount: maxUploadsPerAccount,
        timeoutMillis: uploadTimeoutMillis,
      }),
      events,
    }),
    createGetAttachments({ ...attachments, events }),
  ]
  const live = cleanup.use(
    createLive({
      store,
      bus,
      clock,
      randomness,
      tokens,
      verify: verifyEd25519,
      events,
      onError,
      addressOf,
      isOriginAllowed: (origin) => cors.isOriginAllowed(origin),
      limit,
      meter: (mailbox) => prekeyMeter.take(mailbox).allowed,
      policy: livePolicy(options, maxReadBytes),
    }),
  )
  const vauchi = await createVauchi({
    store,
    handOut: live.handOut,
    bus,
    clock,
    monotonic,
    randomness,
    verify: verifyEd25519,
    hash,
    limit,
    addressOf,
    events,
    requestTimeoutMillis,
    policy: vauchiPolicy(options),
  })
  background.every(
    'expire oblivious',
    { everyMillis: options.messagingCleanupIntervalSeconds * 1000, jitter: 0.1, atOnce: true },
    async (signal) => {
      const { proofs, offers } = await vauchi.expire(signal)
      events.expired('proofs', proofs)
      events.expired('offers', offers)
    },
  )
  const oblivious = options.obliviousEnabled ? vauchi.routes : []
  const ohttp = createOhttp(
    options.ohttpEnabled
      ? {
          openPrimitives: async () =>
            await (await import('@sotto/primitives/provider')).openPrimitives(),
          secret: await loadOrCreateSecret(join(options.dataDir, 'ohttp-secret'), randomBytes),
          clock,
          randomness,
          hash,
          actions: options.obliviousEnabled ? vauchi.actions : {},
          routes: [...obscura, ...(options.obliviousEnabled ? vauchi.sealedRoutes : [])],
          tokens,
          blobs,
          records: store.blobs,
          newRequestId: randomUUID,
          nowMillis: monotonic,
          events,
          policy: ohttpPolicy(options),
        }
      : undefined,
  )
  const liveStats = () => ({ ...live.stats(), maxConnections: options.maxSockets })
  const routes: readonly Route[] = [
    ...obscura,
    live.door.route,
    ...oblivious,
    ...ohttp.routes,
    ...vauchi.elsewhere(ohttp.routes),
    getHealth,
    getInfo(capabilityNames),
    ...(options.adminToken === undefined
      ? []
      : [getAdminStats({ token: options.adminToken.reveal(), stats: liveStats })]),
    // Rarely asked for, and not worth its memory before.
    getOpenApi(async () => {
      const { renderOpenApi } = await import('#door/openapi.ts')
      // What says what it takes: of the oblivious door's that is what our own clients ask for.
      const ours = oblivious.filter(({ accepts }) => accepts !== undefined)
      return renderOpenApi([...obscura, ...ours], openApiInfo)
    }),
    getRoot(version),
  ]
  const dispatch = createDispatch({
    routes,
    tokens,
    clientOf: (request, peer) => addressOf(peer.address, request.headers.get('x-forwarded-for')),
    admit: (tier, client) => limits[tier]?.take(client()) ?? { allowed: true },
    cors,
    newRequestId: randomUUID,
    nowMillis: monotonic,
    events,
  })

  // --------------------------------------------------------------------------------------- listen
  const listen = await selectListen()
  let isStopping = false
  const front = await listen({
    host: options.host,
    port: options.port,
    tls: options.tls === undefined ? undefined : await readTls(options.tls),
    socket: { maxMessageBytes: Math.max(maxFrameBytes, liveFrameBytes(options)) },
    // Routes have limits and answers of their own; this one only ends what is far beyond all of them.
    maxBodyBytes: 8 * Math.max(options.storageMaxSizeBytes, maxFrameBytes),
    idleSeconds: options.requestTimeoutSeconds,
    handle: vauchi.inOwnWords(ohttp.routes, dispatch),
    onError,
  })
  cleanup.defer(() => front.closeNow())
  events.relayListening('clients', { host: options.host, port: front.port, tls: policy.kind })

  const ops = await openOps({
    options,
    listen: options.obliviousOnMgmt
      ? (asked) => listen({ ...asked, handle: vauchi.inOwnWords(ohttp.routes, asked.handle) })
      : listen,
    mirrored: options.obliviousOnMgmt
      ? [...oblivious, ...ohttp.routes, ...vauchi.elsewhere(ohttp.routes)]
      : [],
    routes: opsRoutes({
      checkDatabase: (signal) => store.check(signal),
      checkStorage: (signal) => blobs.check(signal),
      databaseTimeoutMillis: options.dbTimeoutMillis,
      storageTimeoutMillis: options.storageTimeoutMillis,
      isStopping: () => isStopping,
      metrics,
      metricsToken: options.metricsToken?.reveal(),
      events,
      build: { name: 'sotto-relay', version, runtime: runtimeName(), startedAt },
    }),
    tokens,
    nowMillis: monotonic,
    events,
    onError,
  })
  cleanup.defer(() => ops?.closeNow())

  const pulseMillis = options.wsPingIntervalSeconds * 1000
  background.every('heartbeat', { everyMillis: pulseMillis }, async (signal) => {
    gateway.ping()
    live.door.ping()
    await pause(options.wsPingTimeoutSeconds * 1000, signal)
    gateway.checkPulses()
    live.door.checkPulses()
  })

  const owned = cleanup.move()
  return {
    port: front.port,
    opsPort: ops?.port,
    async reload() {
      if (options.tls !== undefined) await front.reloadTls(await readTls(options.tls))
    },
    async stop() {
      isStopping = true
      const deadline = AbortSignal.timeout(options.shutdownTimeoutSeconds * 1000)
      await front.stopAccepting()
      await Promise.all([gateway.stop(), live.door.stop()])
      await front.drained(deadline)
      await owned.disposeAsync()
    },
  }
}

const openApiInfo = {
  title: 'Obscura Server API',
  version,
  description:
    'A privacy-first messaging relay. REST for registration, keys, sending and attachments; one WebSocket for receiving and acknowledging. Message bodies are Protocol Buffers.',
}

export function runtimeName(): string {
  const { bun } = process.versions
  return bun === undefined ? `node ${process.versions.node}` : `bun ${bun}`
}

/** Shorter when the signal aborts. The signal outlives many pauses, so that each takes its listener along. */
function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, millis)
    signal.addEventListener('abort', end)
  })
}
