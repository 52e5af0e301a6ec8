import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { ScratchSpace } from '../../../storage/fs/scratch-space.ts';
import { FakeProcesses } from '../../support/fake-processes.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

function setUp() {
  const fs = new MemoryFileSystem();
  const processes = new FakeProcesses();
  return { fs, processes, me: processes.start(100) };
}

const spaces = (fs: MemoryFileSystem) => fs.list('/data/scratch').map((entry) => entry.name);

describe('ScratchSpace', () => {
  it('gives each file a name of its own and removes all when it is closed', () => {
    const { fs, me } = setUp();
    const space = ScratchSpace.open(fs, '/data', me);
    const paths = ['run', 'run', 'spill'].map((prefix) => {
      using file = space.createFile(prefix);
      file.write(new Uint8Array(10));
      return file.path;
    });
    expect(paths.map((path) => path.slice(space.path.length))).toEqual(['/run-0', '/run-1', '/spill-2']);
    space.removeFile(paths[0] as string);
    space.removeFile(paths[0] as string);
    expect(fs.list(space.path)).toHaveLength(2);
    space.close();
    space.close();
    expect(spaces(fs)).toEqual([]);
    expect(fs.openHandles).toBe(0);
    expect(() => space.createFile('run')).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  it('lets workers attach with a label, and keeps their files until its owner closes it', () => {
    const { fs, me } = setUp();
    const space = ScratchSpace.open(fs, '/data', me);
    {
      using worker = ScratchSpace.attach(fs, space.path, 'w1');
      worker.createFile('run').close();
    }
    space.createFile('run').close();
    ScratchSpace.attach(fs, space.path, 'w11').createFile('run').close();
    expect(fs.list(space.path).map((entry) => entry.name)).toEqual(['run-0', 'run-w1-0', 'run-w11-0']);
    ScratchSpace.removeFilesOf(fs, space.path, 'w1');
    expect(fs.list(space.path).map((entry) => entry.name)).toEqual(['run-0', 'run-w11-0']);
    space.close();
    expect(spaces(fs)).toEqual([]);
  });

  it('keeps two spaces of one process apart', () => {
    const { fs, me } = setUp();
    const one = ScratchSpace.open(fs, '/data', me);
    const two = ScratchSpace.open(fs, '/data', me);
    one.createFile('run').close();
    two.createFile('run').close();
    one.close();
    expect(fs.list(two.path)).toHaveLength(1);
  });

  it('refuses a prefix that is no plain name, and to remove what is not its own', () => {
    const { fs, me } = setUp();
    const space = ScratchSpace.open(fs, '/data', me);
    const refused = expect.objectContaining({ code: 'PATH_OUTSIDE_DIRECTORY' });
    for (const prefix of ['../x', '/x', 'a/b', 'a\0']) expect(() => space.createFile(prefix)).toThrow(refused);
    for (const path of ['/data/lock', space.path, `${space.path}/../x`, `${space.path}/a/b`]) {
      expect(() => space.removeFile(path)).toThrow(refused);
    }
  });

  it('removes what dead processes left and nothing else, whatever the clock says', () => {
    const { fs, processes } = setUp();
    const open = (pid: number, pidNamespace?: string) => {
      const table = processes.start(pid, pidNamespace === undefined ? {} : { pidNamespace });
      const space = ScratchSpace.open(fs, '/data', table);
      space.createFile('run').close();
      return space.path.slice('/data/scratch/'.length);
    };
    const dead = open(1);
    const reused = open(2);
    const live = open(3);
    const elsewhere = open(4, '99');
    processes.kill(1);
    processes.start(2);
    for (const name of ['notes', '12-34', `${live}x`]) fs.makeDirectory(`/data/scratch/${name}`);
    const kept = ['notes', '12-34', `${live}x`, live, elsewhere];
    {
      using _space = ScratchSpace.open(fs, '/data', processes.start(5));
      expect(spaces(fs)).not.toContain(dead);
      expect(spaces(fs)).not.toContain(reused);
    }
    expect(spaces(fs)).toEqual([...kept].sort());
    processes.reboot();
    ScratchSpace.open(fs, '/data', processes.start(3)).close();
    expect(spaces(fs)).toEqual(['notes', '12-34', `${live}x`].sort());
  });

  it('opens although a dead space cannot be removed, and says which', () => {
    const { fs, processes, me } = setUp();
    const path = ScratchSpace.open(fs, '/data', me).path;
    processes.kill(100);
    const faulty = new FaultyFileSystem(fs, { at: 1, calls: ['removeTree'], errno: 'EACCES' });
    const space = ScratchSpace.open(faulty, '/data', processes.start(101));
    expect(space.notRemoved).toEqual([{ path, error: expect.objectContaining({ code: 'PERMISSION_DENIED' }) }]);
    space.close();
    expect(ScratchSpace.open(fs, '/data', processes.start(102)).notRemoved).toEqual([]);
  });

  for (const fault of [{ errno: 'EIO' }, { errno: 'ENOSPC' }, { errno: 'EIO', takesEffect: true }]) {
    it(`leaves nothing once closed, after any call failed with ${JSON.stringify(fault)}`, () => {
      const failed = failEveryCall(fault, (wrap) => {
        const { fs, processes, me } = setUp();
        ScratchSpace.open(fs, '/data', me).createFile('run').close();
        processes.kill(100);
        const second = processes.start(200);
        const faulty = wrap(fs);
        let space: ScratchSpace | undefined;
        try {
          space = ScratchSpace.open(faulty, '/data', second);
          {
            using file = space.createFile('run');
            file.write(new Uint8Array(100));
          }
          space.close();
        } catch (error) {
          expect(error).toBeInstanceOf(CairnError);
          space?.close();
        }
        expect(fs.openHandles).toBe(0);
        // A directory made by a call that failed all the same, or one that stayed, goes with the next session.
        processes.kill(200);
        ScratchSpace.open(fs, '/data', processes.start(300)).close();
        expect(spaces(fs)).toEqual([]);
      });
      expect(failed).toBe(8);
    });
  }
});
