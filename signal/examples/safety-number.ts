/**
 * @module Two people hold their safety numbers against each other: by eye, and by a code to scan.
 *
 *     bun signal/examples/safety-number.ts
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { generateCurveKeyPair, matchesScanned, safetyNumber, writeScannable } from '@sotto/signal'

const primitives = await openPrimitives()
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const person = (name: string) => ({
  stableId: new TextEncoder().encode(name),
  identityKey: generateCurveKeyPair(primitives, random).publicKey,
})

const [alice, bob] = [person('alice'), person('bob')]
const onAlicesScreen = safetyNumber(primitives, alice, bob)
const onBobsScreen = safetyNumber(primitives, bob, alice)

console.log(onAlicesScreen.digits)
console.log(onAlicesScreen.digits === onBobsScreen.digits ? 'The same on both screens' : 'Attacked')

const code = writeScannable(onBobsScreen.scannable)
console.log(matchesScanned(onAlicesScreen.scannable, code) ? 'The scan agrees' : 'Attacked')
