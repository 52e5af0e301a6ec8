/**
 * Writes a part of a directory of files with columns; partitioned by columns, a file for each combination of their
 * values:
 *
 *     part-00003.parquet
 *     city=Bonn/year=2024/part-00003.parquet
 *     city=Bonn/year=2024/part-00003-1.parquet     when too many files were open at once
 *
 * A file that is open may hold many rows in memory, as the row group of a Parquet file. When more than a few are open
 * the one that was written to longest ago is ended, and what comes for it later goes into another: sort by the columns
 * first where that matters.
 */
import type { ByteSink } from '../../formats/bytes/byte-sink.ts';
import type { Schema } from '../../formats/schema/data-type.ts';
import { ownProperty } from '../../formats/schema/nested-builder.ts';
import { TableBuilder } from '../../formats/schema/table-builder.ts';
import type { TableBatch } from '../../formats/schema/vector.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { OutputFile, OutputJob, OutputPart } from './output-job.ts';
import { PartFile, partName } from './part-file.ts';
import { partitionDirectory } from './partition-path.ts';

/** What all formats with columns are told, as plain data for tasks in any thread. */
export interface TableSaveOptions {
  readonly schema: Schema;
  /** Columns of the schema that become directories, outermost first. */
  readonly partitionBy: readonly string[];
}

/** Writes one file, from batches of columns. */
export interface TableWriter {
  /** Rows written so far. */
  readonly rowCount: number;
  /** Bytes in memory that are not in the file yet. */
  readonly gatheredBytes: number;
  write(batch: TableBatch): void;
  /** Writes what was gathered. */
  flush(): void;
  /** Writes the end. The sink stays the caller's. */
  finish(): void;
}

export interface TableFormat {
  /** As errors have it. */
  readonly name: string;
  /** What names of files end in. */
  readonly ending: string;
  /** Rows that become a batch at once. */
  readonly batchRows: number;
  open(sink: ByteSink, schema: Schema): TableWriter;
}

/** Rows that are looked at at once. */
const PIECE_ROWS = 4096;
const MAX_OPEN_FILES = 32;
/** Of all files that are open. */
const MAX_GATHERED_BYTES = 256 * 1024 * 1024;

/** A file that is being written. */
interface OpenFile {
  readonly part: PartFile;
  readonly writer: TableWriter;
  readonly builder: TableBuilder;
}

export class TablePartWriter implements Disposable {
  readonly #fs: FileSystem;
  readonly #job: OutputJob;
  readonly #partition: number;
  readonly #attempt: number | string;
  readonly #partitionBy: readonly string[];
  readonly #format: TableFormat;
  /** What is in the files: the schema without the columns of directories. */
  readonly #schema: Schema;
  /** By directory, the one that was written to longest ago first. */
  readonly #open = new Map<string, OpenFile>();
  /** How many files of a directory were begun. */
  readonly #begun = new Map<string, number>();
  readonly #done: { readonly part: PartFile; readonly rowCount: number }[] = [];
  #fileCount = 0;
  #recordCount = 0;

  /** Raises what the format does for a schema it has no place for, and what opening the file does. */
  constructor(
    fs: FileSystem,
    job: OutputJob,
    partition: number,
    attempt: number | string,
    { schema, partitionBy }: TableSaveOptions,
    format: TableFormat,
  ) {
    this.#fs = fs;
    this.#job = job;
    this.#partition = partition;
    this.#attempt = attempt;
    this.#partitionBy = partitionBy;
    this.#format = format;
    this.#schema = { fields: schema.fields.filter(({ name }) => !partitionBy.includes(name)) };
    // Without directories there is always a file, so that the schema of no records can be read.
    if (partitionBy.length === 0) this.#fileFor('');
  }

  /** Bytes in the files so far; what is gathered comes on top. */
  get sizeBytes(): number {
    let total = 0;
    for (const { part } of this.#done) total += part.sizeBytes;
    for (const { part } of this.#open.values()) total += part.sizeBytes;
    return total;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Writes the records `rows[from] … rows[to - 1]`. Raises ROW_NOT_WRITABLE, VALUE_NOT_EXACT and NULL_NOT_ALLOWED. */
  write(rows: readonly unknown[], from = 0, to = rows.length): void {
    for (let at = from; at < to; at += PIECE_ROWS) this.#writeBatch(rows, at, Math.min(at + PIECE_ROWS, to));
    this.#recordCount += Math.max(0, to - from);
  }

  /** Ends the part and makes it the job's, unless another attempt has done so. */
  commit(): OutputPart {
    try {
      for (const [directory, file] of this.#open) this.#end(directory, file);
      const parts = this.#done.map(({ part, rowCount }) => part.commit(rowCount));
      if (this.#partitionBy.length === 0) return parts[0] as OutputPart;
      const files: OutputFile[] = parts.map(({ name, sizeBytes }) => ({ name, sizeBytes }));
      const sizeBytes = files.reduce((sum, each) => sum + each.sizeBytes, 0);
      const partition = this.#partition;
      return { partition, name: partName(partition), sizeBytes, recordCount: this.#recordCount, files };
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  abort(): void {
    for (const { part } of this.#open.values()) part.abort();
    for (const { part } of this.#done) part.abort();
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  #writeBatch(rows: readonly unknown[], from: number, to: number): void {
    if (this.#partitionBy.length === 0) {
      this.#append(this.#fileFor(''), rows, from, to);
      return;
    }
    const byDirectory = new Map<string, unknown[]>();
    for (let i = from; i < to; i++) {
      const directory = this.#directoryOf(rows[i]);
      const some = byDirectory.get(directory);
      if (some === undefined) byDirectory.set(directory, [rows[i]]);
      else some.push(rows[i]);
    }
    for (const [directory, some] of byDirectory) this.#append(this.#fileFor(directory), some, 0, some.length);
    this.#limitGathered();
  }

  #append(file: OpenFile, rows: readonly unknown[], from: number, to: number): void {
    file.builder.add(rows, from, to);
    if (file.builder.rowCount >= this.#format.batchRows) file.writer.write(file.builder.take());
  }

  #directoryOf(row: unknown): string {
    const object = typeof row === 'object' && row !== null ? row : {};
    return this.#partitionBy.map((name) => partitionDirectory(name, ownProperty(object, name))).join('/');
  }

  /** The file that rows of a directory go to now, which becomes the one written to last. */
  #fileFor(directory: string): OpenFile {
    let file = this.#open.get(directory);
    if (file === undefined) {
      if (this.#open.size >= MAX_OPEN_FILES) this.#endOldest();
      file = this.#begin(directory);
    } else this.#open.delete(directory);
    this.#open.set(directory, file);
    return file;
  }

  #begin(directory: string): OpenFile {
    const number = this.#begun.get(directory) ?? 0;
    this.#begun.set(directory, number + 1);
    const { ending: own, name } = this.#format;
    const ending = number === 0 ? own : `-${number}${own}`;
    // Attempts lie side by side, whatever directory their files will be in.
    const attempt = directory === '' ? this.#attempt : `${this.#attempt}.${this.#fileCount++}`;
    const part = new PartFile(this.#fs, this.#job, this.#partition, attempt, ending, directory);
    try {
      const writer = this.#format.open(part, this.#schema);
      return { part, writer, builder: new TableBuilder(this.#schema, name) };
    } catch (error) {
      part.abort();
      throw error;
    }
  }

  #end(directory: string, { part, writer, builder }: OpenFile): void {
    if (builder.rowCount > 0) writer.write(builder.take());
    writer.finish();
    // A partition may have more files than a process may have open.
    part.finish();
    this.#open.delete(directory);
    this.#done.push({ part, rowCount: writer.rowCount });
  }

  #endOldest(): void {
    for (const [directory, file] of this.#open) {
      this.#end(directory, file);
      return;
    }
  }

  /** Writes what was gathered early rather than hold that of all files at once. */
  #limitGathered(): void {
    let total = 0;
    for (const { writer } of this.#open.values()) total += writer.gatheredBytes;
    if (total > MAX_GATHERED_BYTES) for (const { writer } of this.#open.values()) writer.flush();
  }
}
