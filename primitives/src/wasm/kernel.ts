/**
 * @module The door to our own WebAssembly (`assembly/`): ML-KEM, Keccak, SHA-256, HMAC and HKDF, constant in time for
 * secrets. It imports nothing, and its memory never grows, so one view of it lasts.
 *
 * A call writes into the input area, runs, reads from the output area and wipes. Nothing here is asynchronous, so no
 * two calls meet.
 */
import { kernelBinary } from '#wasm/kernel-binary.ts'

/** What `assembly/kernel.ts` exports; addresses and lengths are in bytes. */
interface KernelFunctions {
  readonly inputAddress: () => number
  readonly outputAddress: () => number
  readonly areaSize: () => number
  readonly keyPair: (rank: number) => void
  readonly encapsulate: (rank: number) => number
  readonly decapsulate: (rank: number) => number
  readonly encapsulateFirst: () => void
  readonly encapsulateSecond: () => number
  readonly spongeStart: (rate: number) => void
  readonly spongeAbsorb: (data: number, length: number) => void
  readonly spongePad: (suffix: number) => void
  readonly spongeSqueeze: (target: number, length: number) => void
  readonly sha256Start: () => void
  readonly sha256Absorb: (data: number, length: number) => void
  readonly sha256End: (target: number) => void
  readonly hmacStart: (key: number, length: number) => void
  readonly hmacEnd: (target: number) => void
  readonly hmacOfInput: (keyBytes: number, dataBytes: number) => void
  readonly hkdfOfInput: (
    length: number,
    saltBytes: number,
    materialBytes: number,
    infoBytes: number,
  ) => void
  readonly wipeAll: () => void
  readonly wipeHash: (inputBytes: number, outputBytes: number) => void
}

export interface Kernel {
  readonly functions: KernelFunctions
  readonly memory: Uint8Array
  /** Where the areas begin, and how long each is. */
  readonly input: number
  readonly output: number
  readonly areaBytes: number
}

/** What is used of the global object, which neither ECMAScript's library nor every platform's types declare alike. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array): Promise<{ readonly instance: { readonly exports: unknown } }>
}

/** Throws the platform's `CompileError` where WebAssembly, or its vectors of 128 bits, are not to be had. */
export async function openKernel(): Promise<Kernel> {
  const { instance } = await WebAssembly.instantiate(fromBase64(kernelBinary))
  const functions = instance.exports as KernelFunctions & {
    readonly memory: { readonly buffer: ArrayBuffer }
  }
  return {
    functions,
    memory: new Uint8Array(functions.memory.buffer),
    input: functions.inputAddress(),
    output: functions.outputAddress(),
    areaBytes: functions.areaSize(),
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** For our own constant alone: nothing is checked. */
function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/=+$/, '')
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let buffer = 0
  let held = 0
  let at = 0
  for (const digit of digits) {
    buffer = ((buffer << 6) | alphabet.indexOf(digit)) & 0xffff
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[at++] = buffer >> held
    }
  }
  return bytes
}
