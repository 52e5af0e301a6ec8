import { describe, expect, it } from 'vitest';
import { WriteQueue } from '../../../lib/api/write-queue.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { ScratchDirectory } from '../../storage/metadata/example-run.ts';

const FULL = new CairnError('DISK_FULL', { path: '/x', neededBytes: 1, freeBytes: 0 });

/** A queue on a table of numbers, whose disk is full on demand. */
class QueueScript implements Disposable {
  readonly scratch = new ScratchDirectory();
  readonly failures: [message: string, isLost: boolean][] = [];
  nowMs = 0;
  isFull = false;
  readonly database = MetadataDatabase.open(this.scratch.database, {
    clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs },
  });
  readonly queue = new WriteQueue({
    database: this.database,
    onFailure: (error, isLost) => this.failures.push([(error as Error).message.split(':')[0] ?? '', isLost]),
  });

  constructor() {
    this.database.runScript('CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT');
  }

  insert(n: number) {
    return {
      run: () => {
        this.database.run('INSERT INTO numbers VALUES (?)', n);
        if (this.isFull) throw FULL;
      },
    };
  }

  get numbers(): number[] {
    return this.database.all<{ n: number }>('SELECT n FROM numbers ORDER BY rowid').map(({ n }) => n);
  }

  [Symbol.dispose](): void {
    this.database.close();
    this.scratch[Symbol.dispose]();
  }
}

describe('the queue of writes', () => {
  it('writes what was deferred with the next commit, in order, all or nothing', () => {
    using script = new QueueScript();
    script.queue.defer(script.insert(1));
    expect(script.numbers).toEqual([]);
    script.queue.commit(script.insert(2));
    expect(script.numbers).toEqual([1, 2]);
    script.queue.flush();
    expect(script.queue.size).toBe(0);
  });

  it('keeps what finds the disk full, and tries again ten seconds later, or when told to', () => {
    using script = new QueueScript();
    script.isFull = true;
    script.queue.commit(script.insert(1));
    expect(script.numbers).toEqual([]);
    script.isFull = false;
    script.nowMs = 9999;
    script.queue.commit(script.insert(2));
    expect([script.numbers, script.queue.size]).toEqual([[], 2]);
    script.nowMs = 10_000;
    script.queue.commit(script.insert(3));
    expect(script.numbers).toEqual([1, 2, 3]);

    script.isFull = true;
    script.queue.commit(script.insert(4));
    script.isFull = false;
    script.queue.flush();
    expect(script.numbers).toEqual([1, 2, 3, 4]);
    expect(script.failures).toEqual([
      ['DISK_FULL', false],
      ['DISK_FULL', false],
    ]);
  });

  it('gives up a write that can never succeed, and no other', () => {
    using script = new QueueScript();
    script.queue.defer(script.insert(1));
    script.queue.defer(script.insert(1));
    const broken = {
      run: () => {
        throw new TypeError('a bug');
      },
    };
    script.queue.defer(broken);
    script.queue.commit(script.insert(2));
    expect(script.numbers).toEqual([1, 2]);
    expect(script.queue.size).toBe(0);
    expect(script.failures).toEqual([
      ['INTERNAL', true],
      ['a bug', true],
    ]);
  });

  it('keeps the rest when the disk fills up on the way', () => {
    using script = new QueueScript();
    script.queue.defer(script.insert(1));
    let tries = 0;
    script.queue.defer({
      run: () => {
        script.isFull = ++tries === 2;
        throw new TypeError('a bug');
      },
    });
    script.queue.commit(script.insert(2));
    expect([script.numbers, script.queue.size]).toEqual([[1], 1]);
    script.isFull = false;
    script.queue.flush();
    expect(script.numbers).toEqual([1, 2]);
  });

  it('lets the oldest stages go when there are too many, and keeps what carries the rest', () => {
    using script = new QueueScript();
    script.isFull = true;
    for (let n = 0; n < 12; n++) script.queue.commit({ ...script.insert(n), ...(n % 2 === 0 ? {} : { rows: 30_000 }) });
    script.isFull = false;
    script.queue.flush();
    expect(script.numbers).toEqual([0, 2, 4, 6, 7, 8, 9, 10, 11]);
  });
});
