/**
 * @module Contacts by id, kept up to date by what happens.
 */
import type { Contact, Messenger, MessengerEvent } from '#engine.ts'

export class ContactBook {
  readonly #contacts: Map<string, Contact>

  private constructor(contacts: readonly Contact[]) {
    this.#contacts = new Map(contacts.map((contact) => [contact.id, contact]))
  }

  static async of(messenger: Pick<Messenger, 'contacts'>): Promise<ContactBook> {
    return new ContactBook(await messenger.contacts())
  }

  readonly get = (id: string): Contact | undefined => this.#contacts.get(id)

  all(): readonly Contact[] {
    return [...this.#contacts.values()]
  }

  note(event: MessengerEvent): void {
    if (event.type === 'contact-changed' || event.type === 'request') {
      this.#contacts.set(event.contact.id, event.contact)
    }
  }
}
