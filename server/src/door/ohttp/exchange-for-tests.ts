/**
 * @module A client that seals for a running relay, without a forwarder in between: asks for the key, seals, hands in, opens.
 */
import { randomBytes } from 'node:crypto'
import { openPrimitives } from '@sotto/primitives/provider'
import { encapsulateRequest, openResponse } from '@sotto/veil/ohttp/client'
import { decodeKeyConfig } from '@sotto/veil/ohttp/key-config'
import { binary } from '#door/ohttp/served-for-tests.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const primitives = await openPrimitives()

/** What comes back for what is sealed. The headers stand outside, on the request that is sealed. */
export async function exchange(
  { port }: { readonly port: number },
  plaintext: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const url = `http://127.0.0.1:${port}`
  // Each request for the key is counted by an address of its own.
  const elsewhere = { 'x-forwarded-for': `10.0.${random(2).join('.')}` }
  const key = await fetch(`${url}/v2/ohttp-key`, { headers: elsewhere })
  const config = decodeKeyConfig(new Uint8Array(await key.arrayBuffer()))
  if (config === undefined) throw new Error(`No key: ${key.status}`)
  const sealed = await encapsulateRequest(primitives, random, config, plaintext)
  if (sealed === undefined) throw new Error('Cannot seal')
  const response = await fetch(`${url}/v2/ohttp`, {
    method: 'POST',
    body: new Uint8Array(sealed.message),
    headers: { ...headers },
  })
  const answer = new Uint8Array(await response.arrayBuffer())
  const opened = await openResponse(primitives, sealed.context, answer)
  if (opened === undefined) throw new Error(`Not sealed: ${response.status}`)
  return opened
}

/** A POST of JSON as binary HTTP. */
export function binaryPost(
  path: string,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array {
  const fields = { 'content-type': 'application/json', ...headers }
  return binary({
    method: 'POST',
    path,
    headers: Object.entries(fields).map(([name, text]) => ({ name, value: text })),
    content: new TextEncoder().encode(JSON.stringify(value)),
  })
}
