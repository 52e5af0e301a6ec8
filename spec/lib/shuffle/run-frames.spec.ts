import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { FRAME_ROWS, FrameEncoder, partsOf, recordsIn } from '../../../lib/shuffle/run-frames.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

describe('FrameEncoder', () => {
  it('writes records and tuples as segments that are read back whole', () => {
    const { spills } = gatheringTask(1000);
    using encoder = new FrameEncoder('none');
    const writer = spills.openRun();
    const numbers = Array.from({ length: FRAME_ROWS + 5 }, (_, i) => i);
    const mixed = numbers.map((n) => (n % 2 === 0 ? { n } : `text ${n}`));
    encoder.records(numbers);
    encoder.appendTo(writer);
    encoder.tuples([numbers, mixed], numbers.length);
    encoder.appendTo(writer);
    const run = writer.finish();
    using reader = spills.read(run);
    expect(run.segments.map(({ rowCount }) => rowCount)).toEqual([numbers.length, numbers.length]);
    const [first, second] = run.segments.map((segment) => [...reader.readSegment(segment)]);
    expect(recordsIn(first ?? [])).toEqual(numbers);
    const parts = (second ?? []).map(partsOf);
    expect(parts.map(({ count }) => count)).toEqual([FRAME_ROWS, 5]);
    expect(parts.flatMap(({ parts: [ns] }) => [...(ns ?? [])])).toEqual(numbers);
    expect(parts.flatMap(({ parts: [, values] }) => [...(values ?? [])])).toEqual(mixed);
  });

  it('says what cannot be stored, and what was not written as tuples', () => {
    using encoder = new FrameEncoder('none');
    expect(() => encoder.records([() => 1])).toThrow(/VALUE_NOT_SERIALIZABLE/);
    expect(() => partsOf(rowBatch([1]))).toThrow(/INTERNAL/);
    expect(recordsIn([])).toEqual([]);
  });
});
