/**
 * The driver's side of writing a checkpoint: begin, commit, abort.
 *
 * Order matters: tasks sync their parts before they give them their names; the commit compares every part with what its
 * task reported, and writes and syncs the manifest under a temporary name; then it syncs the directory, which makes the
 * parts' names durable, and those made above it; only then the manifest gets its name, and the directory is synced
 * again. The catalog row comes last, in a transaction that is synced. A crash between any two steps leaves a directory
 * without a manifest, which nobody reads, or a complete checkpoint.
 *
 * When changing this: update fixtures/storage/checkpoint/commit.trace.txt and read the diff line by line; the specs fail
 * every call in turn and cut the power after every prefix of calls.
 */
import { dirname, join, resolve } from 'node:path';
import { CairnError } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { isDamage, reasonOf } from '../block/damage.ts';
import { atomicWrite } from '../fs/atomic-write.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { checkpointPartName, kindOfName, MANIFEST_NAME, MAX_PARTITIONS } from './checkpoint-names.ts';
import type { CheckpointPart, CheckpointPlace } from './checkpoint-part.ts';
import { type CheckpointDescription, type CheckpointManifest, describeCheckpoint, encodeManifest } from './manifest.ts';
import { checkPart } from './part-reader.ts';
import { removeCheckpoint } from './remove-checkpoint.ts';

const MAX_OWNER_UNITS = 1024;

/** A checkpoint that is being written: plain data, for tasks in any thread. */
export interface CheckpointJob extends CheckpointPlace {
  /** Directories that were made above the checkpoint's own, outermost first. */
  readonly madeParents: readonly string[];
}

/** A checkpoint that is complete and durable: what its catalog row is made of. */
export interface CommittedCheckpoint {
  readonly directory: string;
  readonly manifest: CheckpointManifest;
}

/**
 * Makes the directory, with its parents, each readable by its user alone. Raises FILE_EXISTS when something is there:
 * a checkpoint never shares its directory with what an earlier attempt left. The catalog names the directory before
 * this is called, so that what a killed process leaves is found again.
 */
export function beginCheckpoint(fileSystem: FileSystem, place: CheckpointPlace): CheckpointJob {
  const { owner, partitionCount } = place;
  const directory = resolve(place.directory);
  // Catalogs keep it: half a character has no UTF-8, and they cut what is very long.
  invariant(
    owner !== '' && owner.length <= MAX_OWNER_UNITS && !/\p{Surrogate}/u.test(owner),
    'an owner is a short text',
  );
  invariant(partitionCount >= 0 && partitionCount <= MAX_PARTITIONS, `${partitionCount} partitions`);
  if (fileSystem.stat(directory) !== undefined) throw new CairnError('FILE_EXISTS', { path: directory });
  const madeParents: string[] = [];
  for (let at = dirname(directory); dirname(at) !== at; at = dirname(at)) {
    if (fileSystem.stat(at, { follow: true }) !== undefined) break;
    madeParents.unshift(at);
  }
  fileSystem.makeDirectory(directory);
  return { directory, owner, partitionCount, madeParents };
}

/**
 * Publishes the parts, one for each partition, in any order. Raises CHECKPOINT_INCOMPLETE when a part is missing, is
 * reported twice or is not what was reported, and what the file system raises; after an error call `abortCheckpoint`.
 * Then nothing was published, unless the manifest's own last sync failed: the checkpoint is complete then, but may not
 * outlive a power cut.
 */
export function commitCheckpoint(
  fileSystem: FileSystem,
  job: CheckpointJob,
  parts: readonly CheckpointPart[],
  description: CheckpointDescription,
): CommittedCheckpoint {
  const { directory } = job;
  const ordered = orderParts(job, parts);
  for (const part of ordered) checkReported(fileSystem, job, part);
  clearLeftovers(fileSystem, job);
  const manifest = describeCheckpoint(job.owner, description, ordered);
  const bytes = encodeManifest(manifest);
  atomicWrite(fileSystem, join(directory, MANIFEST_NAME), (file) => file.write(bytes), {
    // Only now, when the manifest's bytes are on disk too: a journal then takes the names along with them, and each of
    // these syncs costs next to nothing.
    beforeRename: () => {
      fileSystem.syncDirectory(directory);
      fileSystem.syncDirectory(dirname(directory));
      for (const made of job.madeParents.toReversed()) fileSystem.syncDirectory(dirname(made));
    },
  });
  return { directory, manifest };
}

/** Removes what the job wrote, its manifest first. Directories above stay: others may use them by now. Idempotent. */
export function abortCheckpoint(fileSystem: FileSystem, job: CheckpointJob): void {
  removeCheckpoint(fileSystem, job.directory);
}

function orderParts(job: CheckpointJob, parts: readonly CheckpointPart[]): CheckpointPart[] {
  const ordered = new Map<number, CheckpointPart>();
  for (const part of parts) {
    const { partition } = part;
    if (ordered.has(partition)) throw incomplete(job, partition, 'two tasks reported it');
    if (partition >= job.partitionCount) throw incomplete(job, partition, `there are ${job.partitionCount} partitions`);
    ordered.set(partition, part);
  }
  return Array.from({ length: job.partitionCount }, (_, partition) => {
    const part = ordered.get(partition);
    if (part === undefined) throw incomplete(job, partition, 'no task committed it');
    return part;
  });
}

/** By its ends, which tell one attempt's part from another's; its bytes are verified when they are read. */
function checkReported(fileSystem: FileSystem, job: CheckpointJob, part: CheckpointPart): void {
  try {
    checkPart(fileSystem, job, part);
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw incomplete(job, part.partition, reasonOf(error), error);
  }
}

/** Attempts that lost or died leave hidden files; a part that no task reported belongs to no checkpoint of ours. */
function clearLeftovers(fileSystem: FileSystem, job: CheckpointJob): void {
  const expected = new Set(Array.from({ length: job.partitionCount }, (_, partition) => checkpointPartName(partition)));
  for (const { name } of fileSystem.list(job.directory)) {
    const kind = kindOfName(name);
    if (kind === 'temporary') fileSystem.removeFile(join(job.directory, name));
    if (kind === 'part' && !expected.has(name)) {
      throw incomplete(job, name.slice('part-'.length), 'its file is there, and no task reported it');
    }
  }
}

function incomplete(job: CheckpointJob, part: number | string, reason: string, cause?: unknown): CairnError {
  return new CairnError('CHECKPOINT_INCOMPLETE', { part, path: job.directory, reason }, { cause });
}
