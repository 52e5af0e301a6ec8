import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckpointPart } from '../../../storage/checkpoint/checkpoint-part.ts';
import {
  abortCheckpoint,
  beginCheckpoint,
  type CheckpointJob,
  commitCheckpoint,
} from '../../../storage/checkpoint/commit.ts';
import { openCheckpoint } from '../../../storage/checkpoint/open-checkpoint.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { expectGolden } from '../../support/golden.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { writeFile } from '../../support/write-file.ts';
import {
  DIRECTORY,
  exampleDescription,
  examplePlace,
  PARTITIONS,
  readCheckpoint,
  writeCheckpoint,
  writePart,
} from './example-checkpoint.ts';

function writeParts(fs: MemoryFileSystem, job: CheckpointJob): CheckpointPart[] {
  return PARTITIONS.map((rows, partition) => writePart(fs, job, partition, rows));
}

describe('a checkpoint', () => {
  it('is its parts and a manifest, and nothing else', () => {
    const fs = new MemoryFileSystem();
    const committed = writeCheckpoint(fs);
    expect(fs.tree(DIRECTORY)).toEqual(
      ['_manifest', 'part-00000', 'part-00001', 'part-00002'].map((name) => `${DIRECTORY}/${name}`),
    );
    expect(readCheckpoint(fs)).toEqual(PARTITIONS);
    expect(committed).toMatchObject({
      directory: DIRECTORY,
      manifest: { ...exampleDescription(), owner: 'f00d', partitionCount: 3, rows: 4 },
    });
    expect(openCheckpoint(fs, DIRECTORY).manifest).toEqual(committed.manifest);
    expect(fs.openHandles).toBe(0);
  });

  it('is written in this order', () => {
    const fs = new RecordingFileSystem(new MemoryFileSystem(), { base: '/data' });
    writeCheckpoint(fs, examplePlace({ partitionCount: 1 }), [PARTITIONS[0] as readonly unknown[]]);
    const trace = fs.lines.join('\n').replaceAll(/\._manifest\.[\d-]+\.tmp/g, '._manifest.UNIQUE.tmp');
    expectGolden('storage/checkpoint/commit.trace.txt', trace);
  });

  it('may have no partitions', () => {
    const fs = new MemoryFileSystem();
    writeCheckpoint(fs, examplePlace({ partitionCount: 0 }), []);
    expect(readCheckpoint(fs)).toEqual([]);
  });

  it('takes its parts in any order, and leaves out what attempts left behind', () => {
    const fs = new MemoryFileSystem();
    const job = beginCheckpoint(fs, examplePlace());
    const parts = writeParts(fs, job);
    writeFile(fs, `${DIRECTORY}/.part-00001-attempt-99`, 'of an attempt that died');
    writeFile(fs, `${DIRECTORY}/notes.txt`, 'of the user');
    commitCheckpoint(fs, job, parts.toReversed(), exampleDescription());
    expect(readCheckpoint(fs)).toEqual(PARTITIONS);
    expect(fs.list(DIRECTORY).map(({ name }) => name)).toContain('notes.txt');
    expect(fs.list(DIRECTORY).map(({ name }) => name)).not.toContain('.part-00001-attempt-99');
  });

  it('has a directory of its own', () => {
    const fs = new MemoryFileSystem();
    writeCheckpoint(fs);
    expect(() => beginCheckpoint(fs, examplePlace())).toThrow(/FILE_EXISTS/);
    expect(readCheckpoint(fs)).toEqual(PARTITIONS);
  });

  it('can be read by nobody but its user', () => {
    using home = temporaryDirectory();
    const directory = join(home.path, 'c', 'id', 'rdd-0');
    writeCheckpoint(nodeFileSystem, examplePlace({ directory }));
    expect(readCheckpoint(nodeFileSystem, directory)).toEqual(PARTITIONS);
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(directory)).toBe('700');
    for (const { name } of nodeFileSystem.list(directory)) expect(modeOf(join(directory, name)), name).toBe('600');
  });

  it('is refused an owner that a catalog could not keep', () => {
    const fs = new MemoryFileSystem();
    for (const owner of ['', '\ud800', 'x'.repeat(1025)]) {
      expect(() => beginCheckpoint(fs, examplePlace({ owner }))).toThrow(/INTERNAL/);
    }
    expect(fs.tree()).toEqual([]);
  });
});

describe('a commit', () => {
  /** Changes what is there or what is reported, and gives the reports. */
  type Change = (fs: MemoryFileSystem, parts: readonly CheckpointPart[]) => readonly CheckpointPart[];

  const REFUSED: readonly (readonly [what: string, message: RegExp, change: Change])[] = [
    ['a part is missing', /part 1 .*no task committed it/, (_, [a, , c]) => [a, c] as CheckpointPart[]],
    ['the last part is missing', /part 2 .*no task committed it/, (_, parts) => parts.slice(0, 2)],
    ['a part is reported twice', /part 1 .*two tasks reported it/, (_, [a, b]) => [a, b, b] as CheckpointPart[]],
    [
      'a part is beyond the last',
      /part 3 .*there are 3 partitions/,
      (_, parts) => [...parts, { ...(parts[0] as CheckpointPart), partition: 3 }],
    ],
    [
      'a file is gone',
      /part 2 .*found no file/,
      (fs, parts) => {
        fs.removeFile(`${DIRECTORY}/part-00002`);
        return parts;
      },
    ],
    [
      'a file is cut',
      /part 0 .*expected \d+ bytes, found \d+/,
      (fs, parts) => {
        fs.corrupt(`${DIRECTORY}/part-00000`, (bytes) => bytes.subarray(1));
        return parts;
      },
    ],
    [
      'a file is another attempt’s, of the same length',
      /part 0 .*expected checksum/,
      (fs, parts) => {
        fs.removeFile(`${DIRECTORY}/part-00000`);
        writePart(fs, examplePlace(), 0, [
          { id: 1, name: 'a', at: 1.5 },
          { id: 2, name: 'c', at: -0 },
        ]);
        return parts;
      },
    ],
    [
      'a file is another checkpoint’s',
      /part 0 .*found a part of another one/,
      (fs, parts) => {
        fs.removeFile(`${DIRECTORY}/part-00000`);
        writePart(fs, examplePlace({ owner: 'beef' }), 0, PARTITIONS[0] as unknown[]);
        return parts;
      },
    ],
    [
      'there is a part that no task reported',
      /part 00003 .*no task reported it/,
      (fs, parts) => {
        writeFile(fs, `${DIRECTORY}/part-00003`, 'stray');
        return parts;
      },
    ],
    [
      'a part is a link',
      /part 0 .*a plain file, found a symlink/,
      (fs, parts) => {
        fs.rename(`${DIRECTORY}/part-00000`, '/data/elsewhere');
        fs.symbolicLink('/data/elsewhere', `${DIRECTORY}/part-00000`);
        return parts;
      },
    ],
  ];

  it.each(REFUSED)('publishes nothing when %s', (_, message, change) => {
    const fs = new MemoryFileSystem();
    const job = beginCheckpoint(fs, examplePlace());
    const parts = change(fs, writeParts(fs, job));
    const commit = () => commitCheckpoint(fs, job, parts, exampleDescription());
    expect(commit).toThrow(/CHECKPOINT_INCOMPLETE/);
    expect(commit).toThrow(message);
    expect(() => openCheckpoint(fs, DIRECTORY)).toThrow(/CHECKPOINT_NOT_FOUND: .* has no manifest/);
    abortCheckpoint(fs, job);
    expect(fs.stat(DIRECTORY)).toBeUndefined();
  });

  it('can be aborted at any time, more than once, and after it was done', () => {
    const fs = new MemoryFileSystem();
    const job = beginCheckpoint(fs, examplePlace());
    const parts = writeParts(fs, job);
    abortCheckpoint(fs, job);
    abortCheckpoint(fs, job);
    expect(fs.tree()).toEqual(['/data/', '/data/checkpoints/', '/data/checkpoints/c1/']);
    const again = beginCheckpoint(fs, examplePlace());
    commitCheckpoint(fs, again, writeParts(fs, again).reverse(), exampleDescription());
    abortCheckpoint(fs, again);
    expect(fs.stat(DIRECTORY)).toBeUndefined();
    expect(parts).toHaveLength(3);
  });
});
