/**
 * Arenas whose kernels are WebAssembly, which work in place: what is read goes straight into their memory, and vectors
 * are views of it. Where WebAssembly with SIMD is not to be had, as under `--jitless`, arenas are JavaScript alone, which
 * takes about half as long again.
 */
import { Arena, type ArenaStore } from './arena.ts';
import type { Kernels } from './kernels.ts';
import { WASM_BASE64 } from './wasm-module.ts';

const PAGE_BYTES = 65_536;
/** 2 GiB, which is all that an arena takes. */
const MAX_PAGES = 32_768;

/** The part of WebAssembly that is used here; its types are in the compiler's library for browsers alone. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  /** Every export is a kernel: kernels.prop.spec.ts holds each to its promise. */
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Kernels };
  validate(bytes: Uint8Array): boolean;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface Compiled {
  readonly wasm: Wasm;
  readonly module: object;
}

/** Compiled once a thread; null where that cannot be done. */
let compiled: Compiled | null | undefined;

function compileOnce(): Compiled | null {
  if (compiled !== undefined) return compiled;
  const { WebAssembly: wasm } = globalThis as { readonly WebAssembly?: Wasm };
  const bytes = Buffer.from(WASM_BASE64, 'base64');
  compiled = wasm?.validate(bytes) ? { wasm, module: new wasm.Module(bytes) } : null;
  return compiled;
}

class WasmStore implements ArenaStore {
  readonly #compiled: Compiled;
  readonly #memory: WasmMemory;

  constructor(using: Compiled) {
    this.#compiled = using;
    this.#memory = new using.wasm.Memory({ initial: 1, maximum: MAX_PAGES });
  }

  buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  grow(sizeBytes: number): void {
    this.#memory.grow(Math.ceil((sizeBytes - this.#memory.buffer.byteLength) / PAGE_BYTES));
  }

  kernels(): Kernels {
    const { wasm, module } = this.#compiled;
    return new wasm.Instance(module, { env: { memory: this.#memory } }).exports;
  }
}

/** Which kernels an arena has; `best` is WebAssembly where there is some. */
export type KernelRoad = 'best' | 'plain';

/** A new arena. It may be used again and again, by one reader at a time, and is freed with the last of its views. */
export function createArena(road: KernelRoad = 'best'): Arena {
  const using = road === 'best' ? compileOnce() : null;
  if (using === null) return new Arena();
  try {
    return new Arena(new WasmStore(using));
  } catch (error) {
    // Each memory reserves gigabytes of addresses, which a process may be short of (`ulimit -v`).
    if (error instanceof RangeError) return new Arena();
    throw error;
  }
}

/** Arenas beyond this were made for row groups out of the ordinary, and are not kept. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024;

/** Arenas that were given back. The collector may take them: memory is short, or no task has come for long. */
const idle: WeakRef<Arena>[] = [];

/** An arena, until it is disposed of. */
export interface ArenaLease extends Disposable {
  readonly arena: Arena;
}

/**
 * An arena for one reader, given back with `using`, after which nothing may look at what was read into it. One that was
 * given back lately is used again: to touch new memory costs more than to decode into it, and tasks follow each other.
 */
export function leaseArena(): ArenaLease {
  let arena: Arena | undefined;
  while (arena === undefined && idle.length > 0) arena = idle.pop()?.deref();
  const leased = arena ?? createArena();
  let isLeased = true;
  return {
    arena: leased,
    [Symbol.dispose]: () => {
      if (isLeased && leased.capacity <= MAX_IDLE_BYTES) idle.push(new WeakRef(leased));
      isLeased = false;
    },
  };
}

/** Whether `createArena()` gives arenas with WebAssembly here. */
export function hasWasmKernels(): boolean {
  return compileOnce() !== null;
}
