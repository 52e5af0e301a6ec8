/**
 * A child process between two iterators: text in, lines out, in bounded memory on both sides.
 *
 * Threading: events of the child only note what happened and wake whoever waits; every byte moves when the iterator
 * asks. Nothing is read from the child while nobody asks, so a child that writes faster than its output is used waits
 * in its own `write`, as in a shell.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { LineCutter } from '../../../formats/text/line-cutter.ts';
import { CairnError, errorCodeOf } from '../../base/errors.ts';

/** How long a wait lasts at most: a task notices within this time that it was cancelled. */
const MAX_WAIT_MS = 200;

/** What is kept of the end of the child's standard error. */
const STDERR_BYTES = 4096;
const STDERR_LINES = 8;

export interface PipedCommandOptions {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Variables on top of this process's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
}

/** A running child. Whoever starts it disposes of it, which kills what still runs. */
export class PipedCommand implements Disposable {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #cutter: LineCutter;
  #stderr = Buffer.alloc(0);
  #startError: Error | undefined;
  #ending: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
  #inputClosed = false;
  #finished = false;
  #signalled = false;
  #wake: (() => void) | undefined;

  constructor(options: PipedCommandOptions) {
    const [program = '', ...rest] = options.command;
    this.#name = options.command.join(' ');
    this.#cutter = new LineCutter(`the output of '${this.#name}'`);
    this.#child = spawn(program, rest, {
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: 'pipe',
      // A group of its own, so that killing it reaches what a shell has started.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#listen();
  }

  /** Whether a write would not pile up in memory. False once the child has closed its input: it wants no more. */
  get wantsInput(): boolean {
    return !this.#inputClosed && !this.#child.stdin.writableNeedDrain;
  }

  /** The process has ended and everything it wrote was taken. */
  get finished(): boolean {
    return this.#finished;
  }

  write(text: string): void {
    if (!this.#inputClosed) this.#child.stdin.write(text);
  }

  endInput(): void {
    this.#inputClosed = true;
    this.#child.stdin.end();
  }

  /** The lines that the child has written since the last call. */
  takeLines(): string[] {
    const lines: string[] = [];
    // One chunk: the next call takes the next one, so that a batch does not grow with what the child has ready.
    const chunk: unknown = this.#child.stdout.read();
    if (chunk instanceof Uint8Array) {
      this.#cutter.push(chunk, lines);
      this.#signalled = true;
    } else if (this.#ending !== undefined || this.#startError !== undefined) {
      this.#cutter.finish(lines);
      this.#finished = true;
    }
    return lines;
  }

  /** Settles when something may have changed, and after a fifth of a second at the latest. Never rejects. */
  progress(): Promise<void> {
    if (this.#signalled) {
      this.#signalled = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), MAX_WAIT_MS);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        this.#signalled = false;
        resolve();
      };
    });
  }

  /** Raises PIPE_COMMAND_NOT_FOUND or PIPE_FAILED when the finished child did not succeed. */
  check(): void {
    const command = this.#name;
    if (this.#startError !== undefined) {
      const errno = errorCodeOf(this.#startError);
      const options = { cause: this.#startError };
      if (errno === 'ENOENT' || errno === 'EACCES' || errno === 'ENOTDIR') {
        const reason = `${errno}: no such program or working directory, or no right to use it`;
        throw new CairnError('PIPE_COMMAND_NOT_FOUND', { command, reason }, options);
      }
      throw new CairnError('PIPE_FAILED', { command, ending: `no start (${errno})`, stderr: '' }, options);
    }
    const { code, signal } = this.#ending ?? { code: null, signal: null };
    if (code === 0) return;
    const ending = signal === null ? `exit code ${code}` : `signal ${signal}`;
    throw new CairnError('PIPE_FAILED', { command, ending, stderr: this.#lastWords() });
  }

  /** Kills the child and what it has started, unless it has ended. */
  [Symbol.dispose](): void {
    this.#wake?.();
    const { pid } = this.#child;
    if (this.#ending !== undefined || pid === undefined) return;
    try {
      if (process.platform === 'win32') this.#child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended by itself just now.
    }
    // What it still has to say is of no use; unread, it would keep the streams open.
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  #listen(): void {
    const child = this.#child;
    const wake = (): void => {
      this.#signalled = true;
      this.#wake?.();
    };
    child.stdout.on('readable', wake).on('end', wake).on('error', wake);
    child.stdin.on('drain', wake).on('error', () => {
      // The child wants no more (`head -1`). Whether that is an error its exit code tells.
      this.#inputClosed = true;
      wake();
    });
    child.stderr
      .on('data', (chunk: Buffer) => {
        this.#stderr = Buffer.concat([this.#stderr, chunk]).subarray(-STDERR_BYTES);
      })
      .on('error', wake);
    child.on('error', (error) => {
      // Also raised when a signal could not be sent; only a child without pid has not been started.
      if (child.pid === undefined) this.#startError = error;
      this.#inputClosed = true;
      wake();
    });
    child.on('close', (code, signal) => {
      this.#ending = { code, signal };
      this.#inputClosed = true;
      wake();
    });
  }

  #lastWords(): string {
    const lines = this.#stderr.toString('utf8').trimEnd().split(/\r?\n/);
    const text = lines.slice(-STDERR_LINES).join('\n');
    return text === '' ? '(nothing)' : text;
  }
}
