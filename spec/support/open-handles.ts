import type { FileHandle } from '../../storage/fs/file-system.ts';
import { type FileCall, WrappedFileSystem } from './wrapped-file-system.ts';

/** Counts handles that were opened and not closed, over a file system that does not: a spec's last check. */
export class OpenHandles extends WrappedFileSystem {
  readonly #paths = new Map<string, number>();

  get count(): number {
    return [...this.#paths.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The files that are open, once for each handle. */
  get paths(): string[] {
    return [...this.#paths].flatMap(([path, count]) => new Array<string>(count).fill(path));
  }

  protected override around<T>(call: FileCall, run: () => T, _file?: FileHandle): T {
    const { path } = call;
    if (call.kind === 'close') this.#paths.set(path, (this.#paths.get(path) ?? 0) - 1);
    const result = run();
    if (call.kind === 'open') this.#paths.set(path, (this.#paths.get(path) ?? 0) + 1);
    return result;
  }
}
