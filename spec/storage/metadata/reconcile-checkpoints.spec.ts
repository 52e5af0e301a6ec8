import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeId, runId } from '../../../lib/base/ids.ts';
import { beginCheckpoint } from '../../../storage/checkpoint/commit.ts';
import { CheckpointPartWriter } from '../../../storage/checkpoint/part-writer.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { CheckpointCatalog } from '../../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import {
  type ReconcileOptions,
  type ReconcileReport,
  reconcileCheckpoints,
} from '../../../storage/metadata/reconcile-checkpoints.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { examplePlace, PARTITIONS, readCheckpoint, writeCheckpoint } from '../checkpoint/example-checkpoint.ts';
import { tickingClock } from './example-run.ts';

const NOTHING: ReconcileReport = { kept: [], lost: [], found: [], removed: [], failures: [] };

/** A data directory with a catalog and checkpoints in it. */
class DataDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'cairn-reconcile-'));
  readonly database = MetadataDatabase.open(join(this.path, 'cairn.sqlite'), { clock: tickingClock() });
  readonly catalog = new CheckpointCatalog(this.database);
  readonly checkpoints = join(this.path, 'checkpoints');

  directoryOf(dataset: number): string {
    return join(this.checkpoints, 'c1', `rdd-${dataset}`);
  }

  begin(dataset: number, run = 'aaaa0001'): number {
    return this.catalog.recordBegin({
      ...{ run: runId(run), node: nodeId(7), name: null, fingerprint: `f${dataset}`, owner: `f${dataset}` },
      ...{ partitionCount: 3, partitioner: null, directory: this.directoryOf(dataset) },
    });
  }

  writeFiles(dataset: number, run = 'aaaa0001'): ReturnType<typeof writeCheckpoint> {
    const place = examplePlace({ directory: this.directoryOf(dataset), owner: `f${dataset}` });
    return writeCheckpoint(nodeFileSystem, place, PARTITIONS, {
      description: { name: null, fingerprint: `f${dataset}`, run },
    });
  }

  write(dataset: number): number {
    const key = this.begin(dataset);
    this.catalog.recordCommit(key, this.writeFiles(dataset));
    return key;
  }

  reconcile(options: Partial<ReconcileOptions> = {}): ReconcileReport {
    return reconcileCheckpoints(this.catalog, { fileSystem: nodeFileSystem, isLive: () => false, ...options });
  }

  stateOf(key: number): string {
    return this.catalog.find(key)?.state ?? 'no row';
  }

  [Symbol.dispose](): void {
    this.database.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}

function flipLastByteOf(path: string, fromEnd: number): void {
  const bytes = readFileSync(path);
  const at = bytes.length - fromEnd;
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
}

describe('a complete row', () => {
  it('stays when everything is there', () => {
    using data = new DataDirectory();
    data.write(1);
    expect(data.reconcile({ everyByte: true })).toEqual({ ...NOTHING, kept: [data.directoryOf(1)] });
  });

  it.each<readonly [what: string, reason: RegExp, change: (data: DataDirectory) => void]>([
    ['the directory is gone', /nothing is there/, (data) => rmSync(data.directoryOf(1), { recursive: true })],
    ['the manifest is gone', /no manifest/, (data) => rmSync(join(data.directoryOf(1), '_manifest'))],
    ['a part is gone', /part-00002 .*no file/, (data) => rmSync(join(data.directoryOf(1), 'part-00002'))],
    ['a part is cut', /part-00000 .*bytes/, (data) => writeFileSync(join(data.directoryOf(1), 'part-00000'), '')],
    [
      'the manifest is damaged',
      /_manifest .*checksum/,
      (data) => flipLastByteOf(join(data.directoryOf(1), '_manifest'), 60),
    ],
    [
      'another checkpoint lies in its place',
      /owner f1, found f2/,
      (data) => {
        data.write(2);
        rmSync(data.directoryOf(1), { recursive: true });
        renameSync(data.directoryOf(2), data.directoryOf(1));
      },
    ],
    [
      'the same dataset was written again in its place, with other bytes',
      /part 0: bytes/,
      (data) => {
        rmSync(data.directoryOf(1), { recursive: true });
        const place = examplePlace({ directory: data.directoryOf(1), owner: 'f1' });
        writeCheckpoint(nodeFileSystem, place, [[1], [], []], { description: { name: null, fingerprint: 'f1' } });
      },
    ],
  ])('is lost when %s', (_, reason, change) => {
    using data = new DataDirectory();
    const key = data.write(1);
    change(data);
    const report = data.reconcile();
    expect(report.lost.map(({ directory }) => directory)).toContain(data.directoryOf(1));
    expect(report.lost[0]?.reason).toMatch(reason);
    expect(data.catalog.find(key)).toMatchObject({ state: 'lost', reason: expect.stringMatching(reason) });
    expect(data.catalog.findByFingerprint('f1')).toBeUndefined();
    // A lost row is not looked at again, and its files are left to whoever removes it.
    expect(data.reconcile().lost).toEqual([]);
    data.catalog.remove(nodeFileSystem, key);
    expect(data.stateOf(key)).toBe('no row');
  });

  it('is lost by a flipped bit when every byte is read, and found again when that was put right', () => {
    using data = new DataDirectory();
    const key = data.write(1);
    const part = join(data.directoryOf(1), 'part-00000');
    flipLastByteOf(part, 80);
    expect(data.reconcile().kept).toHaveLength(1);
    expect(data.reconcile({ everyByte: true }).lost).toHaveLength(1);
    expect(data.reconcile({ everyByte: true })).toEqual(NOTHING);
    expect(data.stateOf(key)).toBe('lost');
    flipLastByteOf(part, 80);
    expect(data.reconcile({ everyByte: true }).found).toEqual([data.directoryOf(1)]);
    expect(data.stateOf(key)).toBe('complete');
    expect(data.catalog.find(key)?.reason).toBeNull();
  });

  it('stays when the files cannot be looked at now', () => {
    for (const errno of ['EACCES', 'EMFILE', 'EIO']) {
      using data = new DataDirectory();
      const key = data.write(1);
      const broken = new FaultyFileSystem(nodeFileSystem, { at: 1, forever: true, errno });
      const report = data.reconcile({ fileSystem: broken });
      expect(report.failures.map(({ directory }) => directory)).toEqual([data.directoryOf(1)]);
      expect(data.stateOf(key)).toBe('complete');
      expect(data.reconcile().kept).toHaveLength(1);
    }
  });

  it('of a later release stays, and is not read', () => {
    using data = new DataDirectory();
    const key = data.write(1);
    const path = join(data.directoryOf(1), '_manifest');
    const later = readFileSync(path, 'latin1')
      .replace('"version":1', '"version":2')
      .split('\n')
      .slice(0, -2)
      .join('\n');
    writeFileSync(path, sealed(`${later}\n`));
    expect(data.reconcile().failures[0]?.reason).toMatch(/format version 2/);
    expect(data.stateOf(key)).toBe('complete');
  });
});

describe('a row of a dead run', () => {
  it('that was writing goes, with what it wrote', () => {
    for (const begun of [false, true]) {
      using data = new DataDirectory();
      const key = data.begin(1);
      if (begun) {
        const place = beginCheckpoint(nodeFileSystem, examplePlace({ directory: data.directoryOf(1), owner: 'f1' }));
        const writer = (partition: number) =>
          new CheckpointPartWriter({ fileSystem: nodeFileSystem, place, partition, attempt: partition, codec: 'none' });
        writer(0).commit();
        writeFileSync(join(data.directoryOf(1), '.part-00001-attempt-9'), 'half');
      }
      expect(data.reconcile({ isLive: (run) => run === 'aaaa0001' })).toEqual(NOTHING);
      expect(data.stateOf(key)).toBe('writing');
      expect(data.reconcile().removed).toEqual([data.directoryOf(1)]);
      expect(data.stateOf(key)).toBe('no row');
      expect(nodeFileSystem.stat(data.directoryOf(1))).toBeUndefined();
    }
  });

  it('that had written everything but its row is completed', () => {
    using data = new DataDirectory();
    const key = data.begin(1);
    data.writeFiles(1);
    expect(data.reconcile().found).toEqual([data.directoryOf(1)]);
    expect(data.catalog.find(key)).toMatchObject({ state: 'complete', rowCount: 4 });
    expect(data.catalog.partsOf(key)).toHaveLength(3);
    expect(data.reconcile({ everyByte: true }).kept).toEqual([data.directoryOf(1)]);
    expect(readCheckpoint(nodeFileSystem, data.directoryOf(1))).toEqual(PARTITIONS);
  });

  it('is completed only when the name of its manifest is durable', () => {
    using data = new DataDirectory();
    const key = data.begin(1);
    data.writeFiles(1);
    const states: string[] = [];
    const recording = new RecordingFileSystem(nodeFileSystem, { base: data.directoryOf(1) });
    const watched: FileSystem = Object.create(recording, {
      syncDirectory: {
        value: (path: string) => {
          states.push(data.stateOf(key));
          recording.syncDirectory(path);
        },
      },
    });
    for (const name of ['stat', 'list', 'readFile', 'open'] as const) {
      Object.defineProperty(watched, name, { value: recording[name].bind(recording) });
    }
    expect(data.reconcile({ fileSystem: watched }).found).toHaveLength(1);
    expect(recording.lines.at(-1)).toBe('syncDirectory .');
    expect(states).toEqual(['writing']);
  });

  it('that had written something else there is not', () => {
    using data = new DataDirectory();
    data.begin(1);
    data.writeFiles(1, 'bbbb0002');
    expect(data.reconcile().removed).toEqual([data.directoryOf(1)]);
  });

  it('that was removing ends its removal', () => {
    using data = new DataDirectory();
    const key = data.write(1);
    const broken = new FaultyFileSystem(nodeFileSystem, { at: 3, calls: ['removeFile'], errno: 'EIO', forever: true });
    expect(() => data.catalog.remove(broken, key)).toThrow();
    expect(data.reconcile({ fileSystem: broken }).failures).toHaveLength(1);
    expect(data.reconcile().removed).toEqual([data.directoryOf(1)]);
    expect(data.stateOf(key)).toBe('no row');
  });
});

describe('files that no row names', () => {
  it('are removed where nobody else writes, and left alone elsewhere', () => {
    using data = new DataDirectory();
    data.write(1);
    data.writeFiles(2);
    mkdirSync(join(data.checkpoints, 'c1', 'rdd-3'));
    writeFileSync(join(data.checkpoints, 'c1', 'rdd-3', 'part-00000'), 'half');
    mkdirSync(join(data.checkpoints, 'mine', 'sub'), { recursive: true });
    writeFileSync(join(data.checkpoints, 'rdd-9'), 'a file');
    symlinkSync(data.directoryOf(1), join(data.checkpoints, 'c1', 'rdd-4'));
    expect(data.reconcile().removed).toEqual([]);
    expect(data.reconcile({ ownedDirectories: [join(data.path, 'none')] }).removed).toEqual([]);
    const report = data.reconcile({ ownedDirectories: [data.checkpoints] });
    expect(report.removed).toEqual([data.directoryOf(2), data.directoryOf(3)]);
    expect(readCheckpoint(nodeFileSystem, data.directoryOf(1))).toEqual(PARTITIONS);
    for (const kept of ['mine/sub', 'rdd-9', 'c1/rdd-4']) {
      expect(nodeFileSystem.stat(join(data.checkpoints, kept)), kept).toBeDefined();
    }
  });
});

/** Writes, or removes, with its rows, on a disk that is gone from the n-th call on: what `kill -9` there leaves. */
function killedAt(call: number, data: DataDirectory, work: 'write' | 'remove'): boolean {
  const dying = new FaultyFileSystem(nodeFileSystem).cutPowerAt(call);
  try {
    if (work === 'remove') {
      data.catalog.remove(dying, data.write(call));
    } else {
      const key = data.begin(call);
      const place = examplePlace({ directory: data.directoryOf(call), owner: `f${call}` });
      const description = { name: null, fingerprint: `f${call}` };
      data.catalog.recordCommit(key, writeCheckpoint(dying, place, PARTITIONS, { description }));
    }
    return true;
  } catch {
    return false;
  }
}

describe('killed at any call', () => {
  it.each(['write', 'remove'] as const)('a session leaves a checkpoint that is whole or none: %s', (work) => {
    using data = new DataDirectory();
    const options = { everyByte: true, ownedDirectories: [data.checkpoints] };
    let [whole, none] = [0, 0];
    for (let call = 1; ; call++) {
      const isDone = killedAt(call, data, work);
      const directory = data.directoryOf(call);
      // Never found before it is complete, nor while it is being removed.
      const isFound = data.catalog.findByFingerprint(`f${call}`) !== undefined;
      expect(isFound, `call ${call}`).toBe(work === 'write' && isDone);
      expect(data.reconcile(options).failures).toEqual([]);
      const found = data.catalog.findByFingerprint(`f${call}`);
      if (found === undefined) {
        none++;
        expect(nodeFileSystem.stat(directory), `call ${call}`).toBeUndefined();
      } else {
        whole++;
        expect(readCheckpoint(nodeFileSystem, directory), `call ${call}`).toEqual(PARTITIONS);
      }
      // A second look finds nothing left to do.
      expect(data.reconcile(options)).toEqual({ ...NOTHING, kept: found === undefined ? [] : [directory] });
      if (found !== undefined) data.catalog.remove(nodeFileSystem, found.checkpoint);
      expect(data.catalog.list()).toEqual([]);
      if (isDone) break;
    }
    expect(none).toBeGreaterThan(10);
    // Of what is written, the last call only syncs the name that is there already: then the row is completed.
    expect(whole).toBe(work === 'write' ? 2 : 0);
  });
});

it('either side missing at random, what is left agrees and is whole', () => {
  using data = new DataDirectory();
  for (let seed = 0; seed < 40; seed++) {
    const random = seededRandom(seed);
    const datasets = [1, 2, 3].map((n) => seed * 10 + n);
    const keys = datasets.map((dataset) => data.write(dataset));
    for (const [i, dataset] of datasets.entries()) {
      if (random() < 0.4) {
        const names = ['_manifest', 'part-00000', 'part-00001', 'part-00002'];
        rmSync(join(data.directoryOf(dataset), names[Math.floor(random() * names.length)] as string));
      }
      if (random() < 0.3) data.database.run('DELETE FROM checkpoints WHERE checkpoint = ?', keys[i] as number);
    }
    expect(data.reconcile({ ownedDirectories: [data.checkpoints] }).failures).toEqual([]);
    for (const { directory, state } of data.catalog.list()) {
      const read = () => readCheckpoint(nodeFileSystem, directory);
      if (state === 'complete') expect(read(), `seed ${seed}`).toEqual(PARTITIONS);
      else expect(read, `seed ${seed}`).toThrow(/CORRUPT_FILE|CHECKPOINT_NOT_FOUND/);
    }
    const named = data.catalog.list().map(({ directory }) => directory);
    for (const directory of datasets.map((dataset) => data.directoryOf(dataset))) {
      if (!named.includes(directory)) expect(nodeFileSystem.stat(directory), `seed ${seed}`).toBeUndefined();
    }
    for (const { checkpoint } of data.catalog.list()) data.catalog.remove(nodeFileSystem, checkpoint);
    expect(nodeFileSystem.list(join(data.checkpoints, 'c1'))).toEqual([]);
  }
  expect(data.database.findDamage()).toEqual([]);
});

/** A manifest's lines with the last one made right. */
function sealed(body: string): string {
  let sum = 0xffff_ffff;
  for (const byte of Buffer.from(body, 'latin1')) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb8_8320 : sum >>> 1;
  }
  return `${body}{"crc32":"${(~sum >>> 0).toString(16).padStart(8, '0')}"}\n`;
}
