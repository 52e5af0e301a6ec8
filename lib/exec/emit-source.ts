/**
 * Emits how a generated loop gets its next record: from an array, from a range, or as a virtual row over columns.
 *
 * Virtual rows: the record is written as an object literal over columns right where the user's closure is called, and
 * V8 takes the object apart again when it inlines the closure. Columns are copied, a batch of at most `BATCH_ROWS` at a
 * time, into typed arrays that are constants of the generated function: V8 then compiles their address and length into
 * the machine code, which is 2-3 times as fast as typed arrays that come as parameters; the copy stays in the cache.
 */

import { rowAt } from '../../formats/record/row-at.ts';
import type { Column, IntColumn, ListColumn } from '../../formats/schema/batch.ts';
import type { SourceBuilder } from '../base/compile-source.ts';
import { quoteKey } from '../base/compile-source.ts';
import { unreachable } from '../base/invariant.ts';

/** Rows that a generated function over columns takes at a time; the size of its staging arrays. */
export const BATCH_ROWS = 2048;

const MAX_COLUMNS = 200;

/** What a generated loop over columns is found by, and what it reads. */
export interface ColumnForm {
  /** With the widths of integers and codes; undefined when rows should be made first (see `columnSignature`). */
  readonly exact: string | undefined;
  /** Without them: code for this form serves all widths, and converts where it stages. */
  readonly widest: string | undefined;
  /** The columns of the tree in the order in which the generated code numbers them: parents first. */
  readonly columns: readonly Column[];
}

/**
 * Batches in memory come by again with every job over them. Only texts are kept, never columns: V8's scavenges hold
 * the values of a WeakMap strongly, so each batch would live, strings and buffers, until the next full collection.
 */
const signatures = new WeakMap<Column, Pick<ColumnForm, 'exact' | 'widest'>>();

/** The form of a batch's columns. */
export function columnForm(root: Column): ColumnForm {
  let form = signatures.get(root);
  if (form === undefined) {
    form = { exact: columnSignature(root, 'exact'), widest: columnSignature(root, 'widest') };
    signatures.set(root, form);
  }
  return { ...form, columns: flattenColumns(root) };
}

/** Whether staging arrays are as narrow as the columns they take, which makes staging a plain copy of memory. */
export type Widths = 'exact' | 'widest';

/**
 * What distinguishes the generated code for one kind of columns from that for another. Undefined for too many columns,
 * or a key that cannot be a literal.
 */
function columnSignature(root: Column, widths: Widths): string | undefined {
  let count = 0;
  const visit = (column: Column): string | undefined => {
    if (++count > MAX_COLUMNS) return undefined;
    const mark = column.nulls === undefined ? '' : '?';
    switch (column.kind) {
      case 'object': {
        const parts: string[] = [];
        for (let i = 0; i < column.names.length; i++) {
          const name = column.names[i] as string;
          if (name === '__proto__') return undefined;
          const part = visit(column.fields[i] as Column);
          if (part === undefined) return undefined;
          parts.push(`${JSON.stringify(name)}:${part}`);
        }
        return `{${parts.join()}}${mark}`;
      }
      case 'tuple': {
        const parts: string[] = [];
        for (const item of column.items) {
          const part = visit(item);
          if (part === undefined) return undefined;
          parts.push(part);
        }
        return `[${parts.join()}]${mark}`;
      }
      case 'list':
        return `list(${column.item.kind}${column.item.nulls === undefined ? '' : '?'})${mark}`;
      case 'int':
        return `int${widths === 'exact' ? column.values.constructor.name : ''}${mark}`;
      case 'dictionary':
        return `dictionary${widths === 'exact' ? column.codes.constructor.name : ''}${mark}`;
      default:
        return column.kind + mark;
    }
  };
  return visit(root);
}

function flattenColumns(root: Column): Column[] {
  const flat: Column[] = [];
  const visit = (column: Column): void => {
    flat.push(column);
    if (column.kind === 'object') column.fields.forEach(visit);
    else if (column.kind === 'tuple') column.items.forEach(visit);
  };
  visit(root);
  return flat;
}

type StagingArray = IntColumn['values'] | Float64Array | BigInt64Array;

/** A staging array for integers: like the column's own, or wide enough for any. */
function intStaging(like: IntColumn['values'], widths: Widths): StagingArray {
  if (widths === 'widest') return new Int32Array(BATCH_ROWS);
  return new (like.constructor as new (length: number) => IntColumn['values'])(BATCH_ROWS);
}

/**
 * Emits the staging of all columns below `root` and gives the expression of row `i`. In scope: `columns` (flattened),
 * `base` (first row of the batch), `n` (rows of the batch).
 */
export function emitColumnRow(b: SourceBuilder, root: Column, index: string, widths: Widths): string {
  let next = 0;
  const stage = (at: number, make: () => StagingArray, from: string): string => {
    const staged = b.bind('c', make());
    const source = b.fresh('from');
    b.line(`const ${source} = columns[${at}].${from};`);
    // A view costs as much as copying a few hundred values: none is made for a batch that is staged whole.
    b.line(`${staged}.set(n === ${source}.length ? ${source} : ${source}.subarray(base, base + n));`);
    return staged;
  };
  const visit = (column: Column): string => {
    const at = next++;
    const value = expression(column, at);
    if (column.nulls === undefined) return value;
    const nulls = stage(at, () => new Uint8Array(BATCH_ROWS), 'nulls');
    return `(${nulls}[${index}] === 0 ? ${value} : ${nulls}[${index}] === 1 ? null : undefined)`;
  };
  const expression = (column: Column, at: number): string => {
    switch (column.kind) {
      case 'int':
        return `${stage(at, () => intStaging(column.values, widths), 'values')}[${index}]`;
      case 'double':
        return `${stage(at, () => new Float64Array(BATCH_ROWS), 'values')}[${index}]`;
      case 'boolean':
        return `(${stage(at, () => new Uint8Array(BATCH_ROWS), 'values')}[${index}] === 1)`;
      case 'date':
        return `new Date(${stage(at, () => new Float64Array(BATCH_ROWS), 'values')}[${index}])`;
      case 'bigint':
        return `${stage(at, () => new BigInt64Array(BATCH_ROWS), 'values')}[${index}]`;
      case 'dictionary': {
        const codes = stage(at, () => intStaging(column.codes, widths), 'codes');
        const dictionary = b.fresh('d');
        b.line(`const ${dictionary} = columns[${at}].dictionary;`);
        return `${dictionary}[${codes}[${index}]]`;
      }
      case 'string':
      case 'value': {
        const values = b.fresh('s');
        b.line(`const ${values} = columns[${at}].values;`);
        return `${values}[base + ${index}]`;
      }
      case 'list':
        return emitList(b, column, at, index);
      case 'object':
        return `{ ${column.names.map((name, i) => `${quoteKey(name)}: ${visit(column.fields[i] as Column)}`).join(', ')} }`;
      case 'tuple':
        return `[${column.items.map(visit).join(', ')}]`;
      default:
        return unreachable(column);
    }
  };
  return visit(root);
}

/** Lists of plain numbers or strings are read by a loop of their own, which sees one kind of array. */
function emitList(b: SourceBuilder, column: ListColumn, at: number, index: string): string {
  const { item } = column;
  const list = b.fresh('list');
  b.line(`const ${list} = columns[${at}];`);
  const isPlain = (item.kind === 'int' || item.kind === 'double' || item.kind === 'string') && item.nulls === undefined;
  if (!isPlain) return `${b.bind('rowAt', rowAt)}(${list}, base + ${index})`;
  const read = b.fresh('readList');
  b.line(`const ${list}Items = ${list}.item.values, ${list}Offsets = ${list}.offsets;`);
  b.block(
    `const ${read} = (row) =>`,
    () => {
      b.line(`const from = ${list}Offsets[row], count = ${list}Offsets[row + 1] - from, items = new Array(count);`);
      b.line(`for (let k = 0; k < count; k++) items[k] = ${list}Items[from + k];`);
      b.line('return items;');
    },
    '};',
  );
  return `${read}(base + ${index})`;
}
