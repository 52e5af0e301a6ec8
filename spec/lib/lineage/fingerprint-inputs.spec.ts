import { describe, expect, it } from 'vitest';
import { DEFAULT_JSON_SETTINGS } from '../../../formats/jsonl/json-settings.ts';
import { nodeOf } from '../../../lib/api/rdd.ts';
import { filesOf, InputIdentifier, identityOfInput } from '../../../lib/lineage/fingerprint-inputs.ts';
import { JsonScanNode } from '../../../lib/lineage/nodes/json-scan-node.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { origin } from '../../support/scan-task.ts';
import { writeFile } from '../../support/write-file.ts';
import { FingerprintBench } from './support/fingerprint-bench.ts';

const statOf = (fs: FileSystem, path: string) => {
  const found = fs.stat(path);
  return { path, sizeBytes: found?.sizeBytes ?? -1, modifiedMs: found?.modifiedMs ?? -1 };
};

describe('filesOf', () => {
  it('gives each file once, however many splits it has, and a file that was named twice twice', () => {
    const bench = new FingerprintBench();
    bench.write('/data/a', 'a'.repeat(100));
    bench.write('/data/b', 'b'.repeat(100));
    const node = nodeOf(bench.lines(['/data/a', '/data/b', '/data/a'], 9));
    expect(node.partitions.length).toBeGreaterThan(6);
    expect(filesOf(node).map(({ path }) => path)).toEqual(['/data/a', '/data/b', '/data/a']);
  });

  it('gives the files of partitions that hold pieces of several', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a', '{"n":1}\n');
    writeFile(fs, '/in/b', Buffer.concat([Buffer.from('{"n":2}\n'), Buffer.alloc(10 * 1024 * 1024, '\n')]));
    const options = { path: '/in', minPartitions: 3, settings: DEFAULT_JSON_SETTINGS };
    const node = new JsonScanNode(origin(), fs, options);
    expect(node.partitions.length).toBeGreaterThan(1);
    expect(filesOf(node).map(({ path }) => path)).toEqual(['/in/a', '/in/b']);
  });
});

describe('an input', () => {
  it('is known by its content without its folder and its time, where that is wished', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/a/x.csv', 'one');
    writeFile(fs, '/b/x.csv', 'one');
    writeFile(fs, '/b/y.csv', 'one');
    const identifier = new InputIdentifier(fs, 'content');
    const [first, second, third] = ['/a/x.csv', '/b/x.csv', '/b/y.csv'].map((path) =>
      identityOfInput(identifier.identify(statOf(fs, path))),
    );
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
  });

  it('is read once as long as it does not change', () => {
    const inner = new MemoryFileSystem();
    writeFile(inner, '/a', 'x'.repeat(3_000_000));
    const fs = new RecordingFileSystem(inner);
    const identifier = new InputIdentifier(fs, 'content');
    const first = identifier.identify(statOf(inner, '/a'));
    const reads = fs.countOf('read');
    expect(identifier.identify(statOf(inner, '/a'))).toEqual(first);
    expect(reads).toBeGreaterThan(1);
    expect(fs.countOf('read')).toBe(reads);
    writeFile(inner, '/a', `y${'x'.repeat(2_999_999)}`);
    expect(identifier.again(first)?.content).not.toBe(first.content);
  });

  it('that became shorter, or is gone, is told', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/a', 'one');
    const planned = { ...statOf(fs, '/a'), sizeBytes: 5 };
    expect(() => new InputIdentifier(fs, 'content').identify(planned)).toThrow(/INPUT_CHANGED/);
    const identifier = new InputIdentifier(fs, 'stat');
    const known = identifier.identify(statOf(fs, '/a'));
    expect(identifier.again(known)).toEqual(known);
    fs.removeFile('/a');
    expect(identifier.again(known)).toBe(undefined);
  });

  it('of no bytes has an identity', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/empty', '');
    expect(new InputIdentifier(fs, 'content').identify(statOf(fs, '/empty')).content).toMatch(/^e3b0c442/);
  });
});
