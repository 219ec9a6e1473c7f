/**
 * @module Routes behind a dispatch of their own on a real listener, for tests of what does not need a whole relay.
 */
import { createDispatch, type DispatchDeps } from '#door/dispatch.ts'
import { selectListen, type Listening } from '#door/listener.ts'
import type { Route } from '#door/route.ts'

export class ServedRoutes implements AsyncDisposable {
  /** What was asked of the buckets, and each request as it was counted: 'GET /health 200'. */
  readonly tiers: readonly string[]
  readonly answered: readonly string[]
  readonly #listening: Listening

  private constructor(listening: Listening, tiers: readonly string[], answered: readonly string[]) {
    this.tiers = tiers
    this.answered = answered
    this.#listening = listening
  }

  static async open(
    routes: readonly Route[],
    deps: Partial<DispatchDeps> = {},
  ): Promise<ServedRoutes> {
    const tiers: string[] = []
    const answered: string[] = []
    const nothing = (): void => {}
    const dispatch = createDispatch({
      routes,
      tokens: {
        issue: () => Promise.reject(new Error('No tokens here')),
        verify: () => undefined,
        revoke: nothing,
      },
      clientOf: () => '',
      admit(tier) {
        tiers.push(tier)
        return { allowed: true }
      },
      newRequestId: () => 'id',
      nowMillis: () => 0,
      events: {
        rateLimited: nothing,
        requestAnswered: (method, template, status) =>
          answered.push(`${method} ${template} ${status}`),
        requestFailed: nothing,
        storeFailed: nothing,
        gatewayRefused: nothing,
      },
      ...deps,
    })
    const listen = await selectListen()
    const listening = await listen({
      host: '127.0.0.1',
      port: 0,
      tls: undefined,
      socket: { maxMessageBytes: 1024 },
      maxBodyBytes: 1024,
      handle: dispatch,
    })
    return new ServedRoutes(listening, tiers, answered)
  }

  ask(path: string, options: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#listening.port}${path}`, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening.closeNow()
  }
}
