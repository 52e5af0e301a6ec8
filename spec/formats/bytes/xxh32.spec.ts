import { expect, it } from 'vitest';
import { xxh32 } from '../../../formats/bytes/xxh32.ts';

it.each([
  ['', 0x02cc5d05],
  ['a', 0x550d7456],
  ['abc', 0x32d153ff],
  ['Nobody inspects the spammish repetition', 0xe2293b2f],
])('XXH32 of %j is the published one', (text, expected) => {
  expect(xxh32(Buffer.from(text))).toBe(expected);
});
