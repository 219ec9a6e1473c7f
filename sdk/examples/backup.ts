/**
 * @module Ann saves her profile, loses it, puts it back under another name, and goes on.
 *
 *     bun sdk/examples/backup.ts RELAY_URL
 */
import { checkBackup, exportBackup, importBackup, openMessenger } from '@sotto/sdk'
import { openMemoryShelf } from '@sotto/sdk/storage/memory'
import { nextText, openPerson, passphrase, ports } from './person.ts'

const [relay = ''] = process.argv.slice(2)
await using bob = await openPerson('Bob', relay)
const ann = await openPerson('Ann', relay)
const { link } = await bob.messenger.invite()
const toBob = await ann.messenger.acceptInvitation(link)
const heardByBob = nextText(bob.messenger)
await ann.messenger.send(toBob.id, 'Remember the river?')
const toAnn = (await heardByBob).conversation

// A stream, for a file of your choice. It opens with its own passphrase and the words together.
const secret = 'a passphrase of the backup'
const backup = await Array.fromAsync(exportBackup(ports, ann.profile, secret))
const { ed25519Seed } = ann.profile.identity
const { records } = await checkBackup(ports, stream(), { passphrase: secret, ed25519Seed })
console.log(`The backup can be read; contacts in it: ${records['contact']}`)
await ann[Symbol.asyncDispose]()

await using profile = await importBackup(ports, openMemoryShelf(), {
  name: 'ann-again',
  passphrase,
  phrase: ann.phrase,
  backup: stream(),
  backupPassphrase: secret,
})
// Settings are in it. Sessions begin anew, so that no key is used twice.
await using again = await openMessenger({ ...ports, profile })
for (const { body, kind } of await again.history(toBob.id)) {
  if (kind === 'text') console.log(`Ann finds: ${body}`)
}

const heardByAnn = nextText(again)
await bob.messenger.send(toAnn, 'I do')
console.log(`Ann reads: ${(await heardByAnn).body}`)
const heardByBobAgain = nextText(bob.messenger)
await again.send(toBob.id, 'So do I')
console.log(`Bob reads: ${(await heardByBobAgain).body}`)

async function* stream(): AsyncGenerator<Uint8Array> {
  yield* backup
}
