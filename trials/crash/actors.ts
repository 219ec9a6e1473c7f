/**
 * @module Who puts the relay under load while it is killed: senders, recipients who acknowledge, and strangers who fetch
 * prekeys. Each goes on through every crash and writes down in the ledger what it saw.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createOneTimePreKeys, createSignedPreKey, type Device } from '#clients/device.ts'
import type { Gateway } from '#clients/gateway.ts'
import { type ObscuraClient, RelayRefused, type Session } from '#clients/obscura.ts'
import { UpgradeRefused } from '#clients/websocket.ts'
import type { Ledger } from '#crash/ledger.ts'
import { writeLetter } from '#crash/letters.ts'
import type { Chance } from '#crash/random.ts'

export interface Member {
  readonly index: number
  readonly session: Session
  readonly device: Device
}

export interface Stage {
  readonly client: ObscuraClient
  readonly ledger: Ledger
  readonly chance: Chance
  /** Ends the senders and the fetchers; what they began they finish. */
  readonly lastCall: AbortSignal
  /** Ends the recipients too. */
  readonly curtain: AbortSignal
}

const retryMillis = 10
/** Gathering acknowledgements, and a commit, must be over by then. */
const settledMillis = 2000
const maxAckDelayMillis = 300
const refillKeys = 50

/** An answer that says no is a fault; no answer, or "not now", is another try. */
async function untilAnswered<T>(stage: Stage, attempt: () => Promise<T>): Promise<T | undefined> {
  while (!stage.curtain.aborted) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof RelayRefused && error.status < 500) {
        stage.ledger.fault(error.message)
        return undefined
      }
      await sleep(retryMillis)
    }
  }
  return undefined
}

export async function runSender(
  stage: Stage,
  sender: Member,
  recipients: readonly Member[],
): Promise<void> {
  while (!stage.lastCall.aborted) {
    const recipient = stage.chance.pick(recipients)
    const letter = stage.ledger.write(sender.index, recipient.index)
    const message = { type: 2, content: writeLetter(letter) }
    const key = randomUUID()
    const send = async (): Promise<true> => {
      await stage.client.send(sender.session.token, recipient.session.userId, message, key)
      return true
    }
    if ((await untilAnswered(stage, send)) === true) stage.ledger.acknowledge(letter)
  }
}

export async function runRecipient(stage: Stage, recipient: Member): Promise<void> {
  /** Acknowledged for good. */
  const settled = new Set<string>()
  while (!stage.curtain.aborted) {
    const acknowledgedAt = new Map<string, number>()
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    let gateway: Gateway | undefined
    const acknowledge = (ids: readonly string[]): void => {
      const now = performance.now()
      for (const id of ids) acknowledgedAt.set(id, now)
      gateway?.acknowledge(ids)
    }
    let waiting: string[] = []
    try {
      gateway = await stage.client.openGateway(
        recipient.session.token,
        {
          onEnvelope: ({ id, message }) => {
            const { content } = message
            const wasSettled = settled.has(id)
            stage.ledger.arrive({ recipient: recipient.index, envelopeId: id, content, wasSettled })
            // Some at once, some later and together, some not before the next connection.
            if (stage.chance.percent(50)) acknowledge([id])
            else if (stage.chance.percent(98)) {
              if (waiting.length === 0) {
                setTimeout(
                  () => {
                    acknowledge(waiting)
                    waiting = []
                  },
                  stage.chance.integer(0, maxAckDelayMillis),
                )
              }
              waiting.push(id)
            }
            if (stage.chance.integer(1, 5000) === 1) gateway?.terminate()
          },
          onPreKeyStatus: () => {},
          onClose: () => resolve(),
        },
        AbortSignal.any([stage.curtain, AbortSignal.timeout(10_000)]),
      )
      const opened = gateway
      const leave = (): void => opened.close()
      stage.curtain.addEventListener('abort', leave, { once: true })
      await closed
      stage.curtain.removeEventListener('abort', leave)
    } catch (error) {
      if (error instanceof UpgradeRefused && error.status < 500) stage.ledger.fault(error.message)
      await sleep(retryMillis)
    }
    gateway = undefined
    const endedAt = performance.now()
    for (const [id, at] of acknowledgedAt) if (endedAt - at > settledMillis) settled.add(id)
  }
}

/** Fetches bundles, now and then. */
export async function runFetcher(stage: Stage, owner: Member): Promise<void> {
  while (!stage.lastCall.aborted) {
    await fetchOnce(stage, owner)
    await sleep(stage.chance.integer(0, 5))
  }
}

/** Fetches until the keys are used up, and uploads new ones for their owner. */
export async function runOwner(stage: Stage, owner: Member): Promise<void> {
  const { identity, oneTimePreKeys } = owner.device
  let signedId = 1
  let oneTimeId = oneTimePreKeys.length
  const note = (keys: readonly { readonly publicKey: Uint8Array }[]): void => {
    for (const { publicKey } of keys) stage.ledger.uploadKey(keyText(owner, publicKey))
  }
  note(oneTimePreKeys)
  /** After an unanswered upload the same ids would be refused as old: every attempt takes new ones. */
  const refill = async (): Promise<void> => {
    const fresh = createOneTimePreKeys(oneTimeId + 1, refillKeys)
    oneTimeId += fresh.length
    note(fresh)
    const signedPreKey = createSignedPreKey(identity, ++signedId)
    await stage.client.uploadKeys(owner.session.token, { signedPreKey, oneTimePreKeys: fresh })
  }
  while (!stage.lastCall.aborted) {
    if ((await fetchOnce(stage, owner)) === 'without') await untilAnswered(stage, refill)
  }
}

async function fetchOnce(
  stage: Stage,
  owner: Member,
): Promise<'with key' | 'without' | 'unanswered'> {
  const { client, ledger } = stage
  const bundle = await untilAnswered(stage, () => client.fetchBundle(owner.session.userId))
  if (bundle === undefined) return 'unanswered'
  const key = bundle.oneTimePreKey?.publicKey
  ledger.serveKey(key === undefined ? undefined : keyText(owner, key))
  return key === undefined ? 'without' : 'with key'
}

function keyText(owner: Member, key: Uint8Array): string {
  return `${owner.index} ${Buffer.from(key).toString('base64')}`
}
