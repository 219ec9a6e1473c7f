/**
 * @module The bench's end of a person's process: orders go in, answers and shown messages come out.
 */
import { fileURLToPath } from 'node:url'
import type { Order } from '#bench-sdk/person.ts'
import { Child } from '#child.ts'
import { asObject, type JsonObject } from '#clients/json.ts'
import { type Runtime, runtimePath } from '#relay-process.ts'

const personEntry = fileURLToPath(new URL('person.ts', import.meta.url))

/** A message that was shown, and how long after it was written. */
export interface Shown {
  readonly count: number
  readonly millis: number
}

export class Puppet implements AsyncDisposable {
  readonly shown: Shown[] = []
  onShown: (shown: Shown) => void = () => {}
  readonly #answers: ((answer: JsonObject) => void)[] = []
  #child: Child | undefined

  static async start(
    runtime: Runtime,
    directory: string,
    relay: string,
    name: string,
  ): Promise<Puppet> {
    const puppet = new Puppet()
    puppet.#child = await Child.start({
      command: runtimePath(runtime),
      arguments: [personEntry, directory, relay, name],
      onLine: (line) => puppet.#heard(line),
      wantsInput: true,
    })
    return puppet
  }

  tell(order: Order): Promise<JsonObject> {
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
    this.#answers.push(resolve)
    const child = this.#child
    child?.writeLine(JSON.stringify(order))
    void child?.stopped().then(() => reject(new Error(`A person has died\n${child.output()}`)))
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.[Symbol.asyncDispose]()
  }

  #heard(line: string): void {
    const said = asObject(JSON.parse(line), 'what a person says')
    if (said['answer'] !== undefined) {
      this.#answers.shift()?.(asObject(said['answer'], 'an answer'))
      return
    }
    const millis = (Number(said['atMicros']) - Number(said['body'])) / 1000
    const shown = { count: Number(said['shown']), millis }
    this.shown.push(shown)
    this.onShown(shown)
  }
}
