import { describe, expect, it } from 'vitest';
import { registerRecordClass, unregisterRecordClass } from '../../../formats/record/record-class.ts';
import { isDamage } from '../../../storage/block/damage.ts';
import {
  openCheckpoint,
  openCheckpointPart,
  requireClasses,
  verifyCheckpoint,
} from '../../../storage/checkpoint/open-checkpoint.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';
import { writeFile } from '../../support/write-file.ts';
import { DIRECTORY, examplePlace, PARTITIONS, readCheckpoint, writeCheckpoint } from './example-checkpoint.ts';

describe('a directory', () => {
  it('without a manifest is no checkpoint, whatever else it holds', () => {
    const fs = new MemoryFileSystem();
    expect(() => openCheckpoint(fs, '/nothing')).toThrow(
      /CHECKPOINT_NOT_FOUND: \/nothing is no checkpoint: nothing is there\n {2}hint: name the directory of one dataset/,
    );
    writeCheckpoint(fs);
    fs.removeFile(`${DIRECTORY}/_manifest`);
    expect(() => openCheckpoint(fs, DIRECTORY)).toThrow(/CHECKPOINT_NOT_FOUND: .*it has no manifest/);
    expect(() => openCheckpoint(fs, `${DIRECTORY}/part-00000`)).toThrow(/CHECKPOINT_NOT_FOUND: .*it is no directory/);
    expect(() => openCheckpoint(fs, '/data/checkpoints/c1')).toThrow(/CHECKPOINT_NOT_FOUND/);
  });

  it('may hold files of others, which are listed and never read', () => {
    const fs = new MemoryFileSystem();
    writeCheckpoint(fs);
    writeFile(fs, `${DIRECTORY}/README.md`, 'notes');
    writeFile(fs, `${DIRECTORY}/_partitioner`, 'of Spark');
    writeFile(fs, `${DIRECTORY}/.part-00000-attempt-77`, 'left by an attempt that lost');
    fs.makeDirectory(`${DIRECTORY}/sub`);
    const recording = new RecordingFileSystem(fs);
    const checkpoint = openCheckpoint(recording, DIRECTORY);
    expect(checkpoint.foreign).toEqual(['README.md', '_partitioner', 'sub']);
    verifyCheckpoint(recording, checkpoint);
    for (const name of ['README.md', '_partitioner', '.part-00000-attempt-77']) {
      expect(recording.bytesReadOf(`${DIRECTORY}/${name}`)).toBe(0);
    }
    expect(readCheckpoint(fs)).toEqual(PARTITIONS);
  });

  it('may be reached through a link', () => {
    const fs = new MemoryFileSystem();
    writeCheckpoint(fs);
    fs.symbolicLink(DIRECTORY, '/link');
    expect(readCheckpoint(fs, '/link')).toEqual(PARTITIONS);
  });

  it('may be moved, with all its files', () => {
    const fs = new MemoryFileSystem();
    writeCheckpoint(fs);
    fs.rename(DIRECTORY, '/moved');
    expect(readCheckpoint(fs, '/moved')).toEqual(PARTITIONS);
  });

  it('is opened without a look into its parts', () => {
    const fs = new RecordingFileSystem(new MemoryFileSystem());
    writeCheckpoint(fs);
    fs.reset();
    openCheckpoint(fs, DIRECTORY);
    expect(fs.lines.filter((line) => line.includes('part-'))).toEqual([]);
  });
});

describe('an open checkpoint', () => {
  it('gives each of its parts, in any order and as often as asked', () => {
    const fs = new MemoryFileSystem();
    writeCheckpoint(fs);
    const checkpoint = structuredClone(openCheckpoint(fs, DIRECTORY));
    for (const partition of [2, 0, 2, 1]) {
      expect(rowsOf(openCheckpointPart(fs, checkpoint, partition).batches())).toEqual(PARTITIONS[partition]);
    }
    for (const odd of [3, -1, 0.5]) {
      expect(() => openCheckpointPart(fs, checkpoint, odd)).toThrow(/NO_SUCH_PARTITION/);
    }
  });

  it('whose part is damaged or gone says so as corruption, for which its owner computes again', () => {
    const fs = new MemoryFileSystem();
    writeCheckpoint(fs);
    const checkpoint = openCheckpoint(fs, DIRECTORY);
    fs.removeFile(`${DIRECTORY}/part-00002`);
    let raised: unknown;
    try {
      openCheckpointPart(fs, checkpoint, 2);
    } catch (error) {
      raised = error;
    }
    expect(isDamage(raised)).toBe(true);
    expect(() => verifyCheckpoint(fs, checkpoint)).toThrow(/CORRUPT_FILE: .*part-00002 .*found no file/);
  });

  it('knows before it is read which classes its records need', () => {
    class Point {
      readonly x = 1;
    }
    const definition = {
      name: 'Point',
      version: 2,
      constructor: Point,
      toRecord: () => 1,
      fromRecord: () => new Point(),
    };
    registerRecordClass(definition);
    const fs = new MemoryFileSystem();
    const place = examplePlace({ partitionCount: 2 });
    writeCheckpoint(fs, place, [[1], [new Point()]]);
    const checkpoint = openCheckpoint(fs, DIRECTORY);
    requireClasses(checkpoint);
    unregisterRecordClass('Point');
    expect(() => requireClasses(checkpoint)).toThrow(/RECORD_CLASS_UNKNOWN: .*'Point' \(version 2\)/);
    // Whether every byte is there can be seen without them.
    verifyCheckpoint(fs, checkpoint);
    expect(() => rowsOf(openCheckpointPart(fs, checkpoint, 1).batches())).toThrow(/RECORD_CLASS_UNKNOWN/);
    expect(fs.openHandles).toBe(0);
  });
});
