import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withScratchSession } from '../../../lib/api/scratch-session.ts';

describe('withScratchSession', () => {
  it('leaves nothing behind, whatever becomes of the work', async () => {
    let directory = '';
    const sum = await withScratchSession({ master: 'local' }, async (session) => {
      directory = session.directory;
      expect(existsSync(directory)).toBe(true);
      return await session.range(4).sum();
    });
    expect(sum).toBe(6);
    expect(existsSync(directory)).toBe(false);
    const failing = withScratchSession({ master: 'local' }, (session) => {
      directory = session.directory;
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(existsSync(directory)).toBe(false);
  });
});
