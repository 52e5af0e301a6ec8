/** A dictionary over values of four or eight bytes: equal when their bits are, so that -0, 0 and each NaN stay. */

export interface FixedDictionary {
  /** A code a value. */
  readonly codes: Int32Array;
  /** The values by code, in words as they were. */
  readonly values: Int32Array;
  readonly count: number;
}

/** After so many values the share of those that are new tells whether a dictionary will pay. */
const PROBE_VALUES = 4096;
const MAX_DISTINCT_SHARE = 0.75;
/** Slots for twice as many values as a dictionary may have: the tables are made once. */
const MAX_ENTRIES = 1 << 17;

/** The tables of one thread: what a dictionary is made in, and used again for the next. */
const slots = new Int32Array(MAX_ENTRIES * 2);
/** Which slots are in use, to clear those alone. */
const used = new Int32Array(MAX_ENTRIES);
let codes = new Int32Array(0);
const entries = new Int32Array(MAX_ENTRIES * 2);

/**
 * The dictionary of `count` values of `words` words; undefined when it would have more than `maxBytes`, or when hardly
 * a value repeats. What it gives lives until the next call.
 */
export function buildFixedDictionary(
  values: Int32Array,
  count: number,
  words: 1 | 2,
  maxBytes: number,
): FixedDictionary | undefined {
  if (maxBytes < 4 * words) return undefined;
  if (codes.length < count) codes = new Int32Array(count);
  const most = Math.min(MAX_ENTRIES, Math.floor(maxBytes / (4 * words)));
  const distinct = words === 1 ? fill32(values, count, most) : fill64(values, count, most);
  const isPaying = distinct >= 0;
  for (let i = 0; i < Math.abs(distinct); i++) slots[used[i] as number] = 0;
  if (!isPaying) return undefined;
  return { codes, values: entries.subarray(0, distinct * words), count: distinct };
}

function isHopeless(distinct: number, seen: number): boolean {
  return seen === PROBE_VALUES && distinct > PROBE_VALUES * MAX_DISTINCT_SHARE;
}

/** The number of distinct values; with a minus when it was given up, after which many. */
function fill32(values: Int32Array, count: number, most: number): number {
  const mask = slotMask(count);
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    if (isHopeless(distinct, i)) return -distinct;
    const value = values[i] as number;
    let at = hashOf(value, 0) & mask;
    let code = (slots[at] as number) - 1;
    while (code >= 0 && entries[code] !== value) {
      at = (at + 1) & mask;
      code = (slots[at] as number) - 1;
    }
    if (code < 0) {
      if (distinct >= most) return -distinct;
      used[distinct] = at;
      entries[distinct] = value;
      code = distinct++;
      slots[at] = distinct;
    }
    codes[i] = code;
  }
  return distinct;
}

function fill64(values: Int32Array, count: number, most: number): number {
  const mask = slotMask(count);
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    if (isHopeless(distinct, i)) return -distinct;
    const low = values[2 * i] as number;
    const high = values[2 * i + 1] as number;
    let at = hashOf(low, high) & mask;
    let code = (slots[at] as number) - 1;
    while (code >= 0 && (entries[2 * code] !== low || entries[2 * code + 1] !== high)) {
      at = (at + 1) & mask;
      code = (slots[at] as number) - 1;
    }
    if (code < 0) {
      if (distinct >= most) return -distinct;
      used[distinct] = at;
      entries[2 * distinct] = low;
      entries[2 * distinct + 1] = high;
      code = distinct++;
      slots[at] = distinct;
    }
    codes[i] = code;
  }
  return distinct;
}

/** Small tables for few values stay in the processor's cache. */
function slotMask(count: number): number {
  let size = 1024;
  while (size < slots.length && size < 2 * count) size *= 2;
  return size - 1;
}

function hashOf(low: number, high: number): number {
  let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
