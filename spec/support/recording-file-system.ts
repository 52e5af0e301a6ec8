/**
 * Records what a piece of code asks of its file system, as lines of text for goldens, and counts the bytes it read.
 *
 *     create .part-0.1.tmp
 *     write 120 .part-0.1.tmp
 *     sync .part-0.1.tmp
 *     rename .part-0.1.tmp -> part-0
 *     syncDirectory .
 *
 * Paths are relative to `base`. Calls that only look (`stat`, `sizeBytes`, `freeBytes`) and `close` are left out
 * unless asked for; a call that fails is recorded with its code.
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { type FileCall, type FileCallKind, WrappedFileSystem } from './wrapped-file-system.ts';

const QUIET: readonly FileCallKind[] = ['stat', 'sizeBytes', 'freeBytes', 'close'];

export interface RecordingOptions {
  /** Paths below it are written relative to it; default `/`. */
  readonly base?: string;
  /** Calls that are not recorded; they still count. */
  readonly quiet?: readonly FileCallKind[];
}

/** See the file header. */
export class RecordingFileSystem extends WrappedFileSystem {
  readonly #base: string;
  readonly #quiet: ReadonlySet<FileCallKind>;
  readonly #lines: string[] = [];
  readonly #bytesReadByPath = new Map<string, number>();
  readonly #calls = new Map<FileCallKind, number>();
  #bytesRead = 0;
  #bytesWritten = 0;

  constructor(inner: FileSystem, options: RecordingOptions = {}) {
    super(inner);
    this.#base = options.base ?? '/';
    this.#quiet = new Set(options.quiet ?? QUIET);
  }

  /** The calls so far, one a line, in order. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /** Bytes read of one file, through handles and `readFile`. */
  bytesReadOf(path: string): number {
    return this.#bytesReadByPath.get(path) ?? 0;
  }

  /** How often a kind of call was made, recorded or not. */
  countOf(kind: FileCallKind): number {
    return this.#calls.get(kind) ?? 0;
  }

  /** Adds a line of the spec's own, such as the name of a failpoint. */
  note(text: string): void {
    this.#lines.push(text);
  }

  /** Forgets lines and counts. */
  reset(): void {
    this.#lines.length = 0;
    this.#bytesReadByPath.clear();
    this.#calls.clear();
    this.#bytesRead = 0;
    this.#bytesWritten = 0;
  }

  protected override around<T>(call: FileCall, run: () => T): T {
    this.#calls.set(call.kind, this.countOf(call.kind) + 1);
    try {
      const result = run();
      if (call.kind === 'read' && typeof result === 'number') this.#countRead(call.path, result);
      if (call.kind === 'readFile' && result instanceof Uint8Array) this.#countRead(call.path, result.length);
      if (call.kind === 'write') this.#bytesWritten += lengthOf(call.chunks);
      this.#record(call);
      return result;
    } catch (error) {
      this.#record(call, error instanceof CairnError ? error.code : String(error));
      throw error;
    }
  }

  #countRead(path: string, count: number): void {
    this.#bytesRead += count;
    this.#bytesReadByPath.set(path, this.bytesReadOf(path) + count);
  }

  #record(call: FileCall, failure?: string): void {
    if (this.#quiet.has(call.kind)) return;
    const line = this.#describe(call);
    this.#lines.push(failure === undefined ? line : `${line} !${failure}`);
  }

  #describe(call: FileCall): string {
    const name = this.#relative(call.path);
    switch (call.kind) {
      case 'open':
        return `${call.mode === 'read' ? 'open' : call.mode} ${name}`;
      case 'write':
        return `write ${lengthOf(call.chunks)} ${name}`;
      case 'read':
        return `read ${call.target.length} @${call.position} ${name}`;
      case 'rename':
      case 'link':
        return `${call.kind} ${name} -> ${this.#relative(call.to)}`;
      default:
        return `${call.kind} ${name}`;
    }
  }

  #relative(path: string): string {
    if (path === this.#base) return '.';
    const prefix = this.#base.endsWith('/') ? this.#base : `${this.#base}/`;
    return path.startsWith(prefix) ? path.slice(prefix.length) : path;
  }
}

function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
