/**
 * @module What was asked over one connection and is not answered yet.
 *
 * A relay handles what one client says in order, and answers in order. So an error that names no question is about the oldest
 * one, and a `pong` says that everything from before its `ping` is done with. Who gives up waiting leaves the question in
 * its place, because its answer may still come.
 */
import { type DownMessage, type DownOf, type UpMessage, writeUp } from '@sotto/wire/live'
import { SottoError } from '#errors.ts'
import type { Clock } from '#ports/clock.ts'
import { errorOf } from '#relay/live/error-codes.ts'

export interface Question<Answer> {
  readonly message: UpMessage
  /** Undefined when the message is not the answer. What throws is what comes of the question. */
  readonly answerOf: (message: DownMessage) => Answer | undefined
  /** What a refusal means when it is an answer too, by its `code_str`. */
  readonly refusedAs?: Readonly<Record<string, Answer>>
}

export interface QuestionsDeps {
  readonly clock: Clock
  readonly send: (frame: Uint8Array) => void
}

interface Pending {
  readonly clientId: Uint8Array | undefined
  readonly bytes: number
  /** How many pings went before it. */
  readonly pingsBefore: number
  /** Whether this was about it. Settles it then. */
  readonly take: (message: DownMessage) => boolean
  readonly refuse: (error: DownOf<'error'>) => void
  /** Everything up to here is done with, and no answer came. */
  readonly pass: () => void
  readonly fail: (error: SottoError) => void
}

export const questionTimeoutMillis = 15_000

/** A relay ends a connection on which 2,048 messages or 16 MiB wait to be handled. */
const maxPending = 256
const maxPendingBytes: number = 8 * 1024 * 1024

export class Questions {
  readonly #deps: QuestionsDeps
  readonly #pending: Pending[] = []
  #bytes = 0
  #pings = 0
  #pongs = 0
  #ended: SottoError | undefined

  constructor(deps: QuestionsDeps) {
    this.#deps = deps
  }

  /** Rejects with a `SottoError`, or the signal's reason. What the schema does not allow is a `RangeError`. */
  async ask<Answer>(
    { message, answerOf, refusedAs }: Question<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    signal.throwIfAborted()
    const frame = writeUp(message, 'bin')
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const aborted = (): void => reject(signal.reason)
    const late = this.#deps.clock.after(questionTimeoutMillis, () => {
      reject(new SottoError('offline', 'The relay did not answer in time'))
      this.ping()
    })
    this.#say(message, frame, {
      take(answer) {
        try {
          const value = answerOf(answer)
          if (value === undefined) return false
          resolve(value)
        } catch (error) {
          reject(error)
        }
        return true
      },
      refuse(error) {
        const { code_str: code = '' } = error
        const isAnswer = refusedAs !== undefined && Object.hasOwn(refusedAs, code)
        const answer = isAnswer ? refusedAs[code] : undefined
        if (answer === undefined) reject(errorOf(error))
        else resolve(answer)
      },
      pass: () => reject(new SottoError('bad-answer', 'The relay left a question unanswered')),
      fail: reject,
    })
    signal.addEventListener('abort', aborted, { once: true })
    try {
      return await promise
    } finally {
      late.cancel()
      signal.removeEventListener('abort', aborted)
    }
  }

  /** Says what is only answered when it is refused. Resolves when the relay is past it. */
  tell(messages: readonly UpMessage[]): Promise<readonly PromiseSettledResult<void>[]> {
    const told = messages.map(async (message) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      this.#say(message, writeUp(message, 'bin'), {
        take: () => false,
        refuse: (error) => reject(errorOf(error)),
        pass: resolve,
        fail: reject,
      })
      await promise
    })
    this.ping()
    return Promise.allSettled(told)
  }

  ping(): void {
    if (this.#ended !== undefined) return
    this.#pings++
    this.#deps.send(writeUp({ type: 'ping' }, 'bin'))
  }

  /** Whether the message was about a question, or about none that is known. Events are about none. */
  take(message: DownMessage): boolean {
    if (message.type === 'pong') this.#ponged()
    else if (message.type === 'error') this.#refused(message)
    else {
      const pending = this.#pending.find(({ take }) => take(message))
      if (pending === undefined) return false
      this.#remove(pending)
    }
    return true
  }

  /** Nothing is answered any more. */
  end(error: SottoError): void {
    this.#ended ??= error
    for (const { fail } of this.#pending.splice(0)) fail(error)
    this.#bytes = 0
  }

  #say(
    message: UpMessage,
    frame: Uint8Array,
    what: Pick<Pending, 'take' | 'refuse' | 'pass' | 'fail'>,
  ): void {
    const isFull =
      this.#pending.length >= maxPending || this.#bytes + frame.length > maxPendingBytes
    const problem = isFull ? tooMuch() : this.#ended
    if (problem !== undefined) {
      what.fail(problem)
      return
    }
    this.#pending.push({
      ...what,
      clientId: 'client_id' in message ? message.client_id : undefined,
      bytes: frame.length,
      pingsBefore: this.#pings,
    })
    this.#bytes += frame.length
    this.#deps.send(frame)
  }

  #ponged(): void {
    this.#pongs++
    for (const pending of [...this.#pending]) {
      if (pending.pingsBefore >= this.#pongs) return
      this.#remove(pending)
      pending.pass()
    }
  }

  #refused(error: DownOf<'error'>): void {
    const name = error.re?.toHex()
    const pending =
      name === undefined
        ? this.#pending[0]
        : this.#pending.find(({ clientId }) => clientId?.toHex() === name)
    if (pending === undefined) return
    this.#remove(pending)
    pending.refuse(error)
  }

  #remove(pending: Pending): void {
    this.#pending.splice(this.#pending.indexOf(pending), 1)
    this.#bytes -= pending.bytes
  }
}

function tooMuch(): SottoError {
  return new SottoError('relay-busy', 'Cannot ask the relay: too much is unanswered', {
    retryAfterMillis: 1000,
  })
}
