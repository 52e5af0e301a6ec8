import { expect, it } from 'vitest';
import { attemptAll } from '../../../lib/base/attempt-all.ts';

it('runs every action in order and raises what the first failed one raised', () => {
  const ran: string[] = [];
  const fail = (error: unknown) => () => {
    ran.push('failing');
    throw error;
  };
  expect(() => attemptAll([() => ran.push('a'), fail('first'), fail('second'), () => ran.push('b')])).toThrow('first');
  expect(ran).toEqual(['a', 'failing', 'failing', 'b']);
});

it('raises undefined, too, when that is what was raised', () => {
  let caught: unknown = 'nothing';
  try {
    attemptAll([
      () => {
        throw undefined;
      },
    ]);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBe(undefined);
});

it('does nothing for no actions', () => {
  expect(() => attemptAll([])).not.toThrow();
});
