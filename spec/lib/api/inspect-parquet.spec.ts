import { describe, expect, it } from 'vitest';
import { inspectParquet } from '../../../lib/api/inspect-parquet.ts';
import { indexedParquet } from '../../support/indexed-parquet.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { writeFile } from '../../support/write-file.ts';

describe('inspectParquet', () => {
  it('describes a file, and closes it', () => {
    const fileSystem = new MemoryFileSystem();
    writeFile(
      fileSystem,
      '/a',
      indexedParquet([{ name: 'x', type: 'INT32', values: [1] }], { rowGroupRows: 1, pageRows: [1] }),
    );
    expect(inspectParquet('/a', { fileSystem }).rowCount).toBe(1);
    writeFile(fileSystem, '/b', 'x');
    expect(() => inspectParquet('/b', { fileSystem })).toThrow(/PARQUET_CORRUPT/);
    expect(() => inspectParquet('/c', { fileSystem })).toThrow(/FILE_NOT_FOUND/);
    fileSystem.makeDirectory('/d');
    expect(() => inspectParquet('/d', { fileSystem })).toThrow(/INPUT_NOT_A_FILE/);
    expect(() => inspectParquet('')).toThrow(/INVALID_ARGUMENT/);
    expect(fileSystem.openHandles).toBe(0);
  });
});
