import { join } from 'node:path';
import { parse } from 'acorn';
import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { fingerprintOf } from '../../../lib/closure/fingerprint.ts';
import { travel } from '../../support/travel.ts';

describe('a reference', () => {
  it('stands for what every thread has', async () => {
    const values = [Math.max, join, parse, Symbol.iterator, Object.prototype] as const;
    expect((await travel(() => values))()).toEqual(values);
    expect((await travel(() => values))()[2]).toBe(parse);
  });

  it('names a package by version, and its file beside the bytes', async () => {
    const packet = await capture([() => parse]);
    const text = Buffer.from(packet.bytes).toString('latin1');
    expect(text).toMatch(/acorn@\d+\.\d+\.\d+\/dist\/acorn\.mjs/);
    expect(text).not.toContain('file:');
    expect(fingerprintOf(packet).volatile).toEqual([]);
  });

  it('is no reference where the user has put a function of his own', async () => {
    const original = globalThis.escape;
    const patched = () => 'patched' as never;
    globalThis.escape = patched;
    try {
      const copy = await travel(() => patched);
      expect(copy()).not.toBe(patched);
      expect(copy()()).toBe('patched');
    } finally {
      globalThis.escape = original;
    }
  });
});
