import type { CodecName } from '../../formats/bytes/compression.ts';

/** What belongs to all parts of a checkpoint: plain data, for tasks in any thread. */
export interface CheckpointPlace {
  /** Absolute: `<checkpointDir>/<id>/rdd-<N>`. */
  readonly directory: string;
  /**
   * Tells this checkpoint's parts from any other's: the fingerprint of what is computed, so that the same job gives the
   * same bytes, or a random text where there is none. Never empty.
   */
  readonly owner: string;
  readonly partitionCount: number;
}

/** A class of which records hold instances: a reader must have registered it. */
export interface CheckpointClass {
  readonly name: string;
  readonly version: number;
}

/** A committed part, as its task reports it: plain data. */
export interface CheckpointPart {
  readonly partition: number;
  /** Length of the file. */
  readonly bytes: number;
  readonly rows: number;
  /** The checksum in the part's footer, which covers, step by step, every byte of it; unsigned 32 bits. */
  readonly checksum: number;
  /** What the writer was asked for; each frame names the one it has. */
  readonly codec: CodecName;
  /** Sorted by name. */
  readonly classes: readonly CheckpointClass[];
}
