import { readFileSync } from 'node:fs';
import type { RandomAccess } from '../../formats/bytes/random-access.ts';

/** A range that was read of a source. */
export interface ReadCall {
  readonly position: number;
  readonly length: number;
}

/** A file in memory, which remembers what was read of it. */
export class ByteArraySource implements RandomAccess {
  readonly path: string;
  readonly reads: ReadCall[] = [];
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, path = 'a.parquet') {
    this.#bytes = bytes;
    this.path = path;
  }

  static ofFile(path: string): ByteArraySource {
    return new ByteArraySource(readFileSync(path), path);
  }

  sizeBytes(): number {
    return this.#bytes.length;
  }

  read(target: Uint8Array, position: number): number {
    this.reads.push({ position, length: target.length });
    const piece = this.#bytes.subarray(position, position + target.length);
    target.set(piece);
    return piece.length;
  }
}
