/** What decoders accept. Beyond a limit they raise a typed error before they allocate. */
export interface FrameLimits {
  /** Most bytes a frame may take before and after compression. */
  readonly maxRawBytes: number;
  /** Most records in a frame. */
  readonly maxRows: number;
}

export const DEFAULT_FRAME_LIMITS: FrameLimits = { maxRawBytes: 1024 ** 3, maxRows: 2 ** 30 };

/** Deepest nesting the value codec writes or reads: deeper would overflow the stack of a worker at some point. */
export const MAX_VALUE_DEPTH = 1000;

/** Deepest nesting of columns; what lies below becomes a `value` column. */
export const MAX_COLUMN_DEPTH = 16;
