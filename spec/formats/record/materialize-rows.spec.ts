import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { materializeRows } from '../../../formats/record/materialize-rows.ts';
import { recordCodegenCounts, setRecordCodegen } from '../../../formats/record/record-codegen.ts';
import type { ColumnBatch } from '../../../formats/schema/batch.ts';
import { expectSame } from './same-value.ts';

const rows = Array.from({ length: 200 }, (_, i) => ({ id: i, at: new Date(i), l: [i, i / 2], n: i % 3 ? null : 'x' }));
const batch = buildColumns(rows) as ColumnBatch;
const counts = recordCodegenCounts();

beforeEach(() => {
  Object.assign(counts, { generatedReads: 0, plainReads: 0 });
});
afterEach(() => {
  setRecordCodegen(true);
});

describe('records of a column batch', () => {
  it('are made by generated code for many, and by the plain twin for few or when it is off', () => {
    expectSame(materializeRows(batch), rows);
    expect(counts).toMatchObject({ generatedReads: 1, plainReads: 0 });
    expectSame(materializeRows(batch, 10, 20), rows.slice(10, 20));
    expect(counts).toMatchObject({ generatedReads: 1, plainReads: 1 });
    setRecordCodegen(false);
    expectSame(materializeRows(batch), rows);
    expect(counts).toMatchObject({ generatedReads: 1, plainReads: 2 });
  });

  it('belong to the caller: they are new each time', () => {
    const [first] = materializeRows(batch) as typeof rows;
    const [again] = materializeRows(batch) as typeof rows;
    expect(first).not.toBe(again);
    expect(first?.at).not.toBe(again?.at);
    expect(first?.l).not.toBe(again?.l);
  });

  it('of a value column are the values themselves', () => {
    const values = [1, 'x', new Map()];
    const made = materializeRows(
      { kind: 'columns', rowCount: 3, root: { kind: 'value', values, nulls: undefined } },
      1,
      3,
    );
    expect(made).toEqual(['x', values[2]]);
    expect(made[1]).toBe(values[2]);
  });
});
