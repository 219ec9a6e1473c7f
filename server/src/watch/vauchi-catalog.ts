/**
 * @module The metrics of Vauchi's relay, under its names and without a label, for dashboards and alerts that stand on those.
 * docs/protocols/vauchi-metrics.md says of each name what it counts here, or why it is not here.
 *
 * Requests are those of the oblivious door, direct or from inside a seal. Blobs are the envelopes of every door: they lie
 * in one store, and what was sent by `/v2` can be watched and acknowledged at the live door.
 */
import type { MetricFamily } from '#watch/metric-family.ts'

const answerSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export const vauchiCatalog = {
  vauchiConnections: {
    kind: 'counter',
    name: 'relay_connections_total',
    help: 'WebSockets opened',
    labels: {},
  },
  vauchiConnectionErrors: {
    kind: 'counter',
    name: 'relay_connection_errors_total',
    help: 'WebSockets refused',
    labels: {},
  },
  vauchiConnectionsActive: {
    kind: 'gauge',
    name: 'relay_connections_active',
    help: 'WebSockets open',
    labels: {},
  },
  vauchiReceived: {
    kind: 'counter',
    name: 'relay_messages_received_total',
    help: 'POST requests of the oblivious door that were accepted',
    labels: {},
  },
  vauchiRejected: {
    kind: 'counter',
    name: 'relay_messages_rejected_total',
    help: 'POST requests of the oblivious door that were refused with a status of 4xx',
    labels: {},
  },
  vauchiRateLimited: {
    kind: 'counter',
    name: 'relay_rate_limited_total',
    help: 'Those of the refused whose status was 429',
    labels: {},
  },
  vauchiSeconds: {
    kind: 'histogram',
    name: 'relay_message_duration_seconds',
    help: 'Time from a POST request of the oblivious door to its answer',
    labels: {},
    buckets: answerSeconds,
  },
  vauchiSent: {
    kind: 'counter',
    name: 'relay_messages_sent_total',
    help: 'Envelopes handed to clients',
    labels: {},
  },
  vauchiBlobsCreated: {
    kind: 'counter',
    name: 'relay_blobs_created_total',
    help: 'Envelopes stored',
    labels: {},
  },
  vauchiBlobsDelivered: {
    kind: 'counter',
    name: 'relay_blobs_delivered_total',
    help: 'Envelopes that were acknowledged',
    labels: {},
  },
  vauchiBlobsExpired: {
    kind: 'counter',
    name: 'relay_blobs_expired_total',
    help: 'Envelopes removed because their time was over',
    labels: {},
  },
  vauchiBlobsStored: {
    kind: 'gauge',
    name: 'relay_blobs_stored',
    help: 'Envelopes in all mailboxes',
    labels: {},
  },
  vauchiVouchers: {
    kind: 'counter',
    name: 'relay_recovery_vouchers_total',
    help: 'Recovery proofs stored',
    labels: {},
  },
  vauchiPanics: {
    kind: 'counter',
    name: 'relay_panics_total',
    help: 'Errors that nobody foresaw, in requests and in background tasks',
    labels: {},
  },
} as const satisfies Readonly<Record<string, MetricFamily>>
