/** How the bytes of a string are to be read: what `ByteWriter.text` gives back and `ByteReader.text` takes. */
export const TEXT_ASCII = 0;
export const TEXT_UTF8 = 1;
/** For strings with a lone surrogate, which UTF-8 cannot hold: the units as they are. */
export const TEXT_UTF16 = 2;
export type TextEncodingTag = typeof TEXT_ASCII | typeof TEXT_UTF8 | typeof TEXT_UTF16;

/** A surrogate without its other half; with the `u` flag pairs are one code point and do not match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** True when UTF-8 can hold the string: no surrogate stands alone. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}
