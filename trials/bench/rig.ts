/**
 * @module What every workload stands on: a relay of its own with open limits and seeded accounts, in a directory that
 * goes away with it.
 */
import { randomBytes } from 'node:crypto'
import type { Account } from '#bench/accounts.ts'
import { HttpReplyReader } from '#bench/load/http-replies.ts'
import { inRandomOrder, sendRequest } from '#bench/load/requests.ts'
import type { BenchOptions } from '#bench/options.ts'
import type { Report } from '#bench/report.ts'
import { seedAccounts } from '#bench/seed.ts'
import type { System } from '#bench/system.ts'
import type { Usage } from '#child.ts'
import { freePorts, type RelayOptions, RelayProcess, temporaryDirectory } from '#relay-process.ts'

export interface Rig {
  readonly options: BenchOptions
  readonly report: Report
  readonly signal: AbortSignal
}

/** Of the message's content, everywhere. */
export const contentBytes = 1024
export const relayDurability = 'fdatasync before answer'

/** Limits that guard against strangers would only measure themselves. */
const openLimits = [
  ...['--rate-limit-per-second', '1000000', '--rate-limit-burst', '1000000'],
  ...['--auth-rate-limit-per-second', '1000000', '--auth-rate-limit-burst', '1000000'],
  ...['--max-inbox-size', '100000', '--max-inbox-bytes', '1024GiB', '--max-sockets', '100000'],
  ...['--prekey-burst', '100000', '--prekey-refill-per-minute', '100000'],
  ...['--log-level', 'warn'],
]

export class BenchRelay implements AsyncDisposable {
  readonly accounts: readonly Account[]
  readonly #options: RelayOptions
  readonly #directory: AsyncDisposable
  #relay: RelayProcess

  private constructor(
    relay: RelayProcess,
    options: RelayOptions,
    directory: AsyncDisposable,
    accounts: readonly Account[],
  ) {
    this.#relay = relay
    this.#options = options
    this.#directory = directory
    this.accounts = accounts
  }

  static async start(
    rig: Rig,
    seed: { readonly accounts: number; readonly oneTimeKeys?: number },
  ): Promise<BenchRelay> {
    const directory = await temporaryDirectory('bench-relay')
    try {
      const secret = randomBytes(32).toString('hex')
      const accounts = await seedAccounts(
        directory.path,
        secret,
        seed.accounts,
        seed.oneTimeKeys ?? 0,
      )
      const options: RelayOptions = {
        runtime: rig.options.runtime,
        dataDirectory: directory.path,
        ...(await freePorts()),
        arguments: openLimits,
        environment: { JWT_SECRET: secret },
      }
      const relay = await RelayProcess.start(options, rig.signal)
      return new BenchRelay(relay, options, directory, accounts)
    } catch (error) {
      await directory[Symbol.asyncDispose]()
      throw error
    }
  }

  get port(): number {
    return this.#options.port
  }

  usage(): Usage {
    return this.#relay.usage()
  }

  output(): string {
    return this.#relay.output()
  }

  /** How many envelopes rest in its store, by its own count; undefined where it does not say. */
  async waiting(): Promise<number | undefined> {
    const answer = await fetch(new URL('/metrics', this.#relay.opsUrl))
    const count = /^sotto_envelopes_waiting (\d+)$/m.exec(await answer.text())?.[1]
    return count === undefined ? undefined : Number(count)
  }

  /** Resolves to the time from exec to ready. */
  async restart(how: 'SIGTERM' | 'SIGKILL', signal: AbortSignal): Promise<number> {
    await this.#relay.stop(how)
    this.#relay = await RelayProcess.start(this.#options, signal)
    return this.#relay.startMillis
  }

  /** The relay under sends to its recipients from its senders, in an order without pattern. */
  asSendSystem(name: string, senders: readonly Account[], recipients: readonly Account[]): System {
    const requests = recipients.map((recipient, i) => {
      const sender = senders[i % senders.length] ?? recipient
      return sendRequest(sender.token, recipient.userId, contentBytes).bytes
    })
    return {
      name,
      durability: relayDurability,
      port: this.port,
      createReader: () => new HttpReplyReader(),
      next: inRandomOrder(requests),
      usage: () => this.usage(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay[Symbol.asyncDispose]()
    await this.#directory[Symbol.asyncDispose]()
  }
}
