import { describe, expect, it } from 'vitest';
import { DEFAULT_FRAME_LIMITS, MAX_COLUMN_DEPTH, MAX_VALUE_DEPTH } from '../../../formats/record/limits.ts';

describe('the limits of frames', () => {
  it('stay within what their fields and the stack of a worker hold', () => {
    expect(DEFAULT_FRAME_LIMITS.maxRawBytes).toBeLessThan(2 ** 31);
    expect(DEFAULT_FRAME_LIMITS.maxRows).toBeLessThan(2 ** 31);
    expect(MAX_VALUE_DEPTH).toBeLessThanOrEqual(1000);
    expect(MAX_COLUMN_DEPTH).toBeLessThan(MAX_VALUE_DEPTH);
  });
});
