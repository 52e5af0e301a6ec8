import { describe, expect, it } from 'vitest';
import { isPlainArray } from '../../../formats/record/infer-columns.ts';
import { isStreamedArray, markStreamedArray } from '../../../formats/record/streamed-arrays.ts';

describe('streamed arrays', () => {
  it('are told from others, and encoders do not ask for their keys', () => {
    const asked: string[] = [];
    const array = new Proxy([1, 2], {
      ownKeys: (target) => {
        asked.push('keys');
        return Reflect.ownKeys(target);
      },
    });
    expect([isStreamedArray(array), isPlainArray(array), asked.length]).toEqual([false, true, 1]);
    markStreamedArray(array);
    expect([isStreamedArray(array), isPlainArray(array), asked.length]).toEqual([true, true, 1]);
    expect([isStreamedArray([1]), isStreamedArray({})]).toEqual([false, false]);
  });
});
