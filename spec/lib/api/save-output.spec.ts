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
});
