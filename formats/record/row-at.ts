import type { Column } from '../schema/batch.ts';

/** The value of record `i` in a column: a new object, array or Date each time. The plain twin of generated readers. */
export function rowAt(column: Column, i: number): unknown {
  if (column.nulls !== undefined) {
    const mark = column.nulls[i];
    if (mark !== 0) return mark === 1 ? null : undefined;
  }
  switch (column.kind) {
    case 'int':
    case 'double':
    case 'bigint':
    case 'string':
    case 'value':
      return column.values[i];
    case 'boolean':
      return column.values[i] !== 0;
    case 'dictionary':
      return column.dictionary[column.codes[i] as number];
    case 'date':
      return new Date(column.values[i] as number);
    case 'object': {
      const record: Record<string, unknown> = {};
      const { names, fields } = column;
      for (let k = 0; k < names.length; k++) record[names[k] as string] = rowAt(fields[k] as Column, i);
      return record;
    }
    case 'tuple':
      return column.items.map((item) => rowAt(item, i));
    case 'list': {
      const start = column.offsets[i] as number;
      const count = (column.offsets[i + 1] as number) - start;
      const items = new Array<unknown>(count);
      for (let k = 0; k < count; k++) items[k] = rowAt(column.item, start + k);
      return items;
    }
  }
}
