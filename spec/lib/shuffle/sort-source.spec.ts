import { describe, expect, it } from 'vitest';
import { SortRunWriter } from '../../../lib/shuffle/sort-run.ts';
import { heldNumbers, heldRows, numberRun, rowRun, type SortSource } from '../../../lib/shuffle/sort-source.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

const KEYS = Float64Array.from({ length: 50 }, (_, i) => i);
const PAIRS = { keys: KEYS, values: KEYS.map((key) => -key) };
const ROWS = Array.from(KEYS, (key) => [key, -key]);

function options() {
  const task = gatheringTask(1000);
  return { task, runOptions: { spills: task.spills, segmentBytes: 160, check: () => {} } };
}

function rest(source: SortSource<readonly unknown[]>): unknown[] {
  const rows: unknown[] = [];
  do {
    while (source.at < source.to) rows.push(source.block[source.at++]);
  } while (source.next());
  return rows;
}

describe('sources of a merge', () => {
  it('read runs block by block into one buffer, and remove them at their end', () => {
    const { task, runOptions } = options();
    using writer = new SortRunWriter(runOptions);
    writer.appendNumbers(PAIRS, 0, 50);
    const source = numberRun(writer.finish(), task.spills);
    const buffers = new Set<ArrayBufferLike>();
    const values: number[] = [];
    while (source.next()) {
      buffers.add(source.block.keys.buffer);
      values.push(...source.block.values.subarray(source.at, source.to));
      source.at = source.to;
    }
    expect(values).toEqual([...PAIRS.values]);
    expect(buffers.size).toBe(1);
    expect(source.isKept).toBe(false);
    expect(task.runs()).toEqual([]);
    expect(source.next()).toBe(false);
  });

  it('read runs of numbers as records', () => {
    const { task, runOptions } = options();
    using writer = new SortRunWriter(runOptions);
    writer.appendNumbers(PAIRS, 0, 50);
    const source = rowRun(writer.finish(), task.spills);
    expect(source.next()).toBe(true);
    expect(rest(source)).toEqual(ROWS);
    expect(task.runs()).toEqual([]);
  });

  it.each([0, 1, 20, 49])('go from memory to a run after %s pairs', (read) => {
    const { task, runOptions } = options();
    using source = heldRows(ROWS, runOptions);
    expect(source.next()).toBe(true);
    expect(source.isKept).toBe(true);
    source.at = read;
    expect(source.spill()).toBeGreaterThan(0);
    expect(source.spill()).toBe(0);
    expect(source.isKept).toBe(false);
    expect(task.runs()).toHaveLength(1);
    expect(rest(source)).toEqual(ROWS.slice(read));
    expect(task.runs()).toEqual([]);
  });

  it('go to a run before anything was read, and need none when all was', () => {
    const { task, runOptions } = options();
    using source = heldNumbers(PAIRS, 50, runOptions);
    expect(source.spill()).toBeGreaterThan(0);
    expect(source.next()).toBe(true);
    expect([source.at, source.block.values[0]]).toEqual([0, PAIRS.values[0]]);
    source[Symbol.dispose]();
    expect(task.runs()).toEqual([]);
    const read = heldNumbers(PAIRS, 50, runOptions);
    read.next();
    read.at = 50;
    expect(read.spill()).toBe(0);
    expect(read.next()).toBe(false);
  });
});
