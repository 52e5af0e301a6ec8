import { describe, expect, it } from 'vitest';
import { isRecordCodegenEnabled, SignatureCache, setRecordCodegen } from '../../../formats/record/record-codegen.ts';

describe('generated code for records', () => {
  it('can be switched off and on', () => {
    expect(isRecordCodegenEnabled()).toBe(true);
    setRecordCodegen(false);
    expect(isRecordCodegenEnabled()).toBe(false);
    setRecordCodegen(true);
  });

  it('is made once per signature, and the oldest is forgotten when there are too many', () => {
    const cache = new SignatureCache<number>();
    let made = 0;
    const get = (signature: string): number => cache.getOrMake(signature, () => made++);
    expect([get('a'), get('a'), get('b')]).toEqual([0, 0, 1]);
    for (let i = 0; i < 255; i++) get(`k${i}`);
    expect(cache.find('a')).toBeUndefined();
    expect(cache.find('b')).toBe(1);
    cache.set('b', 9);
    expect(cache.find('k0')).toBe(2);
    expect(cache.find('b')).toBe(9);
  });
});
