import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeId, runId } from '../../../lib/base/ids.ts';
import { removeCheckpoint } from '../../../storage/checkpoint/remove-checkpoint.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { CheckpointCatalog, type CheckpointStart } from '../../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase, type MetadataDatabaseOptions } from '../../../storage/metadata/database.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { examplePlace, PARTITIONS, readCheckpoint, writeCheckpoint } from '../checkpoint/example-checkpoint.ts';
import { ScratchDirectory, tickingClock } from './example-run.ts';

class CatalogOfSpec implements Disposable {
  readonly scratch = new ScratchDirectory();
  readonly database: MetadataDatabase;
  readonly catalog: CheckpointCatalog;
  readonly trace: string[] = [];

  constructor(options: MetadataDatabaseOptions = {}) {
    const trace = (sql: string) => void this.trace.push(sql);
    this.database = MetadataDatabase.open(this.scratch.database, { clock: tickingClock(), trace, ...options });
    this.catalog = new CheckpointCatalog(this.database);
    this.trace.length = 0;
  }

  directoryOf(dataset: number): string {
    return join(this.scratch.path, 'data', 'checkpoints', 'c1', `rdd-${dataset}`);
  }

  start(dataset: number, overrides: Partial<CheckpointStart> = {}): CheckpointStart {
    return {
      ...{ run: runId('aaaa0001'), node: nodeId(7), name: 'ratings', fingerprint: 'f00d', owner: 'f00d' },
      ...{ partitionCount: 3, partitioner: 'HashPartitioner(3)', directory: this.directoryOf(dataset) },
      ...overrides,
    };
  }

  /** Begins, writes and commits. */
  write(dataset: number, overrides: Partial<CheckpointStart> = {}): number {
    const start = this.start(dataset, overrides);
    const key = this.catalog.recordBegin(start);
    const { directory, owner, name, fingerprint, run } = start;
    const committed = writeCheckpoint(nodeFileSystem, examplePlace({ directory, owner }), PARTITIONS, {
      description: { name, fingerprint, run },
    });
    this.catalog.recordCommit(key, committed);
    return key;
  }

  [Symbol.dispose](): void {
    this.database.close();
    this.scratch[Symbol.dispose]();
  }
}

describe('the catalog', () => {
  it('finds a checkpoint from its commit on, with its parts', () => {
    using spec = new CatalogOfSpec();
    const { catalog } = spec;
    const key = catalog.recordBegin(spec.start(7));
    expect(catalog.find(key)).toMatchObject({ state: 'writing', rowCount: 0, committedAtMs: null });
    expect(catalog.findByFingerprint('f00d')).toBeUndefined();
    expect(catalog.fingerprints()).toEqual([]);
    expect(catalog.findByName('ratings')).toBeUndefined();
    const committed = writeCheckpoint(nodeFileSystem, examplePlace({ directory: spec.directoryOf(7) }));
    catalog.recordCommit(key, committed, 98_765);
    const entry = catalog.findByFingerprint('f00d');
    expect(entry).toEqual({
      ...{ checkpoint: 1, run: 'aaaa0001', node: 7, name: 'ratings', fingerprint: 'f00d', owner: 'f00d' },
      ...{ path: 'checkpoints/c1/rdd-7', directory: spec.directoryOf(7), state: 'complete', reason: null },
      ...{ partitionCount: 3, rowCount: 4, totalBytes: committed.manifest.bytes, partitioner: 'HashPartitioner(3)' },
      ...{ formatVersion: 1, createdAtMs: 1_000_000, committedAtMs: 1_001_000, elapsedMs: 98_765 },
    });
    expect(catalog.findByName('ratings')).toEqual(entry);
    expect(catalog.partsOf(key)).toEqual(
      committed.manifest.parts.map(({ rows, ...part }) => ({ checkpoint: 1, ...part, rowCount: rows })),
    );
  });

  it('gives the newest of several, and never one that is lost', () => {
    using spec = new CatalogOfSpec();
    const { catalog } = spec;
    const [one, two] = [spec.write(1), spec.write(2)];
    spec.write(3, { fingerprint: null, owner: 'random', name: null });
    expect(catalog.findByFingerprint('f00d')?.checkpoint).toBe(two);
    expect(catalog.fingerprints()).toEqual(['f00d']);
    catalog.recordLost(two, 'the disk is gone');
    expect(catalog.find(two)).toMatchObject({ state: 'lost', reason: 'the disk is gone' });
    expect(catalog.findByFingerprint('f00d')?.checkpoint).toBe(one);
    expect(catalog.findByName('ratings')?.checkpoint).toBe(one);
    expect(catalog.list().map(({ state }) => state)).toEqual(['complete', 'lost', 'complete']);
    expect(catalog.list('lost').map(({ checkpoint }) => checkpoint)).toEqual([two]);
    expect(catalog.findByFingerprint('beef')).toBeUndefined();
  });

  it('finds names of any text', () => {
    using spec = new CatalogOfSpec();
    for (const [i, name] of ['', 'ü 😀', "'; DROP TABLE checkpoints --", '__proto__', '\ud800'].entries()) {
      const key = spec.write(i, { name });
      expect(spec.catalog.findByName(name)?.checkpoint, JSON.stringify(name)).toBe(key);
    }
  });

  it('keeps paths below the data directory relative, so that it can be moved, and others absolute', () => {
    using spec = new CatalogOfSpec();
    const outside = join(spec.scratch.path, 'elsewhere', 'c', 'rdd-1');
    const beside = join(spec.scratch.path, 'data-2', 'rdd-1');
    for (const [directory, path] of [
      [spec.directoryOf(1), 'checkpoints/c1/rdd-1'],
      [outside, outside],
      [beside, beside],
    ] as const) {
      const key = spec.catalog.recordBegin(spec.start(0, { directory }));
      expect(spec.catalog.find(key)).toMatchObject({ path, directory });
    }
  });

  it('names a directory once', () => {
    using spec = new CatalogOfSpec();
    spec.write(1);
    expect(() => spec.catalog.recordBegin(spec.start(1))).toThrow(/FILE_EXISTS/);
    expect(spec.catalog.list()).toHaveLength(1);
  });

  it('commits what was begun, once, and where it was begun', () => {
    using spec = new CatalogOfSpec();
    const committed = writeCheckpoint(nodeFileSystem, examplePlace({ directory: spec.directoryOf(1) }));
    expect(() => spec.catalog.recordCommit(9, committed)).toThrow(/INTERNAL: .*checkpoint 9 is not there/);
    const other = spec.catalog.recordBegin(spec.start(2));
    expect(() => spec.catalog.recordCommit(other, committed)).toThrow(/INTERNAL/);
    const key = spec.catalog.recordBegin(spec.start(1));
    spec.catalog.recordCommit(key, committed);
    expect(() => spec.catalog.recordCommit(key, committed)).toThrow(/INTERNAL: .*is complete/);
    expect(spec.catalog.partsOf(key)).toHaveLength(3);
  });

  it('says that it is removing before a file goes, and forgets after the last went', () => {
    using spec = new CatalogOfSpec();
    const key = spec.write(1);
    const states: unknown[] = [];
    const watching = new FaultyFileSystem(nodeFileSystem);
    for (let call = 1; call < 40; call++) watching.beforeCall(call, () => states.push(spec.catalog.find(key)?.state));
    const { removedFiles } = spec.catalog.remove(watching, key);
    expect(removedFiles).toBe(4);
    expect(new Set(states)).toEqual(new Set(['removing']));
    expect(spec.catalog.list()).toEqual([]);
    expect(spec.catalog.partsOf(key)).toEqual([]);
    expect(spec.catalog.remove(nodeFileSystem, key)).toEqual({ removedFiles: 0, removedBytes: 0, foreign: [] });
    expect(readdirSync(join(spec.scratch.path, 'data', 'checkpoints', 'c1'))).toEqual([]);
  });

  it('does not find a checkpoint whose removal failed half-way, and ends it when it is asked again', () => {
    using spec = new CatalogOfSpec();
    const key = spec.write(1);
    const broken = new FaultyFileSystem(nodeFileSystem, { at: 3, calls: ['removeFile'], errno: 'EIO' });
    expect(() => spec.catalog.remove(broken, key)).toThrow(/IO_ERROR/);
    expect(spec.catalog.findByFingerprint('f00d')).toBeUndefined();
    expect(spec.catalog.find(key)?.state).toBe('removing');
    spec.catalog.remove(broken.recover(), key);
    expect(spec.catalog.list()).toEqual([]);
  });

  it('holds what it held when the database cannot be written', () => {
    using spec = new CatalogOfSpec();
    const key = spec.write(1);
    mkdirSync(spec.directoryOf(2), { recursive: true });
    using reader = MetadataDatabase.open(spec.scratch.database, { readOnly: true });
    const readOnly = new CheckpointCatalog(reader);
    expect(readOnly.findByName('ratings')?.directory).toBe(spec.directoryOf(1));
    expect(() => readOnly.recordBegin(spec.start(2))).toThrow(/PERMISSION_DENIED/);
    expect(() => readOnly.remove(nodeFileSystem, key)).toThrow(/PERMISSION_DENIED/);
    expect(readCheckpoint(nodeFileSystem, spec.directoryOf(1))).toEqual(PARTITIONS);
    removeCheckpoint(nodeFileSystem, spec.directoryOf(1));
  });
});

describe('what must outlive a power cut', () => {
  /** The transactions of a trace, each with the setting it was committed under. */
  function committed(trace: readonly string[]): string[] {
    let setting = 'NORMAL';
    const settings: string[] = [];
    for (const sql of trace) {
      setting = /^PRAGMA synchronous = (\w+)/i.exec(sql)?.[1] ?? setting;
      if (sql === 'COMMIT') settings.push(setting);
    }
    return settings;
  }

  it('is committed with synchronous=FULL: begin, commit and the beginning of a removal', () => {
    using spec = new CatalogOfSpec();
    const key = spec.write(1);
    expect(committed(spec.trace)).toEqual(['FULL', 'FULL']);
    spec.trace.length = 0;
    spec.catalog.remove(nodeFileSystem, key);
    expect(committed(spec.trace)).toEqual(['FULL', 'NORMAL']);
    expect(spec.database.get('PRAGMA synchronous')).toEqual({ synchronous: 1 });
  });
});
