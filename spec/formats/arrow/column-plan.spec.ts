import { describe, expect, it } from 'vitest';
import { buffersOf, planColumns } from '../../../formats/arrow/column-plan.ts';
import type { BatchHeader } from '../../../formats/arrow/metadata.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';
import { arrowField, PLACE } from '../../support/arrow-columns.ts';

const INT = { kind: 'int', bits: 32, signed: true } as const;
const int = (name: string) => arrowField(INT, [], { name });
const FIELDS = [
  arrowField({ kind: 'bytes', isText: true, lengths: 'views' }, [], { name: 'v' }),
  arrowField({ kind: 'struct' }, [int('a'), arrowField({ kind: 'null' }, [], { name: 'n' }), int('b')], { name: 's' }),
  arrowField({ kind: 'list', lengths: 'offsets32' }, [int('element')], { name: 'l' }),
  arrowField({ kind: 'bytes', isText: true, lengths: 'offsets32' }, [], {
    name: 'c',
    dictionary: { id: 1n, bits: 8, signed: true },
  }),
];
const HEADER: BatchHeader = {
  rowCount: 1,
  nodes: Array.from({ length: 8 }, () => ({ length: 1, nullCount: 0 })),
  buffers: Array.from({ length: 16 }, () => ({ offset: 0, length: 0 })),
  compression: undefined,
  variadicCounts: [3],
};

describe('plans of columns', () => {
  it('count the nodes and buffers of all columns before', () => {
    const plans = planColumns(FIELDS, [{ index: 3 }, { index: 0 }, { index: 1 }, { index: 2 }], HEADER, PLACE);
    expect(plans.map(({ field, node }) => [field.name, node])).toEqual([
      ['c', 7],
      ['v', 0],
      ['s', 1],
      ['l', 5],
    ]);
    expect(plans.map((plan) => buffersOf(plan))).toEqual([
      [14, 15],
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
      [10, 11, 12, 13],
    ]);
  });

  it('leave out fields of structs that nobody wants, unless that is all of them', () => {
    const type = (name: string): DataType => ({ kind: 'struct', fields: [{ name, type: INT, nullable: true }] });
    const [b, none] = ['b', 'z'].map((name) => planColumns(FIELDS, [{ index: 1, type: type(name) }], HEADER, PLACE)[0]);
    expect(b && buffersOf(b)).toEqual([5, 8, 9]);
    expect(none?.children).toHaveLength(3);
  });

  it('find that something is missing', () => {
    const wanted = [{ index: 0 }];
    for (const lacking of [{ variadicCounts: [] }, { nodes: [] }, { buffers: HEADER.buffers.slice(1) }]) {
      expect(() => planColumns(FIELDS, wanted, { ...HEADER, ...lacking }, PLACE)).toThrow(/ARROW_CORRUPT/);
    }
  });
});
