import { expect, test } from 'vitest'
import { watchMemory } from '#erasure-for-tests.ts'
import { maxForwardJump } from '#limits.ts'
import { parseMessage, writeMessage } from '#spqr/message.ts'
import { newSecrets, receiveSpqr, secretsOf, type SpqrState } from '#spqr/spqr.ts'
import { deepCopy, Party, primitives, snapshot } from '#spqr/spqr-for-tests.ts'

/** The maker of the keys, before the message that completes the exchange, and that message. */
function beforeSecret(): { readonly party: Party; readonly message: Uint8Array } {
  const [initiator, responder] = [new Party('initiator'), new Party('responder')]
  for (;;) {
    responder.receive(initiator.send().message)
    const { message } = responder.send()
    const state = deepCopy(initiator.state)
    if (received(state, message).state.braid.epoch > initiator.state.braid.epoch) {
      return { party: initiator, message }
    }
    initiator.receive(message)
  }
}

function received(state: SpqrState, message: Uint8Array) {
  const result = receiveSpqr(primitives, state, message)
  if (result.kind !== 'received') throw new Error(`Cannot go on: it was ${result.kind}`)
  return result
}

function withIndex(message: Uint8Array, change: (index: number) => number): Uint8Array {
  const parsed = parseMessage(message)
  if (parsed === undefined) throw new Error('Cannot be')
  return writeMessage({ ...parsed, index: change(parsed.index) })
}

test.each([
  { of: 'a key that is taken', change: (index: number) => index - 1, kind: 'duplicate' },
  {
    of: 'a key that is too far',
    change: (index: number) => index + maxForwardJump,
    kind: 'refused',
  },
])(
  'a message that brings the secret of an epoch, and is of $of, leaves nothing behind',
  ({ change, kind }) => {
    const { party, message } = beforeSecret()
    const { state } = party
    const refused = withIndex(message, change)
    const copy = deepCopy(state)
    const secrets = newSecrets(received(copy, message).state, copy)
    // Two of the authenticator, the next root, two chains of the new epoch, and the chain that went on.
    expect(secrets.length).toBe(6)
    const before = snapshot(state)

    const memory = watchMemory()
    const result = receiveSpqr(primitives, state, refused)
    memory.stop()
    expect(result).toEqual({ kind })
    expect(memory.made()).toBeGreaterThan(10)
    expect(memory.find(secrets)).toBe(0)

    expect(snapshot(state)).toBe(before)
    expect(party.receive(message).kind).toBe('received')
    expect(party.state.braid.kind).toBe('no-header-received')
  },
)

test('a message that is accepted leaves its secrets only in the new state', () => {
  const { party, message } = beforeSecret()
  const memory = watchMemory()
  party.receive(message)
  memory.stop()
  const secrets = secretsOf(party.state)
  const own = new Set(secrets.map(({ buffer }) => buffer))
  expect(memory.find(secrets)).toBeGreaterThan(0)
  expect(memory.find(secrets, (each) => own.has(each as ArrayBuffer))).toBe(0)
})
