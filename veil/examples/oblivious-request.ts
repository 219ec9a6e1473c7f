/**
 * @module A request through a proxy that cannot read it, to a gateway that does not learn where it came from.
 *
 *     bun veil/examples/oblivious-request.ts
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { decodeRequest, decodeResponse } from '@sotto/veil/bhttp/decode'
import { encodeRequest, encodeResponse, padMessage } from '@sotto/veil/bhttp/encode'
import { encapsulateRequest, openResponse } from '@sotto/veil/ohttp/client'
import { configOf, openRequest, sealResponse } from '@sotto/veil/ohttp/gateway'
import { decodeKeyConfigs, encodeKeyConfigs } from '@sotto/veil/ohttp/key-config'
import { keysAround, windowAt } from '@sotto/veil/ohttp/windowed-keys'

const primitives = await openPrimitives()
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const limits = { maxHeaderBytes: 16_384, maxContentBytes: 65_536 }

// The gateway keeps one secret, has a key for each day, and publishes today's as `application/ohttp-keys`.
const secret = random(32)
const keys = keysAround(primitives, secret, windowAt(Date.now() / 1000, 86_400))
const published = encodeKeyConfigs([configOf(keys[0])])

// The client seals a request, made as long as many others.
const [config] = decodeKeyConfigs(published) ?? []
if (config === undefined) throw new Error('The gateway offers nothing that we speak')
const question = encodeRequest({
  method: 'GET',
  scheme: 'https',
  authority: 'relay.example',
  path: '/hello',
  headers: [{ name: 'accept', value: 'text/plain' }],
  content: new Uint8Array(0),
  trailers: [],
})
const sent = await encapsulateRequest(primitives, random, config, padMessage(question, 256))
if (sent === undefined) throw new Error('The key of the gateway is none')
console.log(`The proxy sees ${sent.message.length} bytes`)

// The gateway gets it from the proxy, without the client's address.
const opened = await openRequest(primitives, keys, sent.message)
if (opened.kind !== 'opened') throw new Error(`The request is ${opened.kind}`)
const request = decodeRequest(opened.request, limits)
if (request.kind !== 'decoded') throw new Error(`The request is ${request.kind}`)
console.log(`The gateway reads: ${request.message.method} ${request.message.path}`)
const answer = encodeResponse({
  informational: [],
  status: 200,
  headers: [],
  content: new TextEncoder().encode('Hello, whoever you are'),
  trailers: [],
})
const back = await sealResponse(primitives, random, opened.context, padMessage(answer, 256))

// And the client reads the answer.
const response = await openResponse(primitives, sent.context, back)
const read = response && decodeResponse(response, limits)
if (read?.kind !== 'decoded') throw new Error('The answer is none')
console.log(`The client reads: ${new TextDecoder().decode(read.message.content)}`)
