/**
 * Reads a database file as it was last committed, without SQLite's side files.
 *
 * SQLite reads a WAL database through a shared index file and creates it where it is missing, which a reader that
 * promises to create nothing, or a read-only disk, cannot allow. That is the state of a directory that was copied
 * without its `-shm`, or whose last session ended while a reader was open. Then the file is read whole and the
 * committed frames of its log are laid over it in memory. The layout of both files is SQLite's (sqlite.org/fileformat2).
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { FileSystem } from '../fs/file-system.ts';

/** Above this a copy in memory is refused; the database of a very long run is about a tenth of it. */
const SNAPSHOT_LIMIT_BYTES = 1024 ** 3;

const MAGIC = 'SQLite format 3\0';
const FILE_HEADER_BYTES = 100;
/** The format a reader must know: 2 for WAL mode, 1 for rollback mode. */
const READ_VERSION_OFFSET = 19;
const WAL_VERSION = 2;
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The log's magic number; its lowest bit says whether its checksums read words big-endian. */
const LOG_MAGIC = 0x377f0682;

/**
 * How a file must be opened: `empty` has nothing yet; `snapshot` is in WAL mode and misses a side file, so that SQLite
 * would create files to read it; `direct` is for SQLite as it is. Raises CORRUPT_FILE when the file does not begin as
 * a database does: SQLite itself takes a file of a few bytes for an empty one and would write over it.
 */
export function inspectFile(fileSystem: FileSystem, path: string): 'empty' | 'snapshot' | 'direct' {
  // Left by a crash in rollback mode: the file means nothing before SQLite has put it back.
  if (fileSystem.stat(`${path}-journal`) !== undefined) return 'direct';
  using file = fileSystem.open(path, 'read');
  const header = new Uint8Array(FILE_HEADER_BYTES);
  const length = file.read(header, 0);
  if (length === 0) return 'empty';
  const found = Buffer.from(header.subarray(0, MAGIC.length)).toString('latin1');
  if (length < FILE_HEADER_BYTES || found !== MAGIC) {
    throw new CairnError('CORRUPT_FILE', {
      path,
      offset: 0,
      expected: `${FILE_HEADER_BYTES} bytes that begin with ${JSON.stringify(MAGIC)}`,
      found: length < FILE_HEADER_BYTES ? `${length} bytes` : JSON.stringify(found),
    });
  }
  if (header[READ_VERSION_OFFSET] !== WAL_VERSION) return 'direct';
  const hasSideFiles = ['-wal', '-shm'].every((suffix) => fileSystem.stat(path + suffix) !== undefined);
  return hasSideFiles ? 'direct' : 'snapshot';
}

/** The whole database at its last commit; empty for an empty file. Raises LIMIT_EXCEEDED above 1 GiB. */
export function readSnapshot(fileSystem: FileSystem, path: string): Uint8Array {
  const image = fileSystem.readFile(path, SNAPSHOT_LIMIT_BYTES);
  const logPath = `${path}-wal`;
  const log = fileSystem.stat(logPath) === undefined ? undefined : fileSystem.readFile(logPath, SNAPSHOT_LIMIT_BYTES);
  return log === undefined ? image : applyLog(image, log);
}

/**
 * `image` with the pages of every committed transaction of `log`, up to the first frame that is torn or left from an
 * older log: such a frame was never committed. Does not change its arguments.
 */
export function applyLog(image: Uint8Array, log: Uint8Array): Uint8Array {
  if (log.length < LOG_HEADER_BYTES) return image;
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const magic = view.getUint32(0);
  const pageBytes = view.getUint32(8);
  const isPageSize = pageBytes >= 512 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0;
  if ((magic & ~1) >>> 0 !== LOG_MAGIC || !isPageSize) return image;
  const sum = new Checksum(view, (magic & 1) === 0);
  sum.add(0, 24);
  if (!sum.equals(24)) return image;

  const committed = new Map<number, number>();
  let pending = new Map<number, number>();
  let pageCount = -1;
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  for (let at = LOG_HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    const page = view.getUint32(at);
    const isSameLog = view.getUint32(at + 8) === view.getUint32(16) && view.getUint32(at + 12) === view.getUint32(20);
    sum.add(at, 8);
    sum.add(at + FRAME_HEADER_BYTES, pageBytes);
    if (!isSameLog || page === 0 || !sum.equals(at + 16)) break;
    pending.set(page, at + FRAME_HEADER_BYTES);
    const pagesAfterCommit = view.getUint32(at + 4);
    if (pagesAfterCommit === 0) continue;
    for (const [number, offset] of pending) committed.set(number, offset);
    pending = new Map();
    pageCount = pagesAfterCommit;
  }
  if (pageCount < 0) return image;
  if (pageCount * pageBytes > image.length + log.length) return image;
  const result = new Uint8Array(pageCount * pageBytes);
  result.set(image.subarray(0, result.length));
  for (const [number, offset] of committed) {
    if (number <= pageCount) result.set(log.subarray(offset, offset + pageBytes), (number - 1) * pageBytes);
  }
  return result;
}

/** The log's running checksum: two 32-bit sums, each feeding the other, over pairs of words. */
class Checksum {
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(view: DataView, littleEndian: boolean) {
    this.#view = view;
    this.#littleEndian = littleEndian;
  }

  add(offset: number, length: number): void {
    for (let at = offset; at < offset + length; at += 8) {
      this.#first = (this.#first + this.#view.getUint32(at, this.#littleEndian) + this.#second) >>> 0;
      this.#second = (this.#second + this.#view.getUint32(at + 4, this.#littleEndian) + this.#first) >>> 0;
    }
  }

  /** Whether the two sums are stored at `offset`, big-endian whatever the words were. */
  equals(offset: number): boolean {
    return this.#view.getUint32(offset) === this.#first && this.#view.getUint32(offset + 4) === this.#second;
  }
}
