/**
 * @module Ann invites Bob, and they talk.
 *
 *     bun sdk/examples/two-people.ts RELAY_URL
 */
import { nextText, openPerson } from './person.ts'

const [relay = ''] = process.argv.slice(2)
await using ann = await openPerson('Ann', relay)
await using bob = await openPerson('Bob', relay)

// The link goes from Ann to Bob on some other way, and is good for one person.
const { link } = await ann.messenger.invite()
const toAnn = await bob.messenger.acceptInvitation(link)

// A message is on disk when `send` resolves; it goes out when the relay can be reached.
const heardByAnn = nextText(ann.messenger)
await bob.messenger.send(toAnn.id, 'Hello Ann')
const hello = await heardByAnn
console.log(`Ann reads: ${hello.body}`)

// A conversation has the id of its contact.
const heardByBob = nextText(bob.messenger)
await ann.messenger.send(hello.conversation, { body: 'Hello Bob', replyTo: hello.id })
const answer = await heardByBob
console.log(`Bob reads: ${answer.body}`)

// Nobody stands between them if these are the same, compared by voice or side by side.
const atAnn = await ann.messenger.safetyNumber(hello.conversation)
const atBob = await bob.messenger.safetyNumber(toAnn.id)
console.log(atAnn.digits === atBob.digits ? 'The same number on both screens' : 'Somebody listens')
