/**
 * The memory that one reader decodes in: what it reads, decompresses and gives lies in one buffer, which WebAssembly
 * can address, and which is used again for the next row group. Fresh memory for each costs as much as decoding into it.
 *
 * There are two areas. What `keep` gives stays until `restart`; what `scratch` gives until `clearScratch`, and is
 * used again and again while it is in the processor's cache. Positions stay good when the arena grows, views of its
 * buffer do not: hold positions across calls of `keep` and `scratch`, and take `bytes` and `words` anew after them.
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { KernelMemory, Kernels } from './kernels.ts';
import { plainKernels } from './plain-kernels.ts';

/** Left free after each region: kernels overshoot. */
const SLACK_BYTES = 64;
const ALIGNMENT = 16;
const PAGE_BYTES = 65_536;
/** Positions are int32 in vectors of strings. */
const MAX_BYTES = 2 ** 31 - PAGE_BYTES;
/** Position 0 is no region's. */
const FIRST = 64;
/** Scratch that is set aside even where a little would do, and however much is asked for: files may say anything. */
const LEAST_SCRATCH = 256 * 1024;
const MOST_SCRATCH = 64 * 1024 * 1024;

/** Where an arena has its bytes. */
export interface ArenaStore {
  buffer(): ArrayBuffer;
  /** Makes the buffer at least `sizeBytes` long, keeping what it holds; the buffer before is dead. */
  grow(sizeBytes: number): void;
  kernels(memory: KernelMemory): Kernels;
}

class PlainStore implements ArenaStore {
  #buffer = new ArrayBuffer(PAGE_BYTES);

  buffer(): ArrayBuffer {
    return this.#buffer;
  }

  grow(sizeBytes: number): void {
    const larger = new ArrayBuffer(Math.ceil(sizeBytes / PAGE_BYTES) * PAGE_BYTES);
    new Uint8Array(larger).set(new Uint8Array(this.#buffer));
    this.#buffer = larger;
  }

  kernels(memory: KernelMemory): Kernels {
    return plainKernels(memory);
  }
}

export class Arena implements KernelMemory {
  readonly #store: ArenaStore;
  readonly kernels: Kernels;
  bytes = new Uint8Array();
  words = new Int32Array();
  view = new DataView(new ArrayBuffer(0));
  #top = FIRST;
  #scratchTop = FIRST;
  #scratchEnd = FIRST;

  /** In JavaScript alone unless another store is given. */
  constructor(store: ArenaStore = new PlainStore()) {
    this.#store = store;
    this.#look();
    this.kernels = store.kernels(this);
  }

  /** Forgets everything; what was given is dead. `scratchBytes` is how much scratch is probably needed at once. */
  restart(scratchBytes = 0): void {
    const size = align(Math.max(LEAST_SCRATCH, Math.min(scratchBytes, MOST_SCRATCH)));
    this.#scratchTop = FIRST;
    this.#scratchEnd = FIRST + size;
    this.#top = this.#scratchEnd;
    this.#reserve(this.#top);
  }

  /** A region of its own, at a multiple of 16, until `restart`. What it holds is unspecified. */
  keep(sizeBytes: number): number {
    const at = this.#top;
    const next = align(at + sizeBytes + SLACK_BYTES);
    this.#reserve(next);
    this.#top = next;
    return at;
  }

  /** A region until `clearScratch`; otherwise as `keep`. */
  scratch(sizeBytes: number): number {
    const at = this.#scratchTop;
    const next = align(at + sizeBytes + SLACK_BYTES);
    if (next > this.#scratchEnd) return this.keep(sizeBytes);
    this.#scratchTop = next;
    return at;
  }

  /** Whether a position is of what `keep` gave: also where scratch ran out and `scratch` took it from there. */
  isKept(position: number): boolean {
    return position >= this.#scratchEnd;
  }

  /** For `releaseScratch`. */
  get scratchMark(): number {
    return this.#scratchTop;
  }

  /** Gives back the scratch taken since the mark was. */
  releaseScratch(mark = FIRST): void {
    this.#scratchTop = mark;
  }

  /** Bytes taken by the buffer. */
  get capacity(): number {
    return this.bytes.length;
  }

  #reserve(end: number): void {
    if (end <= this.bytes.length) return;
    if (end > MAX_BYTES) throw tooLarge(end, `${MAX_BYTES} bytes`);
    const wanted = Math.min(MAX_BYTES, Math.max(end, this.bytes.length + (this.bytes.length >> 1)));
    try {
      this.#store.grow(wanted);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw tooLarge(wanted, 'what this process can have', error);
    }
    this.#look();
  }

  #look(): void {
    const buffer = this.#store.buffer();
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.view = new DataView(buffer);
  }
}

function tooLarge(sizeBytes: number, limit: string, cause?: unknown): CairnError {
  return new CairnError(
    'LIMIT_EXCEEDED',
    {
      what: 'the memory needed to decode a row group',
      found: `${sizeBytes} bytes`,
      limit,
      remedy: 'read fewer columns at once, or write the file with smaller row groups',
    },
    { cause },
  );
}

function align(position: number): number {
  return Math.ceil(position / ALIGNMENT) * ALIGNMENT;
}
