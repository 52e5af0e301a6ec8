/**
 * A file that is read by position: what readers of formats that have their index at the end need. The handles of the
 * engine's file system are ones; so is anything that counts, limits or remembers what is read of another.
 */
export interface RandomAccess {
  /** Names the file in errors. */
  readonly path: string;
  sizeBytes(): number;
  /** Reads up to `target.length` bytes at `position`; fewer only at the end of the file. Gives the number read. */
  read(target: Uint8Array, position: number): number;
}
