/**
 * A string column as it lies in a frame, decoded when someone asks for its strings: steps that never look at a
 * column pay nothing for it, and a frame made of it again copies its bytes.
 */
import type { NullMarks, StringColumn } from '../schema/batch.ts';
import { decodeTexts, type TextBlock } from './text-block.ts';

export class EncodedStrings implements StringColumn {
  readonly kind = 'string';
  readonly nulls: NullMarks | undefined;
  readonly #block: TextBlock;
  #values: readonly string[] | undefined;

  constructor(block: TextBlock, nulls: NullMarks | undefined) {
    this.#block = block;
    this.nulls = nulls;
  }

  /** Decoded on first use and kept. */
  get values(): readonly string[] {
    this.#values ??= decodeTexts(this.#block);
    return this.#values;
  }

  get block(): TextBlock {
    return this.#block;
  }

  /** Memory held once decoded: the bytes stay for as long as the frame does, the strings come on top. */
  get heldBytes(): number {
    const { count, bytes, lengths, tags } = this.#block;
    return bytes.length + lengths.byteLength + (tags?.length ?? 0) + 24 * count + bytes.length;
  }
}
