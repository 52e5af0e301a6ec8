/** Where a file goes, from its first byte to its last. Bytes are the writer's again after the call. */
export interface ByteSink {
  /** Names the file in errors. */
  readonly path: string;
  write(...chunks: readonly Uint8Array[]): void;
}
