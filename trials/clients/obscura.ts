/**
 * @module An Obscura client, written from the protocol's description and independent of the relay's code: it shares no
 * line with `server/` or `wire/`, so that the two can only agree by both being right.
 */
import {
  type Bundle,
  type Device,
  deviceToJson,
  type KeysJson,
  keysToJson,
  type OneTimePreKey,
  type SignedPreKey,
} from '#clients/device.ts'
import { Gateway, type GatewayHandler } from '#clients/gateway.ts'
import { asBytes, asInteger, asObject, asString } from '#clients/json.ts'
import { encodeEncryptedMessage, type EncryptedMessage } from '#clients/protobuf.ts'

export interface Session {
  readonly userId: string
  readonly token: string
  readonly refreshToken: string
  readonly expiresAtSeconds: number
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** The relay answered, and not with what was asked for. */
export class RelayRefused extends Error {
  readonly status: number

  constructor(status: number, reason: string) {
    super(`Relay refused with ${status}: ${reason}`)
    this.name = 'RelayRefused'
    this.status = status
  }
}

const requestTimeoutMillis = 30_000

export class ObscuraClient {
  readonly #relay: URL

  constructor(relay: URL) {
    this.#relay = relay
  }

  async register(credentials: Credentials, device: Device): Promise<Session> {
    const keys = deviceToJson(device)
    return await this.#session(201, '/v1/users', { ...credentials, ...keys })
  }

  async login(credentials: Credentials): Promise<Session> {
    return await this.#session(200, '/v1/sessions', credentials)
  }

  async refresh(refreshToken: string): Promise<Session> {
    return await this.#session(200, '/v1/sessions/refresh', { refreshToken })
  }

  async logout(session: Session): Promise<void> {
    const body = JSON.stringify({ refreshToken: session.refreshToken })
    await this.#request(200, 'DELETE', '/v1/sessions', { token: session.token, json: body })
  }

  /** A refill, or with another identity key a takeover. */
  async uploadKeys(
    token: string,
    keys: {
      readonly identityKey?: Uint8Array
      readonly registrationId?: number
      readonly signedPreKey: SignedPreKey
      readonly oneTimePreKeys: readonly OneTimePreKey[]
    },
  ): Promise<void> {
    const json: KeysJson = keysToJson(keys)
    await this.#request(200, 'POST', '/v1/keys', { token, json: JSON.stringify(json) })
  }

  /** Uses one of the peer's one-time keys up, if one is left. */
  async fetchBundle(userId: string): Promise<Bundle> {
    const response = await this.#request(200, 'GET', `/v1/keys/${userId}`, {})
    return readBundle(await response.json())
  }

  /** With the same `idempotencyKey` a repeated send is stored once. */
  async send(
    token: string,
    recipientId: string,
    message: EncryptedMessage,
    idempotencyKey?: string,
  ): Promise<void> {
    await this.#request(201, 'POST', `/v1/messages/${recipientId}`, {
      token,
      bytes: encodeEncryptedMessage(message),
      contentType: 'application/x-protobuf',
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    })
  }

  async uploadAttachment(
    token: string,
    bytes: Uint8Array,
  ): Promise<{ readonly id: string; readonly expiresAtSeconds: number }> {
    const contentType = 'application/octet-stream'
    const response = await this.#request(201, 'POST', '/v1/attachments', {
      token,
      bytes,
      contentType,
    })
    const answer = asObject(await response.json(), 'attachment')
    return {
      id: asString(answer['id'], 'attachment.id'),
      expiresAtSeconds: asInteger(answer['expiresAt'], 'attachment.expiresAt'),
    }
  }

  async downloadAttachment(token: string, id: string): Promise<Uint8Array> {
    const response = await this.#request(200, 'GET', `/v1/attachments/${id}`, { token })
    return new Uint8Array(await response.arrayBuffer())
  }

  async openGateway(token: string, handler: GatewayHandler, signal: AbortSignal): Promise<Gateway> {
    return await Gateway.open(this.#relay, token, handler, signal)
  }

  async #session(expected: number, path: string, body: unknown): Promise<Session> {
    const response = await this.#request(expected, 'POST', path, { json: JSON.stringify(body) })
    const answer = asObject(await response.json(), 'session')
    const token = asString(answer['token'], 'session.token')
    return {
      userId: userIdOf(token),
      token,
      refreshToken: asString(answer['refreshToken'], 'session.refreshToken'),
      expiresAtSeconds: asInteger(answer['expiresAt'], 'session.expiresAt'),
    }
  }

  async #request(
    expected: number,
    method: string,
    path: string,
    content: {
      readonly token?: string
      readonly json?: string
      readonly bytes?: Uint8Array
      readonly contentType?: string
      readonly idempotencyKey?: string
    },
  ): Promise<Response> {
    const headers = new Headers()
    if (content.token !== undefined) headers.set('authorization', `Bearer ${content.token}`)
    if (content.json !== undefined) headers.set('content-type', 'application/json')
    if (content.contentType !== undefined) headers.set('content-type', content.contentType)
    if (content.idempotencyKey !== undefined) headers.set('idempotency-key', content.idempotencyKey)
    const body = content.json ?? (content.bytes === undefined ? null : Buffer.from(content.bytes))
    const response = await fetch(new URL(path, this.#relay), {
      method,
      headers,
      body,
      signal: AbortSignal.timeout(requestTimeoutMillis),
    })
    if (response.status !== expected) {
      throw new RelayRefused(response.status, (await response.text()).slice(0, 200))
    }
    return response
  }
}

/** There is no other way to learn one's own id: it is the `sub` of the access token. */
export function userIdOf(token: string): string {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return asString(asObject(JSON.parse(payload), 'token')['sub'], 'token.sub')
}

function readBundle(json: unknown): Bundle {
  const bundle = asObject(json, 'bundle')
  const signed = asObject(bundle['signedPreKey'], 'bundle.signedPreKey')
  const oneTime = bundle['oneTimePreKey']
  return {
    registrationId: asInteger(bundle['registrationId'], 'bundle.registrationId'),
    identityKey: asBytes(bundle['identityKey'], 'bundle.identityKey'),
    signedPreKey: {
      ...readPreKey(signed, 'bundle.signedPreKey'),
      signature: asBytes(signed['signature'], 'bundle.signedPreKey.signature'),
    },
    oneTimePreKey: oneTime === null ? null : readPreKey(oneTime, 'bundle.oneTimePreKey'),
  }
}

function readPreKey(json: unknown, what: string): OneTimePreKey {
  const key = asObject(json, what)
  return {
    keyId: asInteger(key['keyId'], `${what}.keyId`),
    publicKey: asBytes(key['publicKey'], `${what}.publicKey`),
  }
}
