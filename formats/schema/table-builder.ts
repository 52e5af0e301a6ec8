/**
 * Makes batches of vectors of records. One function is generated for each schema, which reads the properties by constant
 * names: several times faster than by names from an array, because each read then sees objects of one shape.
 */
import { quoteKey, SourceBuilder } from '../../lib/base/compile-source.ts';
import { describe, rowNotWritable, type VectorBuilder } from './builder-parts.ts';
import type { Schema } from './data-type.ts';
import { ownProperty } from './nested-builder.ts';
import type { TableBatch } from './vector.ts';
import { vectorBuilder } from './vector-builder.ts';

type AddRows = (rows: readonly unknown[], from: number, to: number) => void;

export class TableBuilder {
  readonly #schema: Schema;
  readonly #builders: readonly VectorBuilder[];
  readonly #addRows: AddRows;
  #rowCount = 0;

  /** `format` names what is written, in errors. */
  constructor(schema: Schema, format: string) {
    this.#schema = schema;
    this.#builders = schema.fields.map(({ type, name }) => vectorBuilder(type, name, format));
    this.#addRows = generateAdder(schema, this.#builders, format);
  }

  /** Rows added since the last `take`. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /**
   * Adds the records `rows[from] … rows[to - 1]`: objects, of which the properties with the columns' names are taken.
   * Raises ROW_NOT_WRITABLE and VALUE_NOT_EXACT; the builder is of no use then.
   */
  add(rows: readonly unknown[], from = 0, to = rows.length): void {
    this.#addRows(rows, from, to);
    this.#rowCount += Math.max(0, to - from);
  }

  /** The rows as a batch, and begins anew. The batch is the caller's. */
  take(): TableBatch {
    const rowCount = this.#rowCount;
    this.#rowCount = 0;
    return { fields: this.#schema.fields, rowCount, vectors: this.#builders.map((each) => each.take()) };
  }
}

function generateAdder(schema: Schema, builders: readonly VectorBuilder[], format: string): AddRows {
  const out = new SourceBuilder();
  const refuse = out.bind('refuse', (row: unknown) =>
    rowNotWritable(format, `it is ${describe(row)}, not an object with the columns as properties`, 'map records first'),
  );
  const own = out.bind('own', ownProperty);
  const bound = builders.map((each) => out.bind('column', each));
  out.block('return function addRows(rows, from, to)', () => {
    out.block('for (let i = from; i < to; i++)', () => {
      out.line('const row = rows[i];');
      out.line(`if (typeof row !== 'object' || row === null || Array.isArray(row)) throw ${refuse}(row);`);
      schema.fields.forEach(({ name }, i) => {
        const isInherited = name === '__proto__' || name in Object.prototype;
        // A bound name, since `__proto__` may not be a literal.
        const value = isInherited ? `${own}(row, ${out.bind('name', name)})` : `row[${quoteKey(name)}]`;
        out.line(`${bound[i]}.add(${value});`);
      });
    });
  });
  return out.compile<AddRows>('rows-to-vectors');
}
