import { expect, it } from 'vitest';
import { identity } from '../../../lib/lineage/dependency.ts';

it('gives what it was given', () => {
  const value = {};
  expect(identity(value)).toBe(value);
  expect(identity(undefined)).toBe(undefined);
});
