/**
 * XXH64 with seed 0 of values of less than 32 bytes, in halves of 32 bits: for hashing many small values, where bigints
 * would cost microseconds each. `Xxh64` (xxh64.ts) is for what is longer.
 */
import { invariant } from '../../lib/base/invariant.ts';

/** The longest value, and one. */
export const SHORT_BYTES = 32;

const P1_HIGH = 0x9e3779b1 | 0;
const P1_LOW = 0x85ebca87 | 0;
const P2_HIGH = 0xc2b2ae3d | 0;
const P2_LOW = 0x27d4eb4f | 0;
const P3_HIGH = 0x165667b1;
const P3_LOW = 0x9e3779f9 | 0;
const P4_HIGH = 0x85ebca77 | 0;
const P4_LOW = 0xc2b2ae63 | 0;
const P5_HIGH = 0x27d4eb2f;
const P5_LOW = 0x165667c5;

/** The number that is worked on. */
let high = 0;
let low = 0;

/** Puts the low half of the hash of `bytes[from] … bytes[to - 1]` at `out[at]`, the high half after it. */
export function shortXxh64(view: DataView, from: number, to: number, out: Int32Array, at: number): void {
  invariant(to - from < SHORT_BYTES, 'a value of 32 bytes or more');
  let hashHigh = P5_HIGH;
  let hashLow = P5_LOW + (to - from);
  let read = from;
  for (; read + 8 <= to; read += 8) {
    low = view.getInt32(read, true);
    high = view.getInt32(read + 4, true);
    multiply(P2_HIGH, P2_LOW);
    rotate(31);
    multiply(P1_HIGH, P1_LOW);
    high ^= hashHigh;
    low ^= hashLow;
    rotate(27);
    multiply(P1_HIGH, P1_LOW);
    add(P4_HIGH, P4_LOW);
    hashHigh = high;
    hashLow = low;
  }
  if (read + 4 <= to) {
    low = view.getInt32(read, true);
    high = 0;
    multiply(P1_HIGH, P1_LOW);
    high ^= hashHigh;
    low ^= hashLow;
    rotate(23);
    multiply(P2_HIGH, P2_LOW);
    add(P3_HIGH, P3_LOW);
    hashHigh = high;
    hashLow = low;
    read += 4;
  }
  for (; read < to; read++) {
    low = view.getUint8(read);
    high = 0;
    multiply(P5_HIGH, P5_LOW);
    high ^= hashHigh;
    low ^= hashLow;
    rotate(11);
    multiply(P1_HIGH, P1_LOW);
    hashHigh = high;
    hashLow = low;
  }
  high = hashHigh;
  low = hashLow ^ (hashHigh >>> 1);
  multiply(P2_HIGH, P2_LOW);
  low ^= (low >>> 29) | (high << 3);
  high ^= high >>> 29;
  multiply(P3_HIGH, P3_LOW);
  out[at] = low ^ high;
  out[at + 1] = high;
}

/** By 16-bit halves: every step is exact in a double. */
function multiply(byHigh: number, byLow: number): void {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = byLow & 0xffff;
  const b1 = byLow >>> 16;
  const cross = a1 * b0 + ((a0 * b0) >>> 16);
  const middle = a0 * b1 + (cross & 0xffff);
  const carried = a1 * b1 + (cross >>> 16) + (middle >>> 16);
  high = (carried + Math.imul(high, byLow) + Math.imul(low, byHigh)) | 0;
  low = Math.imul(low, byLow);
}

/** To the left, by fewer than 32 bits. */
function rotate(bits: number): void {
  const turned = (low << bits) | (high >>> (32 - bits));
  high = (high << bits) | (low >>> (32 - bits));
  low = turned;
}

function add(otherHigh: number, otherLow: number): void {
  const sum = (low >>> 0) + (otherLow >>> 0);
  high = (high + otherHigh + (sum > 0xffffffff ? 1 : 0)) | 0;
  low = sum | 0;
}
