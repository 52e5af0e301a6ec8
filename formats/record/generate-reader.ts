/**
 * Writes the function that makes the records of column batches of one form: one loop with an object literal in it,
 * so that V8 allocates each record in one step. The plain form is `rowAt` (row-at.ts).
 *
 * When changing this: read fixtures/formats/record/reader.js.txt line by line.
 */
import { quoteKey, SourceBuilder } from '../../lib/base/compile-source.ts';
import type { Column } from '../schema/batch.ts';

export type RowReader = (root: Column, from: number, to: number) => unknown[];

/** What generated code for a column depends on: kinds, names and whether there are marks, not their contents. */
export function columnSignature(column: Column): string {
  const mark = column.nulls === undefined ? '' : '?';
  switch (column.kind) {
    case 'object':
      return `{${column.names.map((name, i) => `${JSON.stringify(name)}:${columnSignature(column.fields[i] as Column)}`).join()}}${mark}`;
    case 'tuple':
      return `(${column.items.map(columnSignature).join()})${mark}`;
    case 'list':
      return `[${columnSignature(column.item)}]${mark}`;
    default:
      return column.kind + mark;
  }
}

/** Columns in a tree: what generated code for it grows with. */
export function countColumns(column: Column): number {
  switch (column.kind) {
    case 'object':
      return column.fields.reduce((sum, field) => sum + countColumns(field), 1);
    case 'tuple':
      return column.items.reduce((sum, item) => sum + countColumns(item), 1);
    case 'list':
      return 1 + countColumns(column.item);
    default:
      return 1;
  }
}

interface Plan {
  readonly column: Column;
  /** Variables of the column's arrays. */
  readonly values: string;
  readonly dictionary: string;
  readonly marks: string;
  readonly children: readonly Plan[];
}

class ReaderEmitter {
  readonly #out = new SourceBuilder();

  emit(column: Column): SourceBuilder {
    const out = this.#out;
    out.block('return function materializeRows(root, from, to)', () => {
      const plan = this.#declare(column, 'root');
      out.line('const rows = new Array(to - from);');
      out.block('for (let i = from; i < to; i++)', () => {
        out.line(`rows[i - from] = ${this.#value(plan, 'i')};`);
      });
      out.line('return rows;');
    });
    return out;
  }

  #declare(column: Column, source: string): Plan {
    const marks = column.nulls === undefined ? '' : this.#constant('marks', `${source}.nulls`);
    const plan = { column, values: '', dictionary: '', marks, children: [] };
    switch (column.kind) {
      case 'object':
        return { ...plan, children: column.fields.map((field, i) => this.#child(field, `${source}.fields[${i}]`)) };
      case 'tuple':
        return { ...plan, children: column.items.map((item, i) => this.#child(item, `${source}.items[${i}]`)) };
      case 'list': {
        const values = this.#constant('offsets', `${source}.offsets`);
        return { ...plan, values, children: [this.#child(column.item, `${source}.item`)] };
      }
      case 'dictionary': {
        const values = this.#constant('codes', `${source}.codes`);
        return { ...plan, values, dictionary: this.#constant('dictionary', `${source}.dictionary`) };
      }
      default:
        return { ...plan, values: this.#constant('values', `${source}.values`) };
    }
  }

  #child(column: Column, source: string): Plan {
    return this.#declare(column, this.#constant('column', source));
  }

  #constant(stem: string, source: string): string {
    const name = this.#out.fresh(stem);
    this.#out.line(`const ${name} = ${source};`);
    return name;
  }

  /** Emits what `plan` needs at index `i` (a variable) and gives the expression of its value. */
  #value(plan: Plan, i: string): string {
    if (plan.marks === '') return this.#present(plan, i);
    const out = this.#out;
    const name = out.fresh('value');
    out.line(`let ${name};`);
    out.block(`if (${plan.marks}[${i}] === 0)`, () => out.line(`${name} = ${this.#present(plan, i)};`));
    out.line(`else if (${plan.marks}[${i}] === 1) ${name} = null;`);
    return name;
  }

  #present(plan: Plan, i: string): string {
    const { column, values, children } = plan;
    switch (column.kind) {
      case 'boolean':
        return `${values}[${i}] !== 0`;
      case 'dictionary':
        return `${plan.dictionary}[${values}[${i}]]`;
      case 'date':
        return `new Date(${values}[${i}])`;
      case 'object': {
        const fields = children.map((child, k) => `${quoteKey(column.names[k] as string)}: ${this.#value(child, i)}`);
        return `{ ${fields.join(', ')} }`;
      }
      case 'tuple':
        return `[${children.map((child) => this.#value(child, i)).join(', ')}]`;
      case 'list':
        return this.#list(plan, i);
      default:
        return `${values}[${i}]`;
    }
  }

  #list(plan: Plan, i: string): string {
    const out = this.#out;
    const start = out.fresh('start');
    const count = out.fresh('count');
    const items = out.fresh('items');
    const j = out.fresh('j');
    const at = out.fresh('at');
    out.line(`const ${start} = ${plan.values}[${i}], ${count} = ${plan.values}[${i} + 1] - ${start};`);
    out.line(`const ${items} = new Array(${count});`);
    out.block(`for (let ${j} = 0; ${j} < ${count}; ${j}++)`, () => {
      out.line(`const ${at} = ${start} + ${j};`);
      out.line(`${items}[${j}] = ${this.#value(plan.children[0] as Plan, at)};`);
    });
    return items;
  }
}

/** The source of the reader for columns such as `column`. */
export function emitReader(column: Column): SourceBuilder {
  return new ReaderEmitter().emit(column);
}

/** The function that reads records from columns with the signature of `column`. */
export function generateReader(column: Column, name: string): RowReader {
  return emitReader(column).compile<RowReader>(name);
}
