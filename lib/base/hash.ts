/**
 * Stable hashes: the same value has the same hash in every process and on every machine.
 *
 * Numbers, booleans, strings and bigints follow the JVM's `hashCode` (Spark's HashPartitioner places them the same
 * way); composite keys have no portable hash in Spark and follow `List.hashCode`'s rule over their parts here.
 */
import { CairnError, describeValue } from './errors.ts';

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

/** The JVM's `String.hashCode`: Σ s[i]·31^(n−1−i) over UTF-16 units, 32-bit wrap. */
export function hashString(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}

/** An int32 hashes to itself; any other number as the JVM's `Double.hashCode`. `-0` equals `0`; all NaN are one. */
export function hashNumber(value: number): number {
  if ((value | 0) === value) return value | 0;
  float[0] = Number.isNaN(value) ? Number.NaN : value;
  return (words[0] as number) ^ (words[1] as number);
}

/** The JVM's `Long.hashCode` within 64 bits; beyond them any rule does, as no portable one exists. */
function hashBigInt(value: bigint): number {
  if (BigInt.asIntN(64, value) === value) return Number(BigInt.asIntN(32, value ^ (value >> 32n)));
  const folded = value < 0n ? ~value : value;
  let rest = folded;
  let h = value < 0n ? -1 : 0;
  do {
    h = (Math.imul(h, 31) + Number(BigInt.asIntN(32, rest ^ (rest >> 32n)))) | 0;
    rest >>= 64n;
  } while (rest > 0n);
  return h;
}

/**
 * The hash of a key: equal keys (see `keyIdentity`) have equal hashes. `null` and `undefined` are 0, as in Spark.
 * Raises `VALUE_NOT_SERIALIZABLE` for what cannot be a key: functions, symbols, Map, Set and class instances.
 */
export function hashKey(key: unknown): number {
  switch (typeof key) {
    case 'number':
      return hashNumber(key);
    case 'string':
      return hashString(key);
    case 'boolean':
      return key ? 1231 : 1237;
    case 'bigint':
      return hashBigInt(key);
    case 'undefined':
      return 0;
    case 'object':
      if (key === null) return 0;
      return hashString(keyIdentity(key) as string);
    default:
      throw badKey(key);
  }
}

/**
 * What two keys must share to be one key: a primitive is its own identity (as in `Map`: NaN equals NaN, 0 equals -0,
 * 1 differs from 1n and '1'); arrays, plain objects, dates and byte arrays are compared by content and have a string
 * identity that begins with U+0000 followed by a tag, and so have strings that begin with U+0000 themselves.
 */
export function keyIdentity(key: unknown): unknown {
  if (typeof key !== 'object' || key === null) {
    if (typeof key === 'function' || typeof key === 'symbol') throw badKey(key);
    // Such a string could be the identity of an array: it gets one of its own.
    if (typeof key === 'string' && key.charCodeAt(0) === 0) return `\u0000${describePart(key, 0)}`;
    return key;
  }
  return `\u0000${describePart(key, 0)}`;
}

function describePart(part: unknown, depth: number): string {
  if (depth > 100) throw badKey(part);
  switch (typeof part) {
    case 'number':
      return Object.is(part, -0) ? 'd0' : `d${part}`;
    case 'string':
      return `s${part.length}:${part}`;
    case 'boolean':
      return part ? 't' : 'f';
    case 'bigint':
      return `i${part}`;
    case 'undefined':
      return 'u';
    case 'object': {
      if (part === null) return 'n';
      if (Array.isArray(part)) {
        let text = `[${part.length}`;
        for (const item of part) text += `,${describePart(item, depth + 1)}`;
        return text;
      }
      if (part instanceof Date) return `D${part.getTime()}`;
      if (part instanceof Uint8Array)
        return `b${part.byteLength}:${Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1')}`;
      const prototype: unknown = Object.getPrototypeOf(part);
      if (prototype !== Object.prototype && prototype !== null) throw badKey(part);
      let text = '{';
      for (const name of Object.keys(part).sort()) {
        text += `${name.length}:${name}=${describePart((part as Record<string, unknown>)[name], depth + 1)},`;
      }
      return text;
    }
    default:
      throw badKey(part);
  }
}

function badKey(key: unknown): CairnError {
  return new CairnError('VALUE_NOT_SERIALIZABLE', {
    path: 'the key',
    found: describeValue(key),
    remedy: 'use a number, string, bigint, boolean, Date, bytes, or an array or plain object of these as key',
  });
}

/** `hash` modulo `n`, never negative: Spark's `Utils.nonNegativeMod`. */
export function nonNegativeMod(hash: number, n: number): number {
  // `| 0` turns the -0 of negative multiples into 0.
  const rest = (hash % n) | 0;
  return rest < 0 ? rest + n : rest;
}
