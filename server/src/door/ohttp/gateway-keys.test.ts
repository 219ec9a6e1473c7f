import { describe, expect, test } from 'vitest'
import { openPrimitives } from '@sotto/primitives/provider'
import { createGatewayKeys } from '#door/ohttp/gateway-keys.ts'

const primitives = await openPrimitives()

function keysAt(seconds: number, windowSeconds = 3600, fill = 7) {
  return createGatewayKeys({
    primitives,
    secret: new Uint8Array(32).fill(fill),
    windowSeconds,
    nowMillis: () => seconds * 1000,
  })
}

describe('the keys of a gateway', () => {
  test('are the same after a restart, and for every gateway with the secret', () => {
    expect(keysAt(7200).now()).toEqual(keysAt(10_799).now())
    expect(keysAt(7200).now().bare).not.toEqual(keysAt(7200, 3600, 8).now().bare)
    expect(keysAt(7200).now().bare).not.toEqual(keysAt(10_800).now().bare)
  })

  test('are accepted in the window before, their own and the one after', () => {
    const id = keysAt(3600 * 500).now().accepted[0]?.keyId
    const at = (window: number) =>
      keysAt(3600 * window)
        .now()
        .accepted.map((key) => key.keyId)
    expect(at(499)).toContain(id)
    expect(at(501)).toContain(id)
    expect(at(498)).not.toContain(id)
    expect(at(502)).not.toContain(id)
  })

  test('are found by their ids around the place where ids begin again', () => {
    for (const window of [255, 256, 257, 511, 512, 70_000]) {
      const keys = keysAt(3600 * window)
      const windows = keys.now().accepted.map(({ keyId }) => keys.windowOf(keyId))
      expect(windows).toEqual([window, window - 1, window + 1])
    }
  })
})
