import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeOf } from '../../../lib/api/rdd.ts';
import { saveOutput } from '../../../lib/api/save-output.ts';
import { EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const CHOICES = { method: 'save', overwrite: false, append: false };
const FORMAT = { kind: 'json', compression: 'none' } as const;

describe('saveOutput', () => {
  it('publishes all parts at once, or nothing', async () => {
    const fs = new MemoryFileSystem();
    using home = new SpecDirectory();
    await using bench = await EngineOfSpec.open({ dir: home.path, master: 'local' }, { fileSystem: fs });
    const names = () => fs.list('/data').map(({ name }) => name);
    const node = nodeOf(bench.parallelize<unknown>([{ a: 1 }, { a: 2 }], 2));
    await saveOutput(bench.engine, node, '/data/out', FORMAT, CHOICES);
    expect(fs.list('/data/out').map(({ name }) => name)).toEqual(['_SUCCESS', 'part-00000.json', 'part-00001.json']);
    const bad = nodeOf(bench.parallelize<unknown>([{ a: 1 }, 'x'], 2));
    await expect(saveOutput(bench.engine, bad, '/data/bad', FORMAT, CHOICES)).rejects.toThrow(/JOB_FAILED/);
    await expect(saveOutput(bench.engine, node, '/data/out', FORMAT, CHOICES)).rejects.toThrow(/OUTPUT_EXISTS/);
    expect(names()).toEqual(['out']);
    await expect(saveOutput(bench.engine, node, '', FORMAT, CHOICES)).rejects.toThrow(/INVALID_ARGUMENT/);
  });

  it('does not replace what holds the files of the session', async () => {
    using home = new SpecDirectory();
    mkdirSync(home.join('work/data'), { recursive: true });
    symlinkSync(home.join('work'), home.join('link'));
    await using bench = await EngineOfSpec.open({ dir: home.join('work/data'), master: 'local' });
    bench.engine.checkpoints.setDirectory(home.join('kept/checkpoints'));
    const node = nodeOf(bench.parallelize<unknown>([{ a: 1 }], 1));
    const save = async (path: string, choice: 'overwrite' | 'append') =>
      await saveOutput(bench.engine, node, home.join(path), FORMAT, { ...CHOICES, [choice]: true });
    for (const path of ['work', 'work/data', 'link', 'link/data', 'kept', 'kept/checkpoints', '.']) {
      for (const choice of ['overwrite', 'append'] as const) {
        await expect(save(path, choice), `${choice} ${path}`).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      }
    }
    expect(existsSync(home.join('work/data/cairn.sqlite'))).toBe(true);
    for (const path of ['work/data2', 'work/dat', 'work/data/out', 'other']) {
      await save(path, 'overwrite');
      await save(path, 'overwrite');
    }
  });
});
