import { describe, expect, it } from 'vitest';
import { makeEntity } from '../../../lib/closure/make-entity.ts';
import type { EntityContent } from '../../../lib/closure/node-record.ts';

const make = (content: EntityContent, stack?: string, attachments: readonly unknown[] = []) =>
  makeEntity(content, { valueOf: (value) => value, attachments, stack });

describe('makeEntity', () => {
  it('gives an error its stack, and no message where it had none', () => {
    const error = make({ base: 'error', message: undefined }, 'Error\n    at job.ts:1:1') as Error;
    expect(Object.hasOwn(error, 'message')).toBe(false);
    expect(error.stack).toBe('Error\n    at job.ts:1:1');
  });

  it('copies bytes out of the packet', () => {
    const bytes = Uint8Array.of(1, 2);
    const buffer = make({ base: 'array-buffer', bytes, maxLength: undefined }) as ArrayBuffer;
    bytes[0] = 9;
    expect([...new Uint8Array(buffer)]).toEqual([1, 2]);
  });

  it('keeps how far a buffer may grow', () => {
    const buffer = make({ base: 'array-buffer', bytes: Uint8Array.of(1), maxLength: 8 });
    expect([Reflect.get(buffer, 'maxByteLength'), Reflect.get(buffer, 'byteLength')]).toEqual([8, 1]);
  });

  it('raises INTERNAL when an attachment is missing', () => {
    expect(() => make({ base: 'attachment', index: 0 })).toThrow(/INTERNAL/);
  });
});
