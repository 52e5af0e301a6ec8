import { describe, expect, it } from 'vitest';
import { inspectArrow } from '../../../lib/api/inspect-arrow.ts';
import { sampleBytes } from '../../support/arrow-samples.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { writeFile } from '../../support/write-file.ts';

describe('inspectArrow', () => {
  it('describes a file, and closes it', () => {
    const fileSystem = new MemoryFileSystem();
    writeFile(fileSystem, '/a', sampleBytes('file'));
    expect(inspectArrow('/a', { fileSystem }).batches).toHaveLength(1);
    writeFile(fileSystem, '/b', 'x'.repeat(100));
    expect(() => inspectArrow('/b', { fileSystem })).toThrow(/ARROW_CORRUPT/);
    expect(() => inspectArrow('/c', { fileSystem })).toThrow(/FILE_NOT_FOUND/);
    fileSystem.makeDirectory('/d');
    expect(() => inspectArrow('/d', { fileSystem })).toThrow(/INPUT_NOT_A_FILE/);
    expect(() => inspectArrow('')).toThrow(/INVALID_ARGUMENT/);
    expect(fileSystem.openHandles).toBe(0);
  });
});
