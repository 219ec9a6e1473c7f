/**
 * @module What the tests of SPQR share: two parties whose randomness is known.
 */
import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import type { Randomness } from '#randomness.ts'
import {
  receiveSpqr,
  sendSpqr,
  type SpqrReceived,
  type SpqrSent,
  type SpqrState,
  startSpqr,
} from '#spqr/spqr.ts'

/** The provider that this runtime gets. */
export const primitives: Primitives = await openPrimitives()

/**
 * For tests that step a chain tens of thousands of times: outputs that depend on all inputs, and nothing else that a
 * derivation should be.
 */
export const hastyPrimitives: Primitives = {
  ...primitives,
  name: 'hasty',
  hkdfSha256: (salt, material, info, length) => {
    const output = new Uint8Array(length)
    let state = 0x811c9dc5
    const mix = (byte: number): void => {
      state = Math.imul(state ^ byte, 0x01000193)
    }
    for (const byte of salt ?? []) mix(byte)
    for (const byte of material) mix(byte)
    for (const byte of info) mix(byte)
    for (let i = 0; i < length; i++) {
      mix(i)
      output[i] = state >>> 24
    }
    return output
  },
}

export const authKey: Uint8Array = new Uint8Array(32).fill(0x29)

export function hex(bytes: Uint8Array): string {
  return bytes.toHex()
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.fromHex(text)
}

/** Blocks SHA-256(name ‖ ":" ‖ decimal counter); each draw starts with a fresh one. */
export function randomnessOf(name: string): Randomness {
  let counter = 0
  return (length) => {
    const bytes = new Uint8Array(Math.ceil(length / 32) * 32)
    for (let at = 0; at < length; at += 32) {
      bytes.set(primitives.sha256(new TextEncoder().encode(`${name}:${counter++}`)), at)
    }
    return bytes.slice(0, length)
  }
}

/** One side of a session, which keeps its newest state and erases what that does not need. */
export class Party {
  state: SpqrState
  readonly random: Randomness

  readonly #primitives: Primitives

  constructor(
    role: 'initiator' | 'responder',
    options: { readonly isSelf?: boolean; readonly primitives?: Primitives } = {},
  ) {
    this.#primitives = options.primitives ?? primitives
    this.state = startSpqr(this.#primitives, { authKey, role, isSelf: options.isSelf ?? false })
    this.random = randomnessOf(role === 'initiator' ? 'A' : 'B')
  }

  send(): SpqrSent {
    const sent = sendSpqr(this.#primitives, this.state, this.random)
    this.state = sent.state
    for (const secret of sent.wipe) secret.fill(0)
    return sent
  }

  receive(message: Uint8Array): SpqrReceived {
    const received = receiveSpqr(this.#primitives, this.state, message)
    if (received.kind === 'received') {
      this.state = received.state
      for (const secret of received.wipe) secret.fill(0)
    }
    return received
  }
}

/** What holds a conversation together must be there in all eleven states. From two runs that are always the same. */
export function statesByKind(): ReadonlyMap<SpqrState['braid']['kind'], SpqrState> {
  const states = new Map<SpqrState['braid']['kind'], SpqrState>()
  for (const isLossy of [false, true]) {
    const [initiator, responder] = [new Party('initiator'), new Party('responder')]
    for (let round = 0; round < 110; round++) {
      const toResponder = initiator.send()
      if (!isLossy || round % 5 !== 0) responder.receive(toResponder.message)
      const toInitiator = responder.send()
      if (!isLossy || round % 2 === 0) initiator.receive(toInitiator.message)
      for (const { state } of [initiator, responder]) states.set(state.braid.kind, deepCopy(state))
    }
  }
  return states
}

/** Parties erase what their next state does not need; a test may need it. */
export function deepCopy(state: SpqrState): SpqrState {
  return structuredClone(state)
}

/** All bytes of a state, so that a change of any shows. */
export function snapshot(state: unknown): string {
  return JSON.stringify(state, (_, value: unknown) =>
    value instanceof Uint8Array ? hex(value) : value,
  )
}
