import { expect, test } from 'vitest'
import * as limits from '#limits.ts'

test('the limits are those of the protocol', () => {
  expect({ ...limits }).toEqual({
    sessionVersion: 4,
    senderKeyVersion: 3,
    messageMacBytes: 8,
    maxForwardJump: 25_000,
    maxSelfForwardJump: 250_000,
    maxSkippedKeys: 2000,
    maxReceiverChains: 5,
    maxArchivedSessions: 40,
    maxSenderKeyStates: 5,
    unacknowledgedSessionMillis: 2_592_000_000,
    maxRegistrationId: 16_383,
    maxDeviceId: 127,
    maxPrekeyId: 16_777_215,
    fingerprintIterations: 5200,
    maxFingerprintIterations: 1_000_000,
  })
})
