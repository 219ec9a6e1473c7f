/**
 * @module A relay of its own for the loads of the oblivious doors, and what is sent to it: messages for mailboxes that
 * nobody registered, and for accounts at `/v1` beside them.
 */
import { createHash, randomBytes } from 'node:crypto'
import { HttpReplyReader } from '#bench/load/http-replies.ts'
import { inRandomOrder, sendRequest } from '#bench/load/requests.ts'
import { contentBytes, relayDurability, type Rig } from '#bench/rig.ts'
import { seedAccounts } from '#bench/seed.ts'
import type { System } from '#bench/system.ts'
import type { Usage } from '#child.ts'
import { freePorts, RelayProcess, temporaryDirectory } from '#relay-process.ts'

export const mailboxes = 1000
const senders = 64

/** All of this comes from one address, and hurries. */
const openLimits = [
  ...['--rate-limit-per-second', '1000000', '--rate-limit-burst', '1000000'],
  ...['--max-inbox-size', '100000', '--max-inbox-bytes', '1024GiB'],
  ...['--oblivious-per-minute', '1000000', '--oblivious-address-per-second', '0'],
  ...['--oblivious-max-blobs', '1000000', '--oblivious-max-bytes', '1099511627776'],
  ...['--oblivious-max-total-bytes', '0'],
  ...['--ohttp-per-second', '1000000', '--ohttp-burst', '1000000'],
  ...['--log-level', 'warn'],
]

export class ObliviousRelay implements AsyncDisposable {
  readonly #relay: RelayProcess
  readonly #directory: AsyncDisposable & { readonly path: string }
  readonly #accountSends: () => Uint8Array

  private constructor(
    relay: RelayProcess,
    directory: AsyncDisposable & { readonly path: string },
    accountSends: () => Uint8Array,
  ) {
    this.#relay = relay
    this.#directory = directory
    this.#accountSends = accountSends
  }

  static async start(rig: Rig): Promise<ObliviousRelay> {
    const directory = await temporaryDirectory('bench-oblivious')
    try {
      const secret = randomBytes(32).toString('hex')
      const accounts = await seedAccounts(directory.path, secret, senders + mailboxes, 0)
      const recipients = accounts.slice(senders)
      const requests = recipients.map(({ userId }, i) => {
        const token = accounts[i % senders]?.token ?? ''
        return sendRequest(token, userId, contentBytes).bytes
      })
      const relay = await RelayProcess.start(
        {
          runtime: rig.options.runtime,
          dataDirectory: directory.path,
          ...(await freePorts()),
          arguments: openLimits,
          environment: { JWT_SECRET: secret },
        },
        rig.signal,
      )
      return new ObliviousRelay(relay, directory, inRandomOrder(requests))
    } catch (error) {
      await directory[Symbol.asyncDispose]()
      throw error
    }
  }

  get url(): URL {
    return this.#relay.url
  }

  /** Goes away with it: others may put files there. */
  get directory(): string {
    return this.#directory.path
  }

  usage(): Usage {
    return this.#relay.usage()
  }

  /** How many messages it keeps, by its own count. */
  async waiting(): Promise<number> {
    const answer = await fetch(new URL('/metrics', this.#relay.opsUrl))
    const count = /^sotto_envelopes_waiting (\d+)$/m.exec(await answer.text())?.[1]
    if (count === undefined) throw new Error('Cannot count messages: the metric is not there')
    return Number(count)
  }

  /** As W1 sends. */
  asAccounts(): System {
    return this.#system('relay /v1', this.#accountSends)
  }

  asMailboxes(): System {
    const requests = Array.from({ length: mailboxes }, (_, i) => mailboxRequest(i))
    return this.#system('relay /v2', inRandomOrder(requests))
  }

  #system(name: string, next: () => Uint8Array): System {
    return {
      name,
      durability: relayDurability,
      port: Number(this.url.port),
      createReader: () => new HttpReplyReader(),
      next,
      usage: () => this.usage(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay[Symbol.asyncDispose]()
    await this.#directory[Symbol.asyncDispose]()
  }
}

/** The body of a send to one of the mailboxes; it is the same whether it travels sealed or not. Only an envelope has more. */
export function mailboxSend(mailbox: number, more: { readonly action?: 'send' } = {}): Buffer {
  const token = createHash('sha256').update(`mailbox ${mailbox}`).digest('hex')
  const ciphertext = Buffer.alloc(contentBytes, 'x').toString('base64')
  return Buffer.from(JSON.stringify({ version: 2, ...more, recipient_id: token, ciphertext }))
}

/** POST /v2/send, head and body. */
export function mailboxRequest(mailbox: number): Buffer {
  return httpPost('/v2/send', 'application/json', mailboxSend(mailbox))
}

export function httpPost(path: string, type: string, body: Uint8Array): Buffer {
  const head =
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}
