/**
 * @module Options of other relays that are accepted so that an operator's environment file and unit work unchanged,
 * and that change nothing here. Using one gives a warning at the start.
 */
import type { WithoutEffect } from '#options/option.ts'

const noOtlp =
  'OTLP export is not in this version. Let Prometheus, or a collector with a Prometheus receiver, read /metrics ' +
  'on the management port'

const noChannels =
  'There are no event channels to size or to sweep: a mailbox wakes its open sockets directly, and what they ' +
  'have not read waits in the store'

const noOutbound =
  'Nothing is queued for a socket: delivery stops when the socket takes no more, and goes on from the store when ' +
  'it does'

const noClientCertificates =
  'No client is asked for a certificate: accounts and identities prove themselves with keys of their own. Let a proxy ' +
  'in front ask for one if a network wants it'

const noClientSockets =
  'Clients of this protocol call over HTTP, and hold nothing open here. --max-sockets and --request-timeout-secs bound ' +
  'what is held open'

export const withoutEffect: readonly WithoutEffect[] = [
  {
    flags: ['--max-connections'],
    variables: ['RELAY_MAX_CONNECTIONS'],
    prose: 'How many connections may be open at once.',
    why: noClientSockets,
  },
  {
    flags: ['--idle-timeout'],
    variables: ['RELAY_IDLE_TIMEOUT'],
    prose: 'How long a connection may say nothing.',
    why: noClientSockets,
  },
  {
    flags: ['--require-noise-encryption'],
    variables: ['RELAY_REQUIRE_NOISE_ENCRYPTION'],
    prose: 'Whether sockets of clients must be encrypted with Noise.',
    why: noClientSockets,
  },
  {
    flags: ['--mtls-ca'],
    variables: ['SC_MTLS_CA'],
    prose: 'The authority that certificates of clients must come from.',
    why: noClientCertificates,
  },
  {
    flags: ['--gc-interval-secs', '--notification-gc-interval-secs'],
    variables: ['OBSCURA_GC_INTERVAL_SECS', 'NOTIFICATION_GC_INTERVAL_SECS'],
    prose: 'How often event channels without listeners are dropped.',
    why: noChannels,
  },
  {
    flags: ['--channel-capacity', '--notification-channel-capacity'],
    variables: ['OBSCURA_CHANNEL_CAPACITY', 'NOTIFICATION_CHANNEL_CAPACITY'],
    prose: 'How many events are buffered for one user.',
    why: noChannels,
  },
  {
    flags: ['--ws-outbound-buffer-size'],
    variables: ['OBSCURA_WS_OUTBOUND_BUFFER_SIZE', 'WS_OUTBOUND_BUFFER_SIZE'],
    prose: 'How many messages are buffered for one socket.',
    why: noOutbound,
  },
  {
    flags: ['--otlp-endpoint'],
    variables: ['OBSCURA_OTLP_ENDPOINT'],
    prose: 'Where traces, metrics and logs are sent.',
    why: noOtlp,
  },
  {
    flags: ['--trace-sampling-ratio'],
    variables: ['OBSCURA_TRACE_SAMPLING_RATIO'],
    prose: 'Which part of all traces is sent.',
    why: noOtlp,
  },
  {
    flags: ['--metrics-export-interval-secs'],
    variables: ['OBSCURA_TELEMETRY_METRICS_EXPORT_INTERVAL_SECS'],
    prose: 'How often metrics are sent.',
    why: noOtlp,
  },
  {
    flags: ['--export-timeout-secs'],
    variables: ['OBSCURA_TELEMETRY_EXPORT_TIMEOUT_SECS'],
    prose: 'How long sending them may take.',
    why: noOtlp,
  },
]
