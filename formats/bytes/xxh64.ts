/**
 * XXH64 with seed 0, as a stream: the checksum of zstd frames.
 *
 * 64-bit words are pairs of 32-bit halves in the loop over stripes, because bigints allocate at each step; the end,
 * once a frame, is written with bigints.
 */
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const P1_HIGH = 0x9e3779b1 | 0;
const P1_LOW = 0x85ebca87 | 0;
const P2_HIGH = 0xc2b2ae3d | 0;
const P2_LOW = 0x27d4eb4f | 0;

const STRIPE = 32;

export class Xxh64 {
  /** Four lanes, each low half, then high half. */
  readonly #lanes = new Int32Array(8);
  readonly #pending = new Uint8Array(STRIPE);
  #pendingLength = 0;
  #length = 0;

  constructor() {
    for (const [i, value] of [P1 + P2, P2, 0n, -P1].entries()) {
      this.#lanes[2 * i] = Number(BigInt.asIntN(32, value));
      this.#lanes[2 * i + 1] = Number(BigInt.asIntN(32, value >> 32n));
    }
  }

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let from = 0;
    if (this.#pendingLength > 0) {
      from = Math.min(STRIPE - this.#pendingLength, bytes.length);
      this.#pending.set(bytes.subarray(0, from), this.#pendingLength);
      this.#pendingLength += from;
      if (this.#pendingLength < STRIPE) return;
      this.#stripes(this.#pending);
      this.#pendingLength = 0;
    }
    const whole = from + Math.floor((bytes.length - from) / STRIPE) * STRIPE;
    if (whole > from) this.#stripes(bytes.subarray(from, whole));
    this.#pending.set(bytes.subarray(whole));
    this.#pendingLength = bytes.length - whole;
  }

  /** The hash of everything so far. */
  digest(): bigint {
    const lane = (i: number): bigint =>
      (BigInt((this.#lanes[2 * i + 1] as number) >>> 0) << 32n) | BigInt((this.#lanes[2 * i] as number) >>> 0);
    let hash = P5;
    if (this.#length >= STRIPE) {
      hash = wrap(rotate(lane(0), 1n) + rotate(lane(1), 7n) + rotate(lane(2), 12n) + rotate(lane(3), 18n));
      for (let i = 0; i < 4; i++) hash = wrap((hash ^ scramble(lane(i))) * P1 + P4);
    }
    hash = wrap(hash + BigInt(this.#length));
    const rest = this.#pending.subarray(0, this.#pendingLength);
    const view = new DataView(rest.buffer, rest.byteOffset, rest.length);
    let at = 0;
    for (; at + 8 <= rest.length; at += 8) {
      hash = wrap(rotate(hash ^ scramble(view.getBigUint64(at, true)), 27n) * P1 + P4);
    }
    if (at + 4 <= rest.length) {
      hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
      at += 4;
    }
    for (; at < rest.length; at++) hash = wrap(rotate(hash ^ wrap(BigInt(rest[at] as number) * P5), 11n) * P1);
    hash = wrap((hash ^ (hash >> 33n)) * P2);
    hash = wrap((hash ^ (hash >> 29n)) * P3);
    return hash ^ (hash >> 32n);
  }

  /** `lane = rotate(lane + word · P2, 31) · P1` for each lane and stripe. */
  #stripes(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let i = 0; i < 4; i++) {
      let low = this.#lanes[2 * i] as number;
      let high = this.#lanes[2 * i + 1] as number;
      for (let at = 8 * i; at < bytes.length; at += STRIPE) {
        const wordLow = view.getInt32(at, true);
        const wordHigh = view.getInt32(at + 4, true);
        const sum = (low >>> 0) + (Math.imul(wordLow, P2_LOW) >>> 0);
        high =
          (high +
            highOfProduct(wordLow, P2_LOW) +
            Math.imul(wordHigh, P2_LOW) +
            Math.imul(wordLow, P2_HIGH) +
            (sum > 0xffffffff ? 1 : 0)) |
          0;
        low = sum | 0;
        const turnedLow = (low << 31) | (high >>> 1);
        const turnedHigh = (high << 31) | (low >>> 1);
        high = (highOfProduct(turnedLow, P1_LOW) + Math.imul(turnedHigh, P1_LOW) + Math.imul(turnedLow, P1_HIGH)) | 0;
        low = Math.imul(turnedLow, P1_LOW);
      }
      this.#lanes[2 * i] = low;
      this.#lanes[2 * i + 1] = high;
    }
  }
}

/** The upper 32 bits of the product of two unsigned 32-bit numbers, by 16-bit halves: every step is exact in a double. */
function highOfProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const cross = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middle = aLow * bHigh + (cross & 0xffff);
  return (aHigh * bHigh + (cross >>> 16) + (middle >>> 16)) | 0;
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, bits: bigint): bigint {
  return wrap((value << bits) | (value >> (64n - bits)));
}

function scramble(word: bigint): bigint {
  return wrap(rotate(wrap(word * P2), 31n) * P1);
}
