/**
 * Counts distinct values approximately in a fixed space: HyperLogLog with 64-bit hashes over 2^p registers, and Ertl's
 * estimator ("New cardinality estimation algorithms for HyperLogLog sketches", 2017), which needs neither the bias
 * tables nor the switch between formulas of HyperLogLog++ and is unbiased from 0 to beyond 2^50.
 */
import { keyIdentity } from '../base/hash.ts';
import { murmur3Long } from '../base/murmur3.ts';

const MIN_PRECISION = 4;
const MAX_PRECISION = 24;

/** The precision for a relative standard deviation, Spark's formula; from 16 to 16,777,216 registers. */
export function precisionFor(relativeSD: number): number {
  return Math.min(MAX_PRECISION, Math.max(MIN_PRECISION, Math.ceil(2 * Math.log2(1.054 / relativeSD))));
}

/** The smallest relative standard deviation there is. */
export const MIN_RELATIVE_SD = 1.054 / 2 ** (MAX_PRECISION / 2);

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
const hash = { high: 0, low: 0 };

/** Sets `hash` to 64 well mixed bits of the value's identity. Raises VALUE_NOT_SERIALIZABLE for what has none. */
function hashValue(value: unknown): void {
  if (typeof value === 'number') {
    float[0] = value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value;
    mix(words[1] as number, words[0] as number, 1);
    return;
  }
  const identity = keyIdentity(value);
  const text = typeof identity === 'string' ? identity : `${typeof identity} ${String(identity)}`;
  let high = text.length ^ 0x2127599b;
  let low = text.length ^ 0x6c8e9cf5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x85ebca77);
    low = Math.imul(low ^ unit, 0xc2b2ae3d);
    high ^= low >>> 15;
    low ^= high >>> 13;
  }
  mix(high, low, 2);
}

function mix(high: number, low: number, seed: number): void {
  hash.high = murmur3Long(high, low, seed);
  hash.low = murmur3Long(low, high, hash.high);
}

/** The registers of a sketch of nothing: `2 ** precision` bytes. */
export function emptySketch(precision: number): Uint8Array {
  return new Uint8Array(2 ** precision);
}

/** Adds a value in place. Raises VALUE_NOT_SERIALIZABLE for values that cannot be compared. */
export function addToSketch(registers: Uint8Array, value: unknown): Uint8Array {
  const precision = 31 - Math.clz32(registers.length);
  const rest = 32 - precision;
  hashValue(value);
  const at = hash.high >>> rest;
  // The run of zeros in the 64 - p bits that do not name the register, counted from 1.
  const upper = (hash.high << precision) >>> precision;
  const zeros = upper === 0 ? rest + Math.clz32(hash.low) : Math.clz32(upper) - precision;
  if (zeros >= (registers[at] as number)) registers[at] = zeros + 1;
  return registers;
}

/** Merges `other` into `registers` in place. */
export function mergeSketches(registers: Uint8Array, other: Uint8Array): Uint8Array {
  for (let i = 0; i < registers.length; i++) {
    if ((other[i] as number) > (registers[i] as number)) registers[i] = other[i] as number;
  }
  return registers;
}

/** How many distinct values the registers have seen, rounded. */
export function estimateDistinct(registers: Uint8Array): number {
  const m = registers.length;
  const q = 64 - Math.log2(m);
  const counts = new Array<number>(q + 2).fill(0);
  for (const register of registers) (counts[register] as number)++;
  let z = m * tau(1 - (counts[q + 1] as number) / m);
  for (let k = q; k >= 1; k--) z = 0.5 * (z + (counts[k] as number));
  z += m * sigma((counts[0] as number) / m);
  return Math.round((m * m) / (2 * Math.LN2 * z));
}

/** What registers that are still empty contribute. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = x;
  for (let before = Number.NaN; z !== before; ) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

/** What registers that are full contribute. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  for (let before = Number.NaN; z !== before; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
