import { describe, expect, it } from 'vitest';
import { type CaptureOptions, capture } from '../../../lib/closure/capture.ts';
import { driverOnly } from '../../../lib/closure/driver-only.ts';
import { revive } from '../../../lib/closure/revive.ts';

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

  describe('with stand-ins', () => {
    const one = new Handle();
    const other = new Handle();
    const standIn = (thing: object): string | undefined => (thing instanceof Handle ? `handle ${thing.n}` : undefined);
    const bytesOf = async (fn: () => unknown, options: CaptureOptions = { standIn }): Promise<string> =>
      Buffer.from((await capture([fn], options)).bytes).toString('hex');

    it('captures what they stand for', async () => {
      const using = (h: unknown) => () => h;
      const bytes = await bytesOf(using(one));
      expect(await bytesOf(using(other))).toBe(bytes);
      expect(await bytesOf(using(one), { standIn: () => 'another' })).not.toBe(bytes);
      expect(await bytesOf(using({ nested: [one, one] }))).not.toBe(bytes);
    });

    it('has something to identify, so that nothing is volatile', async () => {
      expect((await capture([() => one], { standIn })).volatile).toEqual([]);
    });

    it('refuses what nothing stands for', async () => {
      await expect(capture([() => open], { standIn })).rejects.toThrow(/driver-only: a handle/);
    });

    it('makes a packet that no worker revives', async () => {
      await expect(revive(await capture([() => one], { standIn }))).rejects.toThrow(/CLOSURE_NOT_REVIVED/);
    });
  });

  it('shows nowhere else', () => {
    expect(Object.keys(Handle)).toEqual([]);
    expect(JSON.stringify(new Handle())).toBe('{"n":1}');
    expect(new Handle()).toEqual(new Handle());
  });
});
