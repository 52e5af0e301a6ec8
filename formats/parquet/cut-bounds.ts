/** Bounds that are cut to a few bytes: a minimum to what is no greater, a maximum to what is no less. */

/** The first bytes of a value: a bound below it. Text is cut between characters. */
export function cutMin(value: Uint8Array, most: number, isText: boolean): Uint8Array {
  return value.length <= most ? value : value.subarray(0, cutAt(value, most, isText));
}

/**
 * The first bytes of a value, the last of them or the last character one up: a bound above it. The value itself where
 * there is none that is shorter, as for bytes of 255 alone.
 */
export function cutMax(value: Uint8Array, most: number, isText: boolean): Uint8Array {
  if (value.length <= most) return value;
  const cut = value.subarray(0, cutAt(value, most, isText));
  return (isText ? nextText(cut) : nextBytes(cut)) ?? value;
}

/** Never within a character; for bytes that are no UTF-8, anywhere. */
function cutAt(value: Uint8Array, most: number, isText: boolean): number {
  if (!isText) return most;
  let at = most;
  while (at > most - 4 && at > 0 && ((value[at] as number) & 0xc0) === 0x80) at--;
  return at === 0 ? most : at;
}

function nextBytes(bytes: Uint8Array): Uint8Array | undefined {
  const end = bytes.findLastIndex((byte) => byte !== 255) + 1;
  if (end === 0) return undefined;
  // Not `slice`: that of a Buffer copies nothing.
  const next = new Uint8Array(bytes.subarray(0, end));
  next[end - 1] = (next[end - 1] as number) + 1;
  return next;
}

const LAST_CODE_POINT = 0x10ffff;

function nextText(bytes: Uint8Array): Uint8Array | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // No UTF-8, though it says so: ordered by bytes all the same.
    return nextBytes(bytes);
  }
  const points = Array.from(text, (character) => character.codePointAt(0) as number);
  const end = points.findLastIndex((point) => point !== LAST_CODE_POINT) + 1;
  if (end === 0) return undefined;
  const last = points[end - 1] as number;
  // What lies between are surrogates, which no UTF-8 has.
  points[end - 1] = last === 0xd7ff ? 0xe000 : last + 1;
  return Buffer.from(String.fromCodePoint(...points.slice(0, end)));
}
