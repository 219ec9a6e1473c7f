/**
 * @module What browsers, Bun and Node all have and TypeScript's own library does not name: with nothing else to lean on, the
 * compiler proves that the engine runs on each of them.
 */
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
declare const AbortSignal: {
  any(signals: readonly AbortSignal[]): AbortSignal
  timeout(millis: number): AbortSignal
}
interface AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
declare const AbortController: new () => AbortController
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean })
  decode(bytes?: Uint8Array): string
}
interface URL {
  readonly origin: string
  readonly protocol: string
  readonly hostname: string
  readonly host: string
  readonly pathname: string
  readonly username: string
  readonly password: string
  readonly search: string
  readonly hash: string
  readonly href: string
}
declare const URL: {
  new (url: string, base?: string): URL
  canParse(url: string): boolean
}
declare function setTimeout(callback: () => void, millis: number): unknown
declare function clearTimeout(timer: unknown): void
interface Response {
  readonly status: number
  readonly type: string
  readonly headers: {
    get(name: string): string | null
    forEach(call: (value: string, name: string) => void): void
  }
  readonly body: {
    cancel(): Promise<void>
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>
      cancel(): Promise<void>
    }
  } | null
}
declare function fetch(
  url: string,
  request: {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: Uint8Array<ArrayBuffer> | null
    readonly cache: 'no-store'
    readonly credentials: 'omit'
    readonly redirect: 'manual'
    readonly referrerPolicy: 'no-referrer'
    readonly signal: AbortSignal
  },
): Promise<Response>
interface WebSocket {
  binaryType: string
  readonly readyState: number
  send(frame: Uint8Array<ArrayBuffer>): void
  close(code: number, reason: string): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void
}
declare const WebSocket: new (url: string, protocols: string[]) => WebSocket
declare const crypto: { getRandomValues(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> }
declare function queueMicrotask(call: () => void): void
