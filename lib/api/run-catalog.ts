import { join, resolve } from 'node:path';
import { findDirectoryOwner } from '../../storage/fs/directory-lock.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { type ProcessIdentity, type ProcessTable, systemProcesses } from '../../storage/fs/process-identity.ts';
import type { ConsumerUse } from '../../storage/memory/consumer-use.ts';
import { CheckpointCatalog, type CheckpointEntry } from '../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import type {
  BlockRow,
  JobRow,
  MapOutputRow,
  ReuseDecisionRow,
  RunRow,
  ShuffleRow,
  TaskRow,
} from '../../storage/metadata/rows.ts';
import { type LineageGraph, RunReader, type StageWithParents } from '../../storage/metadata/run-reader.ts';
import { CairnError } from '../base/errors.ts';
import { jobId, nodeId, shuffleId, stageId } from '../base/ids.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { type StageSpread, spreadOf } from '../events/stage-spread.ts';
import { DATABASE_FILE } from './session-storage.ts';
import { findEntry } from './stored-checkpoints.ts';

/** What specs replace. */
export interface CatalogParts {
  readonly fileSystem?: FileSystem;
  readonly processes?: ProcessTable;
}

/**
 * The runs of a data directory, to read: while a session is writing there, after it, and after it was killed. What is
 * given is what was so at the last commit. A `run` is the id of a run, the beginning of one that is unique, or `last`;
 * where it is left out, the last one is meant. Methods raise RUN_NOT_FOUND and RUN_AMBIGUOUS for it.
 *
 * ```ts
 * using catalog = openCatalog('.cairn');
 * for (const stage of catalog.stages()) console.log(stage.name, stage.completedAtMs - stage.submittedAtMs);
 * ```
 */
export class Catalog implements Disposable {
  /** The data directory, absolute. */
  readonly directory: string;
  readonly #database: MetadataDatabase;
  readonly #reader: RunReader;
  readonly #checkpoints: CheckpointCatalog;
  readonly #fileSystem: FileSystem;
  readonly #processes: ProcessTable | undefined;

  /** Use `openCatalog`. */
  constructor(directory: string, parts: CatalogParts) {
    this.directory = resolve(directory);
    this.#fileSystem = parts.fileSystem ?? nodeFileSystem;
    this.#processes = parts.processes;
    this.#database = openDatabase(this.directory, this.#fileSystem);
    this.#reader = new RunReader(this.#database);
    this.#checkpoints = new CheckpointCatalog(this.#database);
  }

  /** Every run, the newest first. One whose process is gone is `killed`, be it marked so yet or not. */
  runs(): readonly RunRow[] {
    const rows = this.#reader.listRuns();
    if (!rows.some(({ state }) => state === 'running')) return rows;
    const owner = this.#liveOwner();
    // Read again: a session ends its run before it gives up the directory, so that these are not out of step.
    return this.#reader.listRuns().map((row) => (isAbandoned(row, owner) ? { ...row, state: 'killed' } : row));
  }

  /** One run. */
  run(run = 'last'): RunRow {
    const { run: id } = this.#reader.findRun(run);
    return this.runs().find((row) => row.run === id) ?? this.#reader.findRun(run);
  }

  /** The jobs of a run, in the order they were submitted; those that a killed run left are `killed`. */
  jobs(run?: string): readonly JobRow[] {
    const id = this.#idOf(run);
    const rows = this.#reader.listJobs(id);
    if (!rows.some(({ state }) => state === 'running') || this.run(id).state === 'running') return rows;
    return this.#reader.listJobs(id).map((row) => (row.state === 'running' ? { ...row, state: 'killed' } : row));
  }

  /** The stages that a job ran, or all jobs of the run, by id and attempt. */
  stages(run?: string, job?: number): readonly StageWithParents[] {
    const id = this.#idOf(run);
    if (job !== undefined) return this.#reader.stagesOf(id, jobId(job));
    return this.#reader.listJobs(id).flatMap((each) => this.#reader.stagesOf(id, each.job));
  }

  /** The tasks of an attempt at a stage, by partition and attempt. */
  tasks(run: string, stage: number, attempt = 0): readonly TaskRow[] {
    return this.#reader.tasksOf(this.#idOf(run), stageId(stage), attempt);
  }

  /** How what the tasks of an attempt that succeeded did was spread over their partitions; all 0 when none did. */
  spread(run: string, stage: number, attempt = 0): StageSpread {
    const tasks = this.tasks(run, stage, attempt).filter(({ state }) => state === 'succeeded');
    return {
      tasks: tasks.length,
      durationMs: spreadOf(tasks, ({ startedAtMs, endedAtMs }) => Math.max(0, endedAtMs - startedAtMs)),
      readBytes: spreadOf(tasks, ({ bytesRead, shuffleReadBytes }) => bytesRead + shuffleReadBytes),
      readRecords: spreadOf(tasks, ({ rowsRead, shuffleReadRecords }) => rowsRead + shuffleReadRecords),
      writtenBytes: spreadOf(tasks, ({ bytesWritten, shuffleWriteBytes }) => bytesWritten + shuffleWriteBytes),
      spilledBytes: spreadOf(tasks, ({ spilledBytes }) => spilledBytes),
      peakMemoryBytes: spreadOf(tasks, ({ peakMemoryBytes }) => peakMemoryBytes ?? 0),
    };
  }

  /** What the parts of a stage's tasks that gather records held at most, any of them, and wrote out; the largest first. */
  consumers(run: string, stage: number, attempt = 0): readonly ConsumerUse[] {
    return this.#reader.consumersOf(this.#idOf(run), stageId(stage), attempt);
  }

  /** The lineage that a job computed, or that a node is computed from; without either, all of the run's. */
  lineage(run?: string, of: { readonly job?: number; readonly node?: number } = {}): LineageGraph {
    return this.#reader.lineageOf(this.#idOf(run), {
      ...(of.job === undefined ? {} : { job: jobId(of.job) }),
      ...(of.node === undefined ? {} : { node: nodeId(of.node) }),
    });
  }

  /** The shuffles of a run. */
  shuffles(run?: string): readonly ShuffleRow[] {
    return this.#reader.shufflesOf(this.#idOf(run));
  }

  /** What each map task wrote for a shuffle. */
  mapOutputs(run: string, shuffle: number): readonly MapOutputRow[] {
    return this.#reader.mapOutputsOf(this.#idOf(run), shuffleId(shuffle));
  }

  /** The stored partitions of a run, or of one dataset. */
  blocks(run?: string, node?: number): readonly BlockRow[] {
    return this.#reader.blocksOf(this.#idOf(run), node === undefined ? undefined : nodeId(node));
  }

  /** What a run found of earlier ones for its checkpoints and shuffles, in the order it decided on it, and why not more. */
  reuse(run?: string): readonly ReuseDecisionRow[] {
    return this.#reader.reuseOf(this.#idOf(run));
  }

  /** Every checkpoint, in any state, the oldest first. Outlives the rows of its run. */
  checkpoints(): readonly CheckpointEntry[] {
    return this.#checkpoints.list();
  }

  /**
   * The checkpoint that is meant by its name, its number or its directory, in this order. Of several with one name it
   * is the newest complete one, or the newest where none is complete. Undefined when there is none.
   */
  checkpoint(reference: string): CheckpointEntry | undefined {
    return findEntry(this.#checkpoints, reference, this.#fileSystem);
  }

  /** Twice does nothing. */
  close(): void {
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #idOf(run = 'last') {
    return this.#reader.findRun(run).run;
  }

  /** Whose runs may be running; `unknown` when the lock cannot be read, which proves nothing against anyone. */
  #liveOwner(): ProcessIdentity | 'unknown' | undefined {
    try {
      const owner = findDirectoryOwner(this.#fileSystem, this.directory, this.#processes ?? systemProcesses());
      return owner === undefined || owner.state === 'dead' ? undefined : owner.record.owner;
    } catch {
      return 'unknown';
    }
  }
}

/**
 * Opens the metadata of a data directory to read it; nothing is written and no session is disturbed. Close it, best
 * with `using`. Raises CATALOG_NOT_FOUND where no session has been, UNSUPPORTED_VERSION for what a newer release wrote,
 * CORRUPT_FILE, PERMISSION_DENIED.
 */
export function openCatalog(directory = '.cairn', parts: CatalogParts = {}): Catalog {
  return new Catalog(directory, parts);
}

driverOnly('catalog', Catalog, openCatalog);

function openDatabase(directory: string, fileSystem: FileSystem): MetadataDatabase {
  try {
    return MetadataDatabase.open(join(directory, DATABASE_FILE), { readOnly: true, fileSystem });
  } catch (error) {
    if (!CairnError.is(error, 'FILE_NOT_FOUND')) throw error;
    throw new CairnError('CATALOG_NOT_FOUND', { directory }, { cause: error });
  }
}

function isAbandoned(row: RunRow, owner: ProcessIdentity | 'unknown' | undefined): boolean {
  if (row.state !== 'running' || owner === 'unknown') return false;
  return (
    owner === undefined || owner.pid !== row.pid || owner.startTime !== row.processStart || owner.bootId !== row.bootId
  );
}
