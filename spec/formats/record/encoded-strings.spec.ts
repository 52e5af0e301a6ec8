import { describe, expect, it } from 'vitest';
import { EncodedStrings } from '../../../formats/record/encoded-strings.ts';

describe('encoded strings', () => {
  it('decode once, on first use', () => {
    const bytes = Buffer.from('abc');
    const column = new EncodedStrings({ count: 2, lengths: Uint8Array.of(1, 2), tags: undefined, bytes }, undefined);
    const { values } = column;
    expect(values).toEqual(['a', 'bc']);
    bytes.fill(0);
    expect(column.values).toBe(values);
    expect(column.block.bytes).toBe(bytes);
  });

  it('count the memory of their bytes and of the strings to come', () => {
    const bytes = new Uint8Array(1000);
    const column = new EncodedStrings({ count: 1, lengths: Uint16Array.of(1000), tags: undefined, bytes }, undefined);
    expect(column.heldBytes).toBeGreaterThan(2000);
    expect(column.heldBytes).toBeLessThan(2100);
  });
});
