import { describe, expect, it } from 'vitest';
import { findGroup, keepGroup } from '../../../lib/closure/class-registry.ts';

describe('the registry of classes', () => {
  it('gives back what was kept', () => {
    const made = [class A {}, () => 1];
    expect(findGroup('spec')).toBeUndefined();
    keepGroup('spec', made);
    expect(findGroup('spec')).toEqual(made);
  });
});
