import { describe, expect, it } from 'vitest';
import { objectId } from '../../../lib/closure/object-id.ts';

describe('objectId', () => {
  it('stays with the object', () => {
    const [a, b] = [{}, () => 1];
    expect(objectId(a)).toBe(objectId(a));
    expect(objectId(a)).not.toBe(objectId(b));
  });
});
