/**
 * @module A variable that holds an address and a port, like `0.0.0.0:8080` or `[::]:8080`, for the two options that it
 * is here. One of them alone leaves the other option as it is.
 */

interface Parts {
  readonly host?: string
  readonly port?: string
}

function partsOf(text: string): Parts {
  if (/^\d+$|^off$/.test(text)) return { port: text }
  const [, host, port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(text) ?? []
  return host === undefined || port === undefined ? { host: text } : { host, port }
}

export function hostOf(text: string): string | undefined {
  return partsOf(text).host
}

export function portOf(text: string): string | undefined {
  return partsOf(text).port
}
