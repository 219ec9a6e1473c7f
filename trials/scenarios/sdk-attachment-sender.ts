/**
 * @module Somebody who sends a file, in a process of their own that can be killed: with a link they accept the invitation
 * and begin, without one they go on. Each line of standard output says how far it is.
 */
import { open } from 'node:fs/promises'
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import {
  type AttachmentSource,
  createProfile,
  openMessenger,
  openProfile,
  type UploadProgress,
} from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openSqliteShelf } from '@sotto/sdk/storage/sqlite'

const [directory = '', relay = '', forwarder = '', path = '', link] = process.argv.slice(2)
const passphrase = 'correct horse battery staple'
const name = 'alice'
const primitives = await openPrimitives()
const deps = { primitives, argon2id, random: webRandomness, clock: webClock }
const shelf = openSqliteShelf(directory)

await using profile = (await shelf.names()).includes(name)
  ? await openProfile(deps, shelf, name, passphrase)
  : (await createProfile(deps, shelf, { name, passphrase })).profile
await using messenger = await openMessenger({
  ...deps,
  profile,
  network: webNetwork(),
  settings: { relay, forwarder, name },
  failed: (error) => console.error(error),
})

await using file = await open(path)
const source: AttachmentSource = {
  size: (await file.stat()).size,
  async read(offset, length) {
    const { buffer } = await file.read({ buffer: new Uint8Array(length), position: offset })
    return buffer
  },
}
const progress = ({ sentBytes }: UploadProgress): void => console.log(String(sentBytes))

if (link === undefined) {
  const [unfinished] = await messenger.unfinishedUploads()
  if (unfinished === undefined) throw new Error('Nothing to go on with')
  await messenger.resumeUpload(unfinished.id, source, { progress })
} else {
  const { id } = await messenger.acceptInvitation(link)
  const sent = { source, name: path, mediaType: 'application/zip' }
  await messenger.attach(id, sent, { text: 'Here it is', progress })
}
while ((await messenger.waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 20))
