import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { driverOnly } from '../../../lib/closure/driver-only.ts';

class Handle {
  readonly n = 1;
}
const open = (): Handle => new Handle();
driverOnly('handle', Handle, open);

describe('driverOnly', () => {
  it.each([
    ['an instance', { h: new Handle() }],
    ['the class', { h: Handle }],
    ['a subclass', { h: class extends Handle {} }],
    ['a function', { h: open }],
  ])('refuses %s', async (_, { h }) => {
    await expect(capture([() => h])).rejects.toThrow(
      /TASK_NOT_SERIALIZABLE: closure at \S+ captures 'h' -> .*\(driver-only: a handle cannot be used inside a task\)/,
    );
  });

  it('shows nowhere else', () => {
    expect(Object.keys(Handle)).toEqual([]);
    expect(JSON.stringify(new Handle())).toBe('{"n":1}');
    expect(new Handle()).toEqual(new Handle());
  });
});
