/** A checkpoint that an earlier release wrote opens, and holds what it held then. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCompression } from '../../../formats/bytes/compression.ts';
import { registerRecordClass, unregisterRecordClass } from '../../../formats/record/record-class.ts';
import {
  openCheckpoint,
  openCheckpointPart,
  requireClasses,
  verifyCheckpoint,
} from '../../../storage/checkpoint/open-checkpoint.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { exampleDescription } from './example-checkpoint.ts';
import { FROZEN_CODECS, FROZEN_PARTITIONS, FROZEN_POINT } from './frozen-records.ts';

const V1 = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'storage', 'checkpoint', 'v1');

describe('a checkpoint of version 1', () => {
  beforeAll(() => initCompression());

  it('is what its manifest says, every byte of it', () => {
    const checkpoint = openCheckpoint(nodeFileSystem, V1);
    verifyCheckpoint(nodeFileSystem, checkpoint);
    expect(checkpoint.manifest).toMatchObject({
      ...exampleDescription(),
      ...{ owner: 'f00d', partitionCount: 5, classes: [{ name: 'FrozenPoint', version: 3 }] },
    });
    expect(checkpoint.parts.map(({ codec }) => codec)).toEqual(FROZEN_CODECS);
    expect(checkpoint.parts.map(({ rows }) => rows)).toEqual(FROZEN_PARTITIONS.map((batches) => batches.flat().length));
    expect(checkpoint.foreign).toEqual([]);
  });

  it('holds the records that were written', () => {
    registerRecordClass(FROZEN_POINT);
    try {
      const checkpoint = openCheckpoint(nodeFileSystem, V1);
      requireClasses(checkpoint);
      for (const [partition, batches] of FROZEN_PARTITIONS.entries()) {
        const found = rowsOf(openCheckpointPart(nodeFileSystem, checkpoint, partition).batches());
        expect(found).toStrictEqual(batches.flat());
      }
    } finally {
      unregisterRecordClass('FrozenPoint');
    }
  });

  it('of which a file is of a later version is refused, and says which', () => {
    using home = temporaryDirectory();
    cpSync(V1, join(home.path, 'copy'), { recursive: true });
    const path = join(home.path, 'copy', '_manifest');
    // Damage to the version is damage, as long as the checksum is the old one.
    writeFileSync(path, readFileSync(path, 'latin1').replace('"version":1', '"version":9'));
    expect(() => openCheckpoint(nodeFileSystem, join(home.path, 'copy'))).toThrow(/CORRUPT_FILE: .*_manifest/);
  });
});
