/**
 * @module Options: watching the relay, and stopping it.
 */
import { hostOf, portOf } from '#options/host-and-port.ts'
import { option, optional } from '#options/option.ts'
import { address, bool, int, oneOf, portOrOff, secret } from '#options/shapes.ts'

const rustLevels: Readonly<Record<string, string>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  off: 'off',
}

/** Of `info,sqlx=warn` only the part without a target means something here, and that of the relay under its old name. */
function levelOfRustLog(filter: string): string | undefined {
  const levels = filter
    .split(',')
    .map((directive) =>
      directive
        .trim()
        .toLowerCase()
        .replace(/^vauchi_relay=/, ''),
    )
    .filter((directive) => Object.hasOwn(rustLevels, directive))
  return rustLevels[levels.at(-1) ?? '']
}

export const operations = {
  mgmtHost: option({
    flags: ['--mgmt-host'],
    variables: ['RELAY_METRICS_ADDR'],
    translate: { RELAY_METRICS_ADDR: hostOf },
    shape: address,
    byDefault: '127.0.0.1',
    prose:
      'The address for health and metrics. It answers in clear and asks nobody who they are: keep it on ' +
      'loopback, or on a network of your own for probes and Prometheus. --host does not move it.',
  }),
  mgmtPort: option({
    flags: ['--mgmt-port'],
    variables: ['OBSCURA_MGMT_PORT', 'RELAY_METRICS_ADDR'],
    translate: { RELAY_METRICS_ADDR: portOf },
    shape: portOrOff,
    byDefault: '9090',
    prose: 'The port for health and metrics. 0 takes any free one; off opens none.',
  }),
  metricsToken: optional({
    flags: ['--metrics-token'],
    variables: ['RELAY_METRICS_TOKEN'],
    shape: secret({ minBytes: 1 }),
    whenUnset: 'whoever reaches the management port reads them',
    prose: 'The bearer token for /metrics. Prefer the variable to the flag.',
  }),
  obliviousOnMgmt: option({
    flags: ['--oblivious-on-mgmt'],
    shape: bool,
    byDefault: 'false',
    prose:
      'Whether the management port answers /v2, too, as that of Vauchi’s relay does. Only for clients that were made ' +
      'for it, and where that port is as safe to reach as the other.',
  }),
  adminToken: optional({
    flags: ['--admin-token'],
    variables: ['SC_ADMIN_TOKEN'],
    shape: secret({ minBytes: 1 }),
    whenUnset: 'there is no such page',
    prose:
      'The bearer token for /admin/stats on the port for clients: how many are connected, in numbers. /metrics on the ' +
      'management port says more. Prefer the variable to the flag, and something long and random.',
  }),
  logFormat: option({
    flags: ['--log-format'],
    variables: ['OBSCURA_LOG_FORMAT', 'RELAY_LOG_FORMAT'],
    shape: oneOf('text', 'json'),
    byDefault: 'text',
    prose: 'text for people, json for machines: one object a line.',
  }),
  logLevel: option({
    flags: ['--log-level'],
    variables: ['RUST_LOG'],
    shape: oneOf('debug', 'info', 'warn', 'error', 'off'),
    byDefault: 'info',
    prose:
      'The least important events that are logged. Of RUST_LOG the level without a target counts (info in ' +
      'info,sqlx=warn). No level logs names, ids, addresses or messages.',
    translate: { RUST_LOG: levelOfRustLog },
  }),
  shutdownTimeoutSeconds: option({
    flags: ['--shutdown-timeout-secs'],
    variables: ['OBSCURA_SHUTDOWN_TIMEOUT_SECS'],
    shape: int({ min: 0, max: 3600, unit: 'seconds' }),
    byDefault: '5',
    prose:
      'How long requests, sockets and background work may take to finish when the relay is stopped.',
  }),
  dbTimeoutMillis: option({
    flags: ['--db-timeout-ms'],
    variables: ['OBSCURA_HEALTH_DB_TIMEOUT_MS'],
    shape: int({ min: 1, max: 60_000, unit: 'milliseconds' }),
    byDefault: '2000',
    prose: 'How long the readiness check waits for the database.',
  }),
  storageTimeoutMillis: option({
    flags: ['--storage-timeout-ms'],
    variables: ['OBSCURA_STORAGE_HEALTH_TIMEOUT_MS'],
    shape: int({ min: 1, max: 60_000, unit: 'milliseconds' }),
    byDefault: '2000',
    prose: "How long the readiness check waits for the attachments' storage.",
  }),
}
