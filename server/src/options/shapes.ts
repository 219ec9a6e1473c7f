/**
 * @module The shapes that values of options take: each says what may be written and reads it, strictly.
 */
import { isIP } from 'node:net'
import { parseCidr, type Cidr } from '#guard/cidr.ts'
import type { Reading, Shape } from '#options/option.ts'
import { Secret } from '#options/secret.ts'

const read = <T>(value: T): Reading<T> => ({ kind: 'read', value })
const refused = (must: string): Reading<never> => ({ kind: 'refused', must })

const wholeNumber = /^(?:0|[1-9]\d{0,14})$/

export function int(bounds: {
  readonly min: number
  readonly max: number
  readonly unit?: string
}): Shape<number> {
  const ofUnit = bounds.unit === undefined ? '' : ` of ${bounds.unit}`
  const allowed = `a whole number${ofUnit} from ${bounds.min} to ${bounds.max}`
  return {
    label: bounds.unit?.toUpperCase() ?? 'NUMBER',
    allowed,
    read: (text) => {
      const value = wholeNumber.test(text) ? Number(text) : Number.NaN
      return value >= bounds.min && value <= bounds.max
        ? read(value)
        : refused(`must be ${allowed}`)
    },
  }
}

/** A number that 0 takes away; it is then read as infinity, so that comparing with it stays right. */
export function intOrUnlimited(bounds: { readonly max: number }): Shape<number> {
  const counted = int({ min: 0, max: bounds.max })
  const allowed = `${counted.allowed}, 0 for no limit`
  return {
    label: counted.label,
    allowed,
    read: (text) => {
      const reading = counted.read(text)
      if (reading.kind === 'refused') return refused(`must be ${allowed}`)
      return reading.value === 0 ? read(Number.POSITIVE_INFINITY) : reading
    },
  }
}

const multiples: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}

/** A number of bytes, `1048576` or `1MiB`. */
export function bytes(bounds: { readonly min: number; readonly max: number }): Shape<number> {
  const allowed = `bytes, plain or as KiB, MiB or GiB, from ${bounds.min} to ${bounds.max}`
  return {
    label: 'BYTES',
    allowed,
    read: (text) => {
      const [, digits = '', unit = ''] = /^(0|[1-9]\d{0,14})(KiB|MiB|GiB)?$/.exec(text) ?? []
      const value = digits === '' ? Number.NaN : Number(digits) * (multiples[unit] ?? Number.NaN)
      return value >= bounds.min && value <= bounds.max
        ? read(value)
        : refused(`must be ${allowed}`)
    },
  }
}

/** A TCP port; 0 takes any free one. */
export const port: Shape<number> = {
  ...int({ min: 0, max: 65535 }),
  label: 'PORT',
  read: (text) => {
    const reading = int({ min: 0, max: 65535 }).read(text)
    // Kubernetes gives every pod SERVICE_PORT=tcp://… for each service, and a service is easily called like us.
    return reading.kind === 'refused' && text.startsWith('tcp://')
      ? refused(
          `${reading.must}. Kubernetes sets this for a service: use enableServiceLinks: false`,
        )
      : reading
  },
}

export const portOrOff: Shape<number | 'off'> = {
  label: 'PORT',
  allowed: `${port.allowed}, or off`,
  read: (text) => {
    if (text === 'off') return read('off')
    const reading = port.read(text)
    return reading.kind === 'refused' ? refused(`${reading.must}, or off`) : reading
  },
}

export const bool: Shape<boolean> = {
  label: 'true|false',
  allowed: 'true or false',
  isSwitch: true,
  read: (text) => {
    const lower = text.toLowerCase()
    if (lower === 'true' || lower === '1') return read(true)
    if (lower === 'false' || lower === '0') return read(false)
    return refused('must be true or false')
  },
}

export function oneOf<const T extends string>(...words: readonly [T, T, ...T[]]): Shape<T> {
  const allowed = `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
  return {
    label: words.join('|'),
    allowed,
    read: (text) => {
      const word = words.find((candidate) => candidate === text)
      return word === undefined ? refused(`must be ${allowed}`) : read(word)
    },
  }
}

/** Where to listen. Names other than `localhost` are refused: what they resolve to is not ours to guess. */
export const address: Shape<string> = {
  label: 'ADDRESS',
  allowed: 'an IP address, or localhost',
  read: (text) => {
    const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
    return bare === 'localhost' || isIP(bare) !== 0
      ? read(bare)
      : refused('must be an IP address, or localhost')
  },
}

export const path: Shape<string> = {
  label: 'PATH',
  allowed: 'a path',
  read: (text) => (text.includes('\0') ? refused('must be a path') : read(text)),
}

export function word(pattern: RegExp, allowed: string, label: string): Shape<string> {
  return {
    label,
    allowed,
    read: (text) => (pattern.test(text) ? read(text) : refused(`must be ${allowed}`)),
  }
}

/** An http or https address without credentials; read without its trailing slash. */
export const httpUrl: Shape<string> = {
  label: 'URL',
  allowed: 'an http or https URL without a user name or password in it',
  // It may carry a password by mistake, so that it is not repeated in a message.
  isSecret: true,
  read: (text) => {
    const url = URL.parse(text)
    const fits =
      url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
    return fits
      ? read(url.href.replace(/\/$/, ''))
      : refused('must be an http or https URL without a user name or password in it')
  },
}

export const cidrs: Shape<readonly Cidr[]> = {
  label: 'CIDR[,CIDR]',
  allowed: 'addresses or CIDR ranges, separated by commas; none for an empty list',
  isList: true,
  read: (text) => {
    if (text.trim() === 'none') return read([])
    const ranges: Cidr[] = []
    for (const entry of text.split(',')) {
      const range = parseCidr(entry.trim())
      if (range === undefined) {
        return refused(`${JSON.stringify(entry.trim())} must be an IP address or a CIDR range`)
      }
      ranges.push(range)
    }
    return read(ranges)
  },
}

/** Origins as browsers write them (RFC 6454 §6.2): those of other schemes are as good as those of the web. */
export const origins: Shape<readonly string[]> = {
  label: 'ORIGIN[,ORIGIN]',
  allowed: 'origins like https://app.example, separated by commas; none for an empty list',
  isList: true,
  read: (text) => {
    if (text.trim() === 'none') return read([])
    const found: string[] = []
    for (const entry of text.split(',')) {
      const origin = originOf(entry.trim())
      if (origin === undefined) {
        return refused(
          `${JSON.stringify(entry.trim())} must be an origin: scheme, host and, if it is another, port, like ` +
            'https://app.example. Leave the option unset to let any origin call',
        )
      }
      found.push(origin)
    }
    return read(found)
  },
}

function originOf(text: string): string | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+$/i.test(text)) return undefined
  const url = URL.parse(text)
  if (url === null || url.host === '') return undefined
  // URL knows origins of the web only.
  return url.origin === 'null' ? text.toLowerCase() : url.origin
}

const hostAndPort = /(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?/i.source

/** RFC 7064. */
export const stunUrl = word(
  new RegExp(`^stuns?:${hostAndPort}$`, 'i'),
  'a STUN URL, like stun:stun.example:3478',
  'STUN-URL',
)

/** RFC 7065. */
export const turnUrl = word(
  new RegExp(`^turns?:${hostAndPort}(?:\\?transport=(?:udp|tcp))?$`, 'i'),
  'a TURN URL, like turn:turn.example:3478?transport=udp or turns:turn.example',
  'TURN-URL',
)

export function secret(bounds: {
  readonly minBytes: number
  readonly known?: readonly string[]
}): Shape<Secret> {
  const allowed = `a text of at least ${bounds.minBytes} bytes`
  return {
    label: 'SECRET',
    allowed,
    isSecret: true,
    read: (text) => {
      if (bounds.known?.includes(text) === true) {
        return refused(
          'must be a secret of your own: this one is printed in public documentation. ' +
            'Leave it unset to have one generated and kept in the data folder',
        )
      }
      return new TextEncoder().encode(text).length < bounds.minBytes
        ? refused(`must be ${allowed}`)
        : read(new Secret(text))
    },
  }
}

export type DatabaseUrl =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'memory' }

/** `sqlite:PATH` (also with `//` before the path, as sqlx writes it) or `memory:`. */
export const databaseUrl: Shape<DatabaseUrl> = {
  label: 'URL',
  allowed: 'sqlite:PATH, or memory: to keep nothing',
  isSecret: true,
  read: (text) => {
    if (/^postgres(?:ql)?:/i.test(text)) {
      return refused(
        'must be sqlite:PATH or memory:. This version keeps its data in SQLite, not in PostgreSQL: ' +
          'leave the option unset to use sotto.db in the data folder',
      )
    }
    if (text === 'memory:' || text === 'sqlite::memory:') return read({ kind: 'memory' })
    // Creating what is not there is what we do anyway.
    const file = /^sqlite:(?:\/\/)?([^?\0]+)(?:\?mode=rwc)?$/.exec(text)?.[1]
    return file === undefined
      ? refused('must be sqlite:PATH, without parameters, or memory:')
      : read({ kind: 'sqlite', path: file })
  },
}
