/**
 * @module Ann sends a file, and Bob fetches it.
 *
 *     bun sdk/examples/attachment.ts RELAY_URL
 */
import { bytesSource } from '@sotto/sdk'
import { nextText, openPerson } from './person.ts'

const [relay = ''] = process.argv.slice(2)
await using ann = await openPerson('Ann', relay)
await using bob = await openPerson('Bob', relay)
const { link } = await bob.messenger.invite()
const toBob = await ann.messenger.acceptInvitation(link)

const text = 'All that happened in Lisbon. '.repeat(5000)
const source = bytesSource(new TextEncoder().encode(text))
const file = { source, name: 'lisbon.txt', mediaType: 'text/plain' }
const heard = nextText(bob.messenger)
// Encrypted piece by piece, under a key of its own. An upload that ends early is gone on with: `unfinishedUploads`.
await ann.messenger.attach(toBob.id, file, {
  text: 'Read this',
  progress: ({ sentBytes, totalBytes }) => {
    if (sentBytes === totalBytes) console.log(`Ann has sent ${sentBytes} bytes`)
  },
})

// What came is a pointer: nothing is fetched before somebody wants it.
const { body, attachments = [] } = await heard
for (const pointer of attachments) {
  const pieces = await Array.fromAsync(bob.messenger.fetchAttachment(pointer))
  const isWhole = (await new Blob(pieces.map((piece) => Uint8Array.from(piece))).text()) === text
  console.log(`Bob reads: ${body}, and has ${pointer.name}, ${isWhole ? 'whole' : 'broken'}`)
}
