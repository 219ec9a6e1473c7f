/**
 * @module A live door for tests: it hears what clients say and says what a test tells it to. Unless it is told otherwise it
 * lets everybody in, answers pings, and says that it watches.
 */
import { type DownMessage, readUp, type UpMessage, writeDown } from '@sotto/wire/live'
import type { Network, Socket, SocketHandlers } from '#ports/network.ts'
import { neededCapabilities } from '#relay/live/connection.ts'

export const nonce: Uint8Array = new Uint8Array(32).fill(0x6e)

type Reply = (message: UpMessage, line: FakeLine) => boolean

export class FakeDoor implements Pick<Network, 'connect'> {
  readonly lines: FakeLine[] = []
  /** True when the message is answered; else the door does what it does by default. */
  reply: Reply = () => false
  /** Whether sockets open at all. */
  isReachable = true
  capabilities: readonly string[] = neededCapabilities

  /** The newest one. */
  get line(): FakeLine {
    const line = this.lines.at(-1)
    if (line === undefined) throw new TypeError('Nobody has connected')
    return line
  }

  connect(url: string, _protocols: readonly string[], handlers: SocketHandlers): Socket {
    const line = new FakeLine(url, handlers, this)
    this.lines.push(line)
    queueMicrotask(() => {
      if (this.isReachable) line.open()
      else line.cut()
    })
    return line
  }
}

export class FakeLine implements Socket {
  readonly url: string
  readonly heard: UpMessage[] = []
  closedWith: number | undefined
  readonly #handlers: SocketHandlers
  readonly #door: FakeDoor
  #isOver = false

  constructor(url: string, handlers: SocketHandlers, door: FakeDoor) {
    this.url = url
    this.#handlers = handlers
    this.#door = door
  }

  heardOf<Type extends UpMessage['type']>(
    type: Type,
  ): readonly Extract<UpMessage, { readonly type: Type }>[] {
    return this.heard.filter(
      (message): message is Extract<UpMessage, { readonly type: Type }> => message.type === type,
    )
  }

  open(): void {
    if (this.#isOver) return
    this.#handlers.opened()
    this.say({ type: 'auth_challenge', nonce })
  }

  say(message: DownMessage): void {
    this.sayRaw(writeDown(message, 'bin'))
  }

  sayRaw(frame: Uint8Array): void {
    if (!this.#isOver) this.#handlers.received(frame)
  }

  /** As when the network breaks. */
  cut(code = 1006): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handlers.closed(code, '')
  }

  send(frame: Uint8Array): void {
    if (this.#isOver) return
    const reading = readUp(frame)
    if (reading.kind !== 'message') throw new TypeError(`Cannot hear: ${reading.why}`)
    this.heard.push(reading.message)
    queueMicrotask(() => this.#answer(reading.message))
  }

  close(code: number): void {
    this.closedWith ??= code
    queueMicrotask(() => this.cut(code))
  }

  #answer(message: UpMessage): void {
    if (this.#isOver || this.#door.reply(message, this)) return
    if (message.type === 'ping') this.say({ type: 'pong' })
    if (message.type === 'watch' || message.type === 'unwatch') {
      this.say({ type: 'watching', count: 0 })
    }
    if (message.type === 'auth') {
      this.say({ type: 'auth_success', offline_count: 0, caps: this.#door.capabilities, device: 1 })
    }
  }
}
