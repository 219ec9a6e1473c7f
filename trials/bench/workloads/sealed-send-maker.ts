/**
 * @module A process that seals sends for the gateway of a relay, each for itself, and writes them to a file:
 * `node trials/bench/workloads/sealed-send-maker.ts URL FORM AEAD COUNT FILE`. Each stands behind its length in four bytes.
 *
 * On Node, whose `node:crypto` has ChaCha20-Poly1305.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { readKeyList, seal, sealRequest, writeEnvelope } from '#clients/oblivious.ts'
import { mailboxes, mailboxSend } from '#bench/workloads/oblivious-send-relay.ts'

const [url = '', form = '', name = '', count = '', file = ''] = process.argv.slice(2)
if (form !== 'bhttp' && form !== 'envelope') throw new Error(`Cannot write "${form}"`)
if (name !== 'aes-128-gcm' && name !== 'chacha20-poly1305') {
  throw new Error(`Cannot seal with "${name}"`)
}
const answer = await fetch(new URL('/v2/ohttp-key?format=rfc9458', url))
const key = readKeyList(Buffer.from(await answer.arrayBuffer()))
const headers = { 'content-type': 'application/json' }
const output = openSync(file, 'w')
const length = Buffer.alloc(4)
for (let i = 0; i < Number(count); i++) {
  const mailbox = i % mailboxes
  const { message } =
    form === 'envelope'
      ? seal(key, name, writeEnvelope(mailboxSend(mailbox, { action: 'send' })))
      : sealRequest(key, name, {
          method: 'POST',
          path: '/v2/send',
          headers,
          content: mailboxSend(mailbox),
        })
  length.writeUInt32BE(message.length)
  writeSync(output, Buffer.concat([length, message]))
}
closeSync(output)
