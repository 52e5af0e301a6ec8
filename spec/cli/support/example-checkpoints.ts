import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../cli/program.ts';
import { nodeId, runId } from '../../../lib/base/ids.ts';
import { beginCheckpoint, commitCheckpoint } from '../../../storage/checkpoint/commit.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { CheckpointCatalog } from '../../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { exampleDescription, PARTITIONS, writePart } from '../../storage/checkpoint/example-checkpoint.ts';
import { FakeIo } from './example-catalog.ts';

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/**
 * A data directory with checkpoints whose times and sizes never change: 1 is an older `ratings`, 2 the newest, 3 was lost, 4 is
 * being written by a run that is gone.
 */
export class ExampleCheckpoints implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'cairn-checkpoints-'));

  constructor() {
    const clock = { nowMs: () => AT_MS, monotonicMs: () => AT_MS };
    using database = MetadataDatabase.open(join(this.directory, 'cairn.sqlite'), { clock });
    const catalog = new CheckpointCatalog(database);
    this.#write(catalog, 3, 'ratings');
    this.#write(catalog, 7, 'ratings');
    catalog.recordLost(this.#write(catalog, 9, null), 'part-00001: expected a part, found no file\u001b[31m');
    this.#begin(catalog, 12, 'later');
  }

  /** Where the checkpoint of dataset `node` lies. */
  path(node: number): string {
    return join(this.directory, 'checkpoints', 'c1', `rdd-${node}`);
  }

  /** A copy of a checkpoint at a place that no catalog knows. */
  copy(node: number): string {
    const path = join(mkdtempSync(join(tmpdir(), 'cairn-copied-')), 'rdd');
    cpSync(this.path(node), path, { recursive: true });
    return path;
  }

  /** Runs `cairn checkpoints` on the data directory, whose path is `<dir>` in what it says. */
  async run(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const io = new FakeIo({ CAIRN_DIR: this.directory });
    const code = await runProgram(['checkpoints', ...args], io);
    const shorten = (text: string) => text.replaceAll(this.directory, '<dir>').replaceAll(process.cwd(), '<cwd>');
    return { code, stdout: shorten(io.stdout), stderr: shorten(io.stderr) };
  }

  #begin(catalog: CheckpointCatalog, node: number, name: string | null): number {
    return catalog.recordBegin({
      ...{ run: runId('aaaa0001'), node: nodeId(node), name, fingerprint: null, owner: 'f00d' },
      ...{ partitionCount: PARTITIONS.length, partitioner: null, directory: this.path(node) },
    });
  }

  #write(catalog: CheckpointCatalog, node: number, name: string | null): number {
    const key = this.#begin(catalog, node, name);
    const place = { directory: this.path(node), owner: 'f00d', partitionCount: PARTITIONS.length };
    const job = beginCheckpoint(nodeFileSystem, place);
    const parts = PARTITIONS.map((rows, partition) => writePart(nodeFileSystem, job, partition, rows));
    const description = exampleDescription({ name, node, createdAtMs: AT_MS });
    catalog.recordCommit(key, commitCheckpoint(nodeFileSystem, job, parts, description));
    return key;
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Changes the byte at `offset`. */
export function damage(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
