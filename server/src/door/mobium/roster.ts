/**
 * @module Everybody who is logged in: sockets by identity. An identity may have several devices, and a device several
 * sockets; a newer one never shuts out an older, and an older one that closes takes nothing with it.
 */
import type { Client, Presence } from '#door/mobium/client.ts'

export class Roster<Member extends Client> implements Presence {
  /** One client is the usual number, and needs no list. */
  readonly #clients = new Map<string, Member | Member[]>()

  add(client: Member): void {
    const others = this.#clients.get(client.name)
    if (others === undefined) this.#clients.set(client.name, client)
    else if (Array.isArray(others)) others.push(client)
    else this.#clients.set(client.name, [others, client])
  }

  remove(client: Member): void {
    const clients = this.#clients.get(client.name)
    if (clients === client) this.#clients.delete(client.name)
    if (!Array.isArray(clients)) return
    const rest = clients.filter((each) => each !== client)
    const [last] = rest
    if (rest.length === 1 && last !== undefined) this.#clients.set(client.name, last)
    else this.#clients.set(client.name, rest)
  }

  /** In the order in which they logged in. */
  clientsOf(name: string): readonly Member[] {
    const clients = this.#clients.get(name)
    if (clients === undefined) return []
    return Array.isArray(clients) ? clients : [clients]
  }

  isOnline(name: string): boolean {
    return this.#clients.has(name)
  }

  /** How many identities are logged in. */
  count(): number {
    return this.#clients.size
  }
}
