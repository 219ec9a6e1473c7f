/**
 * @module What is signed in a channel: its records and its grants, in the wrapper that cards have. What is signed is
 * `sotto/`, the name, `/1` and the body, so that a signature of one kind is none of another.
 */
import type { Primitives } from '@sotto/primitives'
import { readSigned, writeSigned } from '@sotto/wire/cards'
import type { Signer } from '#cards/signing.ts'

export function signAs(
  primitives: Primitives,
  { ed25519Seed }: Signer,
  name: string,
  body: Uint8Array,
): Uint8Array {
  const signature = primitives.signEd25519(ed25519Seed, signedBytes(name, body))
  return writeSigned({ body, signature })
}

/**
 * The body and what `read` finds in it, when whom it names has signed it under the name that it has. The bytes are
 * copied.
 */
export function verifyAs<Found>(
  primitives: Primitives,
  signed: Uint8Array,
  read: (
    body: Uint8Array,
  ) => { readonly found: Found; readonly name: string; readonly identity: Uint8Array } | undefined,
): { readonly found: Found; readonly body: Uint8Array } | undefined {
  const wrapper = readSigned(new Uint8Array(signed))
  if (wrapper === undefined) return undefined
  const { body, signature } = wrapper
  const inside = read(body)
  if (inside === undefined) return undefined
  const { found, name, identity } = inside
  const isSigned = primitives.verifyEd25519(identity, signedBytes(name, body), signature)
  return isSigned ? { found, body } : undefined
}

function signedBytes(name: string, body: Uint8Array): Uint8Array {
  const label = new TextEncoder().encode(`sotto/${name}/1`)
  const bytes = new Uint8Array(label.length + body.length)
  bytes.set(label)
  bytes.set(body, label.length)
  return bytes
}
