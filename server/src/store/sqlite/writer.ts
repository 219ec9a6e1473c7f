/**
 * @module Group commit, seen from the relay's thread. Work is handed to the writing thread one batch at a time; what
 * arrives while a batch is being committed shares the next one. A promise resolves after its batch is on disk.
 *
 * A batch travels in memory that both threads share, and the writing thread sleeps on a word of it: waking it costs the
 * relay's thread a tenth of what a message does. Answers come back as messages, which is the only way to wake an event
 * loop.
 */
import { Worker } from 'node:worker_threads'
import { StoreError, type StoreErrorCode } from '#store/store.ts'
import {
  callOperation,
  packOperation,
  packedBytes,
  shareMemory,
  type Operation,
  type Shared,
} from '#store/sqlite/batch.ts'

/** What the writing thread is started with. */
export interface WriterSettings {
  readonly path: string
  /** Pages in the log after which it is copied back into the main file. */
  readonly checkpointPages: number
  /** Quiet time after which the log is emptied. */
  readonly idleCheckpointMillis: number
  /** Largest size of the database in pages; 0 for no bound. For tests of a full disk. */
  readonly maxPages: number
}

/** What both threads see. */
export interface SharedState {
  /** The batch. */
  readonly memory: SharedArrayBuffer
  /** Two words: the turn, which grows with each batch, and the batch's bytes or {@link closing}. */
  readonly control: Int32Array
}

/** In place of a batch's length: checkpoint, close, end. */
export const closing = -1

export type FromWriter =
  | { readonly kind: 'ready'; readonly applied: readonly string[] }
  | { readonly kind: 'refused'; readonly code: StoreErrorCode; readonly message: string }
  | {
      readonly kind: 'committed'
      /** Outcomes of the batch's calls, in their order. */
      readonly outcomes: readonly unknown[]
      /** Operations that could not be done, by their place in the batch. The others were. */
      readonly failures: readonly { at: number; code: StoreErrorCode; message: string }[]
      readonly millis: number
    }
  /** The log was copied into the main file, or could not be: it grows until the next try. */
  | { readonly kind: 'checkpointed'; readonly millis: number; readonly failed: boolean }

/** What the writing thread did, for those who watch. */
export type WriterReport =
  | { readonly kind: 'commit'; readonly operations: number; readonly millis: number }
  | { readonly kind: 'checkpoint'; readonly millis: number; readonly failed: boolean }

export interface WriterBounds {
  readonly maxWaitingOperations: number
  readonly maxWaitingBytes: number
  readonly maxBatchOperations: number
  /** Also the largest operation. Memory is only taken where a batch was that large. */
  readonly maxBatchBytes: number
}

export const writerBounds: WriterBounds = {
  maxWaitingOperations: 65_536,
  maxWaitingBytes: 128 * 1024 * 1024,
  maxBatchOperations: 1024,
  maxBatchBytes: 5 * 1024 * 1024,
}

/** Room for a few hundred small messages; it grows when a batch needs more. */
const initialMemoryBytes = 256 * 1024

interface Waiting {
  readonly operation: Operation
  readonly bytes: number
  readonly ends: Ends
}

/** Called once, in the order in which operations were submitted. */
export interface Ends {
  readonly done: (outcome: unknown) => void
  readonly failed: (error: StoreError) => void
}

export class Writer implements AsyncDisposable {
  readonly applied: readonly string[]
  readonly #control: Int32Array
  readonly #memory: SharedArrayBuffer
  readonly #shared: Shared
  readonly #bounds: WriterBounds
  readonly #onReport: (report: WriterReport) => void
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #running: readonly Waiting[] = []
  #scheduled = false
  #ended: StoreError | undefined
  #commitWaiters: (() => void)[] = []
  #closed: (() => void) | undefined

  private constructor(
    thread: Worker,
    { memory, control }: SharedState,
    applied: readonly string[],
    bounds: WriterBounds,
    onReport: (report: WriterReport) => void,
  ) {
    this.#control = control
    this.#memory = memory
    this.#shared = shareMemory(memory)
    this.applied = applied
    this.#bounds = bounds
    this.#onReport = onReport
    thread.on('message', (message: FromWriter) => this.#receive(message))
    thread.on('error', (cause) => this.#end(threadFailed(cause)))
    thread.on('exit', () => {
      this.#end(new StoreError('closed', 'Cannot write: store is closed'))
      this.#closed?.()
    })
  }

  static async open(
    settings: WriterSettings,
    onReport: (report: WriterReport) => void,
    bounds: WriterBounds = writerBounds,
  ): Promise<Writer> {
    const state: SharedState = {
      memory: new SharedArrayBuffer(initialMemoryBytes, { maxByteLength: bounds.maxBatchBytes }),
      control: new Int32Array(new SharedArrayBuffer(8)),
    }
    // `smol` is Bun's: collect garbage sooner than grow. There is hardly any, and it saves 0.7 MB.
    const start = { workerData: { settings, state }, smol: true }
    const thread = new Worker(new URL('./writer-thread.ts', import.meta.url), start)
    const first = await new Promise<FromWriter>((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', (cause) => reject(threadFailed(cause)))
    })
    if (first.kind === 'refused') {
      await thread.terminate()
      throw new StoreError(first.code, first.message)
    }
    if (first.kind !== 'ready') throw new TypeError(`Cannot open writer: it said "${first.kind}"`)
    thread.removeAllListeners('error')
    return new Writer(thread, state, first.applied, bounds, onReport)
  }

  /** Throws when nothing more may be submitted now. What only makes room, such as a removal, need not ask. */
  admit(bytes: number): void {
    const refusal = this.#ended ?? this.#overload(bytes)
    if (refusal !== undefined) throw refusal
  }

  /** Runs a program of the writing thread. `Outcome` is the word of the file that wrote both ends. */
  async call<Outcome>(program: string, input: unknown): Promise<Outcome> {
    const operation = callOperation({ program, input })
    this.admit(packedBytes(operation))
    return (await this.submit(operation)) as Outcome
  }

  /** Resolves when the next batch is done, or at once when nothing is under way. */
  nextCommit(): Promise<void> {
    if (this.#running.length === 0 && this.#waiting.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#commitWaiters.push(resolve))
  }

  /** Hands work over, in order. Resolves after the commit. */
  submit(operation: Operation): Promise<unknown> {
    return new Promise((done, failed) => this.enter(operation, { done, failed }))
  }

  /** The same, for callers who make the promise themselves. */
  enter(operation: Operation, ends: Ends): void {
    if (this.#ended !== undefined) {
      ends.failed(this.#ended)
      return
    }
    const bytes = packedBytes(operation)
    this.#waiting.push({ operation, bytes, ends })
    this.#waitingBytes += bytes
    this.#schedule()
  }

  /** Resolves when everything that was submitted is done, after which the file is checkpointed and closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#ended === undefined && this.#running.length + this.#waiting.length > 0) {
      await this.nextCommit()
    }
    if (this.#ended !== undefined) return
    this.#ended = new StoreError('closed', 'Cannot write: store is closed')
    await new Promise<void>((resolve) => {
      this.#closed = resolve
      this.#wake(closing)
    })
  }

  #overload(bytes: number): StoreError | undefined {
    const { maxWaitingOperations, maxWaitingBytes, maxBatchBytes } = this.#bounds
    if (bytes > maxBatchBytes) {
      throw new RangeError(`Cannot write: ${bytes} bytes of ${maxBatchBytes} at most`)
    }
    if (this.#waiting.length >= maxWaitingOperations) {
      return new StoreError('busy', `Cannot write: ${maxWaitingOperations} operations wait`)
    }
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > maxWaitingBytes) {
      return new StoreError('busy', `Cannot write: ${this.#waitingBytes} bytes wait`)
    }
    return undefined
  }

  /** After the requests of this turn, so that they share a commit. */
  #schedule(): void {
    if (this.#scheduled || this.#running.length > 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#sendBatch()
    })
  }

  #sendBatch(): void {
    if (this.#running.length > 0 || this.#waiting.length === 0 || this.#ended !== undefined) return
    const { maxBatchOperations, maxBatchBytes } = this.#bounds
    let count = 0
    let bytes = 0
    for (const waiting of this.#waiting) {
      if (count === maxBatchOperations || (count > 0 && bytes + waiting.bytes > maxBatchBytes))
        break
      count++
      bytes += waiting.bytes
    }
    if (count === this.#waiting.length) {
      this.#running = this.#waiting
      this.#waiting = []
    } else {
      this.#running = this.#waiting.slice(0, count)
      this.#waiting = this.#waiting.slice(count)
    }
    this.#waitingBytes -= bytes
    if (bytes > this.#memory.byteLength) this.#memory.grow(bytes)
    let end = 0
    for (const waiting of this.#running) end = packOperation(this.#shared, end, waiting.operation)
    this.#wake(end)
  }

  #wake(length: number): void {
    Atomics.store(this.#control, 1, length)
    Atomics.add(this.#control, 0, 1)
    Atomics.notify(this.#control, 0)
  }

  #receive(message: FromWriter): void {
    if (message.kind === 'checkpointed') {
      this.#onReport({ kind: 'checkpoint', millis: message.millis, failed: message.failed })
      return
    }
    if (message.kind !== 'committed') return
    const finished = this.#running
    this.#running = []
    // The next commit runs while this one's answers go out.
    this.#sendBatch()
    let failures = 0
    let calls = 0
    for (let at = 0; at < finished.length; at++) {
      const waiting = finished[at]
      if (waiting === undefined) break
      const outcome = waiting.operation.kind === 'call' ? message.outcomes[calls++] : undefined
      const failure = message.failures[failures]
      if (failure?.at === at) {
        failures++
        waiting.ends.failed(new StoreError(failure.code, failure.message))
      } else waiting.ends.done(outcome)
    }
    this.#onReport({ kind: 'commit', operations: finished.length, millis: message.millis })
    this.#wakeWaiters()
  }

  #end(error: StoreError): void {
    this.#ended ??= error
    const lost = [...this.#running, ...this.#waiting]
    this.#running = []
    this.#waiting = []
    this.#waitingBytes = 0
    for (const waiting of lost) waiting.ends.failed(error)
    this.#wakeWaiters()
  }

  #wakeWaiters(): void {
    const waiters = this.#commitWaiters
    this.#commitWaiters = []
    for (const wake of waiters) wake()
  }
}

function threadFailed(cause: unknown): StoreError {
  return new StoreError('unusable', 'Cannot write: the writing thread failed', { cause })
}
