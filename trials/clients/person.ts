/**
 * @module One person with one device, as a process of its own: registers, then talks to one other person through the
 * relay, whatever happens to the relay meanwhile.
 *
 * `person.ts --relay URL --name NAME --peer-name NAME --messages COUNT`
 *
 * | line in | meaning |
 * |---|---|
 * | `{"do":"converse","peer":"<user id>"}` | fetch the peer's bundle, open the gateway, send all messages |
 * | `{"do":"finish"}` | log out, print what was received, end |
 *
 * | line out | meaning |
 * |---|---|
 * | `{"event":"registered","userId":…}` | ready to converse |
 * | `{"event":"progress","sent":…,"received":…}` | now and then, and at the last message |
 * | `{"event":"result","received":[[id, text],…],"retries":…,"connections":…}` | every envelope as it came |
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { isSignedBy } from '#clients/curve25519.ts'
import { createDevice } from '#clients/device.ts'
import type { Gateway } from '#clients/gateway.ts'
import { asObject, asString } from '#clients/json.ts'
import { ObscuraClient, RelayRefused, type Session } from '#clients/obscura.ts'
import { UpgradeRefused } from '#clients/websocket.ts'

const retryMillis = 20
const progressEvery = 50

class Person {
  readonly #client: ObscuraClient
  readonly #name: string
  readonly #peerName: string
  readonly #messages: number
  readonly #received: (readonly [id: string, text: string])[] = []
  readonly #seen = new Set<string>()
  readonly #done = new AbortController()
  #gateway: Gateway | undefined
  #unacknowledged: string[] = []
  #sent = 0
  #retries = 0
  #connections = 0

  constructor(relay: URL, name: string, peerName: string, messages: number) {
    this.#client = new ObscuraClient(relay)
    this.#name = name
    this.#peerName = peerName
    this.#messages = messages
  }

  async register(): Promise<Session> {
    const password = randomBytes(12).toString('hex')
    const credentials = { username: this.#name, password }
    const registered = await this.#client.register(credentials, createDevice(20))
    // A second login and a refresh, so that the conversation runs on a renewed token.
    const session = await this.#client.login(credentials)
    if (session.userId !== registered.userId) throw new Error('Login is of another user')
    return await this.#client.refresh(session.refreshToken)
  }

  async converse(session: Session, peer: string): Promise<void> {
    const bundle = await this.#client.fetchBundle(peer)
    const { publicKey, signature } = bundle.signedPreKey
    if (!isSignedBy(bundle.identityKey, publicKey, signature)) {
      throw new Error("The peer's signed prekey does not verify under its identity key")
    }
    if (bundle.oneTimePreKey === null) throw new Error('The bundle came without a one-time key')
    const listening = this.#listen(session)
    for (let number = 0; number < this.#messages; number++) {
      const text = `${this.#name} to ${this.#peerName}: ${number}`
      await this.#sendUntilAnswered(session, peer, text)
      this.#sent++
      this.#tell()
    }
    await listening
  }

  async finish(session: Session): Promise<void> {
    this.#done.abort()
    this.#gateway?.close()
    await this.#client.logout(session)
    print({
      event: 'result',
      received: this.#received,
      retries: this.#retries,
      connections: this.#connections,
    })
  }

  /** An unanswered send may or may not have been stored: the same key again makes it once. */
  async #sendUntilAnswered(session: Session, peer: string, text: string): Promise<void> {
    const key = randomUUID()
    const message = { type: 2, content: new TextEncoder().encode(text) }
    for (;;) {
      try {
        return await this.#client.send(session.token, peer, message, key)
      } catch (error) {
        if (error instanceof RelayRefused && error.status < 500) throw error
        this.#retries++
        await sleep(retryMillis)
      }
    }
  }

  /** Keeps a gateway open until the person is done. */
  async #listen(session: Session): Promise<void> {
    while (!this.#done.signal.aborted) {
      try {
        const { promise: closed, resolve } = Promise.withResolvers<void>()
        this.#gateway = await this.#client.openGateway(
          session.token,
          {
            onEnvelope: ({ id, message }) =>
              this.#receive(id, new TextDecoder().decode(message.content)),
            onPreKeyStatus: () => {},
            onClose: () => resolve(),
          },
          AbortSignal.any([this.#done.signal, AbortSignal.timeout(10_000)]),
        )
        this.#connections++
        await closed
        this.#unacknowledged = []
      } catch (error) {
        if (error instanceof UpgradeRefused && error.status < 500) throw error
        await sleep(retryMillis)
      }
    }
  }

  #receive(id: string, text: string): void {
    this.#received.push([id, text])
    const isNew = !this.#seen.has(id)
    this.#seen.add(id)
    // What came in one read is acknowledged together: one id alone, several in bulk.
    if (this.#unacknowledged.length === 0) setImmediate(() => this.#acknowledge())
    this.#unacknowledged.push(id)
    if (isNew) this.#tell()
  }

  #acknowledge(): void {
    this.#gateway?.acknowledge(this.#unacknowledged)
    this.#unacknowledged = []
  }

  #tell(): void {
    const [sent, received] = [this.#sent, this.#seen.size]
    const isLast = sent === this.#messages && received === this.#messages
    if (isLast || (sent + received) % progressEvery === 0)
      print({ event: 'progress', sent, received })
  }
}

function print(line: unknown): void {
  console.log(JSON.stringify(line))
}

const { values } = parseArgs({
  options: {
    relay: { type: 'string', default: '' },
    name: { type: 'string', default: '' },
    'peer-name': { type: 'string', default: '' },
    messages: { type: 'string', default: '1' },
  },
})
const person = new Person(
  new URL(values.relay),
  values.name,
  values['peer-name'],
  Number(values.messages),
)
const session = await person.register()
print({ event: 'registered', userId: session.userId })
let conversation: Promise<void> | undefined
for await (const line of createInterface({ input: process.stdin })) {
  const command = asObject(JSON.parse(line), 'command')
  if (command['do'] === 'converse') {
    conversation = person.converse(session, asString(command['peer'], 'command.peer'))
    // A conversation that fails ends the process, and with it the trial.
    conversation.catch((error: unknown) => {
      console.error(error)
      process.exit(1)
    })
  }
  if (command['do'] === 'finish') {
    await person.finish(session)
    await conversation
    break
  }
}
process.exit(0)
