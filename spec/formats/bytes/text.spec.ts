import { describe, expect, it } from 'vitest';
import { isWellFormed } from '../../../formats/bytes/text.ts';

describe('well-formed text', () => {
  it.each(['', 'plain', 'é', '\u{1f600}', '\ud83d\ude00'])('is %j', (text) => {
    expect(isWellFormed(text)).toBe(true);
  });

  it.each(['\ud800', '\udfff', 'a\ud800b', '\ude00\ud83d', '\ud83d\ud83d\ude00'])('is not %j', (text) => {
    expect(isWellFormed(text)).toBe(false);
  });
});
