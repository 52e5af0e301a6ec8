/**
 * Sorts strings by their UTF-16 code units: by radix over eight bytes of each, then by comparison where these tie.
 *
 * The bytes begin where the strings begin to differ, so that a common prefix costs nothing: eight units where all of these
 * are Latin-1, else four.
 */
import { NumberSorter } from './number-sorter.ts';

/** Units taken of each string where they are all below 256; half as many where they are not. */
const NARROW_UNITS = 8;

/** Where the strings stand in order; equal ones keep their order, descending ones too. */
export function stringOrder(texts: readonly string[], ascending: boolean): Int32Array {
  const from = commonPrefix(texts);
  const isNarrow = texts.every((text) => isNarrowFrom(text, from));
  const prefixes = prefixesOf(texts, from, isNarrow);
  const order = new NumberSorter().orderBits(prefixes, texts.length, ascending);
  sortTies(texts, prefixes, order, ascending);
  return order;
}

/** Units that all strings begin with. */
function commonPrefix(texts: readonly string[]): number {
  const first = texts[0] ?? '';
  let length = first.length;
  for (const text of texts) {
    if (text.length < length) length = text.length;
    let at = 0;
    while (at < length && text.charCodeAt(at) === first.charCodeAt(at)) at++;
    length = at;
    if (length === 0) break;
  }
  return length;
}

function isNarrowFrom(text: string, from: number): boolean {
  const to = Math.min(text.length, from + NARROW_UNITS);
  for (let i = from; i < to; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

/** Two int32 a string, low half first; nothing after the end counts as 0, as a unit 0 does. */
function prefixesOf(texts: readonly string[], from: number, isNarrow: boolean): Int32Array {
  const prefixes = new Int32Array(2 * texts.length);
  const bits = isNarrow ? 8 : 16;
  const half = 32 / bits;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string;
    prefixes[2 * i + 1] = pack(text, from, half, bits);
    prefixes[2 * i] = pack(text, from + half, half, bits);
  }
  return prefixes;
}

function pack(text: string, from: number, units: number, bits: number): number {
  let packed = 0;
  for (let i = from; i < from + units; i++) packed = (packed << bits) | (i < text.length ? text.charCodeAt(i) : 0);
  return packed;
}

/** Puts those in order whose prefixes are equal. */
function sortTies(texts: readonly string[], prefixes: Int32Array, order: Int32Array, ascending: boolean): void {
  const compare = (a: number, b: number): number => {
    const [left, right] = [texts[a] as string, texts[b] as string];
    if (left === right) return a - b;
    return left < right === ascending ? -1 : 1;
  };
  const isTied = (a: number, b: number): boolean =>
    prefixes[2 * a] === prefixes[2 * b] && prefixes[2 * a + 1] === prefixes[2 * b + 1];
  for (let from = 0; from < order.length; ) {
    const first = order[from] as number;
    let to = from + 1;
    let isSame = true;
    while (to < order.length && isTied(first, order[to] as number)) {
      isSame &&= texts[order[to] as number] === texts[first];
      to++;
    }
    if (!isSame) order.subarray(from, to).sort(compare);
    from = to;
  }
}
