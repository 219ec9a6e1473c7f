/**
 * @module Binary HTTP from bytes (RFC 9292).
 *
 * | part | known length (0, 1) | indeterminate length (2, 3) |
 * |---|---|---|
 * | framing | 1 number | 1 number |
 * | control data | request: method, scheme, authority, path, each with its length; response: status | the same |
 * | headers | length, fields | fields, 0 |
 * | content | length, bytes | chunks with their lengths, 0 |
 * | trailers | length, fields | fields, 0 |
 * | padding | zeros | zeros |
 *
 * Before the control data of a response stand any number of informational ones, each with its headers. A message may end
 * before headers, content or trailers when all that would follow is empty (§3.1, §3.2).
 */
import {
  type BinaryHttpLimits,
  type BinaryRequest,
  type BinaryResponse,
  type Decoded,
  type Field,
  framing,
  type InformationalResponse,
} from '#bhttp/message.ts'
import { MessageReader } from '#bhttp/message-reader.ts'
import { faultOfRequest, faultOfResponse, isStatus } from '#bhttp/rules.ts'

/** Reads a request of either form. Its content may share memory with `bytes`. */
export function decodeRequest(bytes: Uint8Array, limits: BinaryHttpLimits): Decoded<BinaryRequest> {
  const reader = new MessageReader(bytes, limits)
  const isKnown = readFraming(reader, framing.knownRequest, framing.indeterminateRequest)
  const message = {
    method: reader.text(),
    scheme: reader.text(),
    authority: reader.text(),
    path: reader.text(),
    ...readParts(reader, isKnown),
  }
  return conclude(reader, message, faultOfRequest)
}

/** Reads a response of either form. Its content may share memory with `bytes`. */
export function decodeResponse(
  bytes: Uint8Array,
  limits: BinaryHttpLimits,
): Decoded<BinaryResponse> {
  const reader = new MessageReader(bytes, limits)
  const isKnown = readFraming(reader, framing.knownResponse, framing.indeterminateResponse)
  const informational: InformationalResponse[] = []
  let status = reader.integer()
  while (isStatus(status, 100, 199)) {
    reader.payOverhead()
    informational.push({ status, headers: readFields(reader, isKnown) })
    status = reader.integer()
  }
  const message = { informational, status, ...readParts(reader, isKnown) }
  return conclude(reader, message, faultOfResponse)
}

function readFraming(reader: MessageReader, known: number, indeterminate: number): boolean {
  const value = reader.integer()
  if (value !== known && value !== indeterminate) reader.fail('malformed')
  return value === known
}

function readParts(
  reader: MessageReader,
  isKnown: boolean,
): Pick<BinaryRequest, 'headers' | 'content' | 'trailers'> {
  const headers = reader.isAtEnd ? [] : readFields(reader, isKnown)
  const content = reader.isAtEnd ? new Uint8Array(0) : readContent(reader, isKnown)
  const trailers = reader.isAtEnd ? [] : readFields(reader, isKnown)
  reader.padding()
  return { headers, content, trailers }
}

function readFields(reader: MessageReader, isKnown: boolean): readonly Field[] {
  const fields: Field[] = []
  if (isKnown) {
    reader.section(reader.integer(), () => {
      while (!reader.isAtEnd) fields.push(readField(reader, reader.integer()))
    })
    return fields
  }
  for (;;) {
    const nameLength = reader.integer()
    if (nameLength === 0) return fields
    fields.push(readField(reader, nameLength))
  }
}

function readField(reader: MessageReader, nameLength: number): Field {
  reader.payOverhead()
  return { name: reader.textOf(nameLength), value: reader.text() }
}

function readContent(reader: MessageReader, isKnown: boolean): Uint8Array {
  if (isKnown) return reader.content(reader.integer())
  // Gathered in one place: a hostile message may come in chunks of one byte.
  const content = new Uint8Array(reader.bytesLeft)
  let length = 0
  for (;;) {
    const chunkLength = reader.integer()
    if (chunkLength === 0) return content.slice(0, length)
    content.set(reader.content(chunkLength), length)
    length += chunkLength
  }
}

function conclude<Message>(
  reader: MessageReader,
  message: Message,
  faultOf: (message: Message) => string | undefined,
): Decoded<Message> {
  if (reader.problem !== undefined) return { kind: reader.problem }
  return faultOf(message) === undefined ? { kind: 'decoded', message } : { kind: 'malformed' }
}
