import { gzipSync } from 'node:zlib';
import type { FileSystem } from '../fs/file-system.ts';
import type { OutputJob, OutputPart } from './output-job.ts';
import { PartFile } from './part-file.ts';

export type OutputCompression = 'none' | 'gzip';

/** Characters that are gathered before they become bytes. */
const CHUNK_CHARACTERS = 256 * 1024;

/** Bytes of text in one gzip member: members are compressed one by one, and cost 20 bytes each. */
const MEMBER_BYTES = 1024 * 1024;

/**
 * Writes a part of a text directory: each record as `String(record)` in UTF-8, then `\n`. A record with a newline in
 * it becomes several lines, as in Spark; a lone surrogate becomes U+FFFD.
 *
 * `ending` is that of its name, before the compression's. With gzip the file is a sequence of members, which every reader takes for one (RFC 1952, 2.2).
 */
export class TextPartWriter implements Disposable {
  readonly #part: PartFile;
  readonly #compression: OutputCompression;
  #lines: string[] = [];
  #characters = 0;
  #member: Uint8Array[] = [];
  #memberBytes = 0;
  #recordCount = 0;

  constructor(
    fs: FileSystem,
    job: OutputJob,
    partition: number,
    attempt: number | string,
    compression: OutputCompression = 'none',
    ending = '',
  ) {
    this.#compression = compression;
    this.#part = new PartFile(fs, job, partition, attempt, compression === 'gzip' ? `${ending}.gz` : ending);
  }

  /** Bytes in the file so far; what is still gathered comes on top. */
  get sizeBytes(): number {
    return this.#part.sizeBytes;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Writes the records `rows[from] … rows[to - 1]`. What a record's `toString` throws is passed on. */
  write(rows: readonly unknown[], from = 0, to = rows.length): void {
    for (let i = from; i < to; i++) {
      const record = rows[i];
      const line = typeof record === 'string' ? record : String(record);
      this.#lines.push(line);
      this.#characters += line.length + 1;
      if (this.#characters >= CHUNK_CHARACTERS) this.#flushLines();
    }
    this.#recordCount += Math.max(0, to - from);
  }

  /** Ends the part and makes it the job's, unless another attempt has done so. */
  commit(): OutputPart {
    try {
      this.#flushLines();
      if (this.#memberBytes > 0 || (this.#compression === 'gzip' && this.#part.sizeBytes === 0)) this.#flushMember();
    } catch (error) {
      this.#part.abort();
      throw error;
    }
    return this.#part.commit(this.#recordCount);
  }

  abort(): void {
    this.#part.abort();
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  #flushLines(): void {
    if (this.#lines.length === 0) return;
    this.#lines.push('');
    const bytes = Buffer.from(this.#lines.join('\n'));
    this.#lines = [];
    this.#characters = 0;
    if (this.#compression === 'none') {
      this.#part.write(bytes);
      return;
    }
    this.#member.push(bytes);
    this.#memberBytes += bytes.length;
    if (this.#memberBytes >= MEMBER_BYTES) this.#flushMember();
  }

  #flushMember(): void {
    this.#part.write(gzipSync(Buffer.concat(this.#member)));
    this.#member = [];
    this.#memberBytes = 0;
  }
}
