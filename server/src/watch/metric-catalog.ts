/**
 * @module Every metric of the relay, as data: what is counted, by which labels, and which values a label can have.
 * No label names a person, a mailbox or an address, and none can take more values than stand here.
 *
 * The names that the Obscura relay documents (it pushes them over OTLP), and where the same thing stands here:
 *
 * | there | here |
 * |---|---|
 * | `users_registered_total` | `sotto_accounts_registered_total` |
 * | `messages_sent_total{status}` | `sotto_messages_total{outcome}` |
 * | `keys_prekey_low_total` | `sotto_prekeys_low_total` |
 * | `keys_takeovers_total` | `sotto_takeovers_total` |
 * | `messaging_inbox_overflow_total` | `sotto_messages_total{outcome="mailbox-full"}`, `sotto_envelopes_evicted_total` |
 * | `messaging_fetch_batch_size` | `sotto_delivery_batch_envelopes` |
 * | `notification_sends_total{status}` | none: there are no channels that could be without a receiver |
 * | `rate_limit_decisions_total{status}` | `sotto_rate_limited_total{tier}`; the allowed are in `sotto_requests_total` |
 * | `websocket_active_connections` | `sotto_gateway_sockets` |
 * | `websocket_ack_batch_size` | `sotto_acknowledged_batch_envelopes` |
 * | `websocket_ack_queue_dropped_total` | none: no acknowledgement is dropped |
 * | `websocket_outbound_dropped_total{reason}` | none: no envelope is dropped; `sotto_gateway_paused_total` |
 * | `attachments_uploaded_bytes` | `sotto_attachment_upload_bytes_sum` |
 * | `attachments_upload_size_bytes` | `sotto_attachment_upload_bytes` |
 * | `health_status{component}` | `sotto_health_status{component}` |
 *
 * Those of Vauchi's relay are here under their own names too: `vauchi-catalog.ts`.
 */
import { labelValues } from '#watch/label-values.ts'
import type { MetricFamily } from '#watch/metric-family.ts'
import { vauchiCatalog } from '#watch/vauchi-catalog.ts'

const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const commitSeconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5]
const batches = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
const megabytes = [16, 64, 256, 1024, 4096, 16384, 65536].map((kib) => kib * 1024)

const { methods, statusClasses, tiers, ...outcomes } = labelValues

export const metricCatalog = {
  requests: {
    kind: 'counter',
    name: 'sotto_requests_total',
    help: 'Requests answered',
    labels: { method: methods, route: 'route template', status: statusClasses },
  },
  requestSeconds: {
    kind: 'histogram',
    name: 'sotto_request_seconds',
    help: 'Time from a request to its answer',
    labels: { route: 'route template', status: statusClasses },
    buckets: requestSeconds,
  },
  requestsFailed: {
    kind: 'counter',
    name: 'sotto_requests_failed_total',
    help: 'Requests that ended in an error that nobody foresaw',
    labels: {},
  },
  rateLimited: {
    kind: 'counter',
    name: 'sotto_rate_limited_total',
    help: 'Requests refused because their address made too many',
    labels: { tier: tiers },
  },
  accountsRegistered: {
    kind: 'counter',
    name: 'sotto_accounts_registered_total',
    help: 'Accounts made',
    labels: {},
  },
  logins: {
    kind: 'counter',
    name: 'sotto_logins_total',
    help: 'Logins with a password',
    labels: { outcome: outcomes.login },
  },
  sessions: {
    kind: 'counter',
    name: 'sotto_sessions_total',
    help: 'What happened to sessions',
    labels: { outcome: outcomes.session },
  },
  takeovers: {
    kind: 'counter',
    name: 'sotto_takeovers_total',
    help: 'Accounts whose keys were replaced by those of another device',
    labels: {},
  },
  passwordQueue: {
    kind: 'gauge',
    name: 'sotto_password_queue_depth',
    help: 'Passwords that wait to be hashed',
    labels: {},
  },
  prekeysServed: {
    kind: 'counter',
    name: 'sotto_prekeys_served_total',
    help: 'Prekey bundles handed out: with a one-time key, without as none was left, without as too many were asked',
    labels: { outcome: outcomes.prekeys },
  },
  prekeysLow: {
    kind: 'counter',
    name: 'sotto_prekeys_low_total',
    help: 'Clients told that their one-time prekeys run out',
    labels: {},
  },
  messages: {
    kind: 'counter',
    name: 'sotto_messages_total',
    help: 'Messages sent, by what became of them',
    labels: { outcome: outcomes.message },
  },
  evicted: {
    kind: 'counter',
    name: 'sotto_envelopes_evicted_total',
    help: 'Envelopes removed from full mailboxes to make room for newer ones',
    labels: {},
  },
  delivered: {
    kind: 'histogram',
    name: 'sotto_delivery_batch_envelopes',
    help: 'Envelopes handed to a socket at a time',
    labels: {},
    buckets: batches,
  },
  acknowledged: {
    kind: 'histogram',
    name: 'sotto_acknowledged_batch_envelopes',
    help: 'Envelopes removed by an acknowledgement at a time',
    labels: {},
    buckets: batches,
  },
  expired: {
    kind: 'counter',
    name: 'sotto_expired_total',
    help: 'What was removed because its time was over',
    labels: { what: outcomes.expiring },
  },
  envelopesWaiting: {
    kind: 'gauge',
    name: 'sotto_envelopes_waiting',
    help: 'Envelopes in all mailboxes',
    labels: {},
  },
  sockets: {
    kind: 'gauge',
    name: 'sotto_gateway_sockets',
    help: 'WebSockets open',
    labels: {},
  },
  socketsClosed: {
    kind: 'counter',
    name: 'sotto_gateway_closed_total',
    help: 'WebSockets closed',
    labels: { reason: outcomes.closed },
  },
  socketsRefused: {
    kind: 'counter',
    name: 'sotto_gateway_refused_total',
    help: 'WebSockets refused',
    labels: { reason: outcomes.gatewayRefused },
  },
  socketsPaused: {
    kind: 'counter',
    name: 'sotto_gateway_paused_total',
    help: 'Deliveries that waited because a client read too slowly',
    labels: {},
  },
  liveRefused: {
    kind: 'counter',
    name: 'sotto_live_refused_total',
    help: 'Messages on the live door that were answered with an error',
    labels: { reason: outcomes.liveRefused },
  },
  channelMessages: {
    kind: 'counter',
    name: 'sotto_channel_messages_total',
    help: 'Messages stored in channels',
    labels: {},
  },
  channelDeliveries: {
    kind: 'counter',
    name: 'sotto_channel_deliveries_total',
    help: 'Channel messages handed to sockets',
    labels: {},
  },
  mediaFrames: {
    kind: 'counter',
    name: 'sotto_media_frames_total',
    help: 'Frames of voice and screen that arrived, by whether they were relayed',
    labels: { outcome: outcomes.mediaFrames },
  },
  attachments: {
    kind: 'counter',
    name: 'sotto_attachments_total',
    help: 'Attachments, by what became of them',
    labels: { outcome: outcomes.attachment },
  },
  attachmentBytes: {
    kind: 'histogram',
    name: 'sotto_attachment_upload_bytes',
    help: 'Sizes of stored attachments',
    labels: {},
    buckets: megabytes,
  },
  orphans: {
    kind: 'counter',
    name: 'sotto_orphans_swept_total',
    help: 'Attachments removed because no record knew them',
    labels: {},
  },
  damaged: {
    kind: 'counter',
    name: 'sotto_records_damaged_total',
    help: 'Records found damaged, each time that they were met',
    labels: { what: outcomes.damaged },
  },
  storeFailures: {
    kind: 'counter',
    name: 'sotto_store_failures_total',
    help: 'Work that the store could not do',
    labels: { code: outcomes.storeFailure },
  },
  commitBatch: {
    kind: 'histogram',
    name: 'sotto_commit_batch_operations',
    help: 'Operations written by one commit',
    labels: {},
    buckets: batches,
  },
  commitSeconds: {
    kind: 'histogram',
    name: 'sotto_commit_seconds',
    help: 'Time of one commit, until it is on the disk',
    labels: {},
    buckets: commitSeconds,
  },
  backgroundFailures: {
    kind: 'counter',
    name: 'sotto_background_failures_total',
    help: 'Background tasks that failed',
    labels: {},
  },
  health: {
    kind: 'gauge',
    name: 'sotto_health_status',
    help: 'Whether a part worked when it was last checked: 1 or 0',
    labels: { component: outcomes.component },
  },
  startTime: {
    kind: 'gauge',
    name: 'process_start_time_seconds',
    help: 'When the process was started, in seconds since 1970',
    labels: {},
  },
  residentMemory: {
    kind: 'gauge',
    name: 'process_resident_memory_bytes',
    help: 'Memory that the process holds',
    labels: {},
  },
  virtualMemory: {
    kind: 'gauge',
    name: 'process_virtual_memory_bytes',
    help: 'Address space of the process, on Linux',
    labels: {},
  },
  openFiles: {
    kind: 'gauge',
    name: 'process_open_fds',
    help: 'Files and sockets that the process has open, on Linux',
    labels: {},
  },
  maxFiles: {
    kind: 'gauge',
    name: 'process_max_fds',
    help: 'How many files and sockets it may have open, on Linux',
    labels: {},
  },
  threads: {
    kind: 'gauge',
    name: 'process_threads',
    help: 'Threads of the process, on Linux',
    labels: {},
  },
  heapUsed: {
    kind: 'gauge',
    name: 'sotto_heap_used_bytes',
    help: 'Memory that objects of JavaScript take',
    labels: {},
  },
  cpuSeconds: {
    kind: 'counter',
    name: 'process_cpu_seconds_total',
    help: 'Processor time of the process',
    labels: {},
  },
  loopLag: {
    kind: 'gauge',
    name: 'sotto_event_loop_lag_seconds',
    help: 'The longest that a timer was late since the metrics were read before',
    labels: {},
  },
  ...vauchiCatalog,
} as const satisfies Readonly<Record<string, MetricFamily>>

export type MetricCatalog = typeof metricCatalog
