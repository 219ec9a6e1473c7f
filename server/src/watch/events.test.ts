import { describe, expect, test } from 'vitest'
import { leftOutField } from '#watch/emit.ts'
import { eventCatalog, type EventDescription } from '#watch/event-catalog.ts'
import { createEvents, type Events } from '#watch/events.ts'
import { labelValues } from '#watch/label-values.ts'
import { createLog, type LogOptions } from '#watch/log.ts'
import { metricCatalog } from '#watch/metric-catalog.ts'
import { createMetrics } from '#watch/metrics.ts'
import { samplesOf } from '#watch/samples-for-tests.ts'

type Line = Record<string, unknown> & { event: string; level: string }

function watching(level: LogOptions['level'] = 'debug') {
  const lines: Line[] = []
  const clock = { millis: 0 }
  const log = createLog({
    format: 'json',
    level,
    now: () => clock.millis,
    write: (line) => lines.push(JSON.parse(line) as Line) > 0,
  })
  const metrics = createMetrics()
  const events = createEvents({ log, metrics, now: () => clock.millis })
  return { events, lines, clock, samples: async () => samplesOf(await metrics.text()) }
}

/** Every helper with what it must do: the line that it writes, and the samples that it steps. */
const cases: readonly {
  readonly call: (events: Events) => void
  readonly line?: Readonly<Record<string, unknown>> & { readonly event: string }
  readonly steps?: Readonly<Record<string, number>>
}[] = [
  {
    call: (events) => events.relayStarting('1.2.3', 'bun 1.4.4'),
    line: { event: 'relay.starting', version: '1.2.3', runtime: 'bun 1.4.4' },
  },
  {
    call: (events) => events.relayListening('clients', { host: '::1', port: 80, tls: 'own-tls' }),
    line: { event: 'relay.listening', for: 'clients', host: '::1', port: 80, tls: 'own-tls' },
  },
  { call: (events) => events.relayReady(41.6), line: { event: 'relay.ready', milliseconds: 42 } },
  {
    call: (events) => events.relayStopping('SIGTERM'),
    line: { event: 'relay.stopping', reason: 'SIGTERM' },
  },
  { call: (events) => events.relayStopped(7), line: { event: 'relay.stopped', milliseconds: 7 } },
  {
    call: (events) => events.relayReloaded('certificate'),
    line: { event: 'relay.reloaded', what: 'certificate' },
  },
  {
    call: (events) => events.relayReloadFailed(new Error('no file')),
    line: { event: 'relay.reload-failed', error: 'Error', message: 'no file' },
  },
  {
    call: (events) => events.optionWarning('hm'),
    line: { event: 'relay.option-warning', text: 'hm' },
  },
  {
    call: (events) => events.migrated('0001'),
    line: { event: 'store.migrated', migration: '0001' },
  },
  {
    call: (events) => events.healthChecked('storage', false),
    line: { event: 'health.changed', component: 'storage', healthy: false },
  },
  {
    call: (events) => events.backgroundFailed('expire', new TypeError('no')),
    line: { event: 'background.failed', task: 'expire', error: 'TypeError', message: 'no' },
    steps: { relay_panics_total: 1, sotto_background_failures_total: 1 },
  },
  {
    call: (events) => events.storeFailed('disk-full'),
    line: { event: 'store.failed', code: 'disk-full' },
    steps: { 'sotto_store_failures_total{code="disk-full"}': 1 },
  },
  {
    call: (events) => events.recordsDamaged('envelope', 2),
    line: { event: 'store.damaged', what: 'envelope', count: 2 },
    steps: { 'sotto_records_damaged_total{what="envelope"}': 2 },
  },
  {
    call: (events) => events.committed(17, 3),
    steps: {
      sotto_commit_batch_operations_sum: 17,
      sotto_commit_batch_operations_count: 1,
      sotto_commit_seconds_sum: 0.003,
    },
  },
  {
    call: (events) => events.expired('sessions', 4),
    line: { event: 'cleanup.expired', what: 'sessions', count: 4 },
    steps: { 'sotto_expired_total{what="sessions"}': 4 },
  },
  {
    call: (events) => events.expired('envelopes', 2),
    line: { event: 'cleanup.expired', what: 'envelopes', count: 2 },
    steps: { 'sotto_expired_total{what="envelopes"}': 2, relay_blobs_expired_total: 2 },
  },
  {
    call: (events) => events.orphansSwept(3),
    line: { event: 'cleanup.orphans', count: 3 },
    steps: { sotto_orphans_swept_total: 3 },
  },
  {
    call: (events) => events.requestAnswered('POST', '/v1/keys/{userId}', 201, 1.234),
    line: {
      event: 'request.answered',
      method: 'POST',
      route: '/v1/keys/{userId}',
      status: 201,
      milliseconds: 1.23,
    },
    steps: {
      'sotto_requests_total{method="POST",route="/v1/keys/{userId}",status="2xx"}': 1,
      'sotto_request_seconds_count{route="/v1/keys/{userId}",status="2xx"}': 1,
    },
  },
  {
    call: (events) => events.requestFailed('/v1/users', new Error('row 0123456789abcdef01234567')),
    line: { event: 'request.failed', route: '/v1/users', error: 'Error', message: 'row […]' },
    steps: { relay_panics_total: 1, sotto_requests_failed_total: 1 },
  },
  {
    call: (events) => events.requestAnswered('POST', '/v2/send', 200, 7),
    line: {
      event: 'request.answered',
      method: 'POST',
      route: '/v2/send',
      status: 200,
      milliseconds: 7,
    },
    steps: {
      'sotto_requests_total{method="POST",route="/v2/send",status="2xx"}': 1,
      relay_messages_received_total: 1,
      relay_message_duration_seconds_sum: 0.007,
      relay_message_duration_seconds_count: 1,
    },
  },
  {
    call: (events) => events.requestAnswered('POST', '/v2/ohttp', 429, 1),
    line: {
      event: 'request.answered',
      method: 'POST',
      route: '/v2/ohttp',
      status: 429,
      milliseconds: 1,
    },
    steps: {
      'sotto_requests_total{method="POST",route="/v2/ohttp",status="4xx"}': 1,
      relay_messages_rejected_total: 1,
      relay_rate_limited_total: 1,
    },
  },
  {
    call: (events) => events.sealedRefused(),
    steps: { relay_messages_rejected_total: 1 },
  },
  {
    call: (events) => events.rateLimited('auth'),
    line: { event: 'request.limited', tier: 'auth' },
    steps: { 'sotto_rate_limited_total{tier="auth"}': 1 },
  },
  {
    call: (events) => events.registered(),
    line: { event: 'account.registered' },
    steps: { sotto_accounts_registered_total: 1 },
  },
  {
    call: (events) => events.loginTried('refused'),
    line: { event: 'account.login', outcome: 'refused' },
    steps: { 'sotto_logins_total{outcome="refused"}': 1 },
  },
  {
    call: (events) => events.sessionRefreshed(),
    line: { event: 'account.session', outcome: 'refreshed' },
    steps: { 'sotto_sessions_total{outcome="refreshed"}': 1 },
  },
  {
    call: (events) => events.sessionRefused(),
    line: { event: 'account.session', outcome: 'refused' },
    steps: { 'sotto_sessions_total{outcome="refused"}': 1 },
  },
  {
    call: (events) => events.sessionEnded(),
    line: { event: 'account.session', outcome: 'ended' },
    steps: { 'sotto_sessions_total{outcome="ended"}': 1 },
  },
  {
    call: (events) => events.sessionReused(),
    line: { event: 'account.session-reused' },
    steps: { 'sotto_sessions_total{outcome="reused"}': 1 },
  },
  {
    call: (events) => events.takenOver(),
    line: { event: 'account.taken-over' },
    steps: { sotto_takeovers_total: 1 },
  },
  {
    call: (events) => events.prekeysServed('metered'),
    line: { event: 'prekeys.served', outcome: 'metered' },
    steps: { 'sotto_prekeys_served_total{outcome="metered"}': 1 },
  },
  {
    call: (events) => events.prekeysLow(),
    line: { event: 'prekeys.low' },
    steps: { sotto_prekeys_low_total: 1 },
  },
  {
    call: (events) => events.messageStored(0),
    line: { event: 'message.accepted' },
    steps: { relay_blobs_created_total: 1, 'sotto_messages_total{outcome="stored"}': 1 },
  },
  {
    call: (events) => events.messageRefused('mailbox-full'),
    line: { event: 'message.refused', outcome: 'mailbox-full' },
    steps: { 'sotto_messages_total{outcome="mailbox-full"}': 1 },
  },
  {
    call: (events) => events.delivered(5),
    line: { event: 'message.delivered', count: 5 },
    steps: {
      relay_messages_sent_total: 5,
      sotto_delivery_batch_envelopes_sum: 5,
      sotto_delivery_batch_envelopes_count: 1,
    },
  },
  {
    call: (events) => events.acknowledged(6),
    line: { event: 'message.acknowledged', count: 6 },
    steps: {
      sotto_acknowledged_batch_envelopes_sum: 6,
      sotto_acknowledged_batch_envelopes_count: 1,
      relay_blobs_delivered_total: 6,
    },
  },
  {
    call: (events) => events.proofStored(),
    steps: { relay_recovery_vouchers_total: 1 },
  },
  {
    call: (events) => events.gatewayOpened(),
    line: { event: 'gateway.opened' },
    steps: { relay_connections_total: 1, relay_connections_active: 1, sotto_gateway_sockets: 1 },
  },
  {
    call: (events) => events.gatewayClosed('silent'),
    line: { event: 'gateway.closed', reason: 'silent' },
    steps: {
      relay_connections_active: -1,
      sotto_gateway_sockets: -1,
      'sotto_gateway_closed_total{reason="silent"}': 1,
    },
  },
  {
    call: (events) => events.gatewayRefused('bad-token'),
    line: { event: 'gateway.refused', reason: 'bad-token' },
    steps: {
      relay_connection_errors_total: 1,
      'sotto_gateway_refused_total{reason="bad-token"}': 1,
    },
  },
  {
    call: (events) => events.readerPaused(),
    line: { event: 'gateway.paused' },
    steps: { sotto_gateway_paused_total: 1 },
  },
  {
    call: (events) => events.liveRefused('not-allowed'),
    line: { event: 'live.refused', reason: 'not-allowed' },
    steps: { 'sotto_live_refused_total{reason="not-allowed"}': 1 },
  },
  {
    call: (events) => events.channelPosted(7),
    line: { event: 'channel.posted', count: 7 },
    steps: { sotto_channel_messages_total: 1, sotto_channel_deliveries_total: 7 },
  },
  {
    call: (events) => events.mediaFrame('limited'),
    steps: { 'sotto_media_frames_total{outcome="limited"}': 1 },
  },
  {
    call: (events) => events.attachmentStored(5000),
    line: { event: 'attachment.handled', outcome: 'stored' },
    steps: {
      'sotto_attachments_total{outcome="stored"}': 1,
      sotto_attachment_upload_bytes_sum: 5000,
    },
  },
  {
    call: (events) => events.attachmentServed(),
    line: { event: 'attachment.handled', outcome: 'served' },
    steps: { 'sotto_attachments_total{outcome="served"}': 1 },
  },
  {
    call: (events) => events.attachmentRefused('no-room'),
    line: { event: 'attachment.handled', outcome: 'no-room' },
    steps: { 'sotto_attachments_total{outcome="no-room"}': 1 },
  },
]

describe('each event', () => {
  for (const { call, line, steps } of cases) {
    const name = line?.event ?? Object.keys(steps ?? {})[0] ?? ''
    test(`${name} writes its line and steps its counters, and no others`, async () => {
      const { events, lines, samples } = watching()
      const before = await samples()
      call(events)
      const after = await samples()
      const described: Readonly<Record<string, EventDescription>> = eventCatalog
      const { level = '', fields = {} } = line === undefined ? {} : (described[line.event] ?? {})
      const time = new Date(0).toISOString()
      expect(lines).toEqual(line === undefined ? [] : [{ time, level, ...line }])
      const extra = ['event', ...Object.keys(fields)]
      expect(Object.keys(line ?? {}).toSorted()).toEqual(line === undefined ? [] : extra.toSorted())

      const stepped = [...after]
        .map(([series, figure]) => [series, figure - (before.get(series) ?? 0)] as const)
        .filter(([series, change]) => change !== 0 && !/_bucket\{|_(?:sum|count)\b/.test(series))
      const plain = Object.entries(steps ?? {}).filter(
        ([series]) => !/_(?:sum|count)\b/.test(series),
      )
      expect(Object.fromEntries(stepped)).toEqual(Object.fromEntries(plain))
      for (const [series, change] of Object.entries(steps ?? {})) {
        expect([series, (after.get(series) ?? 0) - (before.get(series) ?? 0)]).toEqual([
          series,
          change,
        ])
      }
    })
  }

  test('every event of the catalogue is one of these', () => {
    const seen = new Set(cases.map(({ line }) => line?.event))
    // The log writes this one by itself; that one comes with another.
    const elsewhere = ['log.lost', 'message.evicted']
    expect(Object.keys(eventCatalog).filter((name) => !seen.has(name))).toEqual(elsewhere)
  })

  test('every metric is stepped by one of these, or read', () => {
    const stepped = cases.flatMap(({ steps }) => Object.keys(steps ?? {}))
    const read = [
      'passwordQueue',
      'evicted',
      'envelopesWaiting',
      'health',
      'startTime',
      'residentMemory',
      'virtualMemory',
      'openFiles',
      'maxFiles',
      'threads',
      'heapUsed',
      'cpuSeconds',
      'loopLag',
      'vauchiBlobsStored',
    ]
    const unstepped = Object.entries(metricCatalog)
      .filter(([, { name }]) => !stepped.some((series) => series.startsWith(name)))
      .map(([key]) => key)
    expect(unstepped).toEqual(read)
  })

  test('every helper is one of these', () => {
    const called = new Set<string>()
    const { events } = watching()
    const spied = new Proxy(events, {
      get: (target, name, receiver) => {
        called.add(String(name))
        return Reflect.get(target, name, receiver) as unknown
      },
    })
    for (const { call } of cases) call(spied)
    expect(Object.keys(events).filter((name) => !called.has(name))).toEqual([])
  })
})

describe('events', () => {
  test('what people do writes nothing unless debugging is asked for', () => {
    const { events, lines } = watching('info')
    for (const { call } of cases) call(events)
    const people =
      /^(?:account\.(?!session-reused)|message\.|prekeys\.|gateway\.|attachment\.|request\.(?!failed))/
    expect(lines.map((line) => line.event).filter((name) => people.test(name))).toEqual([])
    expect(lines.length).toBeGreaterThan(8)
  })

  test('counting goes on when nothing is logged', async () => {
    const { events, lines, samples } = watching('off')
    events.messageStored(0)
    events.storeFailed('busy')
    expect(lines).toEqual([])
    expect((await samples()).get('sotto_messages_total{outcome="stored"}')).toBe(1)
    expect((await samples()).get('sotto_store_failures_total{code="busy"}')).toBe(1)
  })

  test('an eviction is told beside the message that caused it', async () => {
    const { events, lines, samples } = watching()
    events.messageStored(2)
    expect(lines.map((line) => line.event)).toEqual(['message.accepted', 'message.evicted'])
    expect((await samples()).get('sotto_envelopes_evicted_total')).toBe(2)
  })

  test('nothing is told when nothing happened', () => {
    const { events, lines } = watching()
    events.expired('envelopes', 0)
    events.orphansSwept(0)
    events.recordsDamaged('envelope', 0)
    events.delivered(0)
    events.acknowledged(0)
    expect(lines).toEqual([])
  })

  test('health is told when it changes', async () => {
    const { events, lines, samples } = watching()
    for (const healthy of [true, true, false, false, true])
      events.healthChecked('database', healthy)
    expect(lines.map((line) => line['healthy'])).toEqual([false, true])
    expect((await samples()).get('sotto_health_status{component="database"}')).toBe(1)
  })

  test('a method or a flood of routes from outside makes no labels', async () => {
    const { events, samples } = watching('off')
    events.requestAnswered('BREW', 'unmatched', 999, 1)
    for (let i = 0; i < 1000; i++) events.requestAnswered('GET', `/v1/keys/${i}`, 200, 1)
    const series = [...(await samples()).keys()]
    const name = 'sotto_requests_total{method="OTHER",route="unmatched",status="5xx"}'
    expect(series).toContain(name)
    expect(series.filter((each) => each.startsWith('sotto_requests_total')).length).toBeLessThan(
      260,
    )
    expect(
      (await samples()).get('sotto_requests_total{method="GET",route="other",status="2xx"}'),
    ).toBe(751)
  })

  test('requests are counted once, however often the metrics are read', async () => {
    const { events, samples } = watching('off')
    const series = 'sotto_requests_total{method="GET",route="/",status="2xx"}'
    events.requestAnswered('GET', '/', 200, 1)
    expect((await samples()).get(series)).toBe(1)
    expect((await samples()).get(series)).toBe(1)
    events.requestAnswered('GET', '/', 204, 1)
    expect((await samples()).get(series)).toBe(2)
  })

  test('an error that repeats fills no disk: lines have an allowance, counters do not', async () => {
    const { events, lines, clock, samples } = watching()
    for (let i = 0; i < 1000; i++) events.storeFailed('disk-full')
    events.backgroundFailed('other', new Error('x'))
    expect(lines.filter((line) => line.event === 'store.failed')).toHaveLength(20)
    expect(lines.filter((line) => line.event === 'background.failed')).toHaveLength(1)
    clock.millis += 10_000
    events.storeFailed('disk-full')
    events.storeFailed('disk-full')
    expect(lines.slice(-2).map((line) => line[leftOutField])).toEqual([980, undefined])
    expect((await samples()).get('sotto_store_failures_total{code="disk-full"}')).toBe(1002)
  })
})

describe('the catalogue', () => {
  test('no field has the name of one that every line has', () => {
    const fields = Object.values<EventDescription>(eventCatalog).flatMap((event) =>
      Object.keys(event.fields),
    )
    const taken = ['time', 'level', 'event', leftOutField]
    expect(fields.filter((field) => taken.includes(field))).toEqual([])
  })

  test('label values are few and plain', () => {
    for (const values of Object.values<readonly string[]>(labelValues)) {
      expect(values.length).toBeLessThanOrEqual(10)
      expect(values.every((value) => /^[A-Za-z0-9-]+$/.test(value))).toBe(true)
    }
  })
})
