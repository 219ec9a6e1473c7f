/**
 * @module SHA-256 (FIPS 180-4 §6.2), HMAC (RFC 2104) and HKDF (RFC 5869) with it.
 *
 * A hash of whole blocks and a rest is kept in `sha256State` and `sha256Block`; `total` counts what was absorbed.
 */
import {
  digest,
  innerState,
  outerState,
  padded,
  schedule,
  sha256Block,
  sha256State,
} from './layout'

/** K (§4.2.2). */
const constants: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
])

/** H(0) (§5.3.3). */
const initial: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
])

let total: usize = 0

/** One block of 64 bytes (§6.2.2). Eight rounds are written out, so that no variable has to be moved. */
function compress(block: usize): void {
  for (let t: usize = 0; t < 64; t += 4) store<u32>(schedule + t, bswap<u32>(load<u32>(block + t)))
  for (let t: usize = 64; t < 256; t += 4) {
    const w = schedule + t
    const early = load<u32>(w - 60)
    const late = load<u32>(w - 8)
    const s0 = rotr<u32>(early, 7) ^ rotr<u32>(early, 18) ^ (early >> 3)
    const s1 = rotr<u32>(late, 17) ^ rotr<u32>(late, 19) ^ (late >> 10)
    store<u32>(w, load<u32>(w - 64) + s0 + load<u32>(w - 28) + s1)
  }

  let a = load<u32>(sha256State, 0)
  let b = load<u32>(sha256State, 4)
  let c = load<u32>(sha256State, 8)
  let d = load<u32>(sha256State, 12)
  let e = load<u32>(sha256State, 16)
  let f = load<u32>(sha256State, 20)
  let g = load<u32>(sha256State, 24)
  let h = load<u32>(sha256State, 28)
  for (let t: usize = 0; t < 256; t += 32) {
    h += bigSigma1(e) + choose(e, f, g) + load<u32>(constants + t, 0) + load<u32>(schedule + t, 0)
    d += h
    h += bigSigma0(a) + majority(a, b, c)
    g += bigSigma1(d) + choose(d, e, f) + load<u32>(constants + t, 4) + load<u32>(schedule + t, 4)
    c += g
    g += bigSigma0(h) + majority(h, a, b)
    f += bigSigma1(c) + choose(c, d, e) + load<u32>(constants + t, 8) + load<u32>(schedule + t, 8)
    b += f
    f += bigSigma0(g) + majority(g, h, a)
    e += bigSigma1(b) + choose(b, c, d) + load<u32>(constants + t, 12) + load<u32>(schedule + t, 12)
    a += e
    e += bigSigma0(f) + majority(f, g, h)
    d += bigSigma1(a) + choose(a, b, c) + load<u32>(constants + t, 16) + load<u32>(schedule + t, 16)
    h += d
    d += bigSigma0(e) + majority(e, f, g)
    c += bigSigma1(h) + choose(h, a, b) + load<u32>(constants + t, 20) + load<u32>(schedule + t, 20)
    g += c
    c += bigSigma0(d) + majority(d, e, f)
    b += bigSigma1(g) + choose(g, h, a) + load<u32>(constants + t, 24) + load<u32>(schedule + t, 24)
    f += b
    b += bigSigma0(c) + majority(c, d, e)
    a += bigSigma1(f) + choose(f, g, h) + load<u32>(constants + t, 28) + load<u32>(schedule + t, 28)
    e += a
    a += bigSigma0(b) + majority(b, c, d)
  }
  store<u32>(sha256State, load<u32>(sha256State, 0) + a, 0)
  store<u32>(sha256State, load<u32>(sha256State, 4) + b, 4)
  store<u32>(sha256State, load<u32>(sha256State, 8) + c, 8)
  store<u32>(sha256State, load<u32>(sha256State, 12) + d, 12)
  store<u32>(sha256State, load<u32>(sha256State, 16) + e, 16)
  store<u32>(sha256State, load<u32>(sha256State, 20) + f, 20)
  store<u32>(sha256State, load<u32>(sha256State, 24) + g, 24)
  store<u32>(sha256State, load<u32>(sha256State, 28) + h, 28)
}

function bigSigma0(x: u32): u32 {
  return rotr<u32>(x, 2) ^ rotr<u32>(x, 13) ^ rotr<u32>(x, 22)
}

function bigSigma1(x: u32): u32 {
  return rotr<u32>(x, 6) ^ rotr<u32>(x, 11) ^ rotr<u32>(x, 25)
}

function choose(x: u32, y: u32, z: u32): u32 {
  return z ^ (x & (y ^ z))
}

function majority(x: u32, y: u32, z: u32): u32 {
  return (x & y) | (z & (x | y))
}

export function sha256Start(): void {
  memory.copy(sha256State, initial, 32)
  total = 0
}

export function sha256Absorb(data: usize, length: usize): void {
  const filled = total & 63
  total += length
  if (filled > 0) {
    const room = <usize>64 - filled
    const count = room < length ? room : length
    memory.copy(sha256Block + filled, data, count)
    if (filled + count < 64) return
    compress(sha256Block)
    data += count
    length -= count
  }
  for (; length >= 64; length -= 64) {
    compress(data)
    data += 64
  }
  memory.copy(sha256Block, data, length)
}

/** Pads (§5.1.1) and writes the digest. JavaScript hands in less than 2^32 bits. */
export function sha256End(target: usize): void {
  const filled = total & 63
  store<u8>(sha256Block + filled, 0x80)
  memory.fill(sha256Block + filled + 1, 0, <usize>63 - filled)
  if (filled >= 56) {
    compress(sha256Block)
    memory.fill(sha256Block, 0, 56)
  }
  store<u32>(sha256Block, bswap<u32>(<u32>(total >> 29)), 56)
  store<u32>(sha256Block, bswap<u32>(<u32>(total << 3)), 60)
  compress(sha256Block)
  for (let i: usize = 0; i < 32; i += 4) {
    store<u32>(target + i, bswap<u32>(load<u32>(sha256State + i)))
  }
}

/** Works out the two states after the padded key (RFC 2104 §4), and starts the inner hash. */
export function hmacStart(key: usize, length: usize): void {
  memory.fill(padded, 0, 64)
  if (length > 64) {
    sha256Start()
    sha256Absorb(key, length)
    sha256End(padded)
  } else {
    memory.copy(padded, key, length)
  }
  maskKey(0x3636363636363636)
  memory.copy(sha256State, initial, 32)
  compress(padded)
  memory.copy(innerState, sha256State, 32)
  // From the inner mask to the outer one.
  maskKey(0x3636363636363636 ^ 0x5c5c5c5c5c5c5c5c)
  memory.copy(sha256State, initial, 32)
  compress(padded)
  memory.copy(outerState, sha256State, 32)
  hmacRestart()
}

function maskKey(mask: u64): void {
  for (let i: usize = 0; i < 64; i += 8) store<u64>(padded + i, load<u64>(padded + i) ^ mask)
}

/** Begins another message under the same key. */
function hmacRestart(): void {
  memory.copy(sha256State, innerState, 32)
  total = 64
}

export function hmacEnd(target: usize): void {
  sha256End(digest)
  memory.copy(sha256State, outerState, 32)
  total = 64
  sha256Absorb(digest, 32)
  sha256End(target)
}

export function hmac(
  target: usize,
  key: usize,
  keyLength: usize,
  data: usize,
  length: usize,
): void {
  hmacStart(key, keyLength)
  sha256Absorb(data, length)
  hmacEnd(target)
}

/** Salt, input key material and info lie behind one another at `data`. `target` has room for a whole last block. */
export function hkdf(
  target: usize,
  length: usize,
  data: usize,
  saltLength: usize,
  materialLength: usize,
  infoLength: usize,
): void {
  // Extract (RFC 5869 §2.2).
  hmac(digest, data, saltLength, data + saltLength, materialLength)
  // Expand (§2.3): T(n) = HMAC(PRK, T(n - 1) | info | n).
  hmacStart(digest, 32)
  const info = data + saltLength + materialLength
  for (let done: usize = 0, n: u8 = 1; done < length; done += 32, n++) {
    if (n > 1) {
      hmacRestart()
      sha256Absorb(target + done - 32, 32)
    }
    sha256Absorb(info, infoLength)
    store<u8>(padded, n)
    sha256Absorb(padded, 1)
    hmacEnd(target + done)
  }
}
