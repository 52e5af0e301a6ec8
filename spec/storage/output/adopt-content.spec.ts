import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import type { ProcessTable } from '../../../storage/fs/process-identity.ts';
import { adoptContent, contentOf } from '../../../storage/output/adopt-content.ts';
import {
  abortOutput,
  beginOutput,
  commitOutput,
  type OutputJob,
  type OutputPart,
  recoverOutput,
} from '../../../storage/output/output-job.ts';
import { writeTextPart } from '../../../storage/output/write-part.ts';
import { FakeProcesses } from '../../support/fake-processes.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { type FileCall, WrappedFileSystem } from '../../support/wrapped-file-system.ts';
import { writeFile } from '../../support/write-file.ts';

const names = (fs: MemoryFileSystem, path: string): string[] => fs.list(path).map(({ name }) => name);
const text = (fs: MemoryFileSystem, path: string): string => Buffer.from(fs.readFile(path)).toString();

function begin(fs: MemoryFileSystem | WrappedFileSystem, lines: readonly string[]): [OutputJob, OutputPart[]] {
  const job = beginOutput(fs, '/data/out', { append: true });
  return [job, lines.map((line, i) => writeTextPart(fs, job, i, [line]))];
}

describe('adoptContent', () => {
  it('numbers the parts in directories by value anew, too, and joins directories of one name', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/old/city=a/part-00002.parquet', 'old');
    writeFile(fs, '/old/_SUCCESS', '');
    writeFile(fs, '/new/city=a/part-00000.parquet', 'new 0');
    writeFile(fs, '/new/city=a/part-00000-1.parquet', 'new 0 1');
    writeFile(fs, '/new/city=b/year=1/part-00001.parquet', 'new 1');
    const content = adoptContent(fs, '/old', '/new');
    expect(fs.tree('/new').filter((name) => !name.endsWith('/'))).toEqual([
      '/new/city=a/part-00002.parquet',
      '/new/city=a/part-00003-1.parquet',
      '/new/city=a/part-00003.parquet',
      '/new/city=b/year=1/part-00004.parquet',
    ]);
    expect(text(fs, '/new/city=a/part-00002.parquet')).toBe('old');
    expect(contentOf(fs, '/old')).toBe(content);
    writeFile(fs, '/old/city=a/part-00009.parquet', 'another');
    expect(contentOf(fs, '/old')).not.toBe(content);
  });

  it('puts new parts after those that are there, and keeps everything else', () => {
    const fs = new MemoryFileSystem();
    for (const round of ['one', 'two']) commitOutput(fs, ...begin(fs, [round, `${round}b`]));
    writeFile(fs, '/data/out/notes/x.txt', 'kept');
    commitOutput(fs, ...begin(fs, ['three']));
    expect(names(fs, '/data/out')).toEqual([
      '_SUCCESS',
      'notes',
      'part-00000',
      'part-00001',
      'part-00002',
      'part-00003',
      'part-00004',
    ]);
    expect([0, 1, 2, 3, 4].map((i) => text(fs, `/data/out/part-0000${i}`))).toEqual([
      'one\n',
      'oneb\n',
      'two\n',
      'twob\n',
      'three\n',
    ]);
    expect(text(fs, '/data/out/notes/x.txt')).toBe('kept');
    expect(names(fs, '/data')).toEqual(['out']);
  });

  it('leaves the old content as it was when the job is aborted', () => {
    const fs = new MemoryFileSystem();
    commitOutput(fs, ...begin(fs, ['one']));
    const [job] = begin(fs, ['two']);
    abortOutput(fs, job);
    expect(names(fs, '/data/out')).toEqual(['_SUCCESS', 'part-00000']);
    expect(names(fs, '/data')).toEqual(['out']);
  });

  it('loses nothing that another job added meanwhile', () => {
    const fs = new MemoryFileSystem();
    commitOutput(fs, ...begin(fs, ['one']));
    const before = contentOf(fs, '/data/out');
    commitOutput(fs, ...begin(fs, ['two']));
    expect(contentOf(fs, '/data/out')).not.toBe(before);
    expect(contentOf(fs, '/nowhere')).toBe('');
    class Meanwhile extends WrappedFileSystem {
      protected override around<T>(call: FileCall, run: () => T): T {
        const isLast = call.kind === 'syncDirectory' && call.path.endsWith('.staging');
        if (isLast) writeFile(fs, '/data/out/part-00009', 'theirs');
        return run();
      }
    }
    const [job, parts] = begin(fs, ['three']);
    expect(() => commitOutput(new Meanwhile(fs), job, parts)).toThrow(/OUTPUT_EXISTS/);
    abortOutput(fs, job);
    expect(names(fs, '/data/out')).toEqual(['_SUCCESS', 'part-00000', 'part-00001', 'part-00009']);
  });

  it('copies where the volume has no links', () => {
    const fs = new MemoryFileSystem();
    commitOutput(fs, ...begin(fs, ['one']));
    class NoLinks extends WrappedFileSystem {
      protected override around<T>(call: FileCall, run: () => T): T {
        if (call.kind !== 'link') return run();
        const cause = Object.assign(new TypeError('no links here'), { code: 'EPERM' });
        throw new CairnError('PERMISSION_DENIED', { operation: 'link', path: call.path }, { cause });
      }
    }
    const plain = new NoLinks(fs);
    commitOutput(plain, ...begin(plain, ['two']));
    expect(text(fs, '/data/out/part-00000')).toBe('one\n');
    expect(text(fs, '/data/out/part-00001')).toBe('two\n');
  });

  it('adds to no file', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/data/out', 'x');
    expect(() => begin(fs, [])).toThrow(/OUTPUT_EXISTS/);
  });

  it('does nothing for a directory that is not there', () => {
    const fs = new MemoryFileSystem();
    fs.makeDirectory('/staging');
    expect(adoptContent(fs, '/nowhere', '/staging')).toBe('');
    expect(names(fs, '/staging')).toEqual([]);
  });
});

describe('whatever fails while a directory is added to', () => {
  /** All lines of a complete directory, or what is wrong with it. */
  function found(fs: MemoryFileSystem): string {
    if (fs.stat('/data/out') === undefined) return 'nothing';
    const all = names(fs, '/data/out');
    if (!all.includes('_SUCCESS')) return 'incomplete';
    return all
      .filter((name) => name !== '_SUCCESS')
      .map((name) => text(fs, `/data/out/${name}`))
      .join('');
  }

  function withOld(): MemoryFileSystem {
    const fs = new MemoryFileSystem();
    commitOutput(fs, ...begin(fs, ['old 0', 'old 1']));
    return fs;
  }

  function add(fs: FileSystem, processes: ProcessTable): void {
    const job = beginOutput(fs, '/data/out', { append: true, processes });
    try {
      commitOutput(fs, job, [writeTextPart(fs, job, 0, ['new'])]);
    } catch (error) {
      abortOutput(fs, job);
      throw error;
    }
  }

  const OLD = 'old 0\nold 1\n';
  const BOTH = `${OLD}new\n`;

  it.each([{ errno: 'EIO' }, { errno: 'ENOSPC', forever: true }, { errno: 'EIO', takesEffect: true }] as const)(
    'shows the old content or all of it: %j',
    (fault) => {
      const failed = failEveryCall(fault, (wrap, at) => {
        const fs = withOld();
        const machine = new FakeProcesses();
        try {
          add(wrap(fs), machine.start(1));
        } catch {
          // What is there afterwards is what counts.
        }
        machine.kill(1);
        recoverOutput(fs, '/data/out', machine.start(2));
        expect([OLD, BOTH], `call ${at}`).toContain(found(fs));
        expect(fs.openHandles).toBe(0);
      });
      expect(failed).toBeGreaterThan(10);
    },
  );

  it('survives a power cut at any call', () => {
    let calls = 1;
    for (let at = 1; at <= calls; at++) {
      const fs = withOld();
      const machine = new FakeProcesses();
      let isDone = true;
      try {
        add(new FaultyFileSystem(fs).cutPowerAt(at), machine.start(1));
      } catch {
        isDone = false;
      }
      calls = Math.max(calls, isDone ? 0 : at + 1);
      machine.reboot();
      const cuts = [
        { keep: 'synced' },
        { keep: 'all' },
        { keep: 'torn', seed: at },
        { keep: 'subset', seed: at },
      ] as const;
      for (const cut of cuts) {
        const after = fs.crash(cut);
        recoverOutput(after, '/data/out', machine.start(2));
        expect(isDone ? [BOTH] : [OLD, BOTH], `call ${at}, ${JSON.stringify(cut)}`).toContain(found(after));
      }
    }
    expect(calls).toBeGreaterThan(20);
  });
});
