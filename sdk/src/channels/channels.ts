/**
 * @module Everything that a program does with channels: what is decided here goes into the chain, and what is said there
 * goes through the messenger as in any conversation. A channel is called by the id of its conversation.
 */
import type { Role } from '#channels/chain.ts'
import * as begin from '#channels/begin.ts'
import type { ChannelDoor } from '#channels/door.ts'
import { forgetChannel } from '#channels/end.ts'
import * as invite from '#channels/invite.ts'
import type { ChannelLine } from '#channels/line.ts'
import { readLink } from '#channels/link.ts'
import { checkedName, checkedPicture, refusalError, wishFor } from '#channels/manage.ts'
import { allChannels, type Channel, channelView } from '#channels/view.ts'
import type { WishOutcome } from '#channels/visit.ts'
import type { Wish } from '#channels/wishes.ts'
import { contacts } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'

export interface ChannelsOptions {
  readonly engine: Engine
  readonly line: ChannelLine
  readonly door: () => ChannelDoor | undefined
  /** Ends what waits for an answer. */
  readonly over: AbortSignal
}

/**
 * Every decision resolves when it stands in the chain; without a network it is kept, and resolves to the channel as it was.
 */
export class Channels {
  readonly #options: ChannelsOptions

  constructor(options: ChannelsOptions) {
    this.#options = options
  }

  /** At the own relay. What is written there goes out when the relay has the channel. */
  async create(channel: begin.ChannelToCreate): Promise<Channel> {
    const { engine, line } = this.#options
    const begun = await engine.state.change((work) => begin.createChannel(work, engine, channel))
    await line.fulfil(begun.id, begun.wish)
    return this.#named(begun.id)
  }

  all(): Promise<readonly Channel[]> {
    const { engine } = this.#options
    return allChannels(engine.state, engine)
  }

  get(id: string): Promise<Channel | undefined> {
    const { engine } = this.#options
    return channelView(engine.state, engine, id)
  }

  /** A link that lets in whoever has it. Only admins can make one, and it needs the network. */
  async invite(
    id: string,
    terms: invite.ChannelInviteTerms = {},
    signal?: AbortSignal,
  ): Promise<string> {
    const { engine, door, over } = this.#options
    const checked = invite.checkedTerms(terms)
    const name = await invite.channelToInviteTo(engine.state, engine, id)
    const relay = door()
    if (relay === undefined) throw new SottoError('offline', 'Cannot invite: no connection')
    const bounded = signal === undefined ? over : AbortSignal.any([signal, over])
    const { token } = await relay.createInvite(name, invite.relayTerms(checked), bounded)
    return invite.channelLink(engine.state, engine, id, token, checked)
  }

  /** By a message to a contact. Whom an admin has removed is let back. */
  async inviteContact(id: string, contact: string, signal?: AbortSignal): Promise<void> {
    const { engine, line } = this.#options
    const found = await contacts.get(engine.state, contact)
    if (found === undefined) throw new SottoError('not-found', 'Cannot find the contact')
    const wish = await engine.state.change((work) =>
      invite.letBack(work, engine, id, found.identity),
    )
    if (wish !== undefined) demand(await line.fulfil(id, wish))
    const link = await this.invite(id, {}, signal)
    await engine.state.change((work) => invite.inviteContact(work, engine, id, found, link))
  }

  /** Every link that was given out before is good for nothing then. */
  revokeInvites(id: string): Promise<Channel> {
    return this.#wish(id, { kind: 'revoke' })
  }

  /** Throws when it will never be; without a network it goes on when there is one. */
  async join(link: string): Promise<Channel> {
    const { engine, line } = this.#options
    const read = readLink(engine.device.primitives, link)
    if (read === undefined) {
      throw new SottoError('invalid-invitation', 'Cannot join: this is no link into a channel')
    }
    const begun = await engine.state.change((work) => begin.joinChannel(work, engine, read))
    demand(await line.fulfil(begun.id, begun.wish))
    return this.#named(begun.id)
  }

  /** What was said stays, until the channel is forgotten. The last admin cannot leave others alone. */
  leave(id: string): Promise<Channel> {
    return this.#wish(id, { kind: 'leave' })
  }

  /** With everything that was said there; only of a channel that we are in no more. */
  async forget(id: string): Promise<void> {
    const { engine } = this.#options
    const { stage } = await this.#named(id)
    if (stage === 'creating' || stage === 'member') {
      throw new SottoError('not-allowed', 'Cannot forget: this user is a member of the channel')
    }
    await engine.state.change((work) => forgetChannel(work, engine, id))
  }

  /** They read nothing that is said from then on. */
  remove(id: string, identity: string): Promise<Channel> {
    return this.#wish(id, { kind: 'remove', member: identity })
  }

  setRole(id: string, identity: string, role: Role): Promise<Channel> {
    return this.#wish(id, { kind: 'role', member: identity, role })
  }

  /** The picture stays unless another one comes along. */
  async rename(id: string, name: string, picture?: Uint8Array): Promise<Channel> {
    const { picture: before } = await this.#named(id)
    return this.#wish(id, {
      kind: 'name',
      name: checkedName(name),
      picture: checkedPicture(picture)?.toHex() ?? before,
    })
  }

  /** How long texts stay after they were read; 0 for ever. */
  setTimer(id: string, seconds: number): Promise<Channel> {
    return this.#wish(id, { kind: 'timer', seconds })
  }

  async #named(id: string): Promise<Channel> {
    const channel = await this.get(id)
    if (channel === undefined) throw new SottoError('not-found', 'Cannot find the channel')
    return channel
  }

  async #wish(id: string, wish: Wish): Promise<Channel> {
    const { engine, line } = this.#options
    const waits = await engine.state.change((work) => wishFor(work, engine, id, wish))
    demand(await line.fulfil(id, waits))
    return this.#named(id)
  }
}

function demand(outcome: WishOutcome): void {
  if (outcome.kind === 'refused') throw refusalError(outcome.reason)
  if (outcome.kind === 'failed') {
    throw new SottoError(outcome.code, 'Cannot change the channel: the relay refused')
  }
}
