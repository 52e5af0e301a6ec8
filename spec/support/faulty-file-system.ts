/**
 * A file system that fails on demand: the n-th call, a full disk, a flipped bit, a dead machine.
 *
 * Errors are made by the same mapping as real ones. To fail a piece of code at every point, see `failEveryCall`; for
 * a power cut, cut the power here and ask the `MemoryFileSystem` below for `crash(…)`.
 */
import { invariant } from '../../lib/base/invariant.ts';
import { fileError } from '../../storage/fs/file-error.ts';
import type { FileHandle, FileSystem } from '../../storage/fs/file-system.ts';
import { type FileCall, type FileCallKind, WrappedFileSystem } from './wrapped-file-system.ts';

/** One thing that goes wrong. */
export interface Fault {
  /** Which call fails, counted from 1 among those of `calls`. */
  readonly at: number;
  /** The kinds that count; all when left out. */
  readonly calls?: readonly FileCallKind[];
  /** What the system says: `EIO`, `ENOSPC`, `EMFILE`, `EACCES`, … */
  readonly errno: string;
  /** Every matching call from then on fails too: a disk that stays broken. */
  readonly forever?: boolean;
  /** The call has its effect and fails all the same, as a lost answer of a network disk, or an fsync that failed. */
  readonly takesEffect?: boolean;
  /** A write that fails puts this many bytes into the file first. */
  readonly bytesWritten?: number;
}

/** See the file header. */
export class FaultyFileSystem extends WrappedFileSystem {
  readonly #faults: { readonly fault: Fault; seen: number }[] = [];
  readonly #flips: { readonly at: number; readonly bit: number }[] = [];
  readonly #before: { readonly at: number; readonly action: () => void }[] = [];
  #callCount = 0;
  #faultCount = 0;
  #readCount = 0;
  #cutAt = Number.POSITIVE_INFINITY;
  #roomBytes = Number.POSITIVE_INFINITY;

  constructor(inner: FileSystem, ...faults: readonly Fault[]) {
    super(inner);
    for (const fault of faults) this.fail(fault);
  }

  /** Calls so far, failed ones included. */
  get callCount(): number {
    return this.#callCount;
  }

  /** Calls that failed because of a fault. */
  get faultCount(): number {
    return this.#faultCount;
  }

  fail(fault: Fault): this {
    this.#faults.push({ fault, seen: 0 });
    return this;
  }

  /** From here on nothing fails: the faults asked for so far are forgotten, and the disk has room again. */
  recover(): this {
    this.#faults.length = 0;
    this.#flips.length = 0;
    this.#before.length = 0;
    this.#roomBytes = Number.POSITIVE_INFINITY;
    return this;
  }

  /** The disk takes `bytes` more and is then full: the write that passes it is cut there and raises DISK_FULL. */
  fillAfter(bytes: number): this {
    this.#roomBytes = bytes;
    return this;
  }

  /** From the n-th call on nothing has an effect: the machine is dead, and code that cleans up cleans nothing. */
  cutPowerAt(call: number): this {
    this.#cutAt = call;
    return this;
  }

  /** Flips one bit of what the n-th read (`read` or `readFile`) gives; `bit` wraps around. */
  flipBitOnRead(read: number, bit: number): this {
    this.#flips.push({ at: read, bit });
    return this;
  }

  /** Runs `action` just before the n-th call: what another process might do at that moment. */
  beforeCall(call: number, action: () => void): this {
    this.#before.push({ at: call, action });
    return this;
  }

  protected override around<T>(call: FileCall, run: () => T, file?: FileHandle): T {
    const number = ++this.#callCount;
    for (const { at, action } of this.#before) if (at === number) action();
    if (number >= this.#cutAt) {
      // The handle below is a thing of the spec's process and is given back all the same.
      if (call.kind === 'close') run();
      throw this.#error('EIO', call);
    }
    for (const entry of this.#faults) {
      const { fault } = entry;
      if (fault.calls !== undefined && !fault.calls.includes(call.kind)) continue;
      entry.seen++;
      if (entry.seen !== fault.at && !(fault.forever === true && entry.seen > fault.at)) continue;
      this.#faultCount++;
      if (call.kind === 'write' && fault.takesEffect !== true) writePart(call.chunks, fault.bytesWritten ?? 0, file);
      // A failed close has closed the file: the system gives the number back in any case.
      if (fault.takesEffect === true || call.kind === 'close') closeIfOpen(run());
      throw this.#error(fault.errno, call);
    }
    if (call.kind === 'write') this.#useRoom(call.chunks, call, file);
    const result = run();
    if (call.kind === 'read') this.#flip(call.target.subarray(0, Number(result)));
    if (call.kind === 'readFile' && result instanceof Uint8Array) this.#flip(result);
    return result;
  }

  #useRoom(chunks: readonly Uint8Array[], call: FileCall, file: FileHandle | undefined): void {
    const wanted = lengthOf(chunks);
    if (wanted <= this.#roomBytes) {
      this.#roomBytes -= wanted;
      return;
    }
    const room = this.#roomBytes;
    this.#roomBytes = 0;
    writePart(chunks, room, file);
    throw this.#error('ENOSPC', call, wanted - room);
  }

  #flip(bytes: Uint8Array): void {
    const read = ++this.#readCount;
    for (const { at, bit } of this.#flips) if (at === read) flipBit(bytes, bit);
  }

  #error(errno: string, call: FileCall, neededBytes?: number): Error {
    const { path } = call;
    const cause = Object.assign(new Error(`${errno}: injected, ${call.kind}`), { code: errno });
    return fileError(errno, {
      operation: call.kind,
      path,
      cause,
      ...(neededBytes === undefined ? {} : { neededBytes }),
    });
  }
}

function writePart(chunks: readonly Uint8Array[], count: number, file: FileHandle | undefined): void {
  invariant(file !== undefined, 'a write without a file');
  let left = count;
  for (const chunk of chunks) {
    if (left <= 0) return;
    file.write(chunk.subarray(0, left));
    left -= chunk.length;
  }
}

/** The caller of a failed open has no handle to close. */
function closeIfOpen(result: unknown): void {
  if (typeof result === 'object' && result !== null && 'close' in result) (result as FileHandle).close();
}

function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function flipBit(bytes: Uint8Array, bit: number): void {
  if (bytes.length === 0) return;
  const at = Math.floor(bit / 8) % bytes.length;
  bytes[at] = (bytes[at] as number) ^ (1 << (bit % 8));
}

/** Flips one bit of a stored file, durably, on any file system. */
export function flipStoredBit(fs: FileSystem, path: string, bit: number): void {
  const bytes = fs.readFile(path).slice();
  flipBit(bytes, bit);
  using file = fs.open(path, 'overwrite');
  file.write(bytes);
  file.sync();
}

/**
 * Runs `scenario` once for each call it makes, with that call failing, and at last without a fault. The scenario
 * makes its own file system below, takes the wrapped one and checks what it must. Gives the number of calls failed.
 */
export function failEveryCall(
  fault: Omit<Fault, 'at'>,
  scenario: (wrap: (inner: FileSystem) => FaultyFileSystem, at: number) => void,
): number {
  for (let at = 1; ; at++) {
    const wrapped: FaultyFileSystem[] = [];
    scenario((inner) => {
      const faulty = new FaultyFileSystem(inner, { ...fault, at });
      wrapped.push(faulty);
      return faulty;
    }, at);
    invariant(wrapped.length > 0, 'the scenario wrapped no file system');
    if (!wrapped.some((faulty) => faulty.faultCount > 0)) return at - 1;
  }
}
