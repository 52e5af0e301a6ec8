/**
 * A checkpoint is there whole or not at all: whichever call fails, whenever the power is cut, whatever the disk then
 * kept of what was not synced, and whenever the disk is full.
 */
import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { MANIFEST_NAME } from '../../../storage/checkpoint/checkpoint-names.ts';
import { openCheckpoint } from '../../../storage/checkpoint/open-checkpoint.ts';
import { removeCheckpoint } from '../../../storage/checkpoint/remove-checkpoint.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import type { CrashMode } from '../../support/memory-crash.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { FileCallKind } from '../../support/wrapped-file-system.ts';
import { DIRECTORY, examplePlace, PARTITIONS, readCheckpoint, writeCheckpoint } from './example-checkpoint.ts';

/** Random records in random partitions, in one chunk or many. */
function randomProgram(seed: number): { readonly partitions: unknown[][]; readonly chunkBytes: number } {
  const random = seededRandom(seed);
  const partitions = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
    Array.from({ length: Math.floor(random() * 7) }, (_, i): unknown =>
      random() < 0.5 ? { id: i, name: `n${Math.floor(random() * 1e9)}` } : [i, random()],
    ),
  );
  const chunkBytes = random() < 0.5 ? 1 : 200;
  return { partitions, chunkBytes };
}

/** What a later process finds: every record, nothing, or the code of what is wrong. */
function found(fs: FileSystem): unknown {
  try {
    return readCheckpoint(fs);
  } catch (error) {
    if (CairnError.is(error, 'CHECKPOINT_NOT_FOUND')) return 'nothing';
    return (error as CairnError).code;
  }
}

/** Runs `work` against a machine whose power is cut at the n-th call, for every n, and gives each wreck to `check`. */
function cutEverywhere(
  make: () => MemoryFileSystem,
  work: (fs: FileSystem) => void,
  check: (fs: MemoryFileSystem, isDone: boolean, where: string) => void,
  cutsOf: (fs: MemoryFileSystem, at: number) => readonly CrashMode[],
): number {
  for (let at = 1; ; at++) {
    const fs = make();
    const faulty = new FaultyFileSystem(fs).cutPowerAt(at);
    let isDone = true;
    try {
      work(faulty);
    } catch {
      isDone = false;
    }
    expect(fs.openHandles).toBe(0);
    for (const cut of cutsOf(fs, at)) check(fs.crash(cut), isDone, `call ${at}, ${JSON.stringify(cut)}`);
    if (isDone) return at - 1;
  }
}

function everyCut(fs: MemoryFileSystem, at: number): readonly CrashMode[] {
  return [
    { keep: 'synced' },
    { keep: 'all' },
    ...Array.from({ length: fs.pendingCount }, (_, count) => ({ keep: 'prefix', count }) as const),
    ...Array.from({ length: 6 }, (_, seed) => ({ keep: 'subset', seed: at * 31 + seed }) as const),
    ...Array.from({ length: 3 }, (_, seed) => ({ keep: 'torn', seed: at * 17 + seed }) as const),
  ];
}

describe('after a power cut at any call', () => {
  it('a checkpoint that was being written is whole or none, and complete once it was committed', () => {
    let wrecks = 0;
    const calls = cutEverywhere(
      () => new MemoryFileSystem(),
      (fs) => void writeCheckpoint(fs),
      (after, isDone, where) => {
        wrecks++;
        const state = found(after);
        if (isDone) expect(state, where).toEqual(PARTITIONS);
        else expect([PARTITIONS, 'nothing'], where).toContainEqual(state);
        // What is left is removed, and the place can be used again.
        removeCheckpoint(after, DIRECTORY);
        writeCheckpoint(after);
        expect(found(after), where).toEqual(PARTITIONS);
      },
      everyCut,
    );
    expect(calls).toBeGreaterThan(50);
    expect(wrecks).toBeGreaterThan(1_000);
  });

  it('a checkpoint that was being removed is whole or none', () => {
    const calls = cutEverywhere(
      () => {
        const fs = new MemoryFileSystem();
        writeCheckpoint(fs);
        return fs;
      },
      (fs) => void removeCheckpoint(fs, DIRECTORY),
      (after, isDone, where) => {
        const state = found(after);
        if (isDone) expect(state, where).toBe('nothing');
        else expect([PARTITIONS, 'nothing'], where).toContainEqual(state);
        removeCheckpoint(after, DIRECTORY);
        expect(after.stat(DIRECTORY), where).toBeUndefined();
      },
      everyCut,
    );
    expect(calls).toBeGreaterThan(10);
  });

  it('200 other checkpoints are whole or none too', () => {
    for (let run = 0; run < 200; run++) {
      const { partitions, chunkBytes } = randomProgram(run);
      const place = examplePlace({ partitionCount: partitions.length });
      cutEverywhere(
        () => new MemoryFileSystem(),
        (fs) => void writeCheckpoint(fs, place, partitions, { chunkBytes }),
        (after, isDone, where) => {
          const state = found(after);
          if (isDone) expect(state, `run ${run}, ${where}`).toEqual(partitions);
          else expect([partitions, 'nothing'], `run ${run}, ${where}`).toContainEqual(state);
        },
        (_, at) => [
          { keep: 'synced' },
          { keep: 'all' },
          { keep: 'subset', seed: run * 1000 + at },
          { keep: 'torn', seed: run * 1000 + at },
        ],
      );
    }
  });

  it('a missing sync is noticed by these checks', () => {
    class WithoutSync extends FaultyFileSystem {
      override syncDirectory(): void {}
    }
    const fs = new MemoryFileSystem();
    writeCheckpoint(new WithoutSync(fs));
    expect(found(fs)).toEqual(PARTITIONS);
    const wrecks = Array.from({ length: 500 }, (_, seed) => found(fs.crash({ keep: 'subset', seed })));
    expect(wrecks).toContain('CORRUPT_FILE');
    expect(wrecks).toContain('nothing');
  });
});

describe('whatever call fails', () => {
  const FAULTS: readonly Parameters<typeof failEveryCall>[0][] = [
    { errno: 'EIO' },
    { errno: 'EIO', forever: true },
    { errno: 'EIO', takesEffect: true },
    { errno: 'ENOSPC' },
    { errno: 'ENOSPC', forever: true, calls: ['open', 'write', 'sync', 'link', 'rename', 'makeDirectory'] },
    { errno: 'ENOSPC', bytesWritten: 5, calls: ['write'] },
    { errno: 'EMFILE', calls: ['open', 'list', 'readFile'] },
    { errno: 'EACCES' },
  ];

  it.each(FAULTS)('a checkpoint is whole or none, and can be written again: %j', (fault) => {
    const failed = failEveryCall(fault, (wrap, at) => {
      const fs = new MemoryFileSystem();
      let error: unknown;
      try {
        writeCheckpoint(wrap(fs));
      } catch (raised) {
        error = raised;
      }
      expect(fs.openHandles).toBe(0);
      const where = `call ${at}`;
      if (error === undefined) {
        expect(found(fs), where).toEqual(PARTITIONS);
      } else {
        expect((error as CairnError).kind, where).not.toBe('internal');
        // A disk that fails for good may keep even the clearing up from happening; what is there then is whole.
        expect([PARTITIONS, 'nothing'], where).toContainEqual(found(fs));
        if (fault.forever !== true && fault.takesEffect !== true) {
          const left = fs.stat(DIRECTORY) === undefined ? [] : fs.tree(DIRECTORY);
          expect(left, where).not.toContain(`${DIRECTORY}/${MANIFEST_NAME}`);
        }
      }
      removeCheckpoint(fs, DIRECTORY);
      writeCheckpoint(fs);
      expect(found(fs), where).toEqual(PARTITIONS);
    });
    expect(failed).toBeGreaterThan(fault.calls === undefined ? 50 : 5);
  });

  it('nothing is left when one call fails once, but for what that call should have removed', () => {
    const REMOVALS: readonly FileCallKind[] = ['removeFile', 'removeTree'];
    const kinds: readonly FileCallKind[] = ['open', 'write', 'sync', 'close', 'link', 'rename', 'read', 'stat'];
    for (const kind of kinds) {
      failEveryCall({ errno: 'EIO', calls: [kind] }, (wrap, at) => {
        const fs = new MemoryFileSystem();
        try {
          writeCheckpoint(wrap(fs));
        } catch {
          expect(fs.stat(DIRECTORY), `${kind} ${at}`).toBeUndefined();
        }
      });
    }
    // A removal that fails leaves hidden files, which the next removal finds.
    failEveryCall({ errno: 'EIO', calls: REMOVALS }, (wrap) => {
      const fs = new MemoryFileSystem();
      const faulty = wrap(fs);
      writeCheckpoint(faulty);
      expect(found(fs)).toEqual(PARTITIONS);
      faulty.recover();
      removeCheckpoint(fs, DIRECTORY);
      expect(fs.stat(DIRECTORY)).toBeUndefined();
    });
  });

  it.each(['EIO', 'EMFILE', 'EACCES'])('reading raises a typed error, and can be done again: %s', (errno) => {
    const failed = failEveryCall({ errno }, (wrap) => {
      const fs = new MemoryFileSystem();
      writeCheckpoint(fs, examplePlace(), PARTITIONS, { chunkBytes: 1 });
      const faulty = wrap(fs);
      try {
        expect(readCheckpoint(faulty)).toEqual(PARTITIONS);
      } catch (error) {
        expect(error).toBeInstanceOf(CairnError);
        expect((error as CairnError).kind).not.toBe('internal');
        expect(CairnError.is(error, 'CHECKPOINT_NOT_FOUND')).toBe(false);
      }
      expect(fs.openHandles).toBe(0);
      faulty.recover();
      expect(readCheckpoint(faulty)).toEqual(PARTITIONS);
    });
    expect(failed).toBeGreaterThan(20);
  });

  it('a removal that fails can be done again, and a half-removed checkpoint is none', () => {
    for (const takesEffect of [false, true]) {
      const failed = failEveryCall({ errno: 'EIO', takesEffect }, (wrap, at) => {
        const fs = new MemoryFileSystem();
        writeCheckpoint(fs);
        const faulty = wrap(fs);
        try {
          removeCheckpoint(faulty, DIRECTORY);
        } catch {
          expect([PARTITIONS, 'nothing'], `call ${at}`).toContainEqual(found(fs));
        }
        faulty.recover();
        removeCheckpoint(faulty, DIRECTORY);
        expect(fs.stat(DIRECTORY)).toBeUndefined();
      });
      expect(failed).toBeGreaterThan(10);
    }
  });
});

it('a disk that is full at any byte is one error that says so; nothing is left, and with room it can be done', () => {
  const whole = new MemoryFileSystem();
  const needed =
    writeCheckpoint(whole).manifest.bytes + (whole.stat(`${DIRECTORY}/${MANIFEST_NAME}`)?.sizeBytes as number);
  for (let room = 0; room < needed; room += 3) {
    const fs = new MemoryFileSystem();
    const faulty = new FaultyFileSystem(fs).fillAfter(room);
    expect(() => writeCheckpoint(faulty), `${room} bytes`).toThrow(
      /^DISK_FULL: no space left to write .* bytes needed/,
    );
    expect(fs.stat(DIRECTORY), `${room} bytes`).toBeUndefined();
    writeCheckpoint(faulty.recover());
    expect(found(fs)).toEqual(PARTITIONS);
  }
});

it('another program’s open checkpoint can be read on while it is removed', () => {
  const fs = new MemoryFileSystem();
  writeCheckpoint(fs);
  const checkpoint = openCheckpoint(fs, DIRECTORY);
  removeCheckpoint(fs, DIRECTORY);
  expect(() => openCheckpoint(fs, DIRECTORY)).toThrow(/CHECKPOINT_NOT_FOUND/);
  expect(checkpoint.parts).toHaveLength(3);
});
