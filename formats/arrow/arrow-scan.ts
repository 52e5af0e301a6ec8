/**
 * Scans an Arrow file, or a part of it, for the rows that match a predicate. Of each record batch the columns of the
 * predicate are read first, and the others where some row matches; buffers of no other column are read at all. One
 * batch is in memory at a time, of a file of any size.
 */
import { ALWAYS, isAlways, isNever, type PredicateBinding } from '../scan/bind-predicate.ts';
import { selectRows } from '../scan/select-rows.ts';
import type { DataType } from '../schema/data-type.ts';
import { sliceRows } from '../schema/slice-rows.ts';
import { missingVector, takeRows } from '../schema/take-rows.ts';
import type { TableBatch, Vector } from '../schema/vector.ts';
import { type ArrowFile, type FoundMessage, messageOfBlock, messagesOfStream } from './arrow-file.ts';
import { BatchBody } from './batch-body.ts';
import { buffersOf, planColumns, type WantedColumn } from './column-plan.ts';
import { damaged } from './damage.ts';
import { decodeColumn } from './decode-column.ts';
import { Dictionaries } from './dictionaries.ts';
import type { ArrowField, BatchHeader } from './metadata.ts';
import { pickRows } from './pick-rows.ts';

export interface ArrowScanOptions {
  /** The columns of the rows, in order: their names, and the parts of structs that are wanted. */
  readonly columns: readonly { readonly name: string; readonly type?: DataType | undefined }[];
  /** Which rows; all without one. */
  readonly predicate?: PredicateBinding | undefined;
  /** Record batches whose middle is within these bytes of the file; all without. Streams are read as a whole. */
  readonly part?: { readonly start: number; readonly length: number } | undefined;
  /** Rows of a batch, at most. */
  readonly batchRows: number;
}

export class ArrowScan {
  readonly #file: ArrowFile;
  readonly #options: ArrowScanOptions;
  readonly #predicate: PredicateBinding;
  /** Columns of the rows, and then those of the predicate. */
  readonly #wanted: readonly WantedColumn[];
  readonly #tested: readonly WantedColumn[];
  readonly #dictionaries: Dictionaries;

  /** Columns are those of the file, found by name: the first one of each. */
  constructor(file: ArrowFile, options: ArrowScanOptions) {
    this.#file = file;
    this.#options = options;
    this.#predicate = options.predicate ?? { predicate: ALWAYS, columns: [] };
    const indexOf = (name: string | undefined) => file.own.fields.findIndex((each) => each.name === name);
    this.#wanted = options.columns.map(({ name, type }) => ({ index: indexOf(name), type }));
    this.#tested = this.#predicate.columns.map(({ path }) => ({ index: indexOf(path[0]) }));
    this.#dictionaries = new Dictionaries(file.source);
  }

  /**
   * The rows that match, in order: of the columns, as vectors in the types of the file. A batch lives for as long as
   * someone holds it. Raises `ARROW_CORRUPT`, `ARROW_UNSUPPORTED`, `LIMIT_EXCEEDED`, and what the source raises.
   */
  *batches(): Generator<TableBatch, void, undefined> {
    if (isNever(this.#predicate.predicate)) return;
    for (const found of this.#messages()) {
      const { message } = found;
      if (message.kind === 'dictionary') this.#dictionaries.add(found);
      else if (message.kind === 'batch') yield* this.#rowsOf(found, message.batch);
    }
  }

  *#messages(): Generator<FoundMessage, void, undefined> {
    const { footer } = this.#file;
    if (footer === undefined) {
      yield* messagesOfStream(this.#file);
      return;
    }
    const { start, length } = this.#options.part ?? { start: 0, length: this.#file.sizeBytes };
    let isFirst = true;
    for (const block of footer.batches) {
      const middle = block.offset + (block.metadataLength + block.bodyLength) / 2;
      if (middle < start || middle >= start + length) continue;
      // In the file format, they come before all batches, wherever they lie.
      if (isFirst && this.#needsDictionaries()) {
        for (const each of footer.dictionaries) yield messageOfBlock(this.#file, each, 'dictionary');
      }
      isFirst = false;
      yield messageOfBlock(this.#file, block, 'batch');
    }
  }

  #needsDictionaries(): boolean {
    const { fields } = this.#file.own;
    return [...this.#wanted, ...this.#tested].some(({ index }) => {
      const field = fields[index];
      return field !== undefined && hasDictionary(field);
    });
  }

  *#rowsOf(found: FoundMessage, header: BatchHeader): Generator<TableBatch, void, undefined> {
    const { rowCount } = header;
    const { batchRows } = this.#options;
    if (rowCount === 0) return;
    const body = new BatchBody(this.#file.source, found.bodyAt, found.message.bodyLength, header, found.where);
    const matches = this.#matches(body, rowCount);
    if (matches?.length === 0) return;
    const vectors = this.#read(this.#wanted, body, rowCount);
    const fields = this.#options.columns.map(({ name }, i) => ({
      name,
      type: (vectors[i] as Vector).type,
      nullable: true,
    }));
    const kept = matches === undefined ? vectors : vectors.map((each) => keepRows(each, matches));
    const batch = { fields, rowCount: matches?.length ?? rowCount, vectors: kept };
    for (let from = 0; from < batch.rowCount; from += batchRows) {
      yield sliceRows(batch, from, Math.min(batch.rowCount, from + batchRows));
    }
  }

  /** The numbers of the rows that match; undefined where all do. */
  #matches(body: BatchBody, rowCount: number): Int32Array | undefined {
    const { predicate, columns } = this.#predicate;
    if (isAlways(predicate)) return undefined;
    const read = this.#read(this.#tested, body, rowCount);
    const tested = read.map((vector, i) => descend(vector, columns[i]?.path.slice(1) ?? []));
    const matches = selectRows(predicate, tested, rowCount);
    return matches.length === rowCount ? undefined : matches;
  }

  #read(wanted: readonly WantedColumn[], body: BatchBody, rowCount: number): readonly Vector[] {
    const { header, where } = body;
    const plans = planColumns(this.#file.own.fields, wanted, header, where);
    body.load(plans.flatMap(buffersOf));
    return plans.map((plan) => {
      const place = { ...where, place: `column ${plan.field.name}` };
      const vector = decodeColumn(plan, body, (id, field) => this.#dictionaries.values(id, field, place));
      if (vector.length !== rowCount) throw damaged(place, `${rowCount} values`, vector.length);
      return vector;
    });
  }
}

function hasDictionary({ dictionary, children }: ArrowField): boolean {
  return dictionary !== undefined || children.some(hasDictionary);
}

/** A dictionary stays one, and the same: what is made of it serves all batches. */
function keepRows(vector: Vector, rows: Int32Array): Vector {
  return vector.layout === 'dictionary' ? pickRows(vector, rows, () => undefined) : takeRows(vector, rows);
}

/** The field of structs that a path leads to. */
function descend(vector: Vector, path: readonly string[]): Vector {
  let found = vector;
  for (const name of path) {
    const { type, length } = found;
    const at = type.kind === 'struct' ? type.fields.findIndex((each) => each.name === name) : -1;
    const below = found.layout === 'struct' ? found.fields[at] : undefined;
    found = below ?? missingVector({ name, type: { kind: 'null' }, nullable: true }, length);
  }
  return found;
}
