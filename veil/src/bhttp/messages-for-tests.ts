/**
 * @module Messages that several tests read and write, and shorthands for doing so.
 */
import { decodeRequest, decodeResponse } from '#bhttp/decode.ts'
import type { BinaryHttpLimits, BinaryRequest, BinaryResponse, Decoded } from '#bhttp/message.ts'

export const limits: BinaryHttpLimits = { maxHeaderBytes: 16_384, maxContentBytes: 65_536 }
export const none: Uint8Array = new Uint8Array(0)
export const text = (value: string): Uint8Array => new TextEncoder().encode(value)
export const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex)

export const get: BinaryRequest = {
  method: 'GET',
  scheme: 'https',
  authority: '',
  path: '/hello.txt',
  headers: [
    { name: 'user-agent', value: 'curl/7.16.3 libcurl/7.16.3 OpenSSL/0.9.7l zlib/1.2.3' },
    { name: 'host', value: 'www.example.com' },
    { name: 'accept-language', value: 'en, mi' },
  ],
  content: none,
  trailers: [],
}

export const ok: BinaryResponse = {
  informational: [],
  status: 200,
  headers: [],
  content: none,
  trailers: [],
}

export const withInformational: BinaryResponse = {
  informational: [
    { status: 102, headers: [{ name: 'running', value: '"sleep 15"' }] },
    {
      status: 103,
      headers: [
        { name: 'link', value: '</style.css>; rel=preload; as=style' },
        { name: 'link', value: '</script.js>; rel=preload; as=script' },
      ],
    },
  ],
  status: 200,
  headers: [
    { name: 'date', value: 'Mon, 27 Jul 2009 12:28:53 GMT' },
    { name: 'server', value: 'Apache' },
    { name: 'last-modified', value: 'Wed, 22 Jul 2009 19:15:56 GMT' },
    { name: 'etag', value: '"34aa387-d-1568eb00"' },
    { name: 'accept-ranges', value: 'bytes' },
    { name: 'content-length', value: '51' },
    { name: 'vary', value: 'Accept-Encoding' },
    { name: 'content-type', value: 'text/plain' },
  ],
  content: text('Hello World! My content includes a trailing CRLF.\r\n'),
  trailers: [],
}

export const withTrailer: BinaryResponse = {
  ...ok,
  content: text('This content contains CRLF.\r\n'),
  trailers: [{ name: 'trailer', value: 'text' }],
}

export const full: BinaryRequest = {
  method: 'POST',
  scheme: 'https',
  authority: 'relay.example:8443',
  path: '/v1/messages?a=b',
  headers: [{ name: 'content-length', value: '4' }],
  content: Uint8Array.of(1, 0, 2, 0),
  trailers: [{ name: 'digest', value: 'a' }],
}

export function decoded<Message>(outcome: Decoded<Message>): Message {
  if (outcome.kind !== 'decoded') throw new Error(`Not decoded: ${outcome.kind}`)
  return outcome.message
}

export const request = (wire: Uint8Array): BinaryRequest => decoded(decodeRequest(wire, limits))
export const response = (wire: Uint8Array): BinaryResponse => decoded(decodeResponse(wire, limits))
