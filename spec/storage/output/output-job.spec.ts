import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import type { ProcessTable } from '../../../storage/fs/process-identity.ts';
import {
  abortOutput,
  beginOutput,
  commitOutput,
  type OutputJob,
  type OutputPart,
  recoverOutput,
} from '../../../storage/output/output-job.ts';
import { TextPartWriter } from '../../../storage/output/text-part-writer.ts';
import { FakeProcesses } from '../../support/fake-processes.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import { expectGolden } from '../../support/golden.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { writeFile } from '../../support/write-file.ts';

const NEW = ['new 0', 'new 1', 'new 2'] as const;

interface Save {
  readonly overwrite?: boolean;
  readonly processes?: ProcessTable;
  readonly directory?: string;
  readonly lines?: readonly string[];
}

function writeParts(fs: FileSystem, job: OutputJob, lines: readonly string[] = NEW): OutputPart[] {
  return lines.map((line, partition) => {
    using writer = new TextPartWriter(fs, job, partition, 0);
    writer.write([line]);
    return writer.commit();
  });
}

function save(fs: FileSystem, options: Save = {}): void {
  const { directory = '/data/out', lines, ...rest } = options;
  const job = beginOutput(fs, directory, rest);
  try {
    commitOutput(fs, job, writeParts(fs, job, lines));
  } catch (error) {
    abortOutput(fs, job);
    throw error;
  }
}

function withOld(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  save(fs, { lines: ['old 0', 'old 1'] });
  return fs;
}

/** What a reader finds at the output: all lines of a complete directory, or what is wrong with it. */
function found(fs: FileSystem, directory = '/data/out'): string {
  if (fs.stat(directory) === undefined) return 'nothing';
  const names = fs.list(directory).map(({ name }) => name);
  if (!names.includes('_SUCCESS')) return `incomplete: ${names.join(' ')}`;
  return names
    .filter((name) => name.startsWith('part-'))
    .map((name) => Buffer.from(fs.readFile(`${directory}/${name}`)).toString())
    .join('')
    .trim()
    .replaceAll('\n', ', ');
}

const ALL_NEW = NEW.join(', ');
const ALL_OLD = 'old 0, old 1';

describe('an output directory', () => {
  it('appears complete, with its parts and _SUCCESS and nothing else', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/data/out');
    const parts = writeParts(fs, job);
    expect(found(fs)).toBe('nothing');
    commitOutput(fs, job, parts);
    expect(fs.tree('/')).toEqual([
      '/data/',
      '/data/out/',
      '/data/out/_SUCCESS',
      '/data/out/part-00000',
      '/data/out/part-00001',
      '/data/out/part-00002',
    ]);
    expect(found(fs)).toBe(ALL_NEW);
  });

  it('is written in this order', () => {
    const memory = withOld();
    const fs = new RecordingFileSystem(memory, { base: '/data' });
    const processes = new FakeProcesses().start(7);
    save(fs, { overwrite: true, processes, lines: ['x'] });
    // The counter in the token depends on the specs before.
    const trace = fs.lines.join('\n').replaceAll(/7-\d+-boot1-\d+-\d+-\d+/g, 'TOKEN');
    expectGolden('storage/output/replace.trace.txt', trace);
  });

  it('is refused where something is, unless it may be replaced', () => {
    const fs = withOld();
    expect(() => save(fs)).toThrow(/OUTPUT_EXISTS: \/data\/out exists already\n.*overwrite: true/);
    writeFile(fs, '/data/file', 'x');
    expect(() => save(fs, { directory: '/data/file' })).toThrow(/OUTPUT_EXISTS/);
    expect(found(fs)).toBe(ALL_OLD);
    save(fs, { overwrite: true });
    expect(found(fs)).toBe(ALL_NEW);
    save(fs, { overwrite: true, directory: '/data/file' });
    expect(found(fs, '/data/file')).toBe(ALL_NEW);
    expect(fs.list('/data').map(({ name }) => name)).toEqual(['file', 'out']);
  });

  it('can be empty of parts', () => {
    const fs = new MemoryFileSystem();
    save(fs, { lines: [] });
    expect(fs.tree('/data/out')).toEqual(['/data/out/_SUCCESS']);
  });

  it('leaves nothing when it is aborted, and aborting twice does nothing', () => {
    const fs = withOld();
    const before = fs.tree();
    const job = beginOutput(fs, '/data/out', { overwrite: true });
    writeParts(fs, job);
    abortOutput(fs, job);
    abortOutput(fs, job);
    expect(fs.tree()).toEqual(before);
    expect(found(fs)).toBe(ALL_OLD);
  });

  it('keeps a symbolic link and replaces what it points to', () => {
    const fs = withOld();
    fs.symbolicLink('/data/out', '/data/link');
    save(fs, { directory: '/data/link', overwrite: true });
    expect(fs.stat('/data/link')?.kind).toBe('symlink');
    expect(found(fs)).toBe(ALL_NEW);
  });

  it('is not published when a part is missing, cut or reported twice', () => {
    const fs = new MemoryFileSystem();
    const attempt = (change: (job: OutputJob, parts: OutputPart[]) => OutputPart[]): (() => void) => {
      const job = beginOutput(fs, '/data/out');
      const parts = change(job, writeParts(fs, job));
      return () => {
        try {
          commitOutput(fs, job, parts);
        } finally {
          abortOutput(fs, job);
        }
      };
    };
    expect(attempt((_, [a, , c]) => [a, c] as OutputPart[])).toThrow(/OUTPUT_INCOMPLETE: part 1 .*no task committed/);
    expect(attempt((_, [a, b]) => [a, b, b] as OutputPart[])).toThrow(/OUTPUT_INCOMPLETE: part 2/);
    const gone = attempt((job, parts) => {
      fs.removeFile(`${job.staging}/part-00002`);
      return parts;
    });
    expect(gone).toThrow(/OUTPUT_INCOMPLETE: part 2 .*is gone/);
    const cut = attempt((job, parts) => {
      fs.corrupt(`${job.staging}/part-00001`, (bytes) => bytes.subarray(1));
      return parts;
    });
    expect(cut).toThrow(/OUTPUT_INCOMPLETE: part 1 .*has 5 of 6 bytes/);
    expect(fs.tree('/')).toEqual(['/data/']);
  });

  it('holds no file that no task reported', () => {
    const fs = new MemoryFileSystem();
    const job = beginOutput(fs, '/data/out');
    const parts = writeParts(fs, job);
    writeFile(fs, `${job.staging}/part-00009`, 'stray');
    commitOutput(fs, job, parts);
    expect(found(fs)).toBe(ALL_NEW);
  });

  it('goes to the first of two jobs that commit', () => {
    const fs = new MemoryFileSystem();
    const one = beginOutput(fs, '/data/out');
    const two = beginOutput(fs, '/data/out');
    const parts = writeParts(fs, one, ['one']);
    commitOutput(fs, two, writeParts(fs, two, ['two']));
    expect(() => commitOutput(fs, one, parts)).toThrow(/OUTPUT_EXISTS/);
    abortOutput(fs, one);
    expect(found(fs)).toBe('two');
    expect(fs.list('/data').map(({ name }) => name)).toEqual(['out']);
  });

  it('takes names of any length', () => {
    const fs = new MemoryFileSystem();
    const name = 'ü'.repeat(127);
    const job = beginOutput(fs, `/data/${name}`);
    for (const path of [job.staging, job.retired]) {
      expect(Buffer.byteLength(path.slice('/data/'.length))).toBeLessThan(255);
    }
    commitOutput(fs, job, writeParts(fs, job));
    expect(found(fs, `/data/${name}`)).toBe(ALL_NEW);
  });
});

describe('what dead jobs leave', () => {
  it('is removed by the next job for the same directory, and only that', () => {
    const fs = new MemoryFileSystem();
    const machine = new FakeProcesses();
    writeParts(fs, beginOutput(fs, '/data/out', { processes: machine.start(1) }));
    const other = beginOutput(fs, '/data/out.2', { processes: machine.start(2) });
    const live = beginOutput(fs, '/data/out', { processes: machine.start(3) });
    machine.kill(1);
    machine.kill(2);
    save(fs, { processes: machine.start(4) });
    expect(found(fs)).toBe(ALL_NEW);
    const names = fs.list('/data').map(({ name }) => `/data/${name}`);
    expect(names.sort()).toEqual(['/data/out', live.staging, other.staging].sort());
  });

  it('is put back when the old directory had lost its place', () => {
    const machine = new FakeProcesses();
    const fs = withOld();
    const processes = machine.start(1);
    const job = beginOutput(fs, '/data/out', { overwrite: true, processes });
    const parts = writeParts(fs, job);
    // Dies between its two renames.
    const dying = new FaultyFileSystem(fs, { at: 2, forever: true, calls: ['rename'], errno: 'EIO' });
    expect(() => commitOutput(dying, job, parts)).toThrow(/IO_ERROR/);
    expect(found(fs)).toBe('nothing');
    machine.kill(1);
    recoverOutput(fs, '/data/out', machine.start(2));
    expect(found(fs)).toBe(ALL_OLD);
    expect(fs.list('/data').map(({ name }) => name)).toEqual(['out']);
  });
});

describe('whatever fails', () => {
  const FAULTS = [
    { errno: 'EIO' },
    { errno: 'ENOSPC', forever: true },
    { errno: 'EIO', takesEffect: true },
    { errno: 'EMFILE', calls: ['open', 'list'] },
  ] as const;

  for (const overwrite of [false, true]) {
    for (const fault of FAULTS) {
      it(`shows all or nothing: ${JSON.stringify(fault)}, ${overwrite ? 'replacing' : 'new'}`, () => {
        const failed = failEveryCall(fault, (wrap, at) => {
          const fs = overwrite ? withOld() : new MemoryFileSystem();
          const machine = new FakeProcesses();
          let error: unknown;
          try {
            save(wrap(fs), { overwrite, processes: machine.start(1) });
          } catch (raised) {
            error = raised;
          }
          const before = overwrite ? ALL_OLD : 'nothing';
          expect(fs.openHandles).toBe(0);
          if (error === undefined) expect(found(fs), `call ${at}`).toBe(ALL_NEW);
          // Replacing takes two renames: a disk that fails for good between them leaves the old content aside.
          const allowed = 'forever' in fault ? [before, ALL_NEW, 'nothing'] : [before, ALL_NEW];
          expect(allowed, `call ${at}`).toContain(found(fs));
          machine.kill(1);
          recoverOutput(fs, '/data/out', machine.start(2));
          expect([before, ALL_NEW], `call ${at}, recovered`).toContain(found(fs));
          save(fs, { overwrite: true, processes: machine.start(3) });
          expect(found(fs), `call ${at}, run again`).toBe(ALL_NEW);
          expect(fs.list('/data').map(({ name }) => name)).toEqual(['out']);
        });
        expect(failed).toBeGreaterThan(4);
      });
    }

    it(`survives a power cut at any call, ${overwrite ? 'replacing' : 'new'}`, () => {
      let calls = 1;
      for (let at = 1; at <= calls; at++) {
        const fs = overwrite ? withOld() : new MemoryFileSystem();
        const machine = new FakeProcesses();
        const faulty = new FaultyFileSystem(fs).cutPowerAt(at);
        let isDone = true;
        try {
          save(faulty, { overwrite, processes: machine.start(1) });
        } catch {
          isDone = false;
        }
        calls = Math.max(calls, isDone ? 0 : at + 1);
        const cuts = [
          { keep: 'synced' },
          { keep: 'all' },
          ...Array.from({ length: fs.pendingCount }, (_, count) => ({ keep: 'prefix', count }) as const),
          ...Array.from({ length: 6 }, (_, seed) => ({ keep: 'subset', seed }) as const),
          { keep: 'torn', seed: at },
        ] as const;
        machine.reboot();
        for (const cut of cuts) {
          const after = fs.crash(cut);
          const where = `call ${at}, ${JSON.stringify(cut)}`;
          recoverOutput(after, '/data/out', machine.start(2));
          const state = found(after);
          if (isDone) expect(state, where).toBe(ALL_NEW);
          else expect(overwrite ? [ALL_OLD, ALL_NEW] : ['nothing', ALL_NEW], where).toContain(state);
        }
      }
      expect(calls).toBeGreaterThan(20);
    });
  }
});

describe('saved files', () => {
  it('may be read by whom the umask lets, directories too', () => {
    using home = temporaryDirectory();
    const directory = join(home.path, 'reports', 'out');
    const before = process.umask(0o027);
    try {
      save(nodeFileSystem, { directory });
    } finally {
      process.umask(before);
    }
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(directory)).toBe('750');
    for (const { name } of nodeFileSystem.list(directory)) expect(modeOf(join(directory, name)), name).toBe('640');
  });
});
