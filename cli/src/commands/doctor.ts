/**
 * @module `sotto doctor`: what works, and what to do about the rest.
 */
import { webNetwork } from '@sotto/sdk/adapters/web'
import type { Context, RunOf } from '#context.ts'
import { checkFiles } from '#doctor/check-files.ts'
import { checkRelay } from '#doctor/check-relay.ts'
import { type Finding, well, wrong } from '#doctor/finding.ts'
import type { Messenger } from '#engine.ts'
import type { Ending } from '#exit-codes.ts'
import { span } from '#screen/ink.ts'
import { sentenceOf } from '#sentences.ts'
import { withMessenger } from '#session.ts'
import { inTime, untilOnline } from '#waiting.ts'

const answerMillis = 10_000
const maxAnswerBytes = 64 * 1024
const keysTries = 10
const keysPauseMillis = 300

export const run: RunOf<'doctor'> = async (context) => {
  const { home, signal, now } = context
  let wrongs = 0
  const say = (findings: readonly Finding[]): void => {
    for (const finding of findings) {
      if (!finding.isWell) wrongs++
      sayFinding(context, finding)
    }
  }
  if ((await context.profiles()).length > 0) say(await checkFiles(home))
  await withMessenger<void>(context, { isOffline: false }, async (messenger) => {
    say([await checkStorage(messenger)])
    const { relay, mode, forwarder } = messenger.settings
    const network = webNetwork()
    const get = (url: string): ReturnType<typeof network.fetch> =>
      network.fetch(
        { method: 'GET', url, headers: {} },
        maxAnswerBytes,
        AbortSignal.any([signal, AbortSignal.timeout(answerMillis)]),
      )
    const ofRelay = await checkRelay(relay, mode, get, now)
    say(ofRelay)
    if (ofRelay[0]?.isWell !== true) return
    say([
      await checkLine(context, messenger),
      await checkKeys(context, messenger),
      whoSees(forwarder, mode),
      await checkWaiting(messenger),
    ])
  })
  context.terminal.say()
  context.terminal.say(
    wrongs === 0
      ? 'All is well.'
      : `${wrongs === 1 ? 'One thing needs' : `${wrongs} things need`} care.`,
  )
  return wrongs === 0 ? 'ok' : ('failed' satisfies Ending)
}

function sayFinding({ terminal }: Context, { isWell, what, advice }: Finding): void {
  terminal.say([span(isWell ? '✓ ' : '✗ ', isWell ? 'calm' : 'careStrong'), span(what)])
  if (advice !== undefined) terminal.say([span(`  ${advice}`, isWell ? 'faint' : 'plain')])
}

/** The newest of each conversation: what is damaged there would be met first. */
async function checkStorage(messenger: Messenger): Promise<Finding> {
  try {
    const conversations = await messenger.conversations()
    for (const { id } of conversations) await messenger.history(id, { limit: 50 })
    const count = (await messenger.contacts()).length
    return well(`The profile opens and can be read: ${count} contact${count === 1 ? '' : 's'}`)
  } catch (error) {
    return wrong(
      'The profile cannot be read',
      sentenceOf(error) ?? 'Put back a copy of its file if you have one.',
    )
  }
}

async function checkLine({ signal }: Context, messenger: Messenger): Promise<Finding> {
  const isOnline = await inTime(answerMillis, (inner) => untilOnline(messenger, inner), signal)
  return isOnline
    ? well('The line to the relay stands, and you are known there (WebSocket)')
    : wrong(
        'The relay answers, but no line to it comes about',
        'Something in front of the relay may not let WebSockets through: /ws has to pass.',
      )
}

async function keysLeft(messenger: Messenger, signal: AbortSignal): Promise<number> {
  const { oneTime, kemOneTime } = await messenger.keysInStock(signal)
  return Math.min(oneTime, kemOneTime)
}

/** Whoever is new has just begun to publish them. */
async function checkKeys({ signal }: Context, messenger: Messenger): Promise<Finding> {
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerMillis)])
    let left = await keysLeft(messenger, bounded)
    for (let tries = 0; left === 0 && tries < keysTries; tries++) {
      await new Promise((resolve) => setTimeout(resolve, keysPauseMillis))
      left = await keysLeft(messenger, bounded)
    }
    return left > 0
      ? well(`${left} people can write to you for the first time while you are away`)
      : wrong(
          'The keys for people who write to you for the first time have run out',
          'They are made anew while you are connected: sotto listen. First messages are less well protected until then.',
        )
  } catch (error) {
    return wrong('The relay does not say how many of your keys are left', sentenceOf(error) ?? '')
  }
}

function whoSees(forwarder: string | undefined, mode: 'sealed' | 'direct'): Finding {
  if (forwarder !== undefined && mode === 'sealed') {
    return well(`What you send goes by ${forwarder}: the relay does not see from where`)
  }
  return well(
    'The relay sees your network address, and could tell from it whom you write to',
    'A forwarder that somebody else runs hides where you send from: sotto help profile set',
  )
}

async function checkWaiting(messenger: Messenger): Promise<Finding> {
  const waiting = await messenger.waiting()
  return waiting === 0
    ? well('Nothing waits to be sent')
    : well(
        `${waiting} waiting to be sent`,
        'They go while a command with a connection runs: sotto chat',
      )
}
