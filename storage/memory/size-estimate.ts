/**
 * How much memory JavaScript values take, by sampling: an estimate for budgets, never exact and never expensive.
 *
 * The figures are V8's layout on 64 bits without compressed pointers (Node's): a header word, one word a slot. Large
 * arrays are judged by two samples of 100, by Spark's formula; the walk stops at a depth and at a number of values, and
 * what lies beyond is taken to be like what was seen. No user code runs: getters and proxies are not read.
 */
import { types } from 'node:util';

const WORD = 8;
/** Arrays, maps and objects with more members than this are sampled. */
const SAMPLE_ABOVE = 400;
const SAMPLE_SIZE = 100;
/** Levels of nesting that are looked into. */
const MAX_DEPTH = 32;
/** Values visited in one estimate. */
const MAX_VISITS = 20_000;
const HEAP_NUMBER = 16;
const FUNCTION_BYTES = 64;

/** Estimated bytes of the value and all that only it seems to hold; what appears twice in it counts once. */
export function estimateSize(value: unknown): number {
  return Math.ceil(new Walk().sizeOf(value, 0));
}

/** Estimated bytes of `rows[from] … rows[to - 1]` and of an array that holds just them. */
export function estimateRows(rows: readonly unknown[], from = 0, to = rows.length): number {
  const walk = new Walk();
  return Math.ceil(4 * WORD + WORD * (to - from) + walk.members(to - from, (i) => rows[from + i], 0));
}

class Walk {
  readonly #seen = new Set<object>();
  #visitsLeft = MAX_VISITS;

  /** Bytes beyond the slot that holds the value: 0 for what lives in the slot itself. */
  sizeOf(value: unknown, depth: number): number {
    switch (typeof value) {
      case 'string':
        return stringBytes(value);
      case 'number':
        // Small integers live in the slot; doubles often do not.
        return (value | 0) === value && !Object.is(value, -0) ? 0 : HEAP_NUMBER;
      case 'bigint':
        return bigintBytes(value);
      case 'object':
        return value === null ? 0 : this.#objectBytes(value, depth);
      case 'function':
        return FUNCTION_BYTES;
      default:
        return 0;
    }
  }

  /** Bytes beyond their slots of `count` members, by Spark's two samples when there are many. */
  members(count: number, at: (index: number) => unknown, depth: number): number {
    if (count <= SAMPLE_ABOVE) return this.#sum(count, at, depth);
    const stride = count / SAMPLE_SIZE;
    // Two interleaved samples across the whole array, the same ones each time.
    const first = this.#sum(SAMPLE_SIZE, (i) => at(Math.floor(i * stride)), depth);
    const second = this.#sum(SAMPLE_SIZE, (i) => at(Math.floor((i + 0.5) * stride)), depth);
    return Math.max(first, second) + Math.min(first, second) * ((count - SAMPLE_SIZE) / SAMPLE_SIZE);
  }

  /** Sums up to `count` members; when the walk is used up, the rest counts like those seen. */
  #sum(count: number, at: (index: number) => unknown, depth: number): number {
    let sum = 0;
    let seen = 0;
    for (; seen < count && this.#visitsLeft > 0; seen++) {
      this.#visitsLeft--;
      sum += this.sizeOf(at(seen), depth + 1);
    }
    return seen === 0 || seen === count ? sum : (sum / seen) * count;
  }

  #objectBytes(value: object, depth: number): number {
    if (this.#seen.has(value)) return 0;
    this.#seen.add(value);
    if (types.isProxy(value)) return 4 * WORD;
    if (ArrayBuffer.isView(value)) return 12 * WORD + this.#bufferBytes(value.buffer);
    if (types.isAnyArrayBuffer(value)) return 8 * WORD + value.byteLength;
    if (types.isDate(value)) return 12 * WORD;
    const inside = depth < MAX_DEPTH;
    if (Array.isArray(value)) {
      const slots = 6 * WORD + WORD * value.length;
      return inside ? slots + this.members(value.length, (i) => ownValue(value, i), depth) : slots;
    }
    // Hash tables of V8 keep three or two words an entry and are half full on average.
    if (types.isMap(value)) {
      const table = 10 * WORD + 5 * WORD * value.size;
      return inside ? table + this.#entries(Map.prototype.entries.call(value), value.size, depth) : table;
    }
    if (types.isSet(value)) {
      const table = 10 * WORD + 4 * WORD * value.size;
      return inside ? table + this.#entries(Set.prototype.entries.call(value), value.size, depth) : table;
    }
    const keys = Object.keys(value);
    // Beyond a thousand or so names an object is a dictionary of three words an entry.
    const slots = 3 * WORD + WORD * keys.length * (keys.length > 1000 ? 3 : 1);
    if (!inside) return slots;
    return slots + this.members(keys.length, (i) => ownValue(value, keys[i] as string), depth);
  }

  /** A view's buffer counts once, with its first view: many views of one buffer are the rule. */
  #bufferBytes(buffer: ArrayBufferLike): number {
    if (this.#seen.has(buffer)) return 0;
    this.#seen.add(buffer);
    return buffer.byteLength;
  }

  /** The first members of a map or set, each of which stands for its share of the rest. */
  #entries(entries: Iterator<readonly [unknown, unknown]>, size: number, depth: number): number {
    const looked = Math.min(size, SAMPLE_ABOVE / 2);
    let sum = 0;
    let seen = 0;
    for (; seen < looked && this.#visitsLeft > 0; seen++) {
      const entry = entries.next();
      if (entry.done === true) break;
      this.#visitsLeft--;
      const [key, value] = entry.value;
      sum += this.sizeOf(key, depth + 1);
      if (key !== value) sum += this.sizeOf(value, depth + 1);
    }
    return seen === 0 ? 0 : (sum / seen) * size;
  }
}

function ownValue(holder: object, key: string | number): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value;
}

/** One byte a character where all seem to be Latin-1, else two; looks at eight characters across the string. */
function stringBytes(text: string): number {
  const step = Math.max(1, Math.floor(text.length / 8));
  let width = 1;
  for (let i = 0; i < text.length; i += step) {
    if (text.charCodeAt(i) > 0xff) {
      width = 2;
      break;
    }
  }
  return 2 * WORD + Math.ceil((text.length * width) / WORD) * WORD;
}

function bigintBytes(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  return 2 * WORD + (magnitude < 2n ** 64n ? WORD : Math.ceil(magnitude.toString(16).length / 16) * WORD);
}
