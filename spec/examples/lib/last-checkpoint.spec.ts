import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LastCheckpoint } from '../../../examples/lib/last-checkpoint.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ parallelism: 2 });
const directory = mkdtempSync(join(tmpdir(), 'cairn-last-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function checkpointed(): Promise<ReturnType<typeof spec.session.range>> {
  return await spec.session.range(10).checkpoint({ eager: true });
}

describe('LastCheckpoint', () => {
  it('marks nothing while there is no checkpoint directory', () => {
    expect(new LastCheckpoint(spec.session, 1).isDue(1)).toBe(false);
  });

  it('marks the rounds that its interval divides, or none', () => {
    spec.session.setCheckpointDir(directory);
    const rounds = (interval: number) =>
      [0, 1, 2, 3, 4, 5, 6].filter((r) => new LastCheckpoint(spec.session, interval).isDue(r));
    expect(rounds(3)).toEqual([0, 3, 6]);
    expect(rounds(-1)).toEqual([]);
  });

  it('removes a checkpoint when its successor is on disk, not before', async () => {
    const last = new LastCheckpoint(spec.session, 1);
    const first = await checkpointed();
    last.advance(first);
    const marked = spec.session.range(5).checkpoint();
    last.advance(marked);
    expect(existsSync(first.getCheckpointFile() as string)).toBe(true);
    await marked.count();
    last.advance(marked);
    expect(existsSync(first.getCheckpointFile() as string)).toBe(false);
    expect(await marked.count()).toBe(5);
  });

  it('goes on when the checkpoint before is gone already', async () => {
    const last = new LastCheckpoint(spec.session, 1);
    const first = await checkpointed();
    last.advance(first);
    rmSync(first.getCheckpointFile() as string, { recursive: true });
    const second = await checkpointed();
    last.advance(second);
    expect(existsSync(second.getCheckpointFile() as string)).toBe(true);
  });
});
