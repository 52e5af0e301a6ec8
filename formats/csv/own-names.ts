import { rowAt } from '../record/row-at.ts';
import type { Column } from '../schema/batch.ts';

/** Rows with own properties of any name: an assignment to `__proto__` would set the prototype. */
export function withOwnNames(
  names: readonly string[],
  fields: readonly Column[],
  rowCount: number,
): Record<string, unknown>[] {
  return Array.from({ length: rowCount }, (_, row) => {
    const record: Record<string, unknown> = {};
    names.forEach((name, i) => {
      const value = rowAt(fields[i] as Column, row);
      if (name === '__proto__') {
        Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
      } else {
        record[name] = value;
      }
    });
    return record;
  });
}
