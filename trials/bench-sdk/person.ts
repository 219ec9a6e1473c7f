/**
 * @module One person of the bench, in a process of their own: a messenger with everything on (an encrypted SQLite file,
 * Oblivious HTTP, receipts), told what to do by lines of JSON on its standard input.
 */
import { createInterface } from 'node:readline'
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { createProfile, type Messenger, openMessenger, openProfile, type Profile } from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openSqliteShelf } from '@sotto/sdk/storage/sqlite'

export type Order =
  | { readonly do: 'open'; readonly isOffline?: boolean }
  | { readonly do: 'close' }
  | { readonly do: 'invite' }
  | { readonly do: 'accept'; readonly link: string }
  | { readonly do: 'send'; readonly count: number }
  | { readonly do: 'await'; readonly count: number }

const [directory = '', relay = '', name = ''] = process.argv.slice(2)
const passphrase = 'correct horse battery staple'
const primitives = await openPrimitives()
const deps = { primitives, argon2id, random: webRandomness, clock: webClock }
const shelf = openSqliteShelf(directory)

let profile: Profile | undefined
let messenger: Messenger | undefined
/** Messages of the other side that were shown. */
let shown = 0
let wanted: { readonly count: number; readonly done: () => void } | undefined

async function open(isOffline: boolean): Promise<void> {
  const isKnown = (await shelf.names()).includes(name)
  profile = isKnown
    ? await openProfile(deps, shelf, name, passphrase)
    : (await createProfile(deps, shelf, { name, passphrase })).profile
  const settings = { relay, name, sendsReadReceipts: true }
  const failed = (error: unknown): void => console.error(error)
  const network = webNetwork()
  messenger = await openMessenger({ ...deps, profile, network, settings, isOffline, failed })
  void follow(messenger)
}

async function follow(of: Messenger): Promise<void> {
  for await (const event of of.events()) {
    if (event.type !== 'message' || event.message.isOwn || event.message.kind !== 'text') continue
    shown++
    say({ shown, body: event.message.body, atMicros: micros() })
    if (wanted !== undefined && shown >= wanted.count) wanted.done()
  }
}

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'open':
      await open(order.isOffline === true)
      return { opened: true }
    case 'close':
      await messenger?.close()
      await profile?.[Symbol.asyncDispose]()
      return { closed: true }
    case 'invite':
      return { link: (await messenger?.invite())?.link }
    case 'accept':
      await messenger?.acceptInvitation(order.link)
      return { accepted: true }
    case 'send': {
      const [contact] = (await messenger?.contacts()) ?? []
      const began = micros()
      for (let i = 0; i < order.count; i++) await messenger?.send(contact?.id ?? '', `${micros()}`)
      return { sent: order.count, began, ended: micros() }
    }
    case 'await': {
      if (shown < order.count) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wanted = { count: order.count, done: resolve }
        await promise
      }
      return { reached: shown, atMicros: micros(), waiting: await messenger?.waiting() }
    }
  }
}

/** Of a clock that all processes of this machine share. */
function micros(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000)
}

function say(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}

for await (const line of createInterface({ input: process.stdin })) {
  // The bench writes them, and nobody else.
  say({ answer: await obey(JSON.parse(line) as Order) })
}
