/**
 * @module Looks at options together: pairs that need each other, choices that follow from others, and settings that
 * deserve a word of warning.
 */
import { join } from 'node:path'
import { isLoopbackIp, parseIp } from '#guard/ip.ts'
import { flagOf, type ReadOptions } from '#options/read.ts'
import type { DatabaseUrl } from '#options/shapes.ts'
import type { Secret } from '#options/secret.ts'
import type { OptionKey, Values } from '#options/table.ts'

/** Where attachments rest. */
export type StorageChoice =
  | { readonly kind: 'disk' }
  | {
      readonly kind: 's3'
      readonly endpoint: string
      readonly bucket: string
      readonly region: string
      readonly accessKey: Secret
      readonly secretKey: Secret
      readonly forcePathStyle: boolean
    }

export interface TlsFiles {
  readonly certPath: string
  readonly keyPath: string
}

/** The options that only make sense with others: they are given on as what they mean together. */
const merged = [
  'databaseUrl',
  'tlsCert',
  'tlsKey',
  'storage',
  'storageEndpoint',
  'storageBucket',
  'storageRegion',
  'storageAccessKey',
  'storageSecretKey',
  'storageForcePathStyle',
] as const satisfies readonly OptionKey[]

type Alone = Omit<Values, (typeof merged)[number]>

export interface Options extends Alone {
  readonly database: DatabaseUrl
  readonly tls: TlsFiles | undefined
  readonly storage: StorageChoice
}

/** Call it with a reading that has no problems. Adds to `problems` and `warnings`. */
export function resolve(
  { values, sources }: ReadOptions,
  problems: string[],
  warnings: string[],
): Options {
  const { databaseUrl, tlsCert, tlsKey } = values
  checkPorts(values, problems)
  warnAboutProxies(values, sources, warnings)
  warnAboutTurn(values, sources, warnings)
  checkVersions(values, problems)
  if (databaseUrl?.kind === 'memory') {
    warnings.push('The database is in memory: everything in it is gone when the relay stops')
  }
  return {
    ...alone(values),
    database: databaseUrl ?? { kind: 'sqlite', path: join(values.dataDir, 'sotto.db') },
    tls: resolveTls(tlsCert, tlsKey, problems),
    storage: resolveStorage(values, sources, problems, warnings),
  }
}

function alone(values: Values): Alone {
  const names: readonly string[] = merged
  // What is left is all of Values but the names in `merged`.
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => !names.includes(name)),
  ) as Alone
}

function checkPorts(values: Values, problems: string[]): void {
  if (values.port !== 0 && values.port === values.mgmtPort) {
    problems.push(
      `Cannot use port ${values.port} for both --port and --mgmt-port: health and metrics need one of their own`,
    )
  }
}

function checkVersions({ appVersionMin, appVersionWarn }: Values, problems: string[]): void {
  if (appVersionWarn !== undefined && appVersionWarn < appVersionMin) {
    problems.push(
      `Cannot warn below version ${appVersionWarn} (--app-version-warn) and let none in below ${appVersionMin} ` +
        '(--app-version-min): the first must not be the smaller one',
    )
  }
}

function resolveTls(
  certPath: string | undefined,
  keyPath: string | undefined,
  problems: string[],
): TlsFiles | undefined {
  if (certPath !== undefined && keyPath !== undefined) return { certPath, keyPath }
  if (certPath !== undefined) problems.push('Cannot use --tls-cert alone: --tls-key is not set')
  if (keyPath !== undefined) problems.push('Cannot use --tls-key alone: --tls-cert is not set')
  return undefined
}

function warnAboutProxies(
  values: Values,
  sources: ReadonlyMap<string, string>,
  warnings: string[],
): void {
  if (values.trustedProxies.some((range) => range.prefix === 0)) {
    warnings.push(
      'Every address is a trusted proxy: all clients can choose the address that they are limited by',
    )
  }
  if (values.tlsVerified && !isLoopback(values.host) && !sources.has('trustedProxies')) {
    warnings.push(
      'A proxy terminates TLS but --trusted-proxies does not name it: unless it is on this machine, all clients ' +
        "share the proxy's rate limit",
    )
  }
}

function warnAboutTurn(
  { iceTurnUrl, iceTurnSecret }: Values,
  sources: ReadonlyMap<string, string>,
  warnings: string[],
): void {
  if (iceTurnUrl !== undefined || iceTurnSecret === undefined) return
  warnings.push(
    `${sources.get('iceTurnSecret') ?? flagOf('iceTurnSecret')} is ignored: --ice-turn-url is not set`,
  )
}

export function isLoopback(host: string): boolean {
  const ip = parseIp(host)
  return host === 'localhost' || (ip !== undefined && isLoopbackIp(ip))
}

// ---------------------------------------------------------------------------------------------- attachments

const s3Only: readonly OptionKey[] = ['storageEndpoint', 'storageBucket', 'storageAccessKey']

function resolveStorage(
  values: Values,
  sources: ReadonlyMap<string, string>,
  problems: string[],
  warnings: string[],
): StorageChoice {
  // An AWS_ variable is often there for another program, so it does not choose by itself.
  const hints = s3Only.filter((key) => !(sources.get(key) ?? 'AWS_').startsWith('AWS_'))
  const kind = values.storage ?? (hints.length > 0 ? 's3' : 'disk')
  if (kind === 'disk') {
    if (hints.length > 0) {
      const names = hints.map((key) => sources.get(key) ?? flagOf(key)).join(', ')
      warnings.push(
        `${names} ${hints.length > 1 ? 'are' : 'is'} ignored: attachments rest on the disk`,
      )
    }
    return { kind: 'disk' }
  }
  const { storageAccessKey: accessKey, storageSecretKey: secretKey } = values
  if (accessKey === undefined || secretKey === undefined) {
    const missing = [
      ...(accessKey === undefined ? ['--storage-access-key'] : []),
      ...(secretKey === undefined ? ['--storage-secret-key'] : []),
    ].join(' and ')
    const because =
      hints[0] === undefined ? '--storage' : (sources.get(hints[0]) ?? flagOf(hints[0]))
    problems.push(
      `Cannot keep attachments in S3, as ${because} asks: set ${missing} (or the variables), or --storage disk`,
    )
    return { kind: 'disk' }
  }
  return {
    kind,
    endpoint: values.storageEndpoint ?? `https://s3.${values.storageRegion}.amazonaws.com`,
    bucket: values.storageBucket,
    region: values.storageRegion,
    accessKey,
    secretKey,
    forcePathStyle: values.storageForcePathStyle,
  }
}
