import type { MetadataDatabase } from '../../storage/metadata/database.ts';
import { CairnError } from '../base/errors.ts';

/** Something to write, as a whole or not at all. May be tried again after a failure. */
export interface Write {
  readonly run: () => void;
  /** Rows that may be given up while the database cannot be written; 0 for a write that is always kept. */
  readonly rows?: number;
}

export interface WriteQueueOptions {
  readonly database: MetadataDatabase;
  /** Told of every failure, with whether the rows are lost. Must not raise. */
  readonly onFailure: (error: unknown, isLost: boolean) => void;
}

/** While the disk is full or another program holds the database, nothing is tried for so long: a try may wait itself. */
const RETRY_MS = 10_000;
/** Rows kept while the database cannot be written. Beyond that the oldest stages go unrecorded. */
const MOST_ROWS_KEPT = 100_000;

/**
 * Writes in their order, each `commit` with all that was deferred before it in one transaction. Never raises: what is
 * on record must not decide whether a job has its answer. Writes that fail for want of space or of a lock are tried
 * again with later ones; a write that can never succeed is given up alone.
 */
export class WriteQueue {
  readonly #database: MetadataDatabase;
  readonly #onFailure: WriteQueueOptions['onFailure'];
  #writes: Write[] = [];
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(options: WriteQueueOptions) {
    this.#database = options.database;
    this.#onFailure = options.onFailure;
  }

  /** Writes that are not in the database yet. */
  get size(): number {
    return this.#writes.length;
  }

  /** Adds a write to the next commit. */
  defer(write: Write): void {
    this.#writes.push(write);
  }

  /** Writes this and all that waits; later, when the last failure was just now. */
  commit(write: Write): void {
    this.#writes.push(write);
    if (this.#database.clock.monotonicMs() >= this.#notBeforeMs) this.flush();
    else this.#makeRoom();
  }

  /** Writes all that waits, however recent the last failure. */
  flush(): void {
    if (this.#writes.length === 0) return;
    try {
      this.#run(this.#writes);
      this.#writes = [];
    } catch (error) {
      if (mayPass(error)) this.#postpone(error);
      else this.#writeSingly();
    }
  }

  #run(writes: readonly Write[]): void {
    this.#database.transaction(() => {
      for (const write of writes) write.run();
    });
  }

  /** One of the writes is at fault; the others shall not go with it. */
  #writeSingly(): void {
    const writes = this.#writes;
    this.#writes = [];
    for (const [at, write] of writes.entries()) {
      try {
        this.#run([write]);
      } catch (error) {
        if (mayPass(error)) {
          this.#writes = writes.slice(at);
          this.#postpone(error);
          return;
        }
        this.#onFailure(error, true);
      }
    }
  }

  #postpone(error: unknown): void {
    this.#notBeforeMs = this.#database.clock.monotonicMs() + RETRY_MS;
    this.#onFailure(error, false);
    this.#makeRoom();
  }

  #makeRoom(): void {
    let rows = 0;
    for (const write of this.#writes) rows += write.rows ?? 0;
    if (rows <= MOST_ROWS_KEPT) return;
    this.#writes = this.#writes.filter((write) => {
      if (rows <= MOST_ROWS_KEPT || write.rows === undefined) return true;
      rows -= write.rows;
      return false;
    });
  }
}

/** A full disk, a lock, an I/O error: conditions that end. Anything else would fail again. */
function mayPass(error: unknown): boolean {
  return error instanceof CairnError && (error.kind === 'resource' || error.kind === 'transient');
}
