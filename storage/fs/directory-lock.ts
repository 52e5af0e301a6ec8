/**
 * One owner of a directory at a time, across processes, without help of the kernel beyond hard links.
 *
 *     lock                      the owner's record; the one name that decides
 *     lock.<token>.candidate    a record that was written and not published yet
 *     lock.<token>.next         a claim: whose turn it is after the dead owner <token>
 *
 * Taking a free lock: write and sync a candidate, then link it to `lock`. The link appears whole, and to one process.
 *
 * Taking over from a dead owner must not simply remove `lock` and try again: between looking and removing, another
 * process may have done the same, and a live owner's lock would be removed. Instead the successor of each token is
 * decided once, by linking the candidate to `lock.<token>.next`. A claimant that died is succeeded in the same way
 * through its own token, so claims form a chain from the owner that `lock` names. Who holds the end of the chain looks
 * again that `lock` and every claim before its own still stand, and then renames its candidate over `lock`.
 *
 * Why two cannot win: tokens are never used again, so once `lock` has left a token it never returns to it, and a slow
 * claimant of that token sees so when it looks again. While `lock` stays, a claim is removed only by its claimant;
 * one found dead and looked at again afterwards is there to stay. So one process at most holds the end of the
 * chain, and only it may change `lock`. A live owner's token is never claimed.
 *
 * Claims on tokens that `lock` has left mean nothing; a new owner removes them, and the candidates of the dead.
 *
 * When changing this: the specs run every nesting of two acquisitions and every death within them.
 */
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { type Clock, systemClock } from '../../lib/base/clock.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { fileError } from './file-error.ts';
import type { FileSystem } from './file-system.ts';
import { encodeLockRecord, type LockRecord, ownerOfToken, readLockRecord } from './lock-record.ts';
import {
  formatIdentity,
  type ProcessState,
  type ProcessTable,
  sameProcess,
  systemProcesses,
} from './process-identity.ts';

export interface DirectoryLockOptions {
  /** Only for the time in messages. */
  readonly clock?: Clock;
  /** A number that no other acquisition of this process and thread uses; a counter unless a spec says otherwise. */
  readonly unique?: () => number;
}

const LOCK_NAME = 'lock';

/** Each retry means that another process got on: more of them than this is a broken disk. */
const MAX_ATTEMPTS = 10_000;

let counter = 0;

function nextUnique(): number {
  return counter++;
}

/** A held lock. Its owner releases it, best with `using`; a process that dies leaves it to be taken over. */
export class DirectoryLock implements Disposable {
  readonly directory: string;
  readonly owner: LockRecord;
  readonly #fs: FileSystem;
  #released = false;

  private constructor(fs: FileSystem, directory: string, owner: LockRecord) {
    this.#fs = fs;
    this.directory = directory;
    this.owner = owner;
  }

  /**
   * Makes this process the owner of `directory`, which is created when missing.
   *
   * Raises DIRECTORY_LOCKED when a live process owns it, DIRECTORY_ALREADY_OPEN when that is this process,
   * DIRECTORY_LOCKED_ELSEWHERE when the owner cannot be seen from here; CORRUPT_FILE for a damaged lock. After any
   * error nothing of the attempt is left, as far as the disk allows.
   */
  static acquire(
    fs: FileSystem,
    directory: string,
    processes: ProcessTable = systemProcesses(),
    options: DirectoryLockOptions = {},
  ): DirectoryLock {
    fs.makeDirectory(directory);
    const token = `${formatIdentity(processes.self)}-${threadId}-${(options.unique ?? nextUnique)()}`;
    const startedAt = new Date((options.clock ?? systemClock).nowMs()).toISOString();
    const record: LockRecord = { token, owner: processes.self, command: processes.command, startedAt };
    new Acquisition(fs, directory, processes, record).run();
    return new DirectoryLock(fs, directory, record);
  }

  /**
   * Gives the directory up. A lock that is not ours any more (someone removed it by hand) is left alone. Twice does
   * nothing; after an error it can be called again.
   */
  release(): void {
    if (this.#released) return;
    const path = join(this.directory, LOCK_NAME);
    // No one replaces the lock of a live owner, so that nothing can change between the look and the removal.
    if (readLockRecord(this.#fs, path)?.token === this.owner.token) this.#fs.removeFile(path);
    this.#released = true;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/** Who owns a directory, and whether it lives; undefined when no one does. For readers and tools. */
export function findDirectoryOwner(
  fs: FileSystem,
  directory: string,
  processes: ProcessTable = systemProcesses(),
): { readonly record: LockRecord; readonly state: ProcessState } | undefined {
  const record = readLockRecord(fs, join(directory, LOCK_NAME));
  return record === undefined ? undefined : { record, state: processes.stateOf(record.owner) };
}

/** One attempt to become the owner. */
class Acquisition {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #processes: ProcessTable;
  readonly #record: LockRecord;
  readonly #lockPath: string;
  readonly #candidatePath: string;
  /** The claim that was tried last: perhaps ours, to be withdrawn on failure. */
  #claimPath: string | undefined;

  constructor(fs: FileSystem, directory: string, processes: ProcessTable, record: LockRecord) {
    this.#fs = fs;
    this.#directory = directory;
    this.#processes = processes;
    this.#record = record;
    this.#lockPath = join(directory, LOCK_NAME);
    this.#candidatePath = join(directory, `${LOCK_NAME}.${record.token}.candidate`);
  }

  run(): void {
    try {
      this.#writeCandidate();
      this.#becomeOwner();
    } catch (error) {
      this.#withdraw();
      throw error;
    }
    this.#removeLeftovers();
  }

  #writeCandidate(): void {
    using file = this.#fs.open(this.#candidatePath, 'create');
    file.write(encodeLockRecord(this.#record));
    // Synced, so that after a power cut `lock` is whole if it is there at all.
    file.sync();
  }

  #becomeOwner(): void {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (this.#publish(this.#lockPath)) return;
      const owner = readLockRecord(this.#fs, this.#lockPath);
      if (owner === undefined) continue;
      // The link was made and its answer lost: a network file system asks twice and is told that the name exists.
      if (owner.token === this.#record.token) return;
      const state = this.#processes.stateOf(owner.owner);
      if (state !== 'dead') throw this.#refusal(owner, state);
      if (this.#takeOver(owner)) return;
    }
    throw fileError('EAGAIN', { operation: 'lock', path: this.#directory });
  }

  /** Links the candidate to a name that is free; false when it is another's. */
  #publish(path: string): boolean {
    try {
      this.#fs.link(this.#candidatePath, path);
      return true;
    } catch (error) {
      if (CairnError.is(error, 'FILE_EXISTS')) return false;
      throw error;
    }
  }

  /** Takes the lock of a dead owner; false when `lock` has changed meanwhile and all begins again. */
  #takeOver(dead: LockRecord): boolean {
    const chain = [dead];
    for (let last = dead; ; ) {
      this.#claimPath = this.#claimOn(last);
      if (this.#publish(this.#claimPath)) break;
      const claimant = readLockRecord(this.#fs, this.#claimPath);
      if (claimant === undefined || chain.length > MAX_ATTEMPTS) return false;
      if (claimant.token === this.#record.token) break;
      const state = this.#processes.stateOf(claimant.owner);
      if (state !== 'dead') {
        // Only while `lock` stands does the claim count; its claimant is then about to become the owner.
        if (this.#isOwner(dead)) throw this.#refusal(claimant, state);
        return false;
      }
      chain.push(claimant);
      last = claimant;
    }
    // Looked at only now: each of these processes was found dead before, so what stands now is there to stay.
    if (this.#isOwner(dead) && this.#stands(chain)) {
      this.#fs.rename(this.#candidatePath, this.#lockPath);
      return true;
    }
    this.#fs.removeFile(this.#claimPath);
    this.#claimPath = undefined;
    return false;
  }

  #isOwner(record: LockRecord): boolean {
    return readLockRecord(this.#fs, this.#lockPath)?.token === record.token;
  }

  #stands(chain: readonly LockRecord[]): boolean {
    return chain.every((record, i) => {
      const next = chain[i + 1];
      return next === undefined || readLockRecord(this.#fs, this.#claimOn(record))?.token === next.token;
    });
  }

  #claimOn(record: LockRecord): string {
    return join(this.#directory, `${LOCK_NAME}.${record.token}.next`);
  }

  #refusal(record: LockRecord, state: ProcessState): CairnError {
    const { command, startedAt } = record;
    const { pid } = record.owner;
    const path = this.#directory;
    if (state === 'unknown') {
      const lockPath = this.#lockPath;
      return new CairnError('DIRECTORY_LOCKED_ELSEWHERE', { path, pid, command, startedAt, lockPath });
    }
    return sameProcess(record.owner, this.#processes.self)
      ? new CairnError('DIRECTORY_ALREADY_OPEN', { path, startedAt })
      : new CairnError('DIRECTORY_LOCKED', { path, pid, command, startedAt });
  }

  /** After a failure: removes whatever carries our token, wherever an answer may have been lost. */
  #withdraw(): void {
    const removeOwn = (path: string) => {
      if (readLockRecord(this.#fs, path)?.token === this.#record.token) this.#fs.removeFile(path);
    };
    const claimPath = this.#claimPath;
    dropFailure(() => removeOwn(this.#lockPath));
    if (claimPath !== undefined) dropFailure(() => removeOwn(claimPath));
    dropFailure(() => this.#fs.removeFile(this.#candidatePath));
  }

  /** As the new owner: removes our candidate, claims that mean nothing any more and candidates of the dead. */
  #removeLeftovers(): void {
    dropFailure(() => this.#fs.removeFile(this.#candidatePath));
    dropFailure(() => {
      for (const { name } of this.#fs.list(this.#directory)) {
        const match = /^lock\.(.+)\.(candidate|next)$/.exec(name);
        if (match === null) continue;
        const [, token, kind] = match;
        const owner = ownerOfToken(token as string);
        const left = kind === 'next' || (owner !== undefined && this.#processes.stateOf(owner) === 'dead');
        if (left) dropFailure(() => this.#fs.removeFile(join(this.#directory, name)));
      }
    });
  }
}

/** For cleaning up: what stays behind is harmless, and the next owner tries again. */
function dropFailure(action: () => void): void {
  try {
    action();
  } catch {
    // The lock itself is held or the first error is on its way: neither must change because of a leftover.
  }
}
