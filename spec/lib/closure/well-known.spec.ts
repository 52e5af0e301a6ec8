import { describe, expect, it } from 'vitest';
import { SERIALIZE, TOKEN, tokenOf } from '../../../lib/closure/well-known.ts';

describe('the well-known symbols', () => {
  it('mean the same to every copy of the engine', () => {
    expect(SERIALIZE).toBe(Symbol.for('cairn.serialize'));
  });

  it('give a token without running getters', () => {
    const token = { kind: 'broadcast', id: 3 };
    expect(tokenOf({ [TOKEN]: token })).toBe(token);
    expect(tokenOf({ [TOKEN]: 'text' })).toBeUndefined();
    const trap = {
      get [TOKEN](): never {
        throw new RangeError('ran');
      },
    };
    expect(tokenOf(trap)).toBeUndefined();
  });
});
