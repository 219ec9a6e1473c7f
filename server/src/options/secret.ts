/**
 * @module A text that must not be seen: it prints, inspects and serialises as a placeholder, so that an options object
 * can be logged or thrown by accident without giving it away.
 */

const placeholder = '[secret]'

export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return placeholder
  }

  toJSON(): string {
    return placeholder
  }

  /** What `console.log` and `util.inspect` show, in Node and in Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return placeholder
  }
}
