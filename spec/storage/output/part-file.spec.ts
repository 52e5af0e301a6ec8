import { describe, expect, it } from 'vitest';
import { abortOutput, beginOutput, commitOutput, type OutputJob } from '../../../storage/output/output-job.ts';
import { PartFile, partName } from '../../../storage/output/part-file.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const text = (content: string): Uint8Array => Buffer.from(content);
const below = (fs: MemoryFileSystem, job: OutputJob): string[] =>
  fs.tree(job.staging).map((path) => path.slice(job.staging.length + 1));

describe('PartFile', () => {
  it('is in the staging directory only once it is committed', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    const part = new PartFile(fs, job, 3, 17, '.gz');
    part.write(text('ab'), text('c'));
    expect(below(fs, job)).toEqual(['_attempts/', '_attempts/part-00003.gz.17']);
    expect(part.commit(1)).toEqual({ partition: 3, name: 'part-00003.gz', sizeBytes: 3, recordCount: 1 });
    expect(below(fs, job)).toEqual(['_attempts/', 'part-00003.gz']);
    expect(fs.openHandles).toBe(0);
  });

  it('may be finished long before it is committed, or aborted then', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    using part = new PartFile(fs, job, 0, 0);
    using other = new PartFile(fs, job, 1, 0);
    part.write(text('abc'));
    for (const each of [part, part, other]) each.finish();
    expect(fs.openHandles).toBe(0);
    expect(below(fs, job)).toEqual(['_attempts/', '_attempts/part-00000.0', '_attempts/part-00001.0']);
    expect(part.commit(1).sizeBytes).toBe(3);
    other.abort();
    expect(below(fs, job)).toEqual(['_attempts/', 'part-00000']);
  });

  it('leaves nothing when it is aborted or not committed', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    {
      using part = new PartFile(fs, job, 0, 0);
      part.write(text('x'));
    }
    expect(below(fs, job)).toEqual(['_attempts/']);
    expect(fs.openHandles).toBe(0);
  });

  it('lets the first of two attempts win, and tells the second what won', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    const one = new PartFile(fs, job, 0, 'a');
    const two = new PartFile(fs, job, 0, 'b');
    one.write(text('slow'));
    two.write(text('fast!'));
    expect(two.commit(1).sizeBytes).toBe(5);
    const part = one.commit(1);
    expect(part.sizeBytes).toBe(5);
    commitOutput(fs, job, [part]);
    expect(Buffer.from(fs.readFile('/out/part-00000')).toString()).toBe('fast!');
  });

  it('gives up when the job is over, and touches nothing of its output', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    const winner = new PartFile(fs, job, 0, 'a');
    const straggler = new PartFile(fs, job, 0, 'b');
    straggler.write(text('late'));
    commitOutput(fs, job, [winner.commit(0)]);
    expect(() => straggler.commit(1)).toThrow();
    expect(() => new PartFile(fs, job, 0, 'c')).toThrow(/FILE_NOT_FOUND/);
    expect(fs.tree('/')).toEqual(['/out/', '/out/_SUCCESS', '/out/part-00000']);
    expect(fs.openHandles).toBe(0);
  });

  it('works where there are no hard links', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    const bare = new FaultyFileSystem(fs, { at: 1, forever: true, calls: ['link'], errno: 'EPERM' });
    const one = new PartFile(bare, job, 0, 'a');
    const two = new PartFile(bare, job, 0, 'b');
    one.write(text('one'));
    expect(one.commit(1).sizeBytes).toBe(3);
    two.write(text('second'));
    expect(two.commit(1).sizeBytes).toBe(3);
    expect(below(fs, job)).toEqual(['_attempts/', 'part-00000']);
    abortOutput(fs, job);
    expect(fs.tree('/')).toEqual([]);
  });

  it('writes over what an attempt of the same name left when its worker died', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/out');
    new PartFile(fs, job, 0, 0).write(text('a long rest of a dead attempt'));
    const again = new PartFile(fs, job, 0, 0);
    again.write(text('new'));
    expect(again.commit(1).sizeBytes).toBe(3);
  });
});

it('partName has five digits at least', () => {
  expect([partName(0), partName(12, '.gz'), partName(123456)]).toEqual(['part-00000', 'part-00012.gz', 'part-123456']);
});
