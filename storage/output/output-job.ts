/**
 * Publishes a directory of parts so that readers see all of it or none of it.
 *
 *     .<name>.<token>.staging/            while the job runs: beside its final place, on the same volume
 *         _attempts/part-00003.<attempt>  what a task attempt is writing
 *         part-00003                      committed: complete, synced, the first attempt that got there
 *         _SUCCESS                        empty, written last
 *     <name>/                             the staging directory under its final name, by one rename
 *     .<name>.<token>.retired/            the old directory while it is being replaced
 *
 * Order matters: tasks sync their parts before they link them; the job then syncs `_SUCCESS` and the staging
 * directory, renames it, and syncs the parent. A crash at any point leaves the final name as it was or complete.
 * Replacing takes two renames, since no call exchanges two directories: killed between them, a job leaves the final
 * name free and the old content under its retired name; the next job that writes there puts it back first.
 *
 * Names carry their owner's identity. What a dead process left is removed by the next job for the same directory;
 * what a live one owns never is, so two jobs may write towards one directory and the first to commit wins.
 *
 * When changing this: the specs fail every call in turn, and cut the power after every prefix of calls.
 */
import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { CairnError } from '../../lib/base/errors.ts';
import { failpoint } from '../../lib/base/failpoint.ts';
import { errnoOf } from '../fs/file-error.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { ownerOfToken } from '../fs/lock-record.ts';
import { formatIdentity, type ProcessTable, systemProcesses } from '../fs/process-identity.ts';
import { adoptContent, contentOf } from './adopt-content.ts';

/** The empty file that tells readers, as Hadoop's, that a directory is complete. */
const SUCCESS_NAME = '_SUCCESS';
/** What users asked for is theirs to share: the umask decides, as for any program's output. */
export const OUTPUT_DIRECTORY_MODE = 0o777;
const ATTEMPTS_NAME = '_attempts';
const STAGING_SUFFIX = '.staging';
const RETIRED_SUFFIX = '.retired';

/** A file name ends at 255 bytes on most volumes; the owner's token takes about 100 of them. */
const MAX_STEM_BYTES = 100;

/** A save that is under way: plain data, for tasks in any thread. */
export interface OutputJob {
  /** Where the parts will be, absolute. */
  readonly directory: string;
  readonly staging: string;
  readonly retired: string;
  readonly overwrite: boolean;
  /** What is in the directory stays, and the parts come after it. */
  readonly append?: boolean;
  /** Directories that were made for this job above `directory`, each to be synced in its parent; outermost first. */
  readonly madeParents: readonly string[];
}

/** A committed part. */
export interface OutputPart {
  readonly partition: number;
  /** `part-00003`, with the ending of its compression. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Records that the reporting attempt wrote. */
  readonly recordCount: number;
  /** Of formats whose parts begin with the names of their columns: these, in order. */
  readonly columns?: readonly string[];
  /** The files of a part that is several, or none, in directories by value; `name` is then that of none of them. */
  readonly files?: readonly OutputFile[];
}

/** A file of a part. */
export interface OutputFile {
  /** Relative to the output: `city=Bonn/part-00003.parquet`. */
  readonly name: string;
  readonly sizeBytes: number;
}

export interface BeginOutputOptions {
  /** Replace what is at the directory's path, once the new content is complete. */
  readonly overwrite?: boolean;
  /** Keep what is there, and add to it. */
  readonly append?: boolean;
  readonly processes?: ProcessTable;
}

let counter = 0;

/**
 * Begins a save. Puts back or removes what dead jobs left for the same directory. Raises OUTPUT_EXISTS when something
 * is there and `overwrite` is not set; nothing is visible at `directory` before `commitOutput`.
 */
export function beginOutput(fs: FileSystem, directory: string, options: BeginOutputOptions = {}): OutputJob {
  const processes = options.processes ?? systemProcesses();
  const append = options.append === true;
  const overwrite = options.overwrite === true || append;
  let target = resolve(directory);
  // A link stays a link: what it points to is replaced.
  if (overwrite && fs.stat(target)?.kind === 'symlink') target = fs.realPath(target);
  const parent = dirname(target);
  const stem = stemOf(target);
  recoverOutput(fs, target, processes);
  const found = fs.stat(target);
  if (found !== undefined && (!overwrite || (append && found.kind !== 'directory'))) {
    throw new CairnError('OUTPUT_EXISTS', { path: target });
  }
  const madeParents = missingParents(fs, parent);
  const token = `${formatIdentity(processes.self)}-${threadId}-${counter++}`;
  const job: OutputJob = {
    directory: target,
    staging: join(parent, `.${stem}.${token}${STAGING_SUFFIX}`),
    retired: join(parent, `.${stem}.${token}${RETIRED_SUFFIX}`),
    overwrite,
    append,
    madeParents,
  };
  try {
    fs.makeDirectory(attemptsDirectory(job), OUTPUT_DIRECTORY_MODE);
  } catch (error) {
    quietly(() => fs.removeTree(job.staging));
    throw error;
  }
  return job;
}

/** Where attempts write before they commit. */
export function attemptsDirectory(job: OutputJob): string {
  return join(job.staging, ATTEMPTS_NAME);
}

/**
 * Publishes the parts, which must be one for each partition from 0 on, as the directory's whole content.
 *
 * Raises OUTPUT_INCOMPLETE when a part is missing or has another length than was reported, and OUTPUT_EXISTS when
 * someone else has written the directory meanwhile. After an error call `abortOutput`, which also puts back what was
 * to be replaced. Nothing was published then, unless one of the last syncs failed: the directory is complete, but may
 * not outlive a power cut.
 */
export function commitOutput(fs: FileSystem, job: OutputJob, parts: readonly OutputPart[]): void {
  verifyParts(fs, job, parts);
  fs.removeTree(attemptsDirectory(job));
  // Links cost nothing, and readers still see the old content or all of the new one: appending is replacing.
  const kept = job.append === true ? adoptContent(fs, job.directory, job.staging) : undefined;
  {
    using marker = fs.open(join(job.staging, SUCCESS_NAME), 'create', 'shared');
    marker.sync();
  }
  for (const directory of directoriesOf(parts)) fs.syncDirectory(join(job.staging, directory));
  fs.syncDirectory(job.staging);
  failpoint('output/after-marker');
  const replaces = fs.stat(job.directory) !== undefined;
  if (replaces && !job.overwrite) throw new CairnError('OUTPUT_EXISTS', { path: job.directory });
  // Another job has added something since: it would be lost.
  if (kept !== undefined && kept !== contentOf(fs, job.directory)) {
    throw new CairnError('OUTPUT_EXISTS', { path: job.directory });
  }
  if (replaces) fs.rename(job.directory, job.retired);
  failpoint('output/after-retired');
  publish(fs, job);
  failpoint('output/after-published');
  const parent = dirname(job.directory);
  fs.syncDirectory(parent);
  for (const made of job.madeParents.toReversed()) fs.syncDirectory(dirname(made));
  // The new content is durable. Failing to remove the old one fails no job: the next one tries again.
  if (replaces) quietly(() => fs.removeTree(job.retired));
}

/**
 * Removes everything the job made, except directories above the output, which others may use by now; after a commit
 * that failed half-way, puts the replaced directory back. Idempotent.
 */
export function abortOutput(fs: FileSystem, job: OutputJob): void {
  settleRetired(fs, job.retired, job.directory);
  fs.removeTree(job.staging);
}

/**
 * Puts right what dead jobs left for a directory: a replaced directory that lost its place is put back, everything
 * else of theirs is removed. Failures are passed over: what stays has a hidden name and harms nobody.
 */
export function recoverOutput(fs: FileSystem, directory: string, processes: ProcessTable = systemProcesses()): void {
  const target = resolve(directory);
  const parent = dirname(target);
  const prefix = `.${stemOf(target)}.`;
  if (fs.stat(parent, { follow: true })?.kind !== 'directory') return;
  for (const suffix of [RETIRED_SUFFIX, STAGING_SUFFIX]) {
    for (const { name } of fs.list(parent)) {
      if (!name.startsWith(prefix) || !name.endsWith(suffix)) continue;
      const owner = ownerOfToken(name.slice(prefix.length, -suffix.length));
      if (owner === undefined || processes.stateOf(owner) !== 'dead') continue;
      const path = join(parent, name);
      quietly(() => (suffix === RETIRED_SUFFIX ? settleRetired(fs, path, target) : fs.removeTree(path)));
    }
  }
}

/** A retired directory goes back where its place is free, and away where it is not. */
function settleRetired(fs: FileSystem, retired: string, directory: string): void {
  if (fs.stat(retired) === undefined) return;
  if (fs.stat(directory) === undefined) {
    fs.rename(retired, directory);
    fs.syncDirectory(dirname(directory));
  } else {
    fs.removeTree(retired);
  }
}

function publish(fs: FileSystem, job: OutputJob): void {
  try {
    fs.rename(job.staging, job.directory);
  } catch (error) {
    const errno = errnoOf(error);
    if (CairnError.is(error, 'FILE_EXISTS') || errno === 'ENOTEMPTY' || errno === 'ENOTDIR') {
      throw new CairnError('OUTPUT_EXISTS', { path: job.directory }, { cause: error });
    }
    throw error;
  }
}

/** The directories inside the output that its files lie in, innermost first. */
function directoriesOf(parts: readonly OutputPart[]): readonly string[] {
  const found = new Set<string>();
  for (const part of parts) {
    for (const { name } of filesOf(part)) {
      for (let at = dirname(name); at !== '.' && !found.has(at); at = dirname(at)) found.add(at);
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

function filesOf(part: OutputPart): readonly OutputFile[] {
  return part.files ?? [part];
}

function verifyParts(fs: FileSystem, job: OutputJob, parts: readonly OutputPart[]): void {
  const expected = new Set(directoriesOf(parts));
  const partitions = new Set<number>();
  for (const part of parts) {
    for (const { name } of filesOf(part)) expected.add(name);
    partitions.add(part.partition);
  }
  for (let partition = 0; partition < parts.length; partition++) {
    if (!partitions.has(partition)) throw incomplete(job, partition, 'no task committed it');
  }
  removeOthers(fs, job.staging, '', expected);
  for (const part of parts) {
    for (const { name, sizeBytes } of filesOf(part)) {
      const found = fs.stat(join(job.staging, name));
      if (found === undefined) throw incomplete(job, part.partition, 'its file is gone');
      if (found.sizeBytes !== sizeBytes) {
        throw incomplete(job, part.partition, `its file has ${found.sizeBytes} of ${sizeBytes} bytes`);
      }
    }
  }
}

/** A file that no task reported would be read as data by whoever opens the directory. */
function removeOthers(fs: FileSystem, staging: string, directory: string, expected: ReadonlySet<string>): void {
  for (const { name, kind } of fs.list(join(staging, directory))) {
    const path = join(directory, name);
    if (path === ATTEMPTS_NAME) continue;
    if (!expected.has(path)) fs.removeTree(join(staging, path));
    else if (kind === 'directory') removeOthers(fs, staging, path, expected);
  }
}

function incomplete(job: OutputJob, part: number, reason: string): CairnError {
  return new CairnError('OUTPUT_INCOMPLETE', { part, path: job.directory, reason });
}

/** The directory's name as it stands in hidden names; a long one by its beginning and its hash. */
function stemOf(directory: string): string {
  const name = basename(directory);
  if (Buffer.byteLength(name) <= MAX_STEM_BYTES) return name;
  return `${Array.from(name).slice(0, 12).join('')}~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

function missingParents(fs: FileSystem, parent: string): string[] {
  const missing: string[] = [];
  for (let at = parent; fs.stat(at, { follow: true }) === undefined && dirname(at) !== at; at = dirname(at)) {
    missing.unshift(at);
  }
  return missing;
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Called where another error, or a success, is what the caller has to hear of.
  }
}
