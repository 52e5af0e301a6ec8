import { encodeObjectFooter, OBJECT_FILE_HEADER, ObjectFileTotals } from '../../formats/binary/object-file-format.ts';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, batchLength, rowBatch } from '../../formats/schema/batch.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { OutputJob, OutputPart } from './output-job.ts';
import { PartFile } from './part-file.ts';

/** Records of a frame, when batches are smaller: each frame costs a header and a look for columns. */
const FRAME_ROWS = 4096;

/** Writes a part that `objectFile` reads: records of any storable kind (formats/binary/FORMAT.md). */
export class ObjectPartWriter implements Disposable {
  readonly #part: PartFile;
  readonly #codec: CodecName;
  readonly #out = new ByteWriter();
  readonly #totals = new ObjectFileTotals();
  #rows: unknown[] = [];

  constructor(fs: FileSystem, job: OutputJob, partition: number, attempt: number | string, codec: CodecName = 'none') {
    this.#codec = codec;
    this.#part = new PartFile(fs, job, partition, attempt);
    try {
      this.#part.write(OBJECT_FILE_HEADER);
    } catch (error) {
      this.#part.abort();
      throw error;
    }
  }

  /** Bytes in the file so far. */
  get sizeBytes(): number {
    return this.#part.sizeBytes;
  }

  get recordCount(): number {
    return this.#totals.recordCount + this.#rows.length;
  }

  /** Writes a batch. Raises VALUE_NOT_SERIALIZABLE for a record that cannot be stored. */
  write(batch: Batch): void {
    if (batch.kind === 'rows' && batchLength(batch) < FRAME_ROWS) {
      for (let i = batch.from; i < batch.to; i++) this.#rows.push(batch.rows[i]);
      if (this.#rows.length >= FRAME_ROWS) this.#flush();
      return;
    }
    this.#flush();
    this.#writeFrame(batch);
  }

  /** Ends the part and makes it the job's, unless another attempt has done so. */
  commit(): OutputPart {
    try {
      this.#flush();
      this.#part.write(encodeObjectFooter(this.#totals));
    } catch (error) {
      this.#part.abort();
      throw error;
    }
    this.#out[Symbol.dispose]();
    return this.#part.commit(this.#totals.recordCount);
  }

  abort(): void {
    this.#part.abort();
    this.#out[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  #flush(): void {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    this.#writeFrame(rowBatch(rows));
  }

  #writeFrame(batch: Batch): void {
    if (batchLength(batch) === 0) return;
    this.#out.reset();
    encodeFrame(batch, this.#out, { codec: this.#codec });
    const frame = this.#out.bytes();
    this.#totals.add(frame, batchLength(batch));
    this.#part.write(frame);
  }
}
