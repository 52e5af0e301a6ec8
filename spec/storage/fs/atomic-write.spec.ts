import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { atomicWrite } from '../../../storage/fs/atomic-write.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import { expectGolden } from '../../support/golden.ts';
import type { CrashMode } from '../../support/memory-crash.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';

const OLD = 'the old content';
const NEW = `the new content ${'x'.repeat(2000)}`;
const PATH = '/d/part-00000';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (fs: FileSystem, path = PATH) => new TextDecoder().decode(fs.readFile(path));

function start(old: string | null = OLD): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  fs.makeDirectory('/d');
  fs.syncDirectory('/');
  if (old !== null) {
    using file = fs.open(PATH, 'create');
    file.write(bytes(old));
    file.sync();
    fs.syncDirectory('/d');
  }
  return fs;
}

function replace(fs: FileSystem, failpoint?: (name: string) => void): void {
  atomicWrite(
    fs,
    PATH,
    (file) => {
      file.write(bytes(NEW.slice(0, 700)));
      file.write(bytes(NEW.slice(700)));
    },
    failpoint === undefined ? {} : { failpoint },
  );
}

describe('atomicWrite', () => {
  it('syncs the bytes before the name and the name before it returns', () => {
    const fs = new RecordingFileSystem(start(), { base: '/d', quiet: [] });
    const data = bytes('x'.repeat(120));
    atomicWrite(fs, PATH, (file) => file.write(data), {
      unique: () => '1',
      failpoint: (name) => fs.note(`  -- ${name}`),
    });
    expectGolden('storage/fs/atomic-write.trace.txt', fs.lines.join('\n'));
  });

  it('takes the next name when a dead process left a temporary file', () => {
    const fs = start();
    fs.open('/d/.part-00000.0.tmp', 'create').close();
    fs.open('/d/.part-00000.1.tmp', 'create').close();
    let n = 0;
    atomicWrite(fs, PATH, (file) => file.write(bytes(NEW)), { unique: () => String(n++) });
    expect(read(fs)).toBe(NEW);
    expect(fs.tree('/d')).toEqual(['/d/.part-00000.0.tmp', '/d/.part-00000.1.tmp', PATH]);
  });

  it('gives up when every name is taken', () => {
    const fs = start();
    fs.open('/d/.part-00000.0.tmp', 'create').close();
    const write = () => atomicWrite(fs, PATH, () => {}, { unique: () => '0' });
    expect(write).toThrow(expect.objectContaining({ code: 'FILE_EXISTS' }));
    expect(read(fs)).toBe(OLD);
  });

  it('keeps a temporary name short when the final one is long', () => {
    const fs = new RecordingFileSystem(start(), { quiet: [] });
    atomicWrite(fs, `/d/${'n'.repeat(250)}`, (file) => file.write(bytes('x')));
    const created = fs.lines.find((line) => line.startsWith('create')) ?? '';
    expect(created.length).toBeLessThan(200);
  });

  it('keeps the old content and removes the temporary file when the writer throws', () => {
    const fs = start();
    const failure = new RangeError('the user failed');
    const write = () =>
      atomicWrite(fs, PATH, (file) => {
        file.write(bytes('half'));
        throw failure;
      });
    expect(write).toThrow(failure);
    expect(fs.tree('/d')).toEqual([PATH]);
    expect(read(fs)).toBe(OLD);
    expect(fs.openHandles).toBe(0);
  });

  for (const fault of [
    { errno: 'EIO' },
    { errno: 'ENOSPC' },
    { errno: 'EMFILE' },
    { errno: 'EACCES' },
    { errno: 'EIO', bytesWritten: 100 },
    { errno: 'EIO', takesEffect: true },
  ]) {
    it(`has the old or the new content after any call failed with ${JSON.stringify(fault)}, and can be run again`, () => {
      const failed = failEveryCall(fault, (wrap) => {
        const memory = start();
        const fs = wrap(memory);
        let error: unknown;
        try {
          replace(fs);
        } catch (caught) {
          error = caught;
        }
        if (fs.faultCount > 0) expect(error).toBeInstanceOf(CairnError);
        else expect(error).toBeUndefined();
        expect([OLD, NEW]).toContain(read(memory));
        expect(memory.openHandles).toBe(0);
        // A file that was made although its creation failed is nobody's to remove: only its maker knew the name.
        const unknown = fs.faultCount > 0 && fault.takesEffect === true ? 1 : 0;
        expect(memory.tree('/d').length).toBeLessThanOrEqual(1 + unknown);
        replace(memory);
        expect(read(memory)).toBe(NEW);
      });
      expect(failed).toBe(7);
    });
  }

  it('tells of the first failure when cleaning up fails too', () => {
    const memory = start();
    const fs = new FaultyFileSystem(memory, { at: 1, calls: ['write'], errno: 'ENOSPC' }).fail({
      at: 1,
      calls: ['removeFile'],
      errno: 'EIO',
    });
    expect(() => replace(fs)).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
  });

  it('survives a power cut at every call and in every way: old or new, and new once it returned', () => {
    const modes: CrashMode[] = [{ keep: 'synced' }, { keep: 'all' }];
    for (let seed = 0; seed < 25; seed++) modes.push({ keep: 'subset', seed }, { keep: 'torn', seed });
    for (let count = 0; count < 8; count++) modes.push({ keep: 'prefix', count });
    for (const old of [OLD, null]) {
      for (let cut = 1; ; cut++) {
        const memory = start(old);
        const fs = new FaultyFileSystem(memory).cutPowerAt(cut);
        let returned = true;
        try {
          replace(fs);
        } catch {
          returned = false;
        }
        for (const mode of modes) {
          const after = memory.crash(mode);
          const found = after.stat(PATH) === undefined ? null : read(after);
          expect(returned ? [NEW] : [old, NEW], `cut at call ${cut}, ${JSON.stringify(mode)}`).toContain(found);
        }
        if (returned) break;
      }
    }
  });

  it('passes a failpoint that throws on, with the old content in place', () => {
    for (const stop of ['created', 'written', 'synced', 'closed']) {
      const fs = start();
      const run = () =>
        replace(fs, (name) => {
          if (name === `atomic-write.${stop}`) throw new RangeError(stop);
        });
      expect(run).toThrow(stop);
      expect(read(fs)).toBe(OLD);
      expect(fs.tree('/d')).toEqual([PATH]);
    }
  });

  it('lets what has to be durable first happen when the bytes are, and before the name is there', () => {
    const fs = start();
    atomicWrite(fs, PATH, (file) => file.write(bytes(NEW)), {
      beforeRename: () => {
        expect(read(fs)).toBe(OLD);
        const hidden = fs.list('/d').find(({ name }) => name.endsWith('.tmp'))?.name;
        fs.syncDirectory('/d');
        expect(read(fs.crash({ keep: 'synced' }), `/d/${hidden}`)).toBe(NEW);
      },
    });
    expect(read(fs)).toBe(NEW);
    const refuse = () => {
      throw new RangeError('not yet');
    };
    expect(() => atomicWrite(fs, PATH, (file) => file.write(bytes(OLD)), { beforeRename: refuse })).toThrow('not yet');
    expect(read(fs)).toBe(NEW);
    expect(fs.tree('/d')).toEqual([PATH]);
  });
});
