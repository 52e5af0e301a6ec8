import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../../lib/shuffle/numbered-pairs.ts';
import { OverflowLog, type OverflowLogOptions } from '../../../lib/shuffle/overflow-log.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

function newLog(options: Partial<Omit<OverflowLogOptions, 'spills'>> = {}) {
  const task = gatheringTask(1);
  const defaults = { numPartitions: 4, isNumbered: true, bufferBytes: 1, seed: 1 };
  return { task, log: new OverflowLog({ spills: task.spills, ...defaults, ...options }) };
}
const readAll = (log: OverflowLog) => {
  const run = log.finish();
  return Array.from({ length: run.numPartitions }, (_, partition) =>
    [...run.read(partition)].flatMap(({ batch }) => rowsOf(batch)),
  );
};
const keysOf = (rows: readonly unknown[]) => rows.map((row) => (row as unknown[])[1]);

describe('OverflowLog', () => {
  it.each([
    ['numbers', (i: number): [unknown, unknown] => [(i * 7) % 300, i / 2]],
    ['texts', (i: number): [unknown, unknown] => [`k${(i * 7) % 300}`, i]],
    ['numbers and then anything', (i: number): [unknown, unknown] => [i % 300, i < 150 ? i : [i]]],
  ])('deals pairs out by their key and keeps their order and numbers: %s', (_, pairOf) => {
    for (const isNumbered of [true, false]) {
      for (const numPartitions of [1, 4]) {
        const { log } = newLog({ isNumbered, numPartitions });
        const all = Array.from({ length: 1000 }, (_, i) => pairOf(i));
        all.forEach(([key, value], i) => {
          log.add(key, value, i + 1e10);
        });
        const partitions = readAll(log);
        const partitionOf = new Map<unknown, number>();
        partitions.forEach((rows, partition) => {
          for (const row of rows as unknown[][]) {
            const key = row[isNumbered ? 1 : 0];
            expect(partitionOf.get(key) ?? partition).toBe(partition);
            partitionOf.set(key, partition);
          }
        });
        const numbered = all.map(([key, value], i) => (isNumbered ? [i + 1e10, key, value] : [key, value]));
        partitions.forEach((rows, partition) => {
          expect(rows).toEqual(numbered.filter((row) => partitionOf.get(row[isNumbered ? 1 : 0]) === partition));
        });
        expect(new Set(partitionOf.values()).size).toBe(numPartitions);
      }
    }
  });

  it('makes other partitions with another seed', () => {
    const [first, second] = [1, 2].map((seed) => {
      const { log } = newLog({ seed });
      for (let i = 0; i < 100; i++) log.add(i * 8, 0, i);
      return readAll(log).map(keysOf);
    });
    expect(first).not.toEqual(second);
  });

  it('writes when it holds as much as it may, and holds nothing when it is done', () => {
    let [most, written] = [0, 0];
    const { log, task } = newLog({
      bufferBytes: 4000,
      onWrite: (bytes) => {
        written += bytes;
      },
    });
    for (let i = 0; i < 300; i++) {
      log.add(`key ${i}`, 'x'.repeat(i % 50), i);
      most = Math.max(most, log.heldBytes);
    }
    expect(most).toBeLessThan(5000);
    expect(written).toBeGreaterThan(3000);
    const run = log.finish();
    expect([log.heldBytes, task.runs().length]).toEqual([0, 1]);
    run.remove();
    expect(task.runs()).toEqual([]);
  });

  it('keeps combiners apart from values, and reads older ones first', () => {
    const { log } = newLog({ numPartitions: 1 });
    log.add('c', 1, 3);
    log.beginOlder();
    log.add('a', [1], 1);
    log.endOlder('values');
    log.add('a', 2, 4);
    log.setKind('combiners');
    log.add('d', [3], 5);
    const pieces = [...log.finish().read(0)].map(({ kind, batch }) => [kind, keysOf(rowsOf(batch))]);
    expect(pieces).toEqual([
      ['combiners', ['a']],
      ['values', ['c']],
      ['values', ['a']],
      ['combiners', ['d']],
    ]);
  });

  it('tells values that cannot be stored from combiners that cannot', () => {
    const values = newLog({ bufferBytes: 4000 }).log;
    values.add('a', () => 1, 0);
    expect(() => values.flush()).toThrow(expect.objectContaining({ code: 'VALUE_NOT_SERIALIZABLE' }));
    const combiners = newLog({ bufferBytes: 4000 }).log;
    combiners.setKind('combiners');
    combiners.add('a', () => 1, 0);
    expect(() => combiners.flush()).toThrow('what was combined by key');
  });
});
